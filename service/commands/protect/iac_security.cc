// The judgements are analysis'; this puts them into the tables of the section, one function a table.
#include "service/commands/protect/iac_security.h"

#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/iac_review.h"
#include "service/analysis/vulnerabilities.h"
#include "service/commands/control_effects.h"
#include "service/commands/evidence_wording.h"
#include "service/commands/iac_snippets.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/rows.h"
#include "service/commands/threat_naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/reviews.h"
#include "service/knowledge/threats.h"

namespace metapowers::commands::protect {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::protect::v1;
using analysis::EvidenceFact;
using analysis::IacSettingFact;
using analysis::Threat;
using analysis::Vulnerability;
using model::v1::IacSource;
using model::v1::Infrastructure;
using model::v1::Pipeline;

// Keys of threats that a cell holds, the worst ones.
constexpr size_t kKeys = 3;

const kb::IacFix* FixOf(const std::string& rule) {
  for (const kb::IacFix& fix : knowledge::IacReview().fixes()) {
    if (fix.rule() == rule) return &fix;
  }
  return nullptr;
}

std::string ControlName(const std::string& id) { return knowledge::FindControl(id)->name(); }

class Review {
 public:
  explicit Review(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        rows_(knowledge::IacReview()),
        settings_(analysis::Misconfigurations(input.threats.Get().landscape())),
        judged_(analysis::JudgeVulnerabilities(input.facts, input.evidence)),
        questions_(input.model, rows_.questions()) {
    for (const IacSource& source : proto_.delivery().iac()) {
      if (!source.repository().empty()) repositories_.insert(source.repository());
    }
    for (const Threat* threat : input.threats.Get().Prioritised()) open_[threat->element_id()].push_back(threat);
    for (const Vulnerability& one : judged_->open) {
      if (one.in_code() && repositories_.contains(one.repository)) findings_.push_back(&one);
    }
  }

  pb::IacSecurityResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    AddSources();
    AddUnmanaged();
    AddScans();
    AddFindings();
    AddSettings();
    AddScannerSnippets(model_, *result_.mutable_configs());
    AddPolicies();
    AddPolicySnippets(model_, *result_.mutable_policy_files());
    AddPipelines();
    AddIacJobSnippets(model_, *result_.mutable_jobs());
    AddRemedies();
    AddControlEffects(input_, "iac-security", *result_.mutable_controls());
    AddQuestions();
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  std::string TeamOf(const IacSource& source) const {
    const auto* repository = model_.Find<model::v1::Repository>(source.repository());
    return repository == nullptr || repository->owner_team().empty() ? proto_.owner_team() : repository->owner_team();
  }

  // --- Inventory ---

  void AddSources() {
    for (const IacSource& source : proto_.delivery().iac()) {
      pb::IacSourceRow& row = *result_.add_sources();
      row.set_id(source.id());
      row.set_tool(source.tool());
      row.set_repository(source.repository());
      AddAll(source.manages(), row.mutable_manages());
      row.set_state_backend(source.state_backend());
      row.set_state_encrypted(Label(source.state_encrypted()));
      row.set_policy_checks(Label(source.policy_checks()));
      for (const Threat* threat : open_[source.id()]) row.add_threats(threat->key());
      row.set_owner(OwnerName(model_, TeamOf(source)));
    }
  }

  void AddUnmanaged() {
    for (const Infrastructure* infrastructure : analysis::Unmanaged(model_)) {
      pb::UnmanagedRow& row = *result_.add_unmanaged();
      row.set_id(infrastructure->id());
      row.set_kind(Label(infrastructure->kind()));
      row.set_provider(Label(infrastructure->provider()));
      row.set_components(static_cast<int>(absl::c_count_if(
          proto_.components(), [&](const auto& one) { return one.runs_on() == infrastructure->id(); })));
      row.set_owner(OwnerName(model_, infrastructure->owner_team()));
    }
  }

  // --- Findings ---

  bool IsScan(const EvidenceFact& fact) const {
    return fact.declaration->format() == model::v1::EVIDENCE_FORMAT_SARIF &&
           repositories_.contains(fact.declaration->repository());
  }

  void AddScans() {
    for (const EvidenceFact& fact : judged_->evidence) {
      if (!IsScan(fact)) continue;
      pb::IacScanRow& row = *result_.add_scans();
      row.set_id(fact.declaration->id());
      row.set_tool(ToolOf(fact));
      row.set_repository(fact.declaration->repository());
      row.set_produced_on(fact.declaration->produced_on());
      row.set_state(ReportState(fact));
      row.set_findings(static_cast<int>(fact.entry->report.findings.size()));
      if (!fact.entry->reason.empty()) row.add_notes(fact.entry->reason);
      AddAll(fact.entry->report.warnings, row.mutable_notes());
      row.set_owner(OwnerName(model_, fact.team));
      if (row.state() == "current") scanned_.insert(fact.declaration->repository());
    }
  }

  void AddFindings() {
    std::vector<const Vulnerability*> sorted = findings_;
    absl::c_stable_sort(sorted, [](const Vulnerability* a, const Vulnerability* b) {
      return std::make_tuple(-a->severity, a->id, a->file, a->line) <
             std::make_tuple(-b->severity, b->id, b->file, b->line);
    });
    for (const Vulnerability* one : sorted) {
      pb::IacFindingRow& row = *result_.add_findings();
      row.set_rule(one->id);
      row.set_repository(one->repository);
      row.set_place(FileLabel(*one));
      row.set_title(one->title);
      row.set_severity(one->severity);
      row.set_evidence(List(one->evidence));
      row.set_owner(OwnerName(model_, one->team));
      row.set_due(DueLabel(*one));
    }
  }

  void AddSettings() {
    for (const IacSettingFact& fact : settings_) {
      pb::IacSettingRow& row = *result_.add_settings();
      row.set_id(fact.setting->id());
      row.set_element(fact.element);
      row.set_title(fact.setting->title());
      AddAll(fact.because, row.mutable_because());
      AddAll(fact.managed_by, row.mutable_managed_by());
      row.set_severity(fact.setting->severity());
      for (const Threat* threat : open_[fact.element]) {
        if (IsLoweredBy(*threat, fact.setting->controls())) row.add_threats(threat->key());
      }
      row.set_owner(OwnerName(model_, fact.team));
      row.set_due(fact.due);
    }
  }

  template <class Ids>
  static bool IsLoweredBy(const Threat& threat, const Ids& controls) {
    return absl::c_any_of(threat.controls, [&](const analysis::ControlOnThreat& each) {
      return IsMissing(each) && absl::c_linear_search(controls, each.control->id());
    });
  }

  // --- Scanners and policies ---

  void AddPolicies() {
    for (const IacSource& source : proto_.delivery().iac()) {
      if (knowledge::FindIacTool(source.tool()) == nullptr) result_.add_sources_without_scanner(source.id());
      const std::set<std::string> elements = analysis::ManagedBy(model_, source);
      for (const kb::IacPolicy* policy : analysis::PoliciesFor(model_, source)) AddPolicy(source, *policy, elements);
    }
  }

  void AddPolicy(const IacSource& source, const kb::IacPolicy& policy, const std::set<std::string>& elements) {
    pb::IacPolicyRow& row = *result_.add_policies();
    row.set_id(policy.id());
    row.set_source(source.id());
    row.set_title(policy.title());
    row.set_file(policy.config().file());
    row.set_control(ControlName(policy.control()));
    const std::vector<std::string> control = {policy.control()};
    for (const Threat* threat : input_.threats.Get().Prioritised()) {
      if (!elements.contains(threat->element_id()) || !IsLoweredBy(*threat, control)) continue;
      row.set_open(row.open() + 1);
      if (row.threats_size() < static_cast<int>(kKeys)) row.add_threats(threat->key());
    }
    row.set_verification(policy.verification());
    row.set_owner(OwnerName(model_, TeamOf(source)));
  }

  // --- Pipelines ---

  void AddPipelines() {
    for (const IacSource& source : proto_.delivery().iac()) {
      const kb::IacTool* tool = knowledge::FindIacTool(source.tool());
      const std::vector<const Pipeline*> pipelines = analysis::PipelinesOf(model_, source);
      for (const Pipeline* pipeline : pipelines) AddPipeline(source, tool, pipeline);
      if (pipelines.empty()) AddPipeline(source, tool, nullptr);
    }
    if (result_.sources().empty()) return;
    for (const kb::IacGate& gate : rows_.gates()) {
      pb::IacGateRow& row = *result_.add_gates();
      row.set_name(gate.name());
      row.set_rule(absl::StrReplaceAll(
          gate.rule(), {{"{plan}", Commands(&kb::IacTool::plan)}, {"{drift}", Commands(&kb::IacTool::drift)}}));
      row.set_control(ControlName(gate.control()));
      row.set_verification(gate.verification());
    }
  }

  // The commands of the declared tools, each once.
  std::string Commands(const std::string& (kb::IacTool::*command)() const) const {
    std::vector<std::string> commands;
    for (const IacSource& source : proto_.delivery().iac()) {
      const kb::IacTool* tool = knowledge::FindIacTool(source.tool());
      if (tool == nullptr) continue;
      const std::string& text = (tool->*command)();
      if (!absl::c_linear_search(commands, text)) commands.push_back(text);
    }
    return commands.empty() ? "as its tool does" : List(commands);
  }

  void AddPipeline(const IacSource& source, const kb::IacTool* tool, const Pipeline* pipeline) {
    pb::IacPipelineRow& row = *result_.add_pipelines();
    row.set_source(source.id());
    row.set_plan(tool == nullptr ? "not known for this tool" : tool->plan());
    row.set_drift(tool == nullptr ? "not known for this tool" : tool->drift());
    row.set_owner(OwnerName(model_, TeamOf(source)));
    if (pipeline == nullptr) return;
    row.set_pipeline(pipeline->id());
    row.set_platform(pipeline->platform());
    row.set_by_pull(Label(pipeline->deploys_by_pull()));
    row.set_approval(Label(pipeline->approval_required()));
    row.set_signed_artifacts(Label(pipeline->signed_artifacts()));
  }

  // --- Remediation ---

  void AddRemedies() {
    std::vector<pb::IacRemedyRow> rows;
    for (const Vulnerability* one : findings_) {
      pb::IacRemedyRow& row = rows.emplace_back();
      const kb::IacFix* fix = FixOf(one->id);
      const std::string place = FileLabel(*one);
      row.set_finding(absl::StrCat(one->id, ": ", place.empty() ? "path leads out of the repository" : place));
      row.set_element(one->repository);
      row.set_severity(one->severity);
      row.set_fix(fix == nullptr ? absl::StrCat(one->title, " Set what the guide of the rule names.") : fix->fix());
      row.set_verification(fix == nullptr ? absl::StrCat("The next report has no ", one->id, " at this place.")
                                          : fix->verification());
      if (fix != nullptr) row.add_controls(ControlName(fix->control()));
      row.set_owner(OwnerName(model_, one->team));
      row.set_due(DueLabel(*one));
    }
    for (const IacSettingFact& fact : settings_) {
      pb::IacRemedyRow& row = rows.emplace_back();
      const auto fill = [&](const std::string& text) {
        return absl::StrReplaceAll(text, {{"{element}", fact.element}});
      };
      row.set_finding(fact.setting->title());
      row.set_element(fact.element);
      row.set_severity(fact.setting->severity());
      row.set_fix(fill(fact.setting->fix()));
      row.set_verification(fill(fact.setting->verification()));
      for (const std::string& control : fact.setting->controls()) row.add_controls(ControlName(control));
      row.set_owner(OwnerName(model_, fact.team));
      row.set_due(fact.due);
    }
    absl::c_stable_sort(rows, [](const pb::IacRemedyRow& a, const pb::IacRemedyRow& b) {
      return std::make_tuple(-a.severity(), a.due(), a.finding(), a.element()) <
             std::make_tuple(-b.severity(), b.due(), b.finding(), b.element());
    });
    for (pb::IacRemedyRow& row : rows) *result_.add_remedies() = std::move(row);
  }

  // --- Questions ---

  void AddQuestions() {
    if (result_.sources().empty()) questions_.Ask("Delivery.iac", "delivery", proto_.id(), "");
    for (const IacSource& source : proto_.delivery().iac()) AskAbout(source);
    if (!result_.sources().empty()) {
      for (const Infrastructure* infrastructure : analysis::Unmanaged(model_)) {
        questions_.Ask("Infrastructure.manages", "infrastructure", infrastructure->id(), infrastructure->owner_team());
      }
    }
    for (const model::v1::Zone& zone : proto_.zones()) {
      if (zone.network_policy() != 0 || zone.type() == model::v1::ZONE_TYPE_INTERNET) continue;
      const auto* runs_on = model_.Find<Infrastructure>(zone.runs_on());
      if (runs_on != nullptr) questions_.Ask("Zone.network_policy", "zones", zone.id(), runs_on->owner_team());
    }
    AddAll(questions_.asked(), result_.mutable_questions());
  }

  void AskAbout(const IacSource& source) {
    const auto ask = [&](const char* type, const char* list = "delivery.iac") {
      questions_.Ask(type, list, source.id(), TeamOf(source));
    };
    if (source.repository().empty()) ask("IacSource.repository");
    const bool keeps_state = analysis::KeepsState(source);
    if (keeps_state && source.state_backend().empty()) ask("IacSource.state_backend");
    if (keeps_state && source.state_encrypted() == 0) ask("IacSource.state_encrypted");
    if (source.policy_checks() == 0) ask("IacSource.policy_checks");
    if (knowledge::FindIacTool(source.tool()) == nullptr) ask("IacSource.tool");
    if (!scanned_.contains(source.repository())) ask("evidence", "evidence");
    const std::vector<const Pipeline*> pipelines = analysis::PipelinesOf(model_, source);
    if (pipelines.empty()) ask("Pipeline.deploys_to", "delivery.pipelines");
    for (const Pipeline* pipeline : pipelines) {
      if (pipeline->approval_required() == 0) {
        questions_.Ask("Pipeline.approval_required", "delivery.pipelines", pipeline->id(), TeamOf(source));
      }
    }
  }

  // --- Totals ---

  void AddTotals() {
    pb::IacTotals& totals = *result_.mutable_totals();
    std::set<std::string> managed;
    for (const IacSource& source : proto_.delivery().iac()) {
      managed.insert(source.manages().begin(), source.manages().end());
    }
    totals.set_sources(result_.sources_size());
    totals.set_managed(static_cast<int>(managed.size()));
    totals.set_unmanaged(result_.unmanaged_size());
    totals.set_findings(result_.findings_size());
    totals.set_settings(result_.settings_size());
    for (const pb::IacRemedyRow& row : result_.remedies()) {
      totals.set_severe(totals.severe() + (row.severity() >= model::v1::SEVERITY_HIGH ? 1 : 0));
    }
    totals.set_policies(result_.policies_size());
    totals.set_questions(result_.questions_size());
    pb::IacPhrases& phrases = *result_.mutable_phrases();
    phrases.set_sources(Count(totals.sources(), "source", "sources"));
    phrases.set_managed(Count(totals.managed(), "infrastructure element", "infrastructure elements"));
    phrases.set_findings(Count(totals.findings(), "open finding", "open findings"));
    phrases.set_settings(
        Count(totals.settings(), "declared setting is a misconfiguration", "declared settings are misconfigurations"));
    phrases.set_severe(totals.severe() == 0 ? "none of them is" : Count(totals.severe(), "of all is", "of all are"));
  }

  const Input& input_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const kb::IacReview& rows_;
  const std::vector<IacSettingFact> settings_;
  const std::unique_ptr<const analysis::VulnerabilityFacts> judged_;
  RowQuestions questions_;
  std::set<std::string> repositories_;                      // of sources
  std::set<std::string> scanned_;                           // those of them with a current report
  std::vector<const Vulnerability*> findings_;              // in them
  std::map<std::string, std::vector<const Threat*>> open_;  // by element, worst first
  pb::IacSecurityResult result_;
};

}  // namespace

pb::IacSecurityResult IacSecurity(const Input& input) { return Review(input).Build(); }

}  // namespace metapowers::commands::protect
