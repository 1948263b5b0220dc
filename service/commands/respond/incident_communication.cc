// The duties are judged by analysis (notification_duties.h); this words them, fills the templates and says who decides.
#include "service/commands/respond/incident_communication.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/analysis/notification_duties.h"
#include "service/analysis/terms.h"
#include "service/commands/applicable_references.h"
#include "service/commands/held_roles.h"
#include "service/commands/model_query.h"
#include "service/commands/naming.h"
#include "service/commands/notice_wording.h"
#include "service/commands/open_questions.h"
#include "service/commands/plan_text.h"
#include "service/commands/readiness_findings.h"
#include "service/commands/response_means.h"
#include "service/commands/response_people.h"
#include "service/commands/rows.h"
#include "service/commands/threat_naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/response.h"

namespace metapowers::commands::respond {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::respond::v1;
using analysis::NotificationDuty;
using model::v1::DataClass;
using model::v1::Role;

// What a cell or line names before it counts the rest.
constexpr size_t kNamed = 6;

class Communication {
 public:
  explicit Communication(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        duties_(analysis::FindNotificationDuties(input.facts)),
        seats_(ResponseSeats(input)),
        findings_(input) {}

  pb::IncidentCommunicationResult Build() {
    result_.set_system(proto_.name());
    result_.set_organization(proto_.organization().name());
    result_.set_as_of(proto_.as_of());
    AddNames();
    AddMessages();
    for (const NotificationDuty& duty : duties_.duties) AddDuty(duty);
    AddNoDuties();
    AddSupplierNotices(model_, duties_, *result_.mutable_suppliers());
    if (auto tree = NoticeTree(model_, duties_); !tree.questions().empty()) *result_.add_trees() = std::move(tree);
    AddUnknowns();
    findings_.MoveTo(*result_.mutable_findings(), *result_.mutable_measures());
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  void AskFor(std::string field, std::string text, absl::string_view team = "") {
    *result_.add_questions() = Ask(model_, std::move(field), std::move(text), team);
  }

  const Role* RoleFor(absl::string_view function) const {
    for (const ResponseSeat& seat : seats_) {
      if (seat.function->id() == function) return seat.role;
    }
    return nullptr;
  }

  std::string Title(absl::string_view function) const {
    const Role* role = RoleFor(function);
    return role == nullptr ? "" : TitleOrVacancy(model_, role->id());
  }

  // What templates call by name.
  void AddNames() {
    for (const ResponseSeat& seat : seats_) {
      if (seat.role == nullptr) continue;
      const auto* team = model_.Find<model::v1::Team>(seat.role->team());
      const std::string contact = team == nullptr || team->contact().empty() ? "" : absl::StrCat(", ", team->contact());
      values_.names[seat.function->id()] = absl::StrCat(TitleOrVacancy(model_, seat.role->id()), contact);
    }
    values_.names["channels"] = List(OutOfBandChannels(model_));
    std::vector<std::string> losses, functions;
    for (const model::v1::BusinessFunction& function : proto_.recovery().functions()) {
      functions.push_back(function.name());
      if (!function.has_loss_per_hour()) continue;
      losses.push_back(absl::StrCat(function.name(), " ", Amount(function.loss_per_hour(), proto_.currency())));
    }
    values_.names["losses"] = List(losses, kNamed);
    values_.names["functions"] = List(functions, kNamed);
    std::vector<std::string> clocks;
    for (const NotificationDuty& duty : duties_.duties) {
      const int hours = duty.rule == nullptr ? 0 : analysis::ShortestHours(*duty.rule);
      if (hours > 0) clocks.push_back(absl::StrCat(duty.rule->name(), " (", Hours(hours), ")"));
    }
    values_.names["clocks"] = List(clocks, kNamed);
    std::vector<std::string> held;
    for (const DataClass& data : proto_.data_classes()) {
      if (analysis::IsPersonal(data)) held.push_back(data.name());
    }
    values_.names["data_held"] = List(held, kNamed);
  }

  // --- Templates ---

  void AddMessages() {
    for (const kb::MessageTemplate& row : knowledge::NotificationRules().templates()) {
      if (row.has_binds() && !SelectsAny(input_, row.binds())) continue;
      const auto& roles = proto_.organization().legal_roles();
      if (!row.legal_roles().empty() && std::none_of(roles.begin(), roles.end(), [&row](int role) {
            return std::find(row.legal_roles().begin(), row.legal_roles().end(), role) != row.legal_roles().end();
          })) {
        continue;
      }
      pb::MessageText& message = *ListOf(row.place())->Add();
      message.set_title(row.title());
      message.set_when(FillPlanText(input_, row.when(), values_).value_or(row.when_otherwise()));
      message.set_text(MessageText(input_, row.lines(), values_));
      AddApproval(row.title(), RoleFor(row.writer()), RoleFor(row.checker()), RoleFor(row.releaser()), message.when());
    }
  }

  google::protobuf::RepeatedPtrField<pb::MessageText>* ListOf(kb::MessagePlace place) {
    switch (place) {
      case kb::MESSAGE_PLACE_BRIEFING:
        return result_.mutable_briefings();
      case kb::MESSAGE_PLACE_CUSTOMER:
        return result_.mutable_customers();
      case kb::MESSAGE_PLACE_MEDIA:
        return result_.mutable_media();
      case kb::MESSAGE_PLACE_SUMMARY:
        return result_.mutable_summaries();
      default:
        return result_.mutable_alerts();
    }
  }

  void AddApproval(const std::string& notice, const Role* writer, const Role* checker, const Role* releaser,
                   const std::string& when) {
    pb::ApprovalRow& row = *result_.add_approvals();
    row.set_notice(notice);
    if (writer != nullptr) row.set_writer(TitleOrVacancy(model_, writer->id()));
    if (checker != nullptr) row.set_checker(TitleOrVacancy(model_, checker->id()));
    if (releaser != nullptr) row.set_releaser(TitleOrVacancy(model_, releaser->id()));
    row.set_when(when);
    if (writer == nullptr || releaser == nullptr || writer->holder().empty()) return;
    const bool unchecked = checker == nullptr || checker->holder() == writer->holder();
    if (unchecked && writer->holder() == releaser->holder()) one_person_[writer->holder()].push_back(notice);
  }

  // --- Duties ---

  void AddDuty(const NotificationDuty& duty) {
    pb::NotificationDutyRow& row = *result_.add_duties();
    row.set_authority(TellsAuthority(duty));
    if (duty.rule == nullptr) {
      const model::v1::RegulatorContact& authority = *duty.authorities.front();
      row.set_id(authority.id());
      row.set_name(authority.name());
      row.add_sources(absl::StrCat(authority.framework(), ", as declared"));
      AskFor(absl::StrCat("incident_response.regulators[", authority.id(), "]"),
             absl::StrCat("When must ", authority.name(), " be told under ", authority.framework(),
                          ", from when does its clock run, and how long?"));
    } else {
      row.set_id(duty.rule->id());
      row.set_name(duty.rule->name());
      row.set_trigger(duty.rule->trigger());
      row.set_clock_start(duty.rule->clock_start());
      for (const kb::NotificationStage& stage : duty.rule->stages()) {
        row.add_stages(absl::StrCat(stage.name(), ": ", stage.within()));
      }
      AddAll(SourcesOf(*duty.rule), row.mutable_sources());
      if (duty.rule->time_unknown()) AskFor("regions", duty.rule->question(), CounselTeam());
    }
    AddFirst(DataNames(duty.data), kNamed, row.mutable_data());
    for (const model::v1::Region* region : duty.regions) row.add_regions(region->id());
    for (const model::v1::RegulatorContact* authority : duty.authorities) {
      row.add_recipients(authority->contact().empty() ? authority->name()
                                                      : absl::StrCat(authority->name(), ": ", authority->contact()));
    }
    const Role* decider = DeciderOf(model_, duty);
    if (decider != nullptr) {
      row.set_decides(RoleWithPeople(decider));
    } else {
      AskFor("incident_response.regulators", absl::StrCat("Who decides to tell ", row.name(), "?"));
    }
    if (TellsAuthority(duty)) AddAuthority(duty, row, decider);
    CheckDeclaredTime(duty);
  }

  absl::string_view CounselTeam() const {
    const Role* role = RoleFor("law");
    return role == nullptr ? "" : absl::string_view(role->team());
  }

  void AddAuthority(const NotificationDuty& duty, const pb::NotificationDutyRow& row, const Role* decider) {
    if (duty.authorities.empty()) {
      findings_.Add("notice-without-recipient", row.name(),
                    absl::StrCat(List(SourcesOf(*duty.rule)), ": none declared"),
                    decider == nullptr ? "" : decider->team());
      AskFor("incident_response.regulators", duty.rule->question(), decider == nullptr ? "" : decider->team());
    }
    const std::string when = duty.rule == nullptr ? "time not known" : List({row.stages().begin(), row.stages().end()});
    AddApproval(absl::StrCat("Notice to ", row.name()), RoleFor(duty.data.empty() ? "command" : "privacy"),
                RoleFor("law"), decider, when);
    if (duty.rule == nullptr) return;
    pb::MessageText& message = *result_.add_authorities();
    message.set_title(row.name());
    message.set_to(List({row.recipients().begin(), row.recipients().end()}));
    message.set_when(when);
    PlanValues values = values_;
    values.data = DataNames(duty.data);
    for (const auto& [id, component] : input_.facts.components()) {
      if (component.pci_scope == analysis::PciScope::kCde) values.on.push_back(id);
    }
    if (duty.rule->framework() != "pci-dss-4.0.1") values.on.clear();
    std::vector<std::string> regions;
    for (const model::v1::Region& region : proto_.regions()) {
      if (region.hosting() && IsIn(region, *duty.rule)) regions.push_back(region.id());
    }
    values.names["regions"] = List(regions, kNamed);
    message.set_text(absl::StrCat(proto_.organization().name(), ", ", proto_.name(), "\n",
                                  MessageText(input_, duty.rule->content(), values)));
  }

  static bool IsIn(const model::v1::Region& region, const kb::NotificationRule& rule) {
    const auto& wanted = rule.jurisdictions();
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), region.jurisdiction()) != wanted.end();
  }

