#include "service/commands/threat_naming.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "service/commands/naming.h"
#include "service/knowledge/threats.h"

namespace metapowers::commands {

std::string LikelihoodLabel(int likelihood) {
  return absl::StrCat(knowledge::RiskGrid().likelihood_names(likelihood - 1), " (", likelihood, ")");
}

std::string ImpactLabel(int impact) {
  return absl::StrCat(knowledge::RiskGrid().impact_names(impact - 1), " (", impact, ")");
}

std::string ScoreLabel(const analysis::RiskScore& score) {
  return absl::StrCat(score.product(), " ", Label(score.severity));
}

std::string StrideName(knowledge::v1::Stride letter) {
  std::vector<std::string> words = absl::StrSplit(model::YamlName(letter), '_');
  for (std::string& word : words) {
    if (word != "of") word[0] = absl::ascii_toupper(word[0]);
  }
  return absl::StrJoin(words, " ");
}

std::string StatusLabel(const analysis::Threat& threat) {
  switch (threat.status) {
    case analysis::ThreatStatus::kOpen:
      return threat.reopened == nullptr ? "open" : "open again";
    case analysis::ThreatStatus::kControlled:
      return "controlled";
    case analysis::ThreatStatus::kAccepted:
      return "accepted";
    case analysis::ThreatStatus::kMitigating:
      return "mitigating";
    case analysis::ThreatStatus::kTransferred:
      return "transferred";
    case analysis::ThreatStatus::kAvoided:
      return "avoided";
    case analysis::ThreatStatus::kFalsePositive:
      return "false positive";
  }
  return "";
}

std::string WeaknessLabel(absl::string_view id) {
  const knowledge::v1::CatalogueEntry* entry = knowledge::FindWeakness(id);
  return entry == nullptr ? std::string(id) : absl::StrCat(id, " ", entry->name());
}

bool IsMissing(const analysis::ControlOnThreat& control) {
  return control.posture->state != model::v1::POSTURE_STATE_IMPLEMENTED &&
         control.posture->state != model::v1::POSTURE_STATE_NOT_APPLICABLE;
}

std::vector<std::string> DataNames(absl::Span<const model::v1::DataClass* const> data) {
  std::vector<std::string> names;
  for (const model::v1::DataClass* each : data) names.push_back(each->name());
  return names;
}

}  // namespace metapowers::commands
