#include "service/server/imported_threats.h"

#include "service/analysis/equivalent_findings.h"
#include "service/base/status_macros.h"

namespace metapowers::server {

const analysis::Threats& ImportedThreats::Of(const std::shared_ptr<const model::Model>& draft) {
  if (threats_ == nullptr) {
    facts_ = analysis::Facts::Compute(draft);
    threats_ = analysis::Threats::Compute(*facts_, analysis::RuleSet::Shipped(), {});
  }
  return *threats_;
}

std::vector<std::string> ImportedThreats::KeysOf(const std::shared_ptr<const model::Model>& draft,
                                                 const importers::TrackedRisk& risk) {
  std::vector<std::string> keys;
  for (const analysis::Threat* threat : analysis::FindingsLike(Of(draft), risk.equivalent, risk.elements)) {
    keys.push_back(threat->key());
  }
  return keys;
}

absl::Status ImportedThreats::Report(v1::ImportModelResponse& response) {
  if (threats_ == nullptr) {
    ASSIGN_OR_RETURN(const auto draft, model::Model::Parse(response.model_yaml(), "draft"));
    Of(draft);
  }
  const auto& shipped = analysis::RuleSet::Shipped();
  for (const analysis::EquivalentRule& rule : analysis::EquivalentRules(*threats_, shipped, response.format())) {
    v1::ImportedRule& out = *response.add_rules();
    out.set_name(rule.name);
    for (const std::string& id : rule.rules) out.add_rules(id);
    out.set_findings(rule.findings);
    out.set_questions(rule.questions);
    out.set_model_quality(rule.model_quality);
  }
  return absl::OkStatus();
}

}  // namespace metapowers::server
