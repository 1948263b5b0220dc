// The judgements are analysis' (security_tests.h, detections.h); this puts them into the tables of the section, one
// function a table.
#include "service/commands/detect/security_testing.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/analysis/security_tests.h"
#include "service/commands/applicable_references.h"
#include "service/commands/example_decision.h"
#include "service/commands/held_roles.h"
#include "service/commands/log_naming.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/pentest_summary.h"
#include "service/commands/raci.h"
#include "service/commands/risk_wording.h"
#include "service/commands/rows.h"
#include "service/commands/sight_wording.h"
#include "service/commands/test_snippets.h"
#include "service/commands/test_wording.h"
#include "service/commands/threat_naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/security_tests.h"

namespace metapowers::commands::detect {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::detect::v1;
using analysis::AppliedDetection;
using analysis::ChainLink;
using analysis::SecurityTest;
using analysis::Sight;
using analysis::Threat;
using model::v1::Severity;

// Names before the rest is counted.
constexpr size_t kNamed = 6;

bool IsSevere(const Threat& threat) { return threat.severity() >= model::v1::SEVERITY_HIGH; }

bool IsDetected(const ChainLink& link) { return link.sight->sight == Sight::kDetected; }

class Builder {
 public:
  explicit Builder(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        threats_(input.threats.Get()),
        sources_(analysis::LogSources::Of(threats_.landscape())),
        detections_(analysis::Detections::Of(threats_, sources_)),
        plan_(analysis::SecurityTestPlan::Of(threats_, sources_, *detections_)) {}

  pb::SecurityTestingResult Build() {
    result_.set_system(proto_.name());
    result_.set_topic(proto_.id());
    result_.set_as_of(proto_.as_of());
    AddTypes();
    AddTests();
    AddTools();
    AddTestSnippets(model_, *plan_, result_);
    AddTriage();
    result_.set_decision(ExampleDecision(threats_, *plan_));
    AddCadence();
    AddPentestSummary(threats_.landscape(), *plan_, *result_.mutable_pentest());
    AddMetrics();
    AddChain();
    AddOrphans();
    AddQuestions();
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  std::string Owner(const std::string& team) const { return TeamName(model_, team); }

  // The role that answers for the activity, else the team of the element; a zone and the system belong to no team
  // alone.
  std::string SeenToBy(const SecurityTest& test) const {
    const std::string role = AccountableFor(model_, test.kind->activity());
    if (!role.empty()) return role;
    const kb::ThreatSubject subject = test.element.subject;
    const bool shared = subject == kb::THREAT_SUBJECT_ZONE || subject == kb::THREAT_SUBJECT_SYSTEM;
    return shared ? OwnerOf(model_, test.kind->owners()) : Owner(test.team);
  }

  // --- Testing Types ---

  void AddTypes() {
    for (const kb::TestKind& kind : knowledge::SecurityTests().kinds()) {
      pb::TestTypeRow row;
      std::vector<std::string> elements;
      std::set<const Threat*> threats;
      std::set<std::string> controls;
      for (const SecurityTest& test : plan_->tests()) {
        if (test.kind != &kind) continue;
        elements.push_back(test.element_id);
        threats.insert(test.threats.begin(), test.threats.end());
        for (const Threat* threat : test.threats) {
          for (const analysis::ControlOnThreat& control : threat->controls) {
            const std::string& id = control.control->id();
            const auto& tried = kind.controls();
            const bool own = kind.all_controls() && id == test.element_id;
            if (own || std::find(tried.begin(), tried.end(), id) != tried.end()) controls.insert(id);
          }
        }
      }
      if (elements.empty()) continue;
      row.set_id(kind.id());
      row.set_name(kind.name());
      row.set_tests(static_cast<int32_t>(elements.size()));
      AddFirst(elements, kNamed, row.mutable_elements());
      row.set_threats(static_cast<int32_t>(threats.size()));
      AddFirst({controls.begin(), controls.end()}, kNamed, row.mutable_controls());
      row.set_passes(kind.passes());
      AddAll(BindingReferences(binding_, kind.references()), row.mutable_references());
      *result_.add_types() = std::move(row);
    }
  }

  void AddTests() {
    for (const SecurityTest& test : plan_->tests()) {
      if (test.kind->all_controls()) continue;
      pb::TestRow& row = *result_.add_tests();
      row.set_id(test.id);
      AddAll(test.because, row.mutable_because());
      if (test.tool != nullptr) row.set_tool(test.tool->name());
      row.set_threats(static_cast<int32_t>(test.threats.size()));
      row.set_owner(SeenToBy(test));
    }
  }

  // --- Tool Selection ---

  void AddTools() {
    std::map<std::pair<std::string, std::string>, pb::ToolRow> rows;
    std::map<std::pair<std::string, std::string>, std::vector<std::string>> elements;
    for (const SecurityTest& test : plan_->tests()) {
      if (test.tool == nullptr || test.kind->all_controls()) continue;
      const std::pair<std::string, std::string> key(test.kind->id(), test.tool->name());
      elements[key].push_back(test.element_id);
      pb::ToolRow& row = rows[key];
      row.set_tool(test.tool->name());
      row.set_kind(test.kind->id());
      row.set_command(CommandFor(test.tool->command(), "NAME"));
      row.clear_languages();
      AddAll(test.tool->languages(), row.mutable_languages());
    }
    for (auto& [key, row] : rows) {
      AddFirst(elements[key], kNamed, row.mutable_elements());
      *result_.add_tools() = std::move(row);
    }
  }

  // --- Finding Triage ---

  void AddTriage() {
    for (const Severity severity : kWorstFirst) {
      pb::TriageRow& row = *result_.add_triage();
      row.set_severity(severity);
      for (const model::v1::PatchSla& sla : proto_.policy_parameters().patch_sla()) {
        if (sla.severity() == severity && sla.hours() > 0) row.set_term(Hours(sla.hours()));
      }
      row.set_looks(ActingFor(model_, {model::v1::ROLE_KIND_SECURITY_ENGINEER, model::v1::ROLE_KIND_SECURITY_LEAD}));
      row.set_mends("the team that owns the element");
      row.set_accepts(AcceptedBy(model_, severity));
      row.set_stops(severity >= model::v1::SEVERITY_HIGH ? "merge and release" : "nothing");
    }
  }

  // --- Testing Cadence ---

  void AddCadence() {
    using Key = std::tuple<std::string, std::string, std::string, std::string>;
    std::map<Key, std::pair<pb::CadenceRow, std::set<std::string>>> rows;
    for (const SecurityTest& test : plan_->tests()) {
      auto& [row, owners] =
          rows[{test.next.empty() ? "9" : test.next, test.kind->id(), test.interval_basis, LastLabel(test)}];
      row.set_kind(test.kind->id());
      row.add_elements(test.element_id);
      row.set_last(LastLabel(test));
      row.set_overdue(test.overdue);
      row.set_runs(test.kind->runs());
      if (test.interval_days > 0) row.set_interval(InDays(test.interval_days));
      row.set_basis(test.interval_basis);
      row.set_next(test.next);
      row.set_tests(row.tests() + 1);
      owners.insert(SeenToBy(test));
    }
    for (auto& [key, value] : rows) {
      std::vector<std::string> elements(value.first.elements().begin(), value.first.elements().end());
      value.first.clear_elements();
      AddFirst(std::move(elements), kNamed, value.first.mutable_elements());
      AddAll(value.second, value.first.mutable_owners());
      *result_.add_cadence() = std::move(value.first);
    }
  }

  // --- Metrics ---

  void AddMetrics() {
    for (const kb::TestMetric& metric : knowledge::SecurityTests().metrics()) {
      pb::TestMetricRow& row = *result_.add_metrics();
      row.set_name(metric.name());
      row.set_formula(metric.formula());
      row.set_source(metric.source());
      row.set_target(metric.target());
    }
  }

  // --- The chain ---

  void AddChain() {
    std::map<const Threat*, const ChainLink*> links;
    for (const ChainLink& link : plan_->chain()) links[link.threat] = &link;
    std::set<const Threat*> done;
    for (const Threat* threat : threats_.Prioritised()) {
      if (IsSevere(*threat) && done.insert(threat).second) AddLink(*links.at(threat));
    }
    for (const ChainLink& link : plan_->chain()) {
      if (IsSevere(*link.threat) && done.insert(link.threat).second) AddLink(link);
    }
    for (const Severity severity : kWorstFirst) {
      pb::ChainCount row;
      row.set_severity(severity);
      for (const ChainLink& link : plan_->chain()) {
        if (IsSevere(*link.threat) || link.threat->severity() != severity) continue;
        row.set_threats(row.threats() + 1);
        row.set_controls(row.controls() + (link.threat->controls.empty() ? 0 : 1));
        row.set_detections(row.detections() + (IsDetected(link) ? 1 : 0));
        row.set_tests(row.tests() + (link.tests.empty() ? 0 : 1));
      }
      if (row.threats() > 0) *result_.add_chain_counts() = std::move(row);
    }
  }

  void AddLink(const ChainLink& link) {
    pb::ChainRow& row = *result_.add_chain();
    row.set_threat(link.threat->key());
    row.set_severity(link.threat->severity());
    row.set_status(StatusLabel(*link.threat));
    for (const analysis::ControlOnThreat& control : link.threat->controls) {
      row.add_controls(absl::StrCat(control.control->id(), " (", Label(control.posture->state), ")"));
    }
    std::vector<std::string> detections;
    for (const AppliedDetection* detection : link.sight->detections) detections.push_back(detection->row->id());
    AddFirst(std::move(detections), kNamed, row.mutable_detections());
    if (!IsDetected(link)) row.set_blind(BlindReason(*link.sight));
    std::vector<std::string> tests;
    for (const SecurityTest* test : link.tests) tests.push_back(test->id);
    AddFirst(std::move(tests), kNamed, row.mutable_tests());
  }

  void AddOrphan(const std::string& kind, const std::string& id, const std::string& reason) {
    pb::OrphanRow& row = *result_.add_orphans();
    row.set_kind(kind);
    row.set_id(id);
    row.set_reason(reason);
  }

  void AddOrphans() {
    std::set<std::string> lowering;
    for (const ChainLink& link : plan_->chain()) {
      for (const analysis::ControlOnThreat& control : link.threat->controls) lowering.insert(control.control->id());
    }
    for (const model::v1::Control& control : proto_.controls()) {
      const auto& keys = control.implements();
      const bool lowers =
          std::any_of(keys.begin(), keys.end(), [&lowering](const std::string& key) { return lowering.contains(key); });
      if (lowers) continue;
      AddOrphan("control", control.id(),
                keys.empty() ? "it names no control of the catalogue under 'implements'"
                             : "no threat of this model asks for what it implements");
    }
    for (const AppliedDetection& detection : detections_->all()) {
      if (!detection.threats.empty()) continue;
      AddOrphan("detection", detection.row->id(),
                detection.row->control_failure() ? "it watches the watching itself"
                                                 : "no single threat is shown by it; it ranks what its parts find");
    }
    for (const SecurityTest& test : plan_->tests()) {
      if (test.threats.empty()) AddOrphan("test", test.id, "no threat on its element asks for a control that it tries");
    }
  }

  // --- Questions and figures ---

  void AddQuestions() {
    for (metapowers::v1::Question& question :
         QuestionsOn(model_, {"PolicyParameters.patch_sla", "Repository.static_analysis", "Repository.secret_scanning",
                              "Repository.dependency_scanning", "BackupPolicy.restore_test_interval_days"})) {
      *result_.add_questions() = std::move(question);
    }
    for (const pb::TriageRow& row : result_.triage()) {
      if (!row.term().empty()) continue;
      *result_.add_questions() =
          Ask(model_, "policy_parameters.patch_sla",
              absl::StrCat("Within how many hours is a finding of severity ", Label(row.severity()), " mended?"), "");
    }
    google::protobuf::RepeatedPtrField<std::string> threat_led;
    *threat_led.Add() = "dora:Art. 26";
    if (!BindingReferences(binding_, threat_led).empty()) {
      *result_.add_questions() = Ask(
          model_, "organization",
          "Has the competent authority named the organisation for threat-led penetration tests (DORA Art. 26)?", "");
    }
  }

  void AddTotals() {
    pb::TestingTotals& totals = *result_.mutable_totals();
    totals.set_types(result_.types_size());
    totals.set_tests(static_cast<int32_t>(plan_->tests().size()));
    for (const SecurityTest& test : plan_->tests()) totals.set_overdue(totals.overdue() + (test.overdue ? 1 : 0));
    for (const ChainLink& link : plan_->chain()) {
      if (!IsSevere(*link.threat)) continue;
      const bool complete = !link.threat->controls.empty() && !link.tests.empty() && IsDetected(link);
      totals.set_severe(totals.severe() + 1);
      totals.set_complete(totals.complete() + (complete ? 1 : 0));
      totals.set_blind(totals.blind() + (IsDetected(link) ? 0 : 1));
    }
    pb::TestingPhrases& phrases = *result_.mutable_phrases();
    phrases.set_types(Count(totals.types(), "kind of test", "kinds of tests"));
    phrases.set_tests(Count(totals.tests(), "test", "tests"));
    if (totals.overdue() > 0) phrases.set_overdue(Count(totals.overdue(), "test is", "tests are"));
    phrases.set_severe(Count(totals.severe(), "critical or high threat", "critical and high threats"));
    phrases.set_complete(absl::StrCat(totals.complete(), " (", Share(totals.complete(), totals.severe()), ")"));
  }

  const Input& input_;
  mutable ReferenceFilter binding_{input_};
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const analysis::Threats& threats_;
  const analysis::LogSources sources_;
  const std::unique_ptr<const analysis::Detections> detections_;
  const std::unique_ptr<const analysis::SecurityTestPlan> plan_;
  pb::SecurityTestingResult result_;
};

}  // namespace

pb::SecurityTestingResult SecurityTesting(const Input& input) { return Builder(input).Build(); }

}  // namespace metapowers::commands::detect
