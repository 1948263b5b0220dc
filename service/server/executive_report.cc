#include "service/server/executive_report.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/base/embedded_file.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/commands/naming.h"
#include "service/knowledge/knowledge.h"
#include "service/render/template.h"
#include "service/server/topic_inputs.h"
#include "service/server/topic_lint.h"
#include "service/server/topic_status.h"
#include "service/server/topics.h"

namespace metapowers::server {

extern const EmbeddedFile kExecutiveReport[];

namespace {

using model::v1::Severity;

constexpr int kWorstShown = 10;
constexpr int kOverdueShown = 20;
constexpr int kWhichShown = 5;
constexpr int kEndingDays = 90;

bool IsUrgent(Severity severity) { return severity >= model::v1::SEVERITY_HIGH; }

// Errors that are about one topic, so that the others can still be reported on.
bool IsAboutTopic(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsFailedPrecondition(status);
}

// Builds the report topic by topic.
class ReportBuilder {
 public:
  ReportBuilder(Backend& backend, const Call& call, const workspace::Workspace& workspace,
                const workspace::Snapshot& snapshot)
      : backend_(backend), call_(call), workspace_(workspace), snapshot_(snapshot) {}

  absl::Status Add(const std::string& id);
  v1::ExecutiveReport Finish();

 private:
  struct Load {
    std::set<std::string> topics;
    int urgent = 0;
    int overdue = 0;
    int questions = 0;
  };

  absl::Status AddReadable(const ResourceName& topic, const Inputs& inputs);
  void AddSections(const v1::GetTopicStatusResponse& status, v1::TopicReport& row);
  void AddFindings(const std::map<std::string, v1::OpenFinding>& findings, const model::Model& model,
                   v1::TopicReport& row);
  void AddEnding(const Inputs& inputs, const std::string& topic);
  void AddSteps(const v1::LintTopicResponse& lint, const v1::GetTopicStatusResponse& status, v1::TopicReport& row);
  // Nothing when there is none of it. `hinders` says whether the topic is not ready for it.
  void AddStep(v1::StepKind kind, const std::vector<std::string>& which, const std::string& owner,
               const std::string& command, bool hinders, v1::TopicReport& row);