  // A time that the model declares for telling people must not end after that of the law.
  void CheckDeclaredTime(const NotificationDuty& duty) {
    if (duty.rule == nullptr || duty.rule->recipient() != kb::NOTIFICATION_RECIPIENT_PEOPLE) return;
    const int legal = analysis::ShortestHours(*duty.rule);
    const auto& response = proto_.incident_response();
    if (legal == 0 || !response.has_customer_notice_hours() || response.customer_notice_hours() <= legal) return;
    findings_.Add("notice-too-late", duty.rule->name(),
                  absl::StrCat("declared ", Hours(response.customer_notice_hours()), " of confirmation, ",
                               List(SourcesOf(*duty.rule)), " gives ", Hours(legal)),
                  "");
  }

  void AddNoDuties() {
    for (const analysis::NoDuty& none : duties_.none) {
      pb::NotificationNoDutyRow& row = *result_.add_no_duties();
      row.set_name(none.rule->name());
      AddAll(SourcesOf(*none.rule), row.mutable_sources());
      row.set_reason(none.reason);
      row.set_open(none.open);
      AddReason(row, none.open ? *result_.mutable_open_reasons() : *result_.mutable_reasons());
    }
  }

  static void AddReason(const pb::NotificationNoDutyRow& rule,
                        google::protobuf::RepeatedPtrField<pb::NotificationReasonRow>& rows) {
    const std::string named = absl::StrCat(rule.name(), ": ", absl::StrJoin(rule.sources(), ", "));
    for (pb::NotificationReasonRow& row : rows) {
      if (row.reason() != rule.reason()) continue;
      row.set_rules(absl::StrCat(row.rules(), "; ", named));
      return;
    }
    pb::NotificationReasonRow& row = *rows.Add();
    row.set_reason(rule.reason());
    row.set_rules(named);
  }

