// Logs are judged by analysis (log_sources.h, log_pipeline.h), other evidence stands in rows; this puts both into the
// tables of the section, one function a table.
#include "service/commands/respond/forensic_readiness.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/analysis/alert_coverage.h"
#include "service/analysis/log_pipeline.h"
#include "service/analysis/log_sources.h"
#include "service/analysis/terms.h"
#include "service/base/strings.h"
#include "service/commands/applicable_references.h"
#include "service/commands/evidence_places.h"
#include "service/commands/log_naming.h"
#include "service/commands/model_query.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/plan_text.h"
#include "service/commands/readiness_findings.h"
#include "service/commands/response_people.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/knowledge/knowledge.h"
#include "service/knowledge/response.h"
#include "service/model/schema.h"

namespace metapowers::commands::respond {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::respond::v1;
using analysis::LogSource;
using model::v1::Role;

// What a cell names before it counts the rest.
constexpr size_t kNamed = 5;

class Readiness {
 public:
  explicit Readiness(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        rules_(knowledge::ForensicRules()),
        sources_(analysis::LogSources::Of(input.threats.Get().landscape())),
        seats_(ResponseSeats(input)),
        findings_(input) {}

  pb::ForensicReadinessResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    for (const kb::ForensicSource& source : rules_.sources()) AddSource(source);
    AddLogs();
    AddLogFindings();
    AddTools();
    AddSteps();
    AddCustody();
    AddHolds();
    AddClouds();
    AddContacts();
    AddQuestions();
    findings_.MoveTo(*result_.mutable_findings(), *result_.mutable_measures());
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  void AskFor(std::string field, std::string text, absl::string_view team = "") {
    for (const auto& question : result_.questions()) {
      if (question.text() == text) return;
    }
    *result_.add_questions() = Ask(model_, std::move(field), std::move(text), team);
  }

  const Role* RoleFor(absl::string_view function) const {
    for (const ResponseSeat& seat : seats_) {
      if (seat.function->id() == function) return seat.role;
    }
    return nullptr;
  }

  // --- Forensic Data Sources ---

  pb::EvidenceRow& NewEvidence(const std::string& name) {
    pb::EvidenceRow& row = *result_.add_evidence();
    row.set_order(result_.evidence_size());
    row.set_name(name);
    return row;
  }

  void AddSource(const kb::ForensicSource& source) {
    std::vector<std::string> labels;
    std::set<std::string> teams;
    EvidencePlaces places;
    for (const Element& element : Select(input_, source.binds())) {
      labels.push_back(element.label);
      teams.insert(element.owner.empty() ? TeamName(model_, proto_.owner_team()) : element.owner);
      const std::string& id = model::IdOf(*element.message);
      absl::StartsWith(source.binds().detail(), "backup.") ? places.AddBackup(input_, id) : places.Add(input_, id);
    }
    if (labels.empty()) return;
    pb::EvidenceRow& row = NewEvidence(source.name());
    row.set_count(static_cast<int32_t>(labels.size()));
    AddFirst(std::move(labels), kNamed, row.mutable_elements());
    row.set_lost(source.lost());
    row.set_preserve(source.preserve());
    PlanValues values;
    AddSelected(input_, source.binds(), values);
    std::optional<std::string> kept;
    if (!source.kept().empty()) kept = FillPlanText(input_, source.kept(), values);
    row.set_kept(kept.value_or(source.kept_otherwise()));
    AddFirst({teams.begin(), teams.end()}, kNamed, row.mutable_handed_over_by());
    row.set_region_limit(RegionLimit(model_, places));
  }

  void AddLogs() {
    std::vector<const kb::LogKind*> kinds;
    std::map<const kb::LogKind*, std::vector<const LogSource*>> by_kind;
    for (const LogSource& source : sources_.all()) {
      if (by_kind.find(source.kind) == by_kind.end()) kinds.push_back(source.kind);
      by_kind[source.kind].push_back(&source);
    }
    for (const kb::LogKind* kind : kinds) AddLogKind(*kind, by_kind[kind]);
  }

  void AddLogKind(const kb::LogKind& kind, const std::vector<const LogSource*>& logs) {
    std::vector<std::string> elements;
    std::vector<std::string> gaps;
    std::set<std::string> teams;
    EvidencePlaces places;
    int collected = 0, unclear = 0;
    for (const LogSource* log : logs) {
      elements.push_back(log->element_id);
      teams.insert(TeamName(model_, log->team));
      places.Add(input_, log->element_id);
      collected += log->collected() ? 1 : 0;
      unclear += log->collected() || log->gap() ? 0 : 1;
      if (log->gap()) gaps.push_back(log->element_id);
    }
    pb::EvidenceRow& row = NewEvidence(kind.name());
    row.set_count(static_cast<int32_t>(elements.size()));
    AddFirst(std::move(elements), kNamed, row.mutable_elements());
    row.set_lost(collected == row.count() ? "when its retention ends" : "where it is not collected, with the element");
    const std::string& platform = proto_.logging().platform();
    std::string how = "Copy it from the element before a restart or rebuild";
    if (collected > 0) {
      how = absl::StrCat("Export the time span from ", platform.empty() ? "the log platform" : platform);
    } else if (unclear == row.count()) {
      how = "Find out where it is kept, and export the time span from there";
    }
    row.set_preserve(absl::StrCat(how, "; hash the export; ", collected, " of ", logs.size(), " collected",
                                  unclear == 0 ? "" : absl::StrCat(", ", unclear, " to be confirmed")));
    row.set_kept(KeptOf(model_, {row.count(), collected, unclear}));
    AddFirst({teams.begin(), teams.end()}, kNamed, row.mutable_handed_over_by());
    row.set_region_limit(RegionLimit(model_, places));
    const auto first = std::find_if(logs.begin(), logs.end(), [](const LogSource* log) { return log->gap(); });
    if (first == logs.end()) return;
    findings_.Add("evidence-not-collected", kind.name(), absl::StrCat("not collected from ", List(gaps, kNamed)),
                  (*first)->team);
  }

  void AddLogFindings() {
    const std::string& platform = proto_.logging().platform().empty() ? proto_.id() : proto_.logging().platform();
    if (proto_.logging().tamper_protection() == model::v1::TRISTATE_NO) {
      findings_.Add("evidence-changeable", platform, "logging.tamper_protection is no", "");
    }
    for (const analysis::RetentionFact& fact : BindingRetentions(input_, sources_)) {
      if (fact.state != analysis::RuleState::kBroken || fact.none_kept) continue;  // none_kept: evidence-not-collected
      findings_.Add(
          "evidence-short-lived", knowledge::ReferenceLabel(fact.duty->reference()),
          absl::StrCat("logs are kept ", analysis::RetentionOf(model_), "; it asks: ", InSentence(fact.duty->text())),
          "");
    }
    // Half a year is what an intrusion often takes to be found; less is said where nothing binds.
    constexpr int kDays = 180;
    if (proto_.logging().has_total_retention_days() && proto_.logging().total_retention_days() < kDays) {
      findings_.Add("evidence-short-lived", platform,
                    absl::StrCat("logs are kept ", InDays(proto_.logging().total_retention_days()), " in all"), "");
    }
  }

  // --- Collection Toolkit ---

  void AddTools() {
    for (const kb::CollectionTool& tool : rules_.tools()) {
      std::vector<std::string> labels;
      for (const Element& element : Select(input_, tool.binds())) labels.push_back(element.label);
      if (labels.empty()) continue;
      pb::CollectionToolRow& row = *result_.add_tools();
      row.set_name(tool.name());
      if (tool.binds().collection() != "teams") AddFirst(std::move(labels), kNamed, row.mutable_elements());
      row.set_how(tool.how());
    }
  }

  // --- Evidence Preservation ---

  void AddSteps() {
    for (const kb::ResponseStep& step : rules_.preservation()) {
      bool asks = false;
      std::optional<std::string> text = StepText(input_, step, {}, &asks);
      if (asks && !step.question().empty()) AskFor("logging", step.question());
      if (!text.has_value()) continue;
      pb::PreservationStep& row = *result_.add_steps();
      row.set_number(result_.steps_size());
      row.set_action(*std::move(text));
      row.set_role(ActorOf(model_, step.roles()));
    }
  }

  // --- Chain of Custody ---

  void AddCustody() {
    AddAll(rules_.custody_fields(), result_.mutable_custody_fields());
    std::map<std::string, std::string> step_of;  // by holder
    for (const kb::CustodyStep& step : rules_.custody()) {
      pb::CustodyRow& row = *result_.add_custody();
      row.set_step(step.step());
      row.set_record(step.record());
      const Role* role = RoleFor(step.function());
      row.set_who(RoleWithPeople(role));
      if (role == nullptr || role->holder().empty()) {
        row.set_same_as("not known: nobody holds it");
        continue;
      }
      const auto [other, first] = step_of.try_emplace(role->holder(), step.step());
      if (!first) row.set_same_as(absl::StrCat("no: ", role->holder(), " also does \"", other->second, "\""));
    }
  }

  // --- Legal Hold ---

  // Whether a hold must not keep it: authentication data of cards (PCI DSS 3.3.1), passwords and keys.
  static bool MustGo(const model::v1::DataClass& data) {
    return analysis::HasCategory(data, {model::v1::DATA_CATEGORY_SAD, model::v1::DATA_CATEGORY_PIN,
                                        model::v1::DATA_CATEGORY_CREDENTIALS, model::v1::DATA_CATEGORY_SECRETS}) &&
           !analysis::HasCategory(data, {model::v1::DATA_CATEGORY_PII, model::v1::DATA_CATEGORY_SPECIAL_PII});
  }

  void AddHolds() {
    const Role* law = RoleFor("law");
    result_.set_hold_ordered_by(RoleWithPeople(law));
    ReferenceFilter binding(input_);
    AddAll(BindingReferences(binding, rules_.hold_references()), result_.mutable_hold_references());
    std::vector<std::pair<int, pb::LegalHoldRow>> rows;
    for (const model::v1::DataClass& data : proto_.data_classes()) {
      if (data.retention_days() == 0 || !analysis::IsConfidential(data) || MustGo(data)) continue;
      pb::LegalHoldRow row;
      row.set_what(data.name());
      row.set_after(Days(data.retention_days()));
      for (const auto& [id, component] : input_.facts.components()) {
        const auto& stores = component.stores;
        if (std::find(stores.begin(), stores.end(), &data) != stores.end()) row.add_places(id);
      }
      row.set_stop("take the records of the case out of the deletion job, and nothing else");
      row.set_owner(TeamName(model_, data.owner()));
      rows.emplace_back(data.retention_days(), std::move(row));
    }
    if (proto_.logging().has_total_retention_days()) {
      pb::LegalHoldRow row;
      row.set_what("Logs");
      row.set_after(Days(proto_.logging().total_retention_days()));
      if (!proto_.logging().platform().empty()) row.add_places(proto_.logging().platform());
      row.set_stop("export the time span of the case to storage without deletion");
      row.set_owner(TeamName(model_, proto_.owner_team()));
      rows.emplace_back(proto_.logging().total_retention_days(), std::move(row));
    }
    for (const model::v1::Component& component : proto_.components()) {
      if (!component.has_backup() || !component.backup().has_retention_days()) continue;
      pb::LegalHoldRow row;
      row.set_what(absl::StrCat("Backups of ", component.id()));
      row.set_after(Days(component.backup().retention_days()));
      AddAll(component.backup().locations(), row.mutable_places());
      row.set_stop("exempt the copies of the case from expiry");
      row.set_owner(TeamName(model_, component.owner_team().empty() ? proto_.owner_team() : component.owner_team()));
      rows.emplace_back(component.backup().retention_days(), std::move(row));
    }
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [days, row] : rows) *result_.add_holds() = std::move(row);
  }

