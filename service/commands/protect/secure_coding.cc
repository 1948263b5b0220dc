// The judgements are analysis'; this puts them into the tables of the section, one function a table.
#include "service/commands/protect/secure_coding.h"

#include <map>
#include <memory>
#include <tuple>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/code_findings.h"
#include "service/analysis/outside.h"
#include "service/analysis/payment_pages.h"
#include "service/analysis/vulnerabilities.h"
#include "service/commands/applicable_references.h"
#include "service/commands/code_input_tables.h"
#include "service/commands/code_scope_tables.h"
#include "service/commands/code_snippets.h"
#include "service/commands/control_effects.h"
#include "service/commands/evidence_wording.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/posture_wording.h"
#include "service/commands/rows.h"
#include "service/commands/threat_naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/reviews.h"

namespace metapowers::commands::protect {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::protect::v1;
using analysis::CodeComponent;
using analysis::CodeFinding;
using analysis::CodeRepository;
using analysis::EvidenceFact;
using analysis::Threat;
using analysis::Vulnerability;

class Review {
 public:
  explicit Review(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        rows_(knowledge::CodeReview()),
        landscape_(input.threats.Get().landscape()),
        scope_(analysis::FindCodeScope(landscape_)),
        judged_(analysis::JudgeVulnerabilities(input.facts, input.evidence)),
        findings_(analysis::CodeFindings(scope_, *judged_)),
        questions_(input.model, rows_.questions()) {
    for (const Threat* threat : input.threats.Get().Prioritised()) {
      if (analysis::IsOnCode(scope_, *threat)) threats_.push_back(threat);
    }
  }

  pb::SecureCodingResult Build() {
    result_.set_system(proto_.name());
    result_.set_organization(proto_.organization().name());
    result_.set_as_of(proto_.as_of());
    result_.set_edition(rows_.edition());
    result_.set_newer_edition(rows_.newer_edition());
    result_.set_asvs(knowledge::Asvs().version());
    AddCodeScopeTables(model_, scope_, *judged_, result_);
    AddCategories();
    AddCodeInputTables(input_, scope_, threats_, result_);
    AddPaymentPages();
    AddRules("", *result_.mutable_error_rules());
    AddGates();
    AddCodeSnippets(model_, scope_, *judged_, *result_.mutable_jobs());
    AddFixes();
    AddThreatGroups();
    AddControlEffects(input_, "secure-coding", *result_.mutable_controls());
    AddQuestions();
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  // --- Categories ---

  void AddCategories() {
    for (const kb::CodeCategory& category : rows_.categories()) {
      pb::CodeCategoryGroup& group = *result_.add_categories();
      group.set_id(category.id());
      group.set_name(category.name());
      group.set_newer(category.newer());
      group.set_question(category.question());
      for (const Threat* threat : threats_) {
        if (analysis::IsIn(*threat->rule, category)) AddThreat(*threat, *group.add_threats());
      }
      for (const Threat* threat : input_.threats.Get().Prioritised()) {
        if (analysis::IsIn(*threat->rule, category) && !analysis::IsOnCode(scope_, *threat))
          group.set_elsewhere(group.elsewhere() + 1);
      }
      AddRules(category.id(), *group.mutable_rules());
      group.set_has_threats(!group.threats().empty());
      group.set_has_rules(!group.rules().empty());
    }
    for (const CodeFinding& finding : findings_) ++occurrences_[{finding.worst->repository, finding.worst->id}];
    for (const CodeFinding& finding : findings_) AddFinding(finding, ListFor(finding));
  }

  // Findings of its category.
  google::protobuf::RepeatedPtrField<pb::CodeFindingRow>& ListFor(const CodeFinding& finding) {
    for (pb::CodeCategoryGroup& group : *result_.mutable_categories()) {
      if (finding.category == nullptr || group.id() != finding.category->id()) continue;
      group.set_has_findings(true);
      return *group.mutable_findings();
    }
    return *result_.mutable_uncategorised();
  }

  void AddThreat(const Threat& threat, pb::CodeThreatRow& row) const {
    row.set_key(threat.key());
    row.set_title(threat.rule->title());
    row.set_element(threat.element_id());
    AddAll(threat.rule->cwe(), row.mutable_cwe());
    row.set_severity(threat.severity());
    for (const analysis::ControlOnThreat& each : threat.controls) {
      if (IsMissing(each)) row.add_controls(each.control->name());
    }
    row.set_owner(OwnerName(model_, *threat.team));
    row.set_due(*threat.due);
  }

  void AddRules(const std::string& category, google::protobuf::RepeatedPtrField<pb::CodeRuleRow>& out) const {
    for (const kb::LanguageRules& language : rows_.languages()) {
      std::vector<std::string> repositories;
      for (const CodeRepository& code : scope_.repositories) {
        if (absl::c_linear_search(code.languages, &language)) repositories.push_back(code.repository->id());
      }
      if (repositories.empty()) continue;
      for (const kb::LanguageRule& rule : language.rules()) {
        if (rule.category() != category) continue;
        pb::CodeRuleRow& row = *out.Add();
        row.set_id(rule.id());
        row.set_language(language.name());
        row.set_look_for(rule.look_for());
        row.set_instead(rule.instead());
        row.set_cwe(rule.cwe());
        row.set_asvs(rule.asvs());
        AddAll(repositories, row.mutable_repositories());
      }
    }
  }

  void AddFinding(const CodeFinding& finding, google::protobuf::RepeatedPtrField<pb::CodeFindingRow>& list) const {
    pb::CodeFindingRow& row = *list.Add();
    const Vulnerability& one = *finding.worst;
    row.set_repository(one.repository);
    AddAll(finding.components, row.mutable_components());
    row.set_rule(one.id);
    row.set_place(FileLabel(one));
    AddAll(one.cwes, row.mutable_cwe());
    row.set_severity(one.severity);
    row.set_count(occurrences_.at({one.repository, one.id}));
    row.set_evidence(List(one.evidence));
    if (finding.category != nullptr) row.set_category(finding.category->id());
    row.set_owner(OwnerName(model_, one.team));
    row.set_due(DueLabel(one));
  }

  // --- Payment pages ---

  // What a page loads is no fact of a model: each page has the same duties, and the list of its scripts is asked for.
  void AddPaymentPages() {
    for (const analysis::ComponentView& view : landscape_.components()) {
      if (!analysis::IsOurs(input_.facts, *view.facts) || !analysis::IsPaymentPage(landscape_, view)) continue;
      const model::v1::Component& component = *view.facts->component;
      for (const kb::PaymentPageDuty& duty : rows_.payment_pages()) {
        const std::vector<std::pair<absl::string_view, std::string>> values = {{"{element}", component.id()}};
        pb::PaymentPageRow& row = *result_.add_payment_pages();
        row.set_component(component.id());
        row.set_duty(absl::StrReplaceAll(duty.duty(), values));
        row.set_state(PostureLabel(PostureOn(landscape_, component.id(), "payment_page_integrity")));
        row.set_proof(absl::StrReplaceAll(duty.proof(), values));
        AddAll(BindingReferences(binding_, duty.references()), row.mutable_references());
        row.set_owner(OwnerName(model_, component.owner_team()));
      }
      questions_.Ask("Component.posture.payment_page_integrity", "components", component.id(), component.owner_team());
    }
  }

  // --- Gates and jobs ---

  std::string ReviewersLabel() const {
    const model::v1::PolicyParameters& policy = proto_.policy_parameters();
    return policy.has_code_reviewers() ? Count(policy.code_reviewers(), "person", "people") : "unknown";
  }

  std::string ReviewersRead() const {
    const model::v1::PolicyParameters& policy = proto_.policy_parameters();
    if (!policy.has_code_reviewers()) return "As many people as the policy names besides the author read";
    if (policy.code_reviewers() <= 1) return "One person besides the author reads";
    return absl::StrCat(ReviewersLabel(), " besides the author read");
  }

  void AddGates() {
    for (const CodeRepository& code : scope_.repositories) {
      const model::v1::Repository& repository = *code.repository;
      pb::CodeGateRow& row = *result_.add_gates();
      row.set_repository(repository.id());
      row.set_review(ReviewersLabel());
      row.set_branch(Label(repository.branch_protection()));
      row.set_analysis(Label(repository.static_analysis()));
      row.set_secrets(Label(repository.secret_scanning()));
      row.set_dependencies(Label(repository.dependency_scanning()));
      for (const kb::ReviewGate* gate : analysis::AbsentGates(model_, repository)) {
        row.add_missing(absl::AsciiStrToLower(gate->name()));
      }
      row.set_owner(OwnerName(model_, repository.owner_team()));
    }
    for (const kb::ReviewGate& gate : rows_.gates()) {
      pb::CodeGateRule& row = *result_.add_gate_rules();
      row.set_name(gate.name());
      row.set_rule(absl::StrReplaceAll(gate.rule(), {{"{reviewers_read}", ReviewersRead()}}));
      row.set_verification(gate.verification());
      AddAll(BindingReferences(binding_, gate.references()), row.mutable_references());
    }
  }

  // --- Plan ---

  void AddFixes() {
    std::vector<pb::CodeFixRow> rows;
    for (const CodeFinding& finding : findings_) {
      const Vulnerability* one = finding.worst;
      pb::CodeFixRow& row = rows.emplace_back();
      const std::string place = FileLabel(*one);
      row.set_place(absl::StrCat(one->repository.empty() ? one->component : one->repository, " ",
                                 place.empty() ? "(path leads out of the repository)" : place));
      row.set_rule(one->id);
      row.set_fix(finding.rule == nullptr ? one->title : finding.rule->instead());
      if (finding.category != nullptr) row.set_category(finding.category->id());
      row.set_severity(one->severity);
      row.set_verification(
          absl::StrCat("The next report of ", List(one->evidence),
                       " has no result of this rule there, and a test sends the value that it is about"));
      row.set_owner(OwnerName(model_, one->team));
      row.set_due(DueLabel(*one));
    }
    absl::c_stable_sort(rows, [](const pb::CodeFixRow& a, const pb::CodeFixRow& b) {
      return std::make_tuple(a.due().empty(), a.due(), -a.severity(), a.place()) <
             std::make_tuple(b.due().empty(), b.due(), -b.severity(), b.place());
    });
    for (pb::CodeFixRow& row : rows) *result_.add_fixes() = std::move(row);
  }

  // Categories of the rule, in their order; empty when it is in none.
  std::vector<std::string> CategoriesOf(const kb::ThreatRule& rule) const {
    std::vector<std::string> ids;
    for (const kb::CodeCategory& category : rows_.categories()) {
      if (analysis::IsIn(rule, category)) ids.push_back(category.id());
    }
    return ids;
  }

  void AddThreatGroups() {
    std::map<std::string, pb::CodeThreatGroup*> groups;
    for (const Threat* threat : threats_) {
      const std::vector<std::string> categories = CategoriesOf(*threat->rule);
      if (categories.empty()) continue;
      pb::CodeThreatGroup*& group = groups[threat->rule->id()];
      if (group == nullptr) {
        group = result_.add_threats();
        group->set_rule(threat->rule->id());
        group->set_title(threat->rule->title());
        AddAll(categories, group->mutable_categories());
        group->set_worst(threat->severity());
      }
      AddOnce(threat->element_id(), group->mutable_elements());
      AddOnce(OwnerName(model_, *threat->team), group->mutable_owners());
      for (const analysis::ControlOnThreat& each : threat->controls) {
        if (IsMissing(each)) AddOnce(each.control->name(), group->mutable_controls());
      }
      if (group->due().empty() || *threat->due < group->due()) group->set_due(*threat->due);
      ++open_threats_;
      severe_ += threat->severity() >= model::v1::SEVERITY_HIGH ? 1 : 0;
    }
  }

  // --- Questions ---

  void AddQuestions() {
    for (metapowers::v1::Question& question :
         QuestionsOn(model_, {"Component.custom_code", "Repository.branch_protection", "Flow.authentication",
                              "Flow.authorization", "PolicyParameters.code_reviewers", "Api.schema_validation"})) {
      if (absl::StartsWith(question.field(), "flows[")) {
        const std::string id = question.field().substr(6, question.field().find(']') - 6);
        const auto* flow = model_.Find<model::v1::Flow>(id);
        if (flow == nullptr || scope_.Find(flow->target()) == nullptr) continue;
      }
      *result_.add_questions() = std::move(question);
    }
    for (const CodeComponent& code : scope_.components) {
      const model::v1::Component& component = *code.facts->component;
      if (code.repository == nullptr)
        questions_.Ask("Component.repository", "components", component.id(), component.owner_team());
      if (PostureOn(landscape_, component.id(), "input_validation").state == 0) {
        questions_.Ask("Component.posture.input_validation", "components", component.id(), component.owner_team());
      }
    }
    for (const CodeRepository& code : scope_.repositories) AskAbout(code);
    AddAll(questions_.asked(), result_.mutable_questions());
  }

  void AskAbout(const CodeRepository& code) {
    const model::v1::Repository& repository = *code.repository;
    const auto ask = [&](const char* type) {
      questions_.Ask(type, "delivery.repositories", repository.id(), repository.owner_team());
    };
    if (code.languages.empty()) ask("Repository.language");
    if (repository.static_analysis() == 0) ask("Repository.static_analysis");
    if (repository.secret_scanning() == 0) ask("Repository.secret_scanning");
    if (repository.dependency_scanning() == 0) ask("Repository.dependency_scanning");
    if (analysis::CurrentScan(code, *judged_) != nullptr) return;
    ++unscanned_;
    questions_.Ask("evidence", "evidence", repository.id(), repository.owner_team());
  }

  // --- Totals ---

  void AddTotals() {
    pb::CodeTotals& totals = *result_.mutable_totals();
    totals.set_repositories(result_.repositories_size());
    totals.set_components(result_.components_size());
    totals.set_threats(open_threats_);
    totals.set_severe(severe_);
    totals.set_findings(static_cast<int>(findings_.size()));
    totals.set_unscanned(unscanned_);
    totals.set_questions(result_.questions_size());
    pb::CodePhrases& phrases = *result_.mutable_phrases();
    phrases.set_scope(absl::StrCat(Count(totals.repositories(), "repository", "repositories"), " and ",
                                   Count(totals.components(), "component", "components"), " with own code"));
    phrases.set_threats(Count(totals.threats(), "open threat", "open threats"));
    phrases.set_severe(totals.severe() == 0 ? "none of them is" : Count(totals.severe(), "of them is", "of them are"));
    phrases.set_findings(Count(totals.findings(), "open finding", "open findings"));
    phrases.set_unscanned(Count(totals.unscanned(), "repository has", "repositories have"));
  }

  const Input& input_;
  mutable ReferenceFilter binding_{input_};
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const kb::CodeReview& rows_;
  const analysis::Landscape& landscape_;
  const analysis::CodeScope scope_;
  const std::unique_ptr<const analysis::VulnerabilityFacts> judged_;
  const std::vector<CodeFinding> findings_;
  RowQuestions questions_;
  std::vector<const Threat*> threats_;                              // open ones on code, worst first
  std::map<std::pair<std::string, std::string>, int> occurrences_;  // of each rule in each repository
  int open_threats_ = 0;
  int severe_ = 0;
  int unscanned_ = 0;
  pb::SecureCodingResult result_;
};

}  // namespace

pb::SecureCodingResult SecureCoding(const Input& input) { return Review(input).Build(); }

}  // namespace metapowers::commands::protect