  // --- Questions and figures ---

  void AddUnknowns() {
    for (const auto& [person, notices] : one_person_) {
      findings_.Add("notice-by-one-person", person, List(notices, 4), "");
    }
    for (const model::v1::Region* region : duties_.unknown_places) {
      AskFor(absl::StrCat("regions[", region->id(), "]"),
             absl::StrCat("Which law on notice of breaches holds for people in ", region->id(), " (",
                          region->jurisdiction() == model::v1::JURISDICTION_UNSPECIFIED
                              ? "jurisdiction not declared"
                              : analysis::JurisdictionName(region->jurisdiction()),
                          "), with which recipient and clock?"),
             CounselTeam());
    }
    for (const DataClass* data : duties_.unplaced) {
      AskFor(absl::StrCat("data_classes[", data->id(), "].subject_regions"),
             absl::StrCat("In which regions are the people of ", data->name(), "?"), data->owner());
    }
    if (proto_.organization().legal_roles().empty()) {
      AskFor("organization.legal_roles",
             absl::StrCat("Which roles does ", proto_.organization().name(),
                          " have in law and contract: controller, processor, merchant, others?"));
    }
    if (!proto_.incident_response().has_customer_notice_hours()) {
      AskFor("incident_response.customer_notice_hours", "Within how many hours of confirmation are customers told?");
    }
    if (proto_.incident_response().spokesperson().empty()) {
      AskFor("incident_response.spokesperson", "Who speaks to the press in an incident?");
    }
    for (metapowers::v1::Question& question :
         QuestionsOn(model_, {"ThirdParty.breach_notice_hours", "Region.jurisdiction", "Organization.countries"})) {
      *result_.add_questions() = std::move(question);
    }
  }