  Backend& backend_;
  const Call& call_;
  const workspace::Workspace& workspace_;
  const workspace::Snapshot& snapshot_;
  v1::ExecutiveReport report_;
  std::string system_owner_;  // team of the topic at hand
  std::vector<v1::ReportedFinding> findings_;
  std::map<std::string, Load> loads_;                       // by name of the team
  std::map<std::string, std::set<std::string>> suppliers_;  // topics by name of the third party
  std::map<Severity, v1::FindingCount, std::greater<>> severities_;
};

absl::Status ReportBuilder::Add(const std::string& id) {
  const ResourceName topic{workspace_.name, id, ""};
  RETURN_IF_ERROR(TopicTree(snapshot_, topic).status());
  RETURN_IF_ERROR(call_.CheckAlive());
  const absl::StatusOr<Inputs> inputs = ReadInputs(backend_.generator, snapshot_, topic);
  absl::Status failure = inputs.status();
  if (inputs.ok()) failure = AddReadable(topic, *inputs);
  if (!IsAboutTopic(failure)) return failure;
  v1::UnreadableTopic& row = *report_.add_unreadable();
  row.set_id(id);
  row.set_reason(std::string(failure.message()));
  return absl::OkStatus();
}

absl::Status ReportBuilder::AddReadable(const ResourceName& topic, const Inputs& inputs) {
  v1::GetTopicStatusResponse status;
  RETURN_IF_ERROR(ComputeTopicStatus(backend_, call_, workspace_.uid, snapshot_, topic, status));
  ASSIGN_OR_RETURN(const v1::LintTopicResponse lint, LintTopicAt(backend_, call_, snapshot_, topic));
  ASSIGN_OR_RETURN(const auto findings, OpenFindingsOf(backend_, call_, inputs));
  const model::Model& model = *inputs.model->model;
  const auto* owner = model.Find<model::v1::Team>(model.proto().owner_team());
  system_owner_ = owner == nullptr ? "" : owner->name();
  v1::TopicReport& row = *report_.add_topics();
  row.set_id(topic.topic);
  row.set_system(model.proto().name());
  row.set_as_of(model.proto().as_of());
  row.set_questions(status.questions_size());
  row.set_skipped_gates(status.skipped_gates());
  *row.mutable_document_faults() = status.document_faults();
  row.set_passed_items(lint.passed());
  for (const v1::LintResult& item : lint.items()) {
    if (item.verdict() == v1::LINT_VERDICT_FAIL) row.add_failed_items(item.id());
  }
  AddSections(status, row);
  AddFindings(findings, model, row);
  for (const v1::Question& question : status.questions()) {
    if (question.owner_name().empty()) continue;
    Load& load = loads_[question.owner_name()];
    load.topics.insert(row.id());
    ++load.questions;
  }
  for (const auto& supplier : model.proto().third_parties()) suppliers_[supplier.name()].insert(row.id());
  AddSteps(lint, status, row);
  AddEnding(inputs, row.id());
  row.set_ready(row.hindrances().empty());
  return absl::OkStatus();
}

void ReportBuilder::AddSections(const v1::GetTopicStatusResponse& status, v1::TopicReport& row) {
  for (const v1::CommandStatus& command : status.commands()) {
    if (command.state() == v1::SECTION_STATE_PLANNED) continue;
    if (row.phases().empty() || row.phases().rbegin()->phase() != command.phase()) {
      row.add_phases()->set_phase(command.phase());
    }
    v1::PhaseReport& phase = *row.mutable_phases()->rbegin();
    row.set_sections(row.sections() + 1);
    if (command.state() == v1::SECTION_STATE_CURRENT) {
      phase.set_current(phase.current() + 1);
      row.set_current(row.current() + 1);
    } else if (command.state() == v1::SECTION_STATE_MISSING) {
      phase.set_missing(phase.missing() + 1);
    } else {
      phase.set_stale(phase.stale() + 1);
    }
  }
}

void ReportBuilder::AddFindings(const std::map<std::string, v1::OpenFinding>& findings, const model::Model& model,
                                v1::TopicReport& row) {
  for (const v1::FindingCount& count : CountFindings(findings, row.as_of())) {
    *row.add_severities() = count;
    row.set_findings(row.findings() + count.open());
    row.set_overdue(row.overdue() + count.overdue());
    v1::FindingCount& all = severities_[count.severity()];
    all.set_severity(count.severity());
    all.set_open(all.open() + count.open());
    all.set_overdue(all.overdue() + count.overdue());
  }
  for (const auto& [key, finding] : findings) {
    v1::ReportedFinding reported;
    reported.set_topic(row.id());
    reported.set_key(key);
    reported.set_title(finding.title());
    reported.set_severity(finding.severity());
    reported.set_due(finding.due());
    const auto* team = model.Find<model::v1::Team>(finding.owner());
    const auto* role = model.Find<model::v1::Role>(finding.owner());
    reported.set_owner(team != nullptr ? team->name() : role != nullptr ? role->title() : finding.owner());
    if (!finding.due().empty() && finding.due() < row.as_of()) {
      reported.set_overdue_days(static_cast<int32_t>(model.as_of() - model::ToCivilDay(finding.due())));
    }
    if (IsUrgent(finding.severity()) && !reported.owner().empty()) {
      Load& load = loads_[reported.owner()];
      load.topics.insert(row.id());
      ++load.urgent;
      if (reported.overdue_days() > 0) ++load.overdue;
    }
    findings_.push_back(std::move(reported));
  }
}

void ReportBuilder::AddEnding(const Inputs& inputs, const std::string& topic) {
  const model::Model& model = *inputs.model->model;
  std::vector<std::string> which;
  std::string owner;
  for (const model::v1::Decision& decision : inputs.decisions->decisions.decisions()) {
    const int days = static_cast<int>(model::ToCivilDay(decision.expires_on()) - model.as_of());
    if (days <= 0 || days > kEndingDays) continue;
    const auto* role = model.Find<model::v1::Role>(decision.approved_by());
    v1::EndingDecision& row = *report_.add_ending();
    row.set_topic(topic);
    row.set_finding(decision.finding());
    row.set_approved_by(role == nullptr ? decision.approved_by() : role->title());
    row.set_expires_on(decision.expires_on());
    row.set_days_left(days);
    which.push_back(decision.finding());
    if (owner.empty()) owner = row.approved_by();
  }
  AddStep(v1::STEP_KIND_DECIDE_AGAIN, which, owner, "", false, *report_.mutable_topics()->rbegin());
}

void ReportBuilder::AddStep(v1::StepKind kind, const std::vector<std::string>& which, const std::string& owner,
                            const std::string& command, bool hinders, v1::TopicReport& row) {
  if (which.empty()) return;
  v1::NextStep& step = *report_.add_steps();
  step.set_topic(row.id());
  step.set_kind(kind);
  step.set_count(static_cast<int32_t>(which.size()));
  for (const std::string& each : which) {
    if (step.which_size() < kWhichShown) step.add_which(each);
  }
  step.set_more(step.count() - step.which_size());
  step.set_owner(owner.empty() ? system_owner_ : owner);
  step.set_command(command);
  if (hinders) row.add_hindrances(kind);
}

void ReportBuilder::AddSteps(const v1::LintTopicResponse& lint, const v1::GetTopicStatusResponse& status,
                             v1::TopicReport& row) {
  std::vector<std::string> overdue;
  std::map<std::string, int> owners;
  for (const v1::ReportedFinding& finding : findings_) {
    if (finding.topic() != row.id() || finding.overdue_days() == 0 || !IsUrgent(finding.severity())) continue;
    overdue.push_back(finding.key());
    ++owners[finding.owner()];
  }
  const auto most =
      std::max_element(owners.begin(), owners.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  AddStep(v1::STEP_KIND_MEND_OVERDUE_FINDINGS, overdue, most == owners.end() ? "" : most->first, "", true, row);
  std::vector<std::string> stale;
  std::vector<std::string> missing;
  for (const v1::CommandStatus& command : status.commands()) {
    if (command.state() == v1::SECTION_STATE_MISSING) missing.push_back(command.command());
    if (command.state() == v1::SECTION_STATE_STALE || command.state() == v1::SECTION_STATE_EDITED) {
      stale.push_back(command.command());
    }
  }
  const auto run = [&row](const std::vector<std::string>& commands) {
    return commands.empty() ? "" : absl::StrCat("metapowers run ", commands.front(), " ", row.id());
  };
  AddStep(v1::STEP_KIND_RENEW_SECTIONS, stale, "", run(stale), true, row);
  AddStep(v1::STEP_KIND_WRITE_SECTIONS, missing, "", run(missing), true, row);
  AddStep(v1::STEP_KIND_MEND_DOCUMENTS, {row.failed_items().begin(), row.failed_items().end()}, "",
          absl::StrCat("metapowers lint ", row.id()), true, row);
  std::map<std::string, int> asked;
  std::vector<std::string> fields;
  for (const v1::Question& question : status.questions()) {
    fields.push_back(question.field());
    ++asked[question.owner_name()];
  }
  const auto busiest =
      std::max_element(asked.begin(), asked.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  AddStep(v1::STEP_KIND_ANSWER_QUESTIONS, fields, busiest == asked.end() ? "" : busiest->first,
          absl::StrCat("metapowers status ", row.id()), false, row);
}

v1::ExecutiveReport ReportBuilder::Finish() {
  report_.set_catalogue_version(knowledge::Catalogue().version());
  v1::ReportTotals& totals = *report_.mutable_totals();
  totals.set_topics(report_.topics_size());
  for (const v1::TopicReport& topic : report_.topics()) {
    totals.set_current(totals.current() + topic.current());
    totals.set_sections(totals.sections() + topic.sections());
    totals.set_findings(totals.findings() + topic.findings());
    totals.set_overdue(totals.overdue() + topic.overdue());
    totals.set_questions(totals.questions() + topic.questions());
    totals.set_failed_items(totals.failed_items() + topic.failed_items_size());
    totals.set_ready(totals.ready() + (topic.ready() ? 1 : 0));
  }
  for (auto& [severity, count] : severities_) {
    if (IsUrgent(severity)) totals.set_urgent(totals.urgent() + count.open());
    *report_.add_severities() = std::move(count);
  }
  const auto order = [](const v1::ReportedFinding& finding) {
    return std::make_tuple(-finding.severity(), finding.due().empty() ? "9" : finding.due(), finding.topic(),
                           finding.key());
  };
  std::sort(findings_.begin(), findings_.end(), [&](const auto& a, const auto& b) { return order(a) < order(b); });
  for (const v1::ReportedFinding& finding : findings_) {
    if (report_.worst_size() < kWorstShown) *report_.add_worst() = finding;
  }
  std::stable_sort(findings_.begin(), findings_.end(),
                   [](const auto& a, const auto& b) { return a.overdue_days() > b.overdue_days(); });
  for (const v1::ReportedFinding& finding : findings_) {
    if (finding.overdue_days() == 0 || !IsUrgent(finding.severity())) continue;
    if (report_.overdue_size() < kOverdueShown) {
      *report_.add_overdue() = finding;
    } else {
      totals.set_overdue_unlisted(totals.overdue_unlisted() + 1);
    }
  }
  for (const auto& [team, load] : loads_) {
    v1::TeamLoad& row = *report_.add_teams();
    row.set_team(team);
    for (const std::string& topic : load.topics) row.add_topics(topic);
    row.set_urgent(load.urgent);
    row.set_overdue(load.overdue);
    row.set_questions(load.questions);
  }
  for (const auto& [name, topics] : suppliers_) {
    if (topics.size() < 2) continue;
    v1::SharedSupplier& row = *report_.add_shared_suppliers();
    row.set_name(name);
    for (const std::string& topic : topics) row.add_topics(topic);
  }
  std::stable_sort(report_.mutable_ending()->begin(), report_.mutable_ending()->end(),
                   [](const auto& a, const auto& b) { return a.days_left() < b.days_left(); });
  std::stable_sort(report_.mutable_steps()->begin(), report_.mutable_steps()->end(),
                   [](const auto& a, const auto& b) { return a.kind() < b.kind(); });
  commands::FillPresence(report_);
  return std::move(report_);
}

}  // namespace

absl::StatusOr<v1::ExecutiveReport> MakeExecutiveReport(Backend& backend, const Call& call,
                                                        const workspace::Workspace& workspace,
                                                        const workspace::Snapshot& snapshot,
                                                        const std::vector<std::string>& topics) {
  ReportBuilder builder(backend, call, workspace, snapshot);
  const std::set<std::string> sorted(topics.begin(), topics.end());
  for (const std::string& topic : sorted) RETURN_IF_ERROR(builder.Add(topic));
  return builder.Finish();
}

absl::StatusOr<std::string> RenderExecutiveReport(const v1::ExecutiveReport& report) {
  static const auto* const wording =
      new absl::StatusOr<render::Template>(render::Template::Parse(kExecutiveReport[0].text, "executive_report.md"));
  RETURN_IF_ERROR(wording->status());
  return (*wording)->Render(report);
}

}  // namespace metapowers::server
