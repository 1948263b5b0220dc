// Respond: severity ladder, notification, playbooks, containment, people, evidence, lessons.
#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/analysis/notification_duties.h"
#include "service/lint/checkers.h"
#include "service/lint/plan_tables.h"

namespace metapowers::lint {
namespace {

constexpr char kResponse[] = "incident-response";
constexpr char kCommunication[] = "incident-communication";
constexpr char kContainment[] = "containment-strategy";
constexpr char kForensics[] = "forensic-readiness";
constexpr char kLessons[] = "lessons-learned";
// Laws and standards that ask to notify somebody of an incident.
constexpr absl::string_view kNotifying[] = {"gdpr",  "uk-gdpr",   "dora",   "nis2",
                                            "hipaa", "nydfs-500", "sec-8k", "pci-dss-4.0.1"};
// Words of a time limit.
constexpr absl::string_view kLimits[] = {"hour", "day", "minute", "month", "immediately", "at once"};

void CheckSeverities(Check& check) {
  const Section& section = check.section(kResponse);
  constexpr char kPart[] = "Severity Classification";
  bool any = false;
  for (const auto& level : check.model().incident_response().severities()) {
    if (level.components().empty() && level.data_classes().empty()) continue;
    check.Look();
    any = true;
    const auto named = [&](const std::string& id) { return Mentions(section, kPart, id); };
    bool told = std::any_of(level.components().begin(), level.components().end(), named);
    for (const std::string& id : level.data_classes()) {
      const auto* data = check.subject().model().Find<model::v1::DataClass>(id);
      told = told || Mentions(section, kPart, id, data == nullptr ? "" : data->name());
    }
    if (Mentions(section, kPart, level.id(), level.name()) && told) continue;
    check.Fail(section, section.LineOfHeading(kPart), level.id(),
               absl::StrCat("level ", level.id(), " is not told by services or data of this system"));
  }
  if (any) return;
  check.FailModel("incident_response.severities", "no level of severity names a component or a data class");
}

// Whether a line that names the framework has a time limit, or a line close below it.
bool HasDeadline(const Section& section, absl::string_view label) {
  const std::vector<Line>& lines = section.lines();
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!NamesId(Plain(lines[i].text), label)) continue;
    for (size_t n = i; n < std::min(i + 12, lines.size()); ++n) {
      for (const absl::string_view word : kLimits) {
        if (ContainsWords(lines[n].text, word)) return true;
      }
    }
  }
  return false;
}

// What to declare where a rule of the framework waits for the roles of the organisation in law and contract; "" else.
std::string WhatDecides(const analysis::NotificationDuties& duties, const std::string& framework) {
  for (const analysis::NoDuty& none : duties.none) {
    if (none.open && none.rule->framework() == framework && !none.rule->legal_roles().empty()) {
      return absl::StrCat("Declare 'organization.legal_roles': ", none.reason, ".");
    }
  }
  return "";
}

void CheckNotification(Check& check) {
  const Section& section = check.section(kCommunication);
  const analysis::NotificationDuties duties = analysis::FindNotificationDuties(check.facts());
  for (const analysis::FrameworkFact& fact : check.facts().frameworks()) {
    const bool notifies = std::find(std::begin(kNotifying), std::end(kNotifying), fact.id) != std::end(kNotifying);
    if (!notifies || !fact.applies) continue;
    check.Look();
    // Articles are cited by another name than the law's where it has one, e.g. NYDFS 23 NYCRR.
    const std::string& citation = fact.framework == nullptr ? fact.label : fact.framework->citation();
    if (HasDeadline(section, fact.label) || HasDeadline(section, citation)) continue;
    check.Fail(section, section.LineOfHeading("Regulatory Notification Templates"), fact.id,
               absl::StrCat("the duty to notify of ", fact.label, " is missing, or has no deadline"),
               WhatDecides(duties, fact.id));
  }
  for (const auto& regulator : check.model().incident_response().regulators()) {
    check.Look();
    if (regulator.decision_owner().empty()) {
      check.FailModel(absl::StrCat("incident_response.regulators[", regulator.id(), "].decision_owner"),
                      "nobody decides on the notification");
    }
    if (!Mentions(section, "", regulator.id(), regulator.name())) {
      check.Fail(section, 0, regulator.id(), absl::StrCat("regulator ", regulator.id(), " is not named"));
    }
  }
}

