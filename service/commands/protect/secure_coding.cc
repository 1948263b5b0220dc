// The judgements are analysis'; this puts them into the tables of the section, one function a table.
#include "service/commands/protect/secure_coding.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/code_scope.h"
#include "service/analysis/control_posture.h"
#include "service/analysis/entry_points.h"
#include "service/analysis/terms.h"
#include "service/analysis/vulnerabilities.h"
#include "service/commands/applicable_references.h"
#include "service/commands/config_snippets.h"
#include "service/commands/control_effects.h"
#include "service/commands/entry_wording.h"
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
using analysis::CodeComponent;
using analysis::CodeRepository;
using analysis::EntryPoint;
using analysis::EvidenceFact;
using analysis::Threat;
using analysis::Vulnerability;
using evidence::EvidenceSet;
using model::v1::FlowAuthentication;
using Kind = EntryPoint::Kind;

std::string PostureLabel(const analysis::ControlPosture& posture) {
  if (posture.state == model::v1::POSTURE_STATE_UNSPECIFIED) return "not known";
  return absl::StrCat(Label(posture.state), posture.evidence.empty() ? "" : ": ", posture.evidence);
}

std::string PlaceOf(const Vulnerability& one) {
  if (one.file.empty()) return "";
  return one.line > 0 ? absl::StrCat(one.file, ":", one.line) : one.file;
}

// "2026-10-27, overdue by 5 days".
std::string DueOf(const Vulnerability& one) {
  return one.overdue ? absl::StrCat(one.due, ", overdue by ", InDays(one.overdue_days)) : one.due;
}

// A weakness at one place, which is in every component that is built from it. The worst of them speaks for it.
struct CodeFinding {
  const Vulnerability* worst = nullptr;
  std::vector<std::string> components;
};

bool Cites(const kb::ThreatRule& rule, const kb::CodeCategory& category) {
  return absl::c_linear_search(rule.equivalents(), absl::StrCat("owasp-top10:", category.id()));
}

bool SharesWeakness(const google::protobuf::RepeatedPtrField<std::string>& a,
                    const google::protobuf::RepeatedPtrField<std::string>& b) {
  return absl::c_any_of(a, [&](const std::string& id) { return absl::c_linear_search(b, id); });
}