  void AddTotals() {
    pb::CommunicationTotals& totals = *result_.mutable_totals();
    totals.set_duties(result_.duties_size());
    const NotificationDuty* shortest = nullptr;
    for (const NotificationDuty& duty : duties_.duties) {
      const int hours = duty.rule == nullptr ? 0 : analysis::ShortestHours(*duty.rule);
      if (hours > 0) {
        totals.set_clocks(totals.clocks() + 1);
        if (shortest == nullptr || hours < analysis::ShortestHours(*shortest->rule)) shortest = &duty;
      }
      totals.set_without_recipient(totals.without_recipient() +
                                   (TellsAuthority(duty) && duty.authorities.empty() ? 1 : 0));
    }
    for (const pb::NotificationNoDutyRow& row : result_.no_duties()) {
      totals.set_open_rules(totals.open_rules() + row.open());
    }
    totals.set_messages(result_.alerts_size() + result_.briefings_size() + result_.customers_size() +
                        result_.media_size() + result_.summaries_size() + result_.authorities_size());
    pb::CommunicationPhrases& phrases = *result_.mutable_phrases();
    phrases.set_duties(Count(totals.duties(), "duty to tell", "duties to tell"));
    phrases.set_clocks(
        absl::StrCat(totals.clocks(), " of them ", totals.clocks() == 1 ? "has" : "have", " a clock in hours"));
    phrases.set_messages(Count(totals.messages(), "message", "messages"));
    if (shortest != nullptr) {
      phrases.set_shortest(
          absl::StrCat(Hours(analysis::ShortestHours(*shortest->rule)), " (", shortest->rule->name(), ")"));
    }
  }

  const Input& input_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const analysis::NotificationDuties duties_;
  const std::vector<ResponseSeat> seats_;
  ReadinessFindings findings_;
  PlanValues values_;
  std::map<std::string, std::vector<std::string>> one_person_;  // notices, by who alone stands behind them
  pb::IncidentCommunicationResult result_;
};

}  // namespace

pb::IncidentCommunicationResult IncidentCommunication(const Input& input) { return Communication(input).Build(); }

}  // namespace metapowers::commands::respond