// A kind of incident, the words of its playbook, and whether this system can have it.
struct IncidentKind {
  absl::string_view name;
  std::initializer_list<absl::string_view> words;
  bool applies = false;
};

bool HoldsCardNumbers(const Check& check) {
  const auto& classes = check.model().data_classes();
  return std::any_of(classes.begin(), classes.end(), [](const auto& data) {
    return std::find(data.categories().begin(), data.categories().end(), model::v1::DATA_CATEGORY_PAN) !=
           data.categories().end();
  });
}

void CheckPlaybooks(Check& check) {
  const Section& section = check.section(kResponse);
  constexpr char kPart[] = "Response Playbooks";
  const model::v1::SystemModel& model = check.model();
  std::string text;
  for (const Line* line : section.Under(kPart)) absl::StrAppend(&text, Plain(line->text), "\n");
  const IncidentKind kinds[] = {
      {"misuse of an interface", {"api", "interface"}, !model.apis().empty()},
      {"stolen credential", {"credential", "key", "token"}, true},
      {"supply chain", {"supply chain", "dependency", "package", "pipeline"}, !model.delivery().repositories().empty()},
      {"insider", {"insider", "administrator", "employee", "misuse"}, true},
      {"ransomware", {"ransom"}, true},
      {"breach at a third party", {"third party", "supplier"}, !model.third_parties().empty()},
      {"card data where it must not be", {"card"}, HoldsCardNumbers(check)},
  };
  for (const IncidentKind& kind : kinds) {
    if (!kind.applies) continue;
    check.Look();
    const bool found = std::any_of(kind.words.begin(), kind.words.end(),
                                   [&text](absl::string_view word) { return ContainsWords(text, word); });
    if (found) continue;
    check.Fail(section, section.LineOfHeading(kPart), kind.name, absl::StrCat("no playbook for: ", kind.name));
  }
  std::set<std::string> told;
  for (const analysis::Threat* threat : check.subject().threats->Get().Prioritised()) {
    if (threat->severity() < model::v1::SEVERITY_CRITICAL || !told.insert(threat->key()).second) continue;
    check.Look();
    if (NamesId(text, threat->element_id()) || NamesId(text, threat->rule->id())) continue;
    check.Fail(section, section.LineOfHeading(kPart), threat->key(), absl::StrCat("no playbook names ", threat->key()));
  }
}

void CheckContainment(Check& check) {
  const Section& section = check.section(kContainment);
  for (const model::v1::Component* component : RunningComponents(check)) {
    check.Look();
    if (HasRowOf(section, "", component->id(), component->name())) continue;
    check.Fail(section, 0, component->id(), absl::StrCat("component ", component->id(), " has no containment action"));
  }
  const struct {
    absl::string_view what;
    std::initializer_list<absl::string_view> words;
  } columns[] = {{"who orders it", {"order", "decide", "who"}},
                 {"whether it can be undone", {"revers", "undo", "undone"}},
                 {"what stops with it", {"stops", "depend", "cost", "effect", "blast"}}};
  for (const auto& column : columns) {
    check.Look();
    if (HasColumn(section, "", column.words)) continue;
    check.Fail(section, 0, "", absl::StrCat("no table says ", column.what));
  }
}

void CheckPeople(Check& check) {
  const Section& section = check.section(kResponse);
  for (const auto& rotation : check.model().monitoring().on_call()) {
    check.Look();
    const auto* role = check.subject().model().Find<model::v1::Role>(rotation.escalates_to());
    if (role != nullptr && role->holder().empty()) {
      check.FailModel(absl::StrCat("monitoring.on_call[", rotation.id(), "].escalates_to"),
                      absl::StrCat("nobody holds the role ", role->id()));
    }
    if (!Mentions(section, "", rotation.id(), rotation.name())) {
      check.Fail(section, section.LineOfHeading("Response Team"), rotation.id(),
                 absl::StrCat("rotation ", rotation.id(), " is not named"));
    }
  }
  for (const auto& role : check.model().roles()) {
    if (role.holder().empty() || role.deputy().empty()) continue;
    check.Look();
    if (role.holder() != role.deputy()) continue;
    check.FailModel(absl::StrCat("roles[", role.id(), "].deputy"),
                    absl::StrCat(role.holder(), " stands in for themselves"));
  }
}