  // --- Cloud Forensics ---

  void AddClouds() {
    for (const kb::CloudEvidence& cloud : rules_.clouds()) {
      std::vector<std::string> elements;
      std::set<std::string> regions;
      const auto add = [&](const auto& element) {
        if (element.provider() != cloud.provider()) return;
        elements.push_back(element.id());
        regions.insert(element.regions().begin(), element.regions().end());
      };
      for (const model::v1::Infrastructure& each : proto_.infrastructure()) add(each);
      for (const model::v1::Component& each : proto_.components()) add(each);
      if (elements.empty()) continue;
      pb::CloudEvidenceRow& row = *result_.add_clouds();
      row.set_provider(Label(cloud.provider()));
      AddFirst(std::move(elements), kNamed, row.mutable_elements());
      AddAll(regions, row.mutable_regions());
      row.set_ours(cloud.ours());
      row.set_theirs(cloud.theirs());
      row.set_contract(ContractWith(cloud));
    }
  }

  // What the model says of the supplier that provides the cloud.
  std::string ContractWith(const kb::CloudEvidence& cloud) const {
    const model::v1::ThirdParty* supplier = SupplierOf(cloud.provider());
    if (supplier == nullptr) return "";
    return absl::StrCat(supplier->name(), ": contract ", Label(supplier->contract()),
                        supplier->has_breach_notice_hours()
                            ? absl::StrCat(", tells of a breach within ", Hours(supplier->breach_notice_hours()))
                            : ", time of notice not declared");
  }

