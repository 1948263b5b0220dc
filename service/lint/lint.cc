#include "service/lint/lint.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "service/analysis/finding_keys.h"
#include "service/knowledge/lint_items.h"
#include "service/lint/checkers.h"

namespace metapowers::lint {
namespace {

using knowledge::v1::LintItem;

// The first section that somebody without any would write.
constexpr char kFirstCommand[] = "security-policy";

// An item that cannot be tried yet.
v1::LintResult Waiting(const LintItem& item, std::vector<std::string> run, std::string reason) {
  v1::LintResult result;
  result.set_id(item.id());
  result.set_phase(item.phase());
  result.set_asks(item.asks());
  result.set_verdict(v1::LINT_VERDICT_NOT_APPLICABLE);
  result.set_reason(std::move(reason));
  for (std::string& command : run) result.add_run(std::move(command));
  return result;
}

// Why a decision on an item does not exempt from it; empty when it does.
std::string WhyVoid(const model::Model& model, const model::v1::Decision& decision, absl::string_view item) {
  if (knowledge::FindLintItem(item) == nullptr) return absl::StrCat("there is no item ", item);
  if (decision.status() != model::v1::DECISION_STATUS_ACCEPTED) return "only status accepted exempts from an item";
  if (model::ToCivilDay(decision.expires_on()) <= model.as_of()) {
    return absl::StrCat("expired on ", decision.expires_on());
  }
  return "";
}

void ApplyExemptions(const Subject& subject, v1::LintTopicResponse& response) {
  for (const model::v1::Decision& decision : subject.threats->decisions().decisions()) {
    absl::string_view item = decision.finding();
    if (!absl::ConsumePrefix(&item, analysis::kLintKeyPrefix)) continue;
    v1::LintExemption exemption;
    exemption.set_item(std::string(item));
    exemption.set_reason(decision.rationale());
    const auto* role = subject.model().Find<model::v1::Role>(decision.approved_by());
    exemption.set_approved_by(role == nullptr ? decision.approved_by() : role->title());
    exemption.set_expires_on(decision.expires_on());
    std::string reason = WhyVoid(subject.model(), decision, item);
    if (!reason.empty()) {
      v1::VoidExemption& out = *response.add_void_exemptions();
      *out.mutable_exemption() = std::move(exemption);
      out.set_reason(std::move(reason));
      continue;
    }
    for (v1::LintResult& result : *response.mutable_items()) {
      if (result.id() != item || result.verdict() != v1::LINT_VERDICT_FAIL) continue;
      result.set_verdict(v1::LINT_VERDICT_EXEMPTED);
      *result.mutable_exemption() = exemption;
    }
  }
}

}  // namespace

std::vector<Checker> Checkers() {
  std::vector<Checker> all;
  for (const absl::Span<const Checker> phase :
       {DocumentCheckers(), GovernCheckers(), IdentifyCheckers(), ProtectCheckers(), DetectCheckers(),
        RespondCheckers(), RecoverCheckers()}) {
    all.insert(all.end(), phase.begin(), phase.end());
  }
  return all;
}

v1::LintResult TryItem(const Subject& subject, const LintItem& item) {
  std::vector<std::string> run;
  std::vector<std::string> planned;
  for (const std::string& command : item.commands()) {
    const RunState* state = subject.Find(command);
    if (state == nullptr || !state->built) {
      planned.push_back(command);
    } else if (!state->run) {
      run.push_back(command);
    }
  }
  if (!planned.empty()) {
    return Waiting(item, {}, absl::StrCat(absl::StrJoin(planned, ", "), ": planned, not built in this version"));
  }
  const bool any =
      std::any_of(subject.commands.begin(), subject.commands.end(), [](const auto& each) { return each.run; });
  if (item.commands().empty() && !any) run.push_back(kFirstCommand);
  if (!run.empty()) return Waiting(item, run, absl::StrCat("run ", absl::StrJoin(run, ", ")));
  Check check(subject, item);
  for (const Checker& checker : Checkers()) {
    if (checker.item == item.id()) checker.check(check);
  }
  return check.Conclude();
}

v1::LintTopicResponse Lint(const Subject& subject) {
  v1::LintTopicResponse response;
  for (const LintItem& item : knowledge::LintItems().items()) *response.add_items() = TryItem(subject, item);
  ApplyExemptions(subject, response);
  int counts[v1::LintVerdict_ARRAYSIZE] = {};
  for (const v1::LintResult& result : response.items()) ++counts[result.verdict()];
  response.set_passed(counts[v1::LINT_VERDICT_PASS]);
  response.set_failed(counts[v1::LINT_VERDICT_FAIL]);
  response.set_not_applicable(counts[v1::LINT_VERDICT_NOT_APPLICABLE]);
  response.set_exempted(counts[v1::LINT_VERDICT_EXEMPTED]);
  return response;
}

}  // namespace metapowers::lint
