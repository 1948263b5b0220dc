// What is wrong with the inventory of a model: missing owners, undeclared and stale assets, contradicted
// scopes, ended support, single points of failure. Each gap carries the fact, who closes it and by when.
// Pure; the order is that of the shipped gap kinds, then by id.
#ifndef METAPOWERS_SERVICE_ANALYSIS_ASSET_GAPS_H_
#define METAPOWERS_SERVICE_ANALYSIS_ASSET_GAPS_H_

#include <string>
#include <vector>

#include "metapowers/knowledge/v1/asset_rules.pb.h"
#include "service/analysis/facts.h"

namespace metapowers::analysis {

struct AssetGapFact {
  knowledge::v1::AssetGap gap = knowledge::v1::ASSET_GAP_UNSPECIFIED;
  std::string id;    // asset, zone, flow or framework
  std::string name;  // its display name
  std::string fact;  // what the model says, e.g. "last seen 2026-03-01, 237 days ago"
  std::string team;  // id of the team that closes it: the asset's, else the system's
  std::string due;   // `as_of` plus the term of the kind's severity; the end of support where that is still ahead
};

std::vector<AssetGapFact> AssetGaps(const Facts& facts);

// PCI DSS 12.5.2: when the scope was and has to be confirmed.
struct PciConfirmation {
  const model::v1::Framework* declaration = nullptr;  // nullptr: the model does not list PCI DSS
  bool service_provider = false;                      // then 12.5.2.1 asks for the shorter interval
  int months = 0;
  std::string next;  // empty when the last date is not declared
  bool overdue = false;
};

// Whether PCI DSS applies, with the facts that say so; nullptr when the catalogue does not ship it.
const FrameworkFact* PciFramework(const Facts& facts);
PciConfirmation PciScopeConfirmation(const Facts& facts);

// Whether the model places the component with a supplier or partner: such a component needs a declared one.
bool OperatedElsewhere(const Facts& facts, const model::v1::Component& component);

// Ids of the components that discovery scans can see: all but external entities, suppliers' and planned ones.
std::vector<std::string> ScannableComponents(const Facts& facts);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_ASSET_GAPS_H_
