// Recover: order of restoration, targets, backups, single points, exercises.
#include <algorithm>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/lint/checkers.h"
#include "service/lint/plan_tables.h"

namespace metapowers::lint {
namespace {

constexpr char kPlan[] = "recovery-plan";
constexpr char kBackups[] = "backup-validation";
constexpr char kContinuity[] = "business-continuity";
constexpr char kTargets[] = "RTO/RPO Targets";

// Wave of each component in the tables that have waves.
std::map<std::string, int> WavesOf(const Check& check, const Section& section) {
  std::map<std::string, int> waves;
  for (const Table& table : section.tables()) {
    if (table.Find("Wave") < 0) continue;
    for (const Row& row : table.rows) {
      int wave = 0;
      if (!absl::SimpleAtoi(table.Cell(row, "Wave"), &wave)) continue;
      for (const char* column : {"Component", "Components"}) {
        for (const auto& component : check.model().components()) {
          if (NamesId(table.Cell(row, column), component.id())) waves.emplace(component.id(), wave);
        }
      }
    }
  }
  return waves;
}

bool InOneCycle(const analysis::Facts& facts, const std::string& one, const std::string& other) {
  const auto& cycles = facts.dependency_cycles();
  return std::any_of(cycles.begin(), cycles.end(), [&](const std::vector<std::string>& cycle) {
    return std::find(cycle.begin(), cycle.end(), one) != cycle.end() &&
           std::find(cycle.begin(), cycle.end(), other) != cycle.end();
  });
}

void CheckOrder(Check& check) {
  const Section& section = check.section(kPlan);
  const std::map<std::string, int> waves = WavesOf(check, section);
  const int place = section.LineOfHeading("Recovery Priorities");
  if (waves.empty()) {
    check.Look();
    check.Fail(section, place, "", "no table says in which wave each component comes back");
    return;
  }
  for (const auto& [id, wave] : waves) {
    check.Look();
    for (const std::string& needed : check.facts().Find(id)->depends_on) {
      const auto other = waves.find(needed);
      if (other == waves.end() || other->second < wave || InOneCycle(check.facts(), id, needed)) continue;
      check.Fail(section, place, id,
                 absl::StrCat(id, " comes back in wave ", wave, ", and needs ", needed, " of wave ", other->second));
    }
  }
  for (const std::vector<std::string>& cycle : check.facts().dependency_cycles()) {
    check.Look();
    for (const std::string& id : cycle) {
      if (Mentions(section, "Recovery Priorities", id)) continue;
      check.Fail(section, place, id, absl::StrCat(id, " is in a cycle of dependencies that is not named"));
    }
  }
}

// What the tier of a component promises, in minutes; -1 when nothing is declared.
int PromiseOf(const Check& check, const model::v1::Component& component, bool rto) {
  for (const auto& tier : check.model().recovery().tiers()) {
    if (tier.tier() != component.tier()) continue;
    if (rto) return tier.has_rto_minutes() ? tier.rto_minutes() : -1;
    return tier.has_rpo_minutes() ? tier.rpo_minutes() : -1;
  }
  return -1;
}

void CheckPromises(Check& check) {
  const Section& section = check.section(kPlan);
  for (const model::v1::Component* component : RunningComponents(check)) {
    const int rto = PromiseOf(check, *component, true);
    for (const std::string& id : check.facts().Find(component->id())->depends_on) {
      const int needed = PromiseOf(check, *check.facts().Find(id)->component, true);
      if (rto < 0 || needed < 0) continue;
      check.Look();
      if (needed <= rto || Mentions(section, "", component->id(), component->name())) continue;
      check.Fail(section, section.LineOfHeading(kTargets), component->id(),
                 absl::StrCat(component->id(), " is promised in ", rto, " minutes and needs ", id, ", promised in ",
                              needed, ", which the plan does not say"));
    }
    const int rpo = PromiseOf(check, *component, false);
    if (rpo < 0 || component->kind() != model::v1::COMPONENT_KIND_DATASTORE ||
        !component->backup().has_interval_minutes())
      continue;
    check.Look();
    if (component->backup().interval_minutes() <= rpo ||
        Mentions(section, kTargets, component->id(), component->name()))
      continue;
    check.Fail(section, section.LineOfHeading(kTargets), component->id(),
               absl::StrCat(component->id(), " is backed up every ", component->backup().interval_minutes(),
                            " minutes and may lose ", rpo, ", which the plan does not say"));
  }
}

void CheckBackups(Check& check) {
  const Section& section = check.section(kBackups);
  for (const model::v1::Component* component : RunningComponents(check)) {
    if (component->kind() != model::v1::COMPONENT_KIND_DATASTORE) continue;
    const bool backed_up = component->backup().method() != model::v1::BACKUP_METHOD_UNSPECIFIED &&
                           component->backup().method() != model::v1::BACKUP_METHOD_NONE;
    for (const char* part :
         {"Backup Inventory", "Backup Frequency", "Storage Locations", "Test Restoration Schedule"}) {
      // Of a store without backups there is nothing more to say than that.
      if (!backed_up && part != absl::string_view("Backup Inventory")) continue;
      check.Look();
      if (Mentions(section, part, component->id(), component->name())) continue;
      check.Fail(section, section.LineOfHeading(part), component->id(),
                 absl::StrCat(part, " does not name ", component->id()));
    }
  }
}

// Whether some section of the phase names it.
bool IsPlannedFor(const Check& check, absl::string_view id, absl::string_view name) {
  const auto& commands = check.subject().commands;
  return std::any_of(commands.begin(), commands.end(), [&](const RunState& state) {
    return state.run && state.spec->phase() == "recover" && Mentions(state.committed, "", id, name);
  });
}

void CheckSinglePoints(Check& check) {
  for (const analysis::SinglePoint& point : check.facts().single_points()) {
    check.Look();
    if (IsPlannedFor(check, point.id, point.name)) continue;
    check.Fail(check.section(kContinuity), 0, point.id,
               absl::StrCat(point.id, " is a single point of failure that is not named: ", point.reason));
  }
}

void CheckOutages(Check& check) {
  const Section& section = check.section(kContinuity);
  for (const auto& supplier : check.model().third_parties()) {
    if (supplier.criticality() < model::v1::CRITICALITY_HIGH) continue;
    check.Look();
    if (supplier.outage_procedure().empty()) {
      check.FailModel(absl::StrCat("third_parties[", supplier.id(), "].outage_procedure"),
                      "no procedure for its outage is declared");
    }
    if (!Mentions(section, "", supplier.id(), supplier.name())) {
      check.Fail(section, section.LineOfHeading("Disruption Scenarios"), supplier.id(),
                 absl::StrCat("the outage of ", supplier.id(), " is not planned for"));
    }
  }
}

void CheckSteps(Check& check) {
  const Section& section = check.section(kPlan);
  constexpr char kPart[] = "Restoration Procedures";
  for (const model::v1::Component* component : RunningComponents(check)) {
    if (!component->third_party().empty()) continue;
    check.Look();
    if (!Mentions(section, kPart, component->id(), component->name())) {
      check.Fail(section, section.LineOfHeading(kPart), component->id(),
                 absl::StrCat("no step restores ", component->id()));
    }
  }
  for (const auto& infrastructure : check.model().infrastructure()) {
    check.Look();
    if (!Mentions(section, "", infrastructure.id(), infrastructure.name())) {
      check.Fail(section, section.LineOfHeading(kPart), infrastructure.id(),
                 absl::StrCat("no step names ", infrastructure.id()));
    }
  }
}

bool InEurope(const Check& check, const std::string& region) {
  const auto* declared = check.subject().model().Find<model::v1::Region>(region);
  return declared != nullptr && declared->jurisdiction() == model::v1::JURISDICTION_EU;
}

bool IsPersonal(const model::v1::DataClass& data) {
  return std::any_of(data.categories().begin(), data.categories().end(), [](int category) {
    return category == model::v1::DATA_CATEGORY_PII || category == model::v1::DATA_CATEGORY_SPECIAL_PII ||
           category == model::v1::DATA_CATEGORY_PHI;
  });
}

void CheckResidency(Check& check) {
  for (const model::v1::Component* component : RunningComponents(check)) {
    const analysis::ComponentFacts& facts = *check.facts().Find(component->id());
    const bool european =
        std::any_of(facts.stores.begin(), facts.stores.end(), [&check](const model::v1::DataClass* data) {
          return IsPersonal(*data) &&
                 std::any_of(data->subject_regions().begin(), data->subject_regions().end(),
                             [&check](const std::string& region) { return InEurope(check, region); });
        });
    const bool kept_there = !component->regions().empty() &&
                            std::all_of(component->regions().begin(), component->regions().end(),
                                        [&check](const std::string& region) { return InEurope(check, region); });
    if (!european || !kept_there) continue;
    for (const std::string& location : component->backup().locations()) {
      check.Look();
      if (InEurope(check, location)) continue;
      check.FailModel(absl::StrCat("components[", component->id(), "].backup.locations"),
                      absl::StrCat("personal data kept in the EU is backed up to ", location));
    }
  }
}

void CheckExercises(Check& check) {
  bool any = false;
  for (const auto& exercise : check.model().recovery().exercises()) {
    any = true;
    check.Look();
    const std::string path = absl::StrCat("recovery.exercises[", exercise.id(), "]");
    if (!exercise.has_interval_days())
      check.FailModel(absl::StrCat(path, ".interval_days"), "the exercise has no interval");
    if (exercise.pass_criterion().empty())
      check.FailModel(absl::StrCat(path, ".pass_criterion"), "nobody can tell whether it was passed");
    if (!IsPlannedFor(check, exercise.id(), exercise.name()))
      check.Fail(check.section(kContinuity), 0, exercise.id(),
                 absl::StrCat("exercise ", exercise.id(), " is in no plan"));
  }
  if (any) return;
  check.FailModel("recovery.exercises", "no exercise is declared, so that the plan is untested");
}

void CheckWayBack(Check& check) {
  const Section& section = check.section(kPlan);
  WantColumn(check, section, "Failback Plan", {"owner", "told by", "by", "who", "responsible"}, "owner");
  WantColumn(check, section, "Communication Plan", {"owner", "told by", "by", "who", "responsible"}, "owner");
}

constexpr Checker kCheckers[] = {
    {"recover-1", CheckOrder},        {"recover-2", CheckPromises},  {"recover-3", CheckBackups},
    {"recover-4", CheckSinglePoints}, {"recover-5", CheckOutages},   {"recover-6", CheckSteps},
    {"recover-7", CheckResidency},    {"recover-9", CheckExercises}, {"recover-10", CheckWayBack},
};

}  // namespace

absl::Span<const Checker> RecoverCheckers() { return kCheckers; }

}  // namespace metapowers::lint
