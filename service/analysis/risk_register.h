// The risks of a system in one list: threats that are not controlled, gaps of the inventory, and suppliers, each once.
//
//   threat   every threat that is open or decided; false positives and controlled ones are no risks. Those on a
//   supplier are
//            counted as risks of suppliers. A threat that a gap of the inventory says too (ThreatRule.equivalents
//            `gap:<kind>`) takes its place
//   gap      gaps of the inventory (asset_gaps.h), scored by the severity of their kind
//
// Key: that of the threat, or `gap:<kind>@<element>`.
#ifndef METAPOWERS_SERVICE_ANALYSIS_RISK_REGISTER_H_
#define METAPOWERS_SERVICE_ANALYSIS_RISK_REGISTER_H_

#include <string>
#include <vector>

#include "metapowers/knowledge/v1/asset_rules.pb.h"
#include "service/analysis/asset_gaps.h"
#include "service/analysis/threats.h"

namespace metapowers::analysis {

enum class RiskSource { kThreat, kSupplier, kGap };

// What is done about a risk.
enum class RiskTreatment {
  kMitigate,  // decided, or above what is accepted
  kAccept,    // decided
  kTransfer,  // decided
  kAvoid,     // decided
  kTolerate,  // not decided, and of a severity that the appetite of its category takes
};

struct Risk {
  std::string key;
  RiskSource source = RiskSource::kThreat;
  const Threat* threat = nullptr;     // of a threat or supplier
  const AssetGapFact* gap = nullptr;  // of a gap
  std::string element;
  RiskScore inherent;
  RiskScore current;
  RiskScore target;
  // Category of the appetite that it falls under: the first declared category whose kind fits; nullptr when none does.
  const model::v1::RiskCategory* category = nullptr;
  RiskTreatment treatment = RiskTreatment::kMitigate;
  std::string treatment_reason;  // e.g. "high is above low appetite for data breach", "accepted until 2027-01-31"
  std::string team;              // id
  // Role that may accept a risk of this severity; nullptr when the model names none.
  const model::v1::AcceptanceAuthority* authority = nullptr;
  std::string due;  // of one to be mitigated

  model::v1::Severity severity() const { return current.severity; }
};

// How the register came to its length.
struct RegisterTotals {
  int threats = 0;     // on components, flows and the rest
  int suppliers = 0;   // on suppliers
  int gaps = 0;        // of the inventory
  int duplicates = 0;  // gaps that a threat says too, left out of `gaps`

  int risks() const { return threats + suppliers + gaps; }
};

// Immutable; refers to threats, which outlive it.
struct RiskRegister {
  std::vector<AssetGapFact> gaps;  // what `Risk::gap` points into
  std::vector<Risk> risks;         // worst first: severity, current product, inherent product, key
  RegisterTotals totals;
};

RiskRegister BuildRiskRegister(const Threats& threats);

// Highest severity that a risk of a category with this appetite may have without a decision: zero none, low low, medium
// medium, high high.
model::v1::Severity ToleratedBy(model::v1::AppetiteLevel appetite);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_RISK_REGISTER_H_