  // One called as the provider, else the one that operates a component there.
  const model::v1::ThirdParty* SupplierOf(model::v1::Provider provider) const {
    google::protobuf::RepeatedPtrField<std::string> words;
    *words.Add() = model::YamlName(provider);
    for (const model::v1::ThirdParty& supplier : proto_.third_parties()) {
      if (supplier.id() == words[0] || analysis::Mentions(supplier.name(), words)) return &supplier;
    }
    for (const model::v1::Component& component : proto_.components()) {
      if (component.provider() != provider) continue;
      if (const auto* supplier = model_.Find<model::v1::ThirdParty>(component.third_party())) return supplier;
    }
    return nullptr;
  }

  // --- External Specialists ---

  void AddContacts() {
    bool retained = false;
    for (const bool forensic : {true, false}) {
      for (const model::v1::IncidentContact& contact : proto_.incident_response().contacts()) {
        const bool is =
            analysis::Mentions(absl::StrCat(contact.name(), " ", contact.purpose()), rules_.specialist_words());
        if (is != forensic) continue;
        retained |= is && contact.retainer();
        pb::ForensicContact& row = *result_.add_contacts();
        row.set_name(contact.name());
        row.set_purpose(contact.purpose());
        row.set_retainer(contact.retainer());
        row.set_contact(contact.contact());
        row.set_forensic(is);
      }
    }
    if (!retained) findings_.Add("no-forensic-specialist", proto_.id(), "no contact on retainer investigates", "");
  }

