// The risks of a system in one list, each once: threats that are not controlled, suppliers, gaps of the inventory and
// gaps against the frameworks that apply.
//
//   threat      every threat that is open or decided; false positives and controlled ones are no risks
//   supplier    those of them that are on a supplier
//   inventory   gaps of the inventory (asset_gaps.h), scored by the severity of their kind. One that a threat says too
//               (ThreatRule.equivalents `gap:<kind>`, same element) is left out
//   compliance  what closes gaps against frameworks (compliance.h, RemediationAction), scored by its severity. Left
//               out are those of the inventory, and elements on which a risk above already waits for the same control;
//               when none remains, the whole action
//
// Key: that of the threat, or `gap:<kind>@<element>`, or `gap:<action>`, e.g. `gap:programme:tpsp-status`. Decisions on
// gaps name that key and hold as those on threats do.
#ifndef METAPOWERS_SERVICE_ANALYSIS_RISK_REGISTER_H_
#define METAPOWERS_SERVICE_ANALYSIS_RISK_REGISTER_H_

#include <string>
#include <vector>

#include "metapowers/knowledge/v1/asset_rules.pb.h"
#include "service/analysis/asset_gaps.h"
#include "service/analysis/compliance.h"
#include "service/analysis/threats.h"

namespace metapowers::analysis {

enum class RiskSource { kThreat, kSupplier, kInventory, kCompliance };
inline constexpr int kRiskSources = 4;

// What is done about a risk.
enum class RiskTreatment {
  kMitigate,  // decided, or above what is accepted
  kTolerate,  // not decided, and of a severity that the appetite of its category takes
  kAccept,    // decided
  kTransfer,  // decided
  kAvoid,     // decided
};
inline constexpr int kRiskTreatments = 5;

struct Risk {
  std::string key;
  RiskSource source = RiskSource::kThreat;
  const Threat* threat = nullptr;             // of a threat or supplier
  const AssetGapFact* gap = nullptr;          // of the inventory
  const RemediationAction* action = nullptr;  // of compliance
  std::vector<std::string> elements;          // ids, sorted; may be empty for compliance
  RiskScore inherent;
  RiskScore current;
  RiskScore target;
  // Category of the appetite that it falls under: the first declared category whose kind fits; nullptr when none does.
  const model::v1::RiskCategory* category = nullptr;
  model::v1::RiskKind kind = model::v1::RISK_KIND_UNSPECIFIED;
  RiskTreatment treatment = RiskTreatment::kMitigate;
  std::string treatment_reason;                   // e.g. "high is above low appetite for data breach"
  const model::v1::Decision* decision = nullptr;  // in force
  std::string reopened;                           // why a decision is no longer in force; else empty
  std::string fingerprint;                        // what a decision rests on
  std::string team;                               // id, never empty; the system's where several teams share it
  std::string role;  // id of the role that answers for an action without a team; else empty
  std::string due;   // of one to be mitigated

  model::v1::Severity severity() const { return current.severity; }
};

// How the register came to its length. `left_out` counts what another risk says.
struct SourceTotals {
  int found = 0;
  int left_out = 0;
  int false_positives = 0;  // decided so

  int risks() const { return found - left_out - false_positives; }
};

// Threats whose controls are all in place and that are still above the appetite of their category.
struct ResidualAbove {
  const model::v1::RiskCategory* category = nullptr;
  std::vector<const Threat*> threats;  // worst first
};

// Immutable; refers to threats and compliance, which outlive it.
struct RiskRegister {
  std::vector<AssetGapFact> gaps;  // what `Risk::gap` points into
  std::vector<Risk> risks;         // worst first: severity, current product, inherent product, key
  SourceTotals totals[kRiskSources];
  int controlled = 0;                             // threats that are no risks: their controls are in place
  std::vector<ResidualAbove> residual;            // in the order of the categories
  std::vector<const model::v1::Decision*> voids;  // on gaps that do not exist (any more)
};

RiskRegister BuildRiskRegister(const Threats& threats, const Compliance& compliance,
                               const model::v1::Decisions& decisions);

// Rule, kind of gap or action: what all risks that say the same have in common.
std::string RiskSubject(const Risk& risk);

// Highest severity that a risk of a category with this appetite may have without a decision: zero none, low low, medium
// medium, high high.
model::v1::Severity ToleratedBy(model::v1::AppetiteLevel appetite);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_RISK_REGISTER_H_
