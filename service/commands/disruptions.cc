#include "service/commands/disruptions.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/commands/naming.h"
#include "service/commands/recovery_naming.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/knowledge/recovery.h"

namespace metapowers::commands {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::recover::v1;
using analysis::RestorationStep;
using google::protobuf::RepeatedPtrField;

constexpr size_t kNamed = 8;   // components in one row; the rest is counted
constexpr int kTabletops = 4;  // scenarios of tabletop exercises
constexpr size_t kParticipants = 6;

struct Entry {
  double loss = 0;
  size_t stops = 0;
  pb::DisruptionRow row;
};

class Disruptions {
 public:
  Disruptions(const Input& input, const Recovery& recovery, const Continuity& continuity)
      : model_(input.model), proto_(input.model.proto()), recovery_(recovery), continuity_(continuity) {}

  void AddTo(RepeatedPtrField<pb::DisruptionRow>& out) {
    for (const analysis::RegionLoss& loss : recovery_.regions) AddRegion(loss);
    for (const analysis::SupplierContinuity& supplier : continuity_.suppliers) AddSupplier(supplier);
    AddDamage();
    std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
      return std::make_pair(a.loss, a.stops) > std::make_pair(b.loss, b.stops);
    });
    for (Entry& entry : entries_) *out.Add() = std::move(entry.row);
  }

 private:
  // The role that leads restorations, by title.
  std::string Restorer() const {
    for (const kb::ContinuityDuty& duty : knowledge::RecoveryRules().duties()) {
      const model::v1::Role* role = duty.id() == "restore" ? HolderOf(model_, duty) : nullptr;
      if (role != nullptr) return role->title();
    }
    return TeamName(model_, proto_.owner_team());
  }

  // Sets what follows from the functions that stop.
  void Complete(const std::set<std::string>& functions, std::vector<std::string> stops, Entry& entry) const {
    entry.stops = stops.size();
    AddFirst(std::move(stops), kNamed, entry.row.mutable_stops());
    AddAll(functions, entry.row.mutable_functions());
    for (const analysis::FunctionContinuity& each : continuity_.functions) {
      if (functions.count(each.recovery->name) == 0) continue;
      for (const auto* procedure : each.procedures) entry.row.add_procedures(procedure->name());
      if (each.recovery->function != nullptr) entry.loss += each.recovery->function->loss_per_hour();
    }
    if (entry.loss > 0) entry.row.set_loss_per_hour(Amount(entry.loss, proto_.currency()));
  }

  static std::set<std::string> FunctionsOf(const std::vector<const RestorationStep*>& steps) {
    std::set<std::string> functions;
    for (const RestorationStep* step : steps) {
      if (!step->component->business_function().empty()) functions.insert(step->component->business_function());
    }
    return functions;
  }

  void AddRegion(const analysis::RegionLoss& loss) {
    std::vector<const RestorationStep*> stops = loss.moves;
    stops.insert(stops.end(), loss.stays_down.begin(), loss.stays_down.end());
    if (stops.empty()) return;
    const model::v1::FailoverStrategy& failover = proto_.recovery().failover();
    std::vector<std::string> answer;
    if (!loss.goes_on.empty())
      answer.push_back(absl::StrCat(loss.goes_on.size(), loss.goes_on.size() == 1 ? " goes" : " go", " on elsewhere"));
    if (!loss.moves.empty()) {
      answer.push_back(absl::StrCat("the failover moves ", loss.moves.size(),
                                    failover.has_switch_minutes()
                                        ? absl::StrCat(" within ", Minutes(failover.switch_minutes()))
                                        : " in a time that is not declared"));
    }
    if (!loss.stays_down.empty()) {
      answer.push_back(
          absl::StrCat(loss.stays_down.size(), loss.stays_down.size() == 1 ? " waits" : " wait", " for the region"));
    }
    Entry& entry = entries_.emplace_back();
    entry.row.set_scenario(absl::StrCat("Loss of ", loss.region->id()));
    entry.row.set_answer(List(answer));
    entry.row.set_owner(Restorer());
    Complete(FunctionsOf(stops), StepIds(stops), entry);
  }

  void AddSupplier(const analysis::SupplierContinuity& supplier) {
    if (supplier.stops.empty()) return;
    Entry& entry = entries_.emplace_back();
    entry.row.set_scenario(absl::StrCat("Outage of ", supplier.supplier->name()));
    entry.row.set_answer(supplier.supplier->outage_procedure().empty() ? "no procedure is declared"
                                                                       : supplier.supplier->outage_procedure());
    const std::string& team = supplier.supplier->owner_team();
    entry.row.set_owner(TeamName(model_, team.empty() ? proto_.owner_team() : team));
    Complete(supplier.functions, supplier.stops, entry);
  }

  void AddDamage() {
    if (recovery_.stores.empty()) return;
    std::set<std::string> functions;
    std::vector<std::string> stores;
    const RestorationStep* last = nullptr;
    bool complete = true;
    for (const RestorationStep& step : recovery_.restoration.steps()) {
      if (!step.component->business_function().empty()) functions.insert(step.component->business_function());
      complete = complete && step.complete;
      if (last == nullptr || step.ready > last->ready) last = &step;
    }
    for (const analysis::StoreBackup& store : recovery_.stores) stores.push_back(store.component().id());
    Entry& entry = entries_.emplace_back();
    entry.row.set_scenario("Data is encrypted or damaged by an attacker, copies included");
    entry.row.set_answer(last->ready == 0
                             ? "restored from backups, in a time that is not declared"
                             : absl::StrCat("restored from backups; ", last->component->id(), " is ready last, after ",
                                            complete ? "" : "at least ", Minutes(last->ready)));
    entry.row.set_owner(Restorer());
    Complete(functions, std::move(stores), entry);
  }

  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const Recovery& recovery_;
  const Continuity& continuity_;
  std::vector<Entry> entries_;
};