class Review {
 public:
  explicit Review(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        rows_(knowledge::CodeReview()),
        landscape_(input.threats.Get().landscape()),
        scope_(analysis::FindCodeScope(landscape_)),
        judged_(analysis::JudgeVulnerabilities(input.facts, input.evidence)) {
    for (const Threat* threat : input.threats.Get().Prioritised()) {
      if (InScope(*threat)) threats_.push_back(threat);
    }
    std::map<std::tuple<std::string, std::string, std::string, int>, size_t> places;
    for (const Vulnerability& one : judged_->open) {  // highest risk first
      const bool code = scope_.FindRepository(one.repository) != nullptr || scope_.Find(one.component) != nullptr;
      if (!one.in_code() || !code) continue;
      const std::string& where = one.repository.empty() ? one.component : one.repository;
      const auto [at, added] = places.emplace(std::make_tuple(where, one.id, one.file, one.line), findings_.size());
      if (added) findings_.push_back({&one, {}});
      if (!one.component.empty()) findings_[at->second].components.push_back(one.component);
    }
  }

  pb::SecureCodingResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    result_.set_edition(rows_.edition());
    result_.set_newer_edition(rows_.newer_edition());
    result_.set_asvs(knowledge::Asvs().version());
    AddRepositories();
    AddComponents();
    AddScans();
    AddCategories();
    AddInputs();
    AddInputTests();
    AddAuthentications();
    AddErrors();
    AddGates();
    AddJobs();
    AddFixes();
    AddThreatGroups();
    AddControlEffects(input_, "secure-coding", *result_.mutable_controls());
    AddQuestions();
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  std::string Owner(const std::string& team) const {
    return TeamName(model_, team.empty() ? proto_.owner_team() : team);
  }

  // A threat on code: on a component that is code, on a flow that such a component answers, on its interface, or on
  // its repository.
  bool InScope(const Threat& threat) const {
    switch (threat.element.subject) {
      case kb::THREAT_SUBJECT_COMPONENT:
        return scope_.Find(threat.element_id()) != nullptr;
      case kb::THREAT_SUBJECT_FLOW:
        return scope_.Find(threat.element.flow().flow->target()) != nullptr;
      case kb::THREAT_SUBJECT_API:
        return scope_.Find(static_cast<const model::v1::Api&>(*threat.element.message).component()) != nullptr;
      case kb::THREAT_SUBJECT_REPOSITORY:
        return scope_.FindRepository(threat.element_id()) != nullptr;
      default:
        return false;
    }
  }

  // --- Scope ---

  void AddRepositories() {
    const model::v1::PolicyParameters& policy = proto_.policy_parameters();
    for (const CodeRepository& code : scope_.repositories) {
      const model::v1::Repository& repository = *code.repository;
      pb::CodeRepositoryRow& row = *result_.add_repositories();
      row.set_id(repository.id());
      row.set_host(repository.host());
      row.set_language(repository.language());
      for (const kb::LanguageRules* language : code.languages) row.add_languages(language->name());
      AddAll(repository.package_managers(), row.mutable_package_managers());
      for (const CodeComponent* component : code.components) row.add_components(component->facts->component->id());
      if (policy.has_code_reviewers()) row.set_reviewers(Count(policy.code_reviewers(), "person", "people"));
      const auto* team = model_.Find<model::v1::Team>(repository.owner_team());
      if (team != nullptr) row.set_champion(team->security_champion());
      row.set_level(code.asvs.level);
      row.set_reason(code.asvs.reason);
      for (const EvidenceFact& fact : judged_->evidence) {
        if (Scans(fact, code) && fact.newest && !fact.stale) {
          row.set_scanned(absl::StrCat(ToolOf(fact), " of ", fact.declaration->produced_on()));
        }
      }
      row.set_owner(Owner(repository.owner_team()));
    }
    for (const model::v1::Repository* repository : scope_.elsewhere) result_.add_other_repositories(repository->id());
    AddAll(scope_.languages_without_rules, result_.mutable_languages_without_rules());
  }

  void AddComponents() {
    for (const CodeComponent& code : scope_.components) {
      const model::v1::Component& component = *code.facts->component;
      pb::CodeComponentRow& row = *result_.add_components();
      row.set_id(component.id());
      row.set_language(code.language);
      if (code.repository != nullptr) row.set_repository(code.repository->id());
      row.set_tier(Label(component.tier()));
      row.set_data(Label(code.facts->confidentiality));
      row.set_level(code.asvs.level);
      row.set_reason(code.asvs.reason);
      row.set_owner(Owner(component.owner_team()));
    }
  }

  static std::string ToolOf(const EvidenceFact& fact) {
    return fact.entry->report.tool.empty() ? fact.declaration->tool() : fact.entry->report.tool;
  }

  static bool IsCodeScan(const EvidenceFact& fact) {
    return fact.declaration->format() == model::v1::EVIDENCE_FORMAT_SARIF;
  }

  static bool Scans(const EvidenceFact& fact, const CodeRepository& code) {
    if (!IsCodeScan(fact) || fact.entry->state != EvidenceSet::State::kRead) return false;
    return fact.declaration->repository() == code.repository->id() ||
           absl::c_any_of(code.components, [&](const CodeComponent* one) {
             return one->facts->component->id() == fact.declaration->component();
           });
  }

  bool IsAboutCode(const EvidenceFact& fact) const {
    return IsCodeScan(fact) && (scope_.FindRepository(fact.declaration->repository()) != nullptr ||
                                scope_.Find(fact.declaration->component()) != nullptr);
  }

  static std::string StateOf(const EvidenceFact& fact) {
    if (fact.entry->state == EvidenceSet::State::kMissing) return "file missing";
    if (fact.entry->state == EvidenceSet::State::kUnreadable) return "unreadable";
    if (!fact.newest) return "superseded";
    return fact.stale ? "outdated" : "current";
  }

  void AddScans() {
    for (const EvidenceFact& fact : judged_->evidence) {
      if (!IsAboutCode(fact)) continue;
      const model::v1::Evidence& declaration = *fact.declaration;
      pb::CodeScanRow& row = *result_.add_scans();
      row.set_id(declaration.id());
      row.set_tool(ToolOf(fact));
      row.set_subject(declaration.repository().empty() ? declaration.component() : declaration.repository());
      row.set_produced_on(declaration.produced_on());
      row.set_state(StateOf(fact));
      row.set_findings(static_cast<int>(fact.entry->report.findings.size()));
      if (!fact.entry->reason.empty()) row.add_notes(fact.entry->reason);
      AddAll(fact.entry->report.warnings, row.mutable_notes());
      row.set_owner(Owner(fact.team));
    }
  }

  // --- Categories ---

  void AddCategories() {
    for (const kb::CodeCategory& category : rows_.categories()) {
      pb::CodeCategoryGroup& group = *result_.add_categories();
      group.set_id(category.id());
      group.set_name(category.name());
      group.set_newer(category.newer());
      group.set_question(category.question());
      for (const Threat* threat : threats_) {
        if (Cites(*threat->rule, category)) AddThreat(*threat, *group.add_threats());
      }
      for (const Threat* threat : input_.threats.Get().Prioritised()) {
        if (Cites(*threat->rule, category) && !InScope(*threat)) group.set_elsewhere(group.elsewhere() + 1);
      }
      AddRules(category.id(), *group.mutable_rules());
      group.set_has_threats(!group.threats().empty());
      group.set_has_rules(!group.rules().empty());
    }
    for (const CodeFinding& finding : findings_) {
      const std::string category = CategoryOf(*finding.worst);
      pb::CodeFindingRow* row = nullptr;
      for (pb::CodeCategoryGroup& group : *result_.mutable_categories()) {
        if (group.id() != category) continue;
        row = group.add_findings();
        group.set_has_findings(true);
      }
      AddFinding(finding, category, row == nullptr ? *result_.add_uncategorised() : *row);
    }
  }

  void AddThreat(const Threat& threat, pb::CodeThreatRow& row) const {
    row.set_key(threat.key);
    row.set_title(threat.rule->title());
    row.set_element(threat.element_id());
    AddAll(threat.rule->cwe(), row.mutable_cwe());
    row.set_severity(threat.severity());
    for (const analysis::ControlOnThreat& each : threat.controls) {
      if (IsMissing(each)) row.add_controls(each.control->name());
    }
    row.set_owner(Owner(*threat.team));
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

  // The rule of the languages of the finding's repository about its weakness; nullptr when there is none.
  const kb::LanguageRule* RuleFor(const Vulnerability& one) const {
    const CodeRepository* code = scope_.FindRepository(one.repository);
    if (code == nullptr) return nullptr;
    for (const kb::LanguageRules* language : code->languages) {
      for (const kb::LanguageRule& rule : language->rules()) {
        if (absl::c_linear_search(one.cwes, rule.cwe())) return &rule;
      }
    }
    return nullptr;
  }

  // The category that its own language's rule for this weakness has, else that of a threat rule.
  std::string CategoryOf(const Vulnerability& one) const {
    if (const kb::LanguageRule* rule = RuleFor(one)) return rule->category();
    for (const kb::CodeCategory& category : rows_.categories()) {
      for (const kb::ThreatRule& rule : knowledge::ThreatRules().rules()) {
        if (!Cites(rule, category)) continue;
        if (absl::c_any_of(one.cwes, [&](const auto& id) { return absl::c_linear_search(rule.cwe(), id); })) {
          return category.id();
        }
      }
    }
    return "";
  }

  void AddFinding(const CodeFinding& finding, const std::string& category, pb::CodeFindingRow& row) const {
    const Vulnerability& one = *finding.worst;
    row.set_repository(one.repository);
    AddAll(finding.components, row.mutable_components());
    row.set_rule(one.id);
    row.set_place(PlaceOf(one));
    AddAll(one.cwes, row.mutable_cwe());
    row.set_severity(one.severity);
    row.set_count(static_cast<int>(absl::c_count_if(findings_, [&](const CodeFinding& other) {
      return other.worst->id == one.id && other.worst->repository == one.repository;
    })));
    row.set_evidence(List(one.evidence));
    row.set_category(category);
    row.set_owner(Owner(one.team));
    row.set_due(DueOf(one));
  }

  // --- Input ---

  void AddInputs() {
    for (const EntryPoint& entry : analysis::FindEntryPoints(input_.facts)) {
      if (entry.target == nullptr || scope_.Find(entry.target->component->id()) == nullptr) continue;
      if (entry.kind != Kind::kFlow && entry.kind != Kind::kPull && entry.kind != Kind::kEndpoint) continue;
      pb::CodeInputRow& row = *result_.add_inputs();
      row.set_id(entry.id);
      row.set_component(entry.target->component->id());
      row.set_from(SenderOf(entry));
      row.set_exposure(ExposureLabel(entry.exposure));
      for (const model::v1::DataClass* data : entry.data) row.add_data(data->id());
      row.set_validated(ValidatorOf(entry));
      row.set_state(PostureLabel(PostureOn(row.component(), "input_validation")));
      row.set_owner(Owner(entry.owner_team));
    }
  }

  static std::string SenderOf(const EntryPoint& entry) {
    if (entry.kind != Kind::kEndpoint) return entry.source->component->id();
    std::vector<std::string> names;
    for (const model::v1::ConsumerClass* consumer : entry.rate.consumers) names.push_back(consumer->name());
    return names.empty() ? "callers of no declared class" : List(names);
  }

  static std::string ValidatorOf(const EntryPoint& entry) {
    if (entry.api == nullptr) return "own code";
    if (entry.api->schema_validation() == model::v1::TRISTATE_UNSPECIFIED) return "not known";
    if (entry.api->schema_validation() == model::v1::TRISTATE_NO) return "nothing before the code";
    return entry.api->schema_language().empty() ? "a schema" : entry.api->schema_language();
  }

  analysis::ControlPosture PostureOn(const std::string& component, absl::string_view control) const {
    return analysis::PostureOf(landscape_.ComponentElement(landscape_.IndexOf(component)), control);
  }

  void AddInputTests() {
    for (const CodeComponent& code : scope_.components) {
      const model::v1::Component& component = *code.facts->component;
      for (const kb::InputCheck& check : rows_.inputs()) {
        if (!absl::c_linear_search(component.formats_accepted(), check.format())) continue;
        pb::CodeInputTest& row = *result_.add_input_tests();
        row.set_component(component.id());
        row.set_format(Label(check.format()));
        row.set_request(absl::StrReplaceAll(check.request(), {{"{element}", component.id()}}));
        row.set_expected(absl::StrReplaceAll(check.expected(), {{"{element}", component.id()}}));
        AddReferences(check, row.mutable_references());
      }
    }
  }

  template <class Check>
  static void AddReferences(const Check& check, google::protobuf::RepeatedPtrField<std::string>* out) {
    AddAll(check.cwe(), out);
    for (const std::string& id : check.asvs()) out->Add(absl::StrCat("ASVS ", id));
  }

  // --- Authentication ---

  void AddAuthentications() {
    std::map<int, int> used;
    for (const model::v1::Flow& flow : proto_.flows()) {
      if (scope_.Find(flow.target()) == nullptr) continue;
      ++used[flow.authentication()];
      pb::CodeAuthenticationRow& row = *result_.add_authentications();
      row.set_flow(flow.id());
      row.set_from(flow.source());
      row.set_to(flow.target());
      row.set_method(Label(flow.authentication()));
      row.set_rights(RightsLabel(flow.authorization()));
      row.set_judged(JudgeFlow(flow));
      for (const Threat* threat : threats_) {
        if (threat->element_id() == flow.id() && CitesAccess(*threat->rule)) row.add_threats(threat->key);
      }
      row.set_owner(Owner(input_.facts.Find(flow.target())->component->owner_team()));
    }
    for (const auto& [number, flows] : used) {
      if (number == 0) continue;
      const kb::ConsumerMethod& method = knowledge::ConsumerMethodOf(static_cast<FlowAuthentication>(number));
      pb::CodeMethodRow& row = *result_.add_methods();
      row.set_method(Label(static_cast<FlowAuthentication>(number)));
      row.set_flows(flows);
      row.set_requirement(FillTerms(method.requirement()));
      row.set_verification(method.verification());
      for (const std::string& id : method.asvs()) row.add_references(absl::StrCat("ASVS ", id));
    }
  }

  static bool CitesAccess(const kb::ThreatRule& rule) {
    return absl::c_linear_search(rule.equivalents(), "owasp-top10:A01") ||
           absl::c_linear_search(rule.equivalents(), "owasp-top10:A07") ||
           absl::c_linear_search(rule.equivalents(), "owasp-api:API2");
  }

  static std::string JudgeFlow(const model::v1::Flow& flow) {
    switch (flow.authentication()) {
      case model::v1::FLOW_AUTHENTICATION_UNSPECIFIED:
        return "not known";
      case model::v1::FLOW_AUTHENTICATION_NONE:
        return "no proof";
      case model::v1::FLOW_AUTHENTICATION_CREDENTIALS:
      case model::v1::FLOW_AUTHENTICATION_API_KEY:
        return "static secret";
      default:
        return "proven";
    }
  }

  std::string FillTerms(const std::string& text) const {
    const model::v1::PolicyParameters& policy = proto_.policy_parameters();
    const auto term = [](bool set, const std::string& value) { return set ? value : "a time that no policy sets yet"; };
    return absl::StrReplaceAll(
        text,
        {{"{session_idle}", term(policy.has_session_idle_minutes(), Minutes(policy.session_idle_minutes()))},
         {"{token_ttl}", term(policy.has_service_token_ttl_minutes(), Minutes(policy.service_token_ttl_minutes()))},
         {"{key_rotation}",
          term(proto_.secrets().has_default_rotation_days(), InDays(proto_.secrets().default_rotation_days()))}});
  }

  // --- Errors ---

  void AddErrors() {
    const auto& never = proto_.policy_parameters().never_logged();
    for (const CodeComponent& code : scope_.components) {
      const model::v1::Component& component = *code.facts->component;
      pb::CodeErrorRow& row = *result_.add_errors();
      row.set_component(component.id());
      row.set_logging(Label(component.logging()));
      for (const auto* list : {&code.facts->stores, &code.facts->processes, &code.facts->transfers}) {
        for (const model::v1::DataClass* data : *list) {
          const bool forbidden =
              absl::c_any_of(data->categories(), [&](int category) { return absl::c_linear_search(never, category); });
          if (forbidden || data->confidentiality() == model::v1::CONFIDENTIALITY_STRICTLY_CONFIDENTIAL) {
            row.add_never_logged(data->id());
          }
        }
      }
      row.set_degraded(component.degraded_mode());
      for (const Threat* threat : threats_) {
        if (threat->element_id() != component.id()) continue;
        const bool about_errors = absl::c_any_of(rows_.errors(), [&](const kb::ErrorCheck& check) {
          return !absl::c_linear_search(check.cwe(), "CWE-770") && SharesWeakness(check.cwe(), threat->rule->cwe());
        });
        if (about_errors) row.add_threats(threat->key);
      }
      row.set_owner(Owner(component.owner_team()));
    }
    for (const kb::ErrorCheck& check : rows_.errors()) {
      pb::CodeErrorCheck& row = *result_.add_error_checks();
      row.set_name(check.name());
      row.set_rule(FillLogging(check.rule()));
      row.set_test(FillLogging(check.test()));
      row.set_expected(FillLogging(check.expected()));
      AddReferences(check, row.mutable_references());
    }
    AddRules("", *result_.mutable_error_rules());
  }

  std::string FillLogging(const std::string& text) const {
    std::vector<std::string> never;
    for (const int category : proto_.policy_parameters().never_logged()) {
      never.push_back(analysis::CategoryName(static_cast<model::v1::DataCategory>(category)));
    }
    const model::v1::Logging& logging = proto_.logging();
    return absl::StrReplaceAll(
        text, {{"{never_logged}", never.empty() ? "credentials and strictly confidential data" : List(never)},
               {"{redaction}",
                logging.redaction() == 0 ? "a point that the model does not name yet" : Label(logging.redaction())},
               {"{platform}", logging.platform().empty() ? "the log" : logging.platform()}});
  }

  // --- Gates and jobs ---

  std::string ReviewersLabel() const {
    const model::v1::PolicyParameters& policy = proto_.policy_parameters();
    return policy.has_code_reviewers() ? Count(policy.code_reviewers(), "person", "people") : "unknown";
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
      const auto missing = [&](model::v1::Tristate state, const char* name) {
        if (state == model::v1::TRISTATE_NO) row.add_missing(name);
      };
      missing(repository.branch_protection(), "main branch protected");
      missing(repository.static_analysis(), "static analysis");
      missing(repository.secret_scanning(), "secret scanning");
      missing(repository.dependency_scanning(), "dependency scanning");
      if (proto_.policy_parameters().has_code_reviewers() && proto_.policy_parameters().code_reviewers() == 0) {
        row.add_missing("review by another person");
      }
      row.set_owner(Owner(repository.owner_team()));
    }
    for (const kb::ReviewGate& gate : rows_.gates()) {
      pb::CodeGateRule& row = *result_.add_gate_rules();
      row.set_name(gate.name());
      const bool set = proto_.policy_parameters().has_code_reviewers();
      row.set_rule(absl::StrReplaceAll(
          gate.rule(), {{"{reviewers} besides the author read",
                         set && proto_.policy_parameters().code_reviewers() == 1
                             ? "One person besides the author reads"
                             : absl::StrCat(set ? ReviewersLabel() : "As many people as the policy names",
                                            " besides the author read")}}));
      row.set_verification(gate.verification());
      AddAll(BindingReferences(binding_, gate.references()), row.mutable_references());
    }
  }

  // One job for each repository whose code the evidence shows to be analysed, on each declared platform that has one.
  void AddJobs() {
    std::set<std::string> platforms;
    for (const model::v1::Pipeline& pipeline : proto_.delivery().pipelines()) platforms.insert(pipeline.platform());
    std::set<std::tuple<std::string, std::string>> made;
    for (const EvidenceFact& fact : judged_->evidence) {
      const CodeRepository* code = scope_.FindRepository(fact.declaration->repository());
      if (code == nullptr || !IsCodeScan(fact) || code->languages.empty()) continue;
      for (const std::string& platform : platforms) {
        if (!made.emplace(code->repository->id(), platform).second) continue;
        AddJob(*code, platform, absl::AsciiStrToLower(ToolOf(fact)));
      }
    }
  }

  void AddJob(const CodeRepository& code, const std::string& platform, const std::string& tool) {
    for (const kb::AnalysisJob& job : rows_.jobs()) {
      if (!absl::c_linear_search(job.platforms(), absl::AsciiStrToLower(platform))) continue;
      if (!absl::c_linear_search(job.tools(), tool)) continue;
      const kb::LanguageRules* own = analysis::RulesOf(code.repository->language());
      for (const kb::ToolArguments& arguments : (own == nullptr ? code.languages[0] : own)->tools()) {
        if (!absl::StartsWith(tool, arguments.tool())) continue;
        metapowers::v1::ConfigSnippet& config = *result_.add_jobs();
        config =
            FillConfig(job.config(), {{"repository", code.repository->id()}, {"arguments", arguments.arguments()}});
        config.set_title(platform);
        config.add_elements(code.repository->id());
      }
    }
  }

  // --- Plan ---

  void AddFixes() {
    std::vector<pb::CodeFixRow> rows;
    for (const CodeFinding& finding : findings_) {
      const Vulnerability* one = finding.worst;
      pb::CodeFixRow& row = rows.emplace_back();
      const std::string place = PlaceOf(*one);
      row.set_place(absl::StrCat(one->repository.empty() ? one->component : one->repository, " ",
                                 place.empty() ? "(path leads out of the repository)" : place));
      row.set_rule(one->id);
      const kb::LanguageRule* rule = RuleFor(*one);
      row.set_fix(rule == nullptr ? one->title : rule->instead());
      row.set_category(CategoryOf(*one));
      row.set_severity(one->severity);
      row.set_verification(
          absl::StrCat("The next report of ", List(one->evidence),
                       " has no result of this rule there, and a test sends the value that it is about"));
      row.set_owner(Owner(one->team));
      row.set_due(DueOf(*one));
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
      if (Cites(rule, category)) ids.push_back(category.id());
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
      group->add_elements(threat->element_id());
      AddOnce(Owner(*threat->team), *group->mutable_owners());
      for (const analysis::ControlOnThreat& each : threat->controls) {
        if (IsMissing(each)) AddOnce(each.control->name(), *group->mutable_controls());
      }
      if (group->due().empty() || *threat->due < group->due()) group->set_due(*threat->due);
      ++open_threats_;
      severe_ += threat->severity() >= model::v1::SEVERITY_HIGH ? 1 : 0;
    }
  }

  static void AddOnce(const std::string& value, google::protobuf::RepeatedPtrField<std::string>& list) {
    if (!absl::c_linear_search(list, value)) *list.Add() = value;
  }

  // --- Questions ---

  void AddQuestions() {
    for (metapowers::v1::Question& question :
         QuestionsOn(model_, {"Repository.branch_protection", "Flow.authentication", "Flow.authorization",
                              "PolicyParameters.code_reviewers", "Api.schema_validation"})) {
      if (absl::StartsWith(question.field(), "flows[")) {
        const std::string id = question.field().substr(6, question.field().find(']') - 6);
        const auto* flow = model_.Find<model::v1::Flow>(id);
        if (flow == nullptr || scope_.Find(flow->target()) == nullptr) continue;
      }
      *result_.add_questions() = std::move(question);
    }
    for (const CodeComponent& code : scope_.components) {
      const model::v1::Component& component = *code.facts->component;
      if (code.repository == nullptr) Ask("Component.repository", "components", component.id(), component.owner_team());
      if (PostureOn(component.id(), "input_validation").state == 0) {
        Ask("Component.posture.input_validation", "components", component.id(), component.owner_team());
      }
    }
    for (const CodeRepository& code : scope_.repositories) AskAbout(code);
  }

  void AskAbout(const CodeRepository& code) {
    const model::v1::Repository& repository = *code.repository;
    const auto ask = [&](const char* type) {
      Ask(type, "delivery.repositories", repository.id(), repository.owner_team());
    };
    if (code.languages.empty()) ask("Repository.language");
    if (repository.static_analysis() == 0) ask("Repository.static_analysis");
    if (repository.secret_scanning() == 0) ask("Repository.secret_scanning");
    if (repository.dependency_scanning() == 0) ask("Repository.dependency_scanning");
    const bool scanned = absl::c_any_of(
        judged_->evidence, [&](const EvidenceFact& fact) { return Scans(fact, code) && fact.newest && !fact.stale; });
    if (scanned) return;
    ++unscanned_;
    Ask("evidence", "evidence", repository.id(), repository.owner_team());
  }

  void Ask(absl::string_view type, absl::string_view list, const std::string& id, const std::string& team) {
    for (const kb::SurfaceQuestion& rule : rows_.questions()) {
      if (rule.field() != type) continue;
      metapowers::v1::Question& question = *result_.add_questions();
      const size_t dot = type.find('.');
      question.set_field(absl::StrCat(list, "[", id, "]", dot == absl::string_view::npos ? "" : type.substr(dot)));
      question.set_text(absl::StrReplaceAll(rule.text(), {{"{id}", id}}));
      question.set_owner(team.empty() ? proto_.owner_team() : team);
      question.set_owner_name(TeamName(model_, question.owner()));
    }
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
  std::vector<const Threat*> threats_;  // open ones on code, worst first
  std::vector<CodeFinding> findings_;   // open ones in code, highest risk first
  int open_threats_ = 0;
  int severe_ = 0;
  int unscanned_ = 0;
  pb::SecureCodingResult result_;
};

}  // namespace

pb::SecureCodingResult SecureCoding(const Input& input) { return Review(input).Build(); }

}  // namespace metapowers::commands::protect