  // --- Questions and figures ---

  void AddQuestions() {
    for (metapowers::v1::Question& question :
         QuestionsOn(model_, {"Logging.hot_retention_days", "Logging.total_retention_days", "Logging.tamper_protection",
                              "Logging.platform", "Region.jurisdiction"})) {
      *result_.add_questions() = std::move(question);
    }
    if (RoleFor("law") == nullptr) AskFor("roles", "Who orders a legal hold?");
  }

  void AddTotals() {
    pb::ForensicTotals& totals = *result_.mutable_totals();
    totals.set_kinds(result_.evidence_size());
    totals.set_findings(result_.findings_size());
    for (const LogSource& source : sources_.all()) {
      totals.set_logs(totals.logs() + 1);
      totals.set_collected(totals.collected() + (source.collected() ? 1 : 0));
      totals.set_to_confirm(totals.to_confirm() + (source.collected() || source.gap() ? 0 : 1));
    }
    pb::ForensicPhrases& phrases = *result_.mutable_phrases();
    phrases.set_kinds(Count(totals.kinds(), "kind of evidence", "kinds of evidence"));
    phrases.set_collected(absl::StrCat(totals.collected(), " of ", Count(totals.logs(), "log", "logs")));
    phrases.set_to_confirm(Count(totals.to_confirm(), "log is", "logs are"));
    phrases.set_findings(Count(totals.findings(), "finding", "findings"));
  }

  const Input& input_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const kb::ForensicRules& rules_;
  const analysis::LogSources sources_;
  const std::vector<ResponseSeat> seats_;
  ReadinessFindings findings_;
  pb::ForensicReadinessResult result_;
};

}  // namespace

pb::ForensicReadinessResult ForensicReadiness(const Input& input) { return Readiness(input).Build(); }

}  // namespace metapowers::commands::respond