// Where something of ours, a backup of it or a supplier with our data is; where only customers are, nothing is kept
// that we could preserve.
std::set<std::string> RegionsWithEvidence(const Check& check) {
  std::set<std::string> places;
  const auto add = [&places](const auto& regions) { places.insert(regions.begin(), regions.end()); };
  for (const model::v1::Component* component : RunningComponents(check)) {
    add(component->regions());
    add(component->backup().locations());
  }
  for (const model::v1::Infrastructure& each : check.model().infrastructure()) add(each.regions());
  for (const model::v1::ThirdParty& supplier : check.model().third_parties()) {
    if (!supplier.data_shared().empty()) add(supplier.regions());
  }
  return places;
}

void CheckEvidence(Check& check) {
  const Section& section = check.section(kForensics);
  WantColumn(check, section, "Forensic Data Sources", {"retention", "kept", "keep"}, "retention");
  for (const char* part : {"Evidence Preservation", "Chain of Custody"}) {
    check.Look();
    const std::vector<const Line*> lines = section.Under(part);
    const bool body = std::any_of(lines.begin(), lines.end(), [](const Line* line) {
      return line->kind == LineKind::kText || line->kind == LineKind::kTableRow;
    });
    if (!body) check.Fail(section, section.LineOfHeading(part), part, absl::StrCat(part, " says nothing"));
  }
  const std::set<std::string> places = RegionsWithEvidence(check);
  for (const auto& region : check.model().regions()) {
    if (places.count(region.id()) == 0) continue;
    check.Look();
    if (!Mentions(section, "", region.id(), region.name())) {
      check.Fail(section, 0, region.id(), absl::StrCat("does not say what holds for evidence in region ", region.id()));
    }
  }
}

void CheckChannels(Check& check) {
  const Section& section = check.section(kResponse);
  const auto& channels = check.model().incident_response().channels();
  const auto independent = [](const model::v1::Channel& channel) {
    return channel.out_of_band() && channel.depends_on().empty();
  };
  check.Look();
  if (std::none_of(channels.begin(), channels.end(), independent)) {
    check.FailModel("incident_response.channels", "no channel works when our own systems are down");
    return;
  }
  for (const model::v1::Channel& channel : channels) {
    check.Look();
    if (Mentions(section, "", channel.id(), channel.name())) continue;
    check.Fail(section, section.LineOfHeading("Communication Protocols"), channel.id(),
               absl::StrCat("channel ", channel.id(), " is not named"));
  }
}

void CheckLessons(Check& check) {
  const Section& section = check.section(kLessons);
  if (check.model().incident_response().past_incidents().empty()) {
    check.NotApplicable("no past incident is declared");
    return;
  }
  for (const auto& incident : check.model().incident_response().past_incidents()) {
    for (const auto& action : incident.actions()) {
      check.Look();
      const std::string path =
          absl::StrCat("incident_response.past_incidents[", incident.id(), "].actions[", action.id(), "]");
      if (action.owner_team().empty()) check.FailModel(absl::StrCat(path, ".owner_team"), "the action has no owner");
      if (!action.done() && action.due().empty()) check.FailModel(absl::StrCat(path, ".due"), "the action has no date");
      if (!Mentions(section, "", action.id(), action.action())) {
        check.Fail(section, section.LineOfHeading("Corrective Actions"), action.id(),
                   absl::StrCat("action ", action.id(), " is not listed"));
      }
    }
  }
}

constexpr Checker kCheckers[] = {
    {"respond-1", CheckSeverities},  {"respond-2", CheckNotification}, {"respond-3", CheckPlaybooks},
    {"respond-4", CheckContainment}, {"respond-5", CheckPeople},       {"respond-6", CheckEvidence},
    {"respond-7", CheckChannels},    {"respond-10", CheckLessons},
};

}  // namespace

absl::Span<const Checker> RespondCheckers() { return kCheckers; }

}  // namespace metapowers::lint