// Duties and owners of the functions, by title, each once.
std::vector<std::string> Participants(const model::Model& model, const pb::DisruptionRow& disruption) {
  std::vector<std::string> roles;
  const auto add = [&roles](const model::v1::Role* role) {
    if (role == nullptr || std::find(roles.begin(), roles.end(), role->title()) != roles.end()) return;
    roles.push_back(role->title());
  };
  for (const kb::ContinuityDuty& duty : knowledge::RecoveryRules().duties()) add(HolderOf(model, duty));
  for (const model::v1::BusinessFunction& function : model.proto().recovery().functions()) {
    const auto& named = disruption.functions();
    if (std::find(named.begin(), named.end(), function.name()) == named.end()) continue;
    add(model.Find<model::v1::Role>(function.owner()));
  }
  return roles;
}

}  // namespace

void AddDisruptions(const Input& input, const Recovery& recovery, const Continuity& continuity,
                    RepeatedPtrField<pb::DisruptionRow>& out) {
  Disruptions(input, recovery, continuity).AddTo(out);
}

void AddTabletops(const model::Model& model, const RepeatedPtrField<pb::DisruptionRow>& disruptions,
                  RepeatedPtrField<pb::TabletopRow>& out) {
  const model::v1::IncidentResponse& response = model.proto().incident_response();
  for (const pb::DisruptionRow& disruption : disruptions) {
    if (out.size() == kTabletops) return;
    pb::TabletopRow& row = *out.Add();
    row.set_scenario(disruption.scenario());
    AddFirst(Participants(model, disruption), kParticipants, row.mutable_roles());
    const std::vector<std::string> procedures(disruption.procedures().begin(), disruption.procedures().end());
    const std::vector<std::string> functions(disruption.functions().begin(), disruption.functions().end());
    if (!procedures.empty()) {
      row.set_decide(absl::StrCat("When ", List(procedures, 4), procedures.size() == 1 ? " starts" : " start",
                                  ", who does it, and when it ends"));
    } else {
      row.set_decide(functions.empty() ? "What waits, and for how long"
                                       : absl::StrCat("Whether ", List(functions, 4), " waits or is done by hand"));
    }
    row.set_passes(
        absl::StrCat("Each role names its first action and its deputy",
                     response.has_partner_notice_minutes()
                         ? absl::StrCat("; partners are told within ", Minutes(response.partner_notice_minutes()))
                         : "",
                     procedures.empty() ? "" : "; each procedure starts on its declared trigger"));
  }
}

}  // namespace metapowers::commands
