#include "service/commands/example_decision.h"

#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/commands/wording.h"
#include "service/export/yaml.h"

namespace metapowers::commands {
namespace {

using analysis::Threat;
using exporting::Yaml;

// Until a decision is looked at again, where the model sets no term for exceptions.
constexpr int kDecisionDays = 90;

// Who may accept a risk of this severity; nullptr: the model names nobody.
const model::v1::AcceptanceAuthority* AuthorityOver(const model::Model& model, model::v1::Severity severity) {
  for (const model::v1::AcceptanceAuthority& authority : model.proto().risk_appetite().acceptance()) {
    if (authority.level() == severity) return &authority;
  }
  return nullptr;
}

// Never the one that approves.
const model::v1::Role* AskingRole(const model::Model& model, const std::string& approver) {
  for (const int kind : {model::v1::ROLE_KIND_SECURITY_ENGINEER, model::v1::ROLE_KIND_SECURITY_LEAD,
                         model::v1::ROLE_KIND_ENGINEERING_LEAD}) {
    const model::v1::Role* role = FindRole(model, std::vector<int>{kind});
    if (role != nullptr && role->id() != approver) return role;
  }
  return nullptr;
}

// The worst open threat that a test attempts and somebody may decide on: a date or a contract that is missing is a
// fact, which nobody can have tried without result.
const Threat* DecidableThreat(const analysis::Threats& threats, const analysis::SecurityTestPlan& plan) {
  std::set<const Threat*> attempted;
  for (const analysis::SecurityTest& test : plan.tests()) {
    if (test.kind->attempts()) attempted.insert(test.threats.begin(), test.threats.end());
  }
  for (const Threat* threat : threats.Prioritised()) {
    const bool decidable = AuthorityOver(threats.landscape().model(), threat->severity()) != nullptr;
    if (decidable && attempted.contains(threat)) return threat;
  }
  return nullptr;
}

}  // namespace

std::string ExampleDecision(const analysis::Threats& threats, const analysis::SecurityTestPlan& plan) {
  const model::Model& model = threats.landscape().model();
  const Threat* threat = DecidableThreat(threats, plan);
  if (threat == nullptr) return "";
  const model::v1::AcceptanceAuthority& authority = *AuthorityOver(model, threat->severity());
  const model::v1::Role* asks = AskingRole(model, authority.role());
  if (asks == nullptr) return "";
  const std::string second = RoleTitle(model, authority.second_approver());
  const int days = authority.max_days() > 0 ? authority.max_days() : kDecisionDays;
  Yaml decision = Yaml::Map();
  decision.Set("finding", Yaml::Text(threat->key()))
      .Set("status", Yaml::Text("false_positive"))
      .Set("requested_by", Yaml::Text(asks->id()))
      .Set("approved_by", Yaml::Text(authority.role()))
      .Set("authority", Yaml::Text(model::YamlName(authority.level())))
      .Set("rationale", Yaml::Text(absl::StrCat("what was tried, with which result",
                                                second.empty() ? "" : absl::StrCat("; agreed by the ", second))))
      .Set("decided_on", Yaml::Text(model.proto().as_of()))
      .Set("expires_on", Yaml::Text(model::FormatDate(model.as_of() + days)))
      .Set("fingerprint", Yaml::Text(analysis::FingerprintOf(*threat)));
  Yaml list = Yaml::List();
  list.Add(std::move(decision));
  Yaml file = Yaml::Map();
  file.Set("schema_version", Yaml::Text("1")).Set("decisions", std::move(list));
  return std::string(absl::StripTrailingAsciiWhitespace(file.Write()));
}

}  // namespace metapowers::commands
