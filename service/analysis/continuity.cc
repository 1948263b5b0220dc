#include "service/analysis/continuity.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/analysis/terms.h"

namespace metapowers::analysis {
namespace {

using model::v1::Component;
using model::v1::ContinuityProcedure;
using model::v1::ThirdParty;

class SupplierSearch {
 public:
  SupplierSearch(const Facts& facts, const Restoration& restoration) : facts_(facts), restoration_(restoration) {}

  SupplierContinuity Of(const ThirdParty& supplier) const {
    SupplierContinuity found;
    found.supplier = &supplier;
    std::set<std::string> stops;
    std::set<std::string> operates;
    for (const Component& component : facts_.model().proto().components()) {
      if (component.third_party() != supplier.id() || component.lifecycle() == model::v1::LIFECYCLE_PLANNED) continue;
      operates.insert(component.id());
      AddStopped(component.id(), stops);
    }
    std::set<std::string> degrades;
    for (const model::v1::Flow& flow : facts_.model().proto().flows()) {
      const bool goes_on =
          flow.dependency() == model::v1::DEPENDENCY_SOFT || flow.dependency() == model::v1::DEPENDENCY_ASYNC;
      const bool ours = restoration_.Find(flow.source()) != nullptr && stops.count(flow.source()) == 0;
      if (goes_on && ours && operates.count(flow.target()) > 0) degrades.insert(flow.source());
    }
    for (const std::string& id : stops) {
      const std::string& function = restoration_.Find(id)->component->business_function();
      if (!function.empty()) found.functions.insert(function);
    }
    found.operates.assign(operates.begin(), operates.end());
    found.stops.assign(stops.begin(), stops.end());
    found.degrades.assign(degrades.begin(), degrades.end());
    found.because = Because(found);
    return found;
  }

 private:
  // The component, where it is in the order of restoration, and all that hard-depend on it.
  void AddStopped(const std::string& first, std::set<std::string>& stops) const {
    std::set<std::string> seen = {first};
    std::vector<std::string> waiting = {first};
    while (!waiting.empty()) {
      const std::string id = std::move(waiting.back());
      waiting.pop_back();
      if (restoration_.Find(id) != nullptr) stops.insert(id);
      for (const std::string& dependent : facts_.Find(id)->dependents) {
        if (seen.insert(dependent).second) waiting.push_back(dependent);
      }
    }
  }

  std::string Because(const SupplierContinuity& found) const {
    const ThirdParty& supplier = *found.supplier;
    if (supplier.criticality() >= model::v1::CRITICALITY_HIGH) {
      return absl::StrCat("declared ", Words(supplier.criticality()));
    }
    for (const SinglePoint& point : facts_.single_points()) {
      if (point.kind == SinglePoint::Kind::kThirdParty && point.id == supplier.id()) return "stops a main tier";
    }
    for (const std::string& id : found.stops) {
      const auto& own = found.operates;
      if (std::find(own.begin(), own.end(), id) == own.end()) return absl::StrCat(id, " does not work without it");
    }
    return "";
  }

  const Facts& facts_;
  const Restoration& restoration_;
};

}  // namespace

ProcedureState StateOf(const model::Model& model, const ContinuityProcedure& procedure) {
  if (procedure.last_tested().empty()) return ProcedureState::kUntested;
  const bool old = model.as_of() - model::ToCivilDay(procedure.last_tested()) > kProcedureTestDays;
  return old ? ProcedureState::kOld : ProcedureState::kTested;
}

std::vector<FunctionContinuity> FunctionContinuities(const Facts& facts, const Restoration& restoration) {
  std::vector<FunctionContinuity> functions;
  for (const FunctionRecovery& recovery : restoration.functions()) {
    FunctionContinuity& each = functions.emplace_back();
    each.recovery = &recovery;
    for (const ContinuityProcedure& procedure : facts.model().proto().recovery().procedures()) {
      if (procedure.business_function() == recovery.name) each.procedures.push_back(&procedure);
    }
    if (recovery.last == nullptr) continue;
    for (const ContinuityProcedure* procedure : each.procedures) {
      if (!procedure->has_max_hours() || procedure->max_hours() * 60 >= recovery.last->ready) continue;
      each.ends_too_early.push_back(procedure);
    }
    if (recovery.function == nullptr || !recovery.function->has_max_outage_minutes()) continue;
    each.outage = Compare(recovery.last->ready, recovery.complete, recovery.function->max_outage_minutes());
  }
  return functions;
}

std::vector<SupplierContinuity> SupplierContinuities(const Facts& facts, const Restoration& restoration) {
  const SupplierSearch search(facts, restoration);
  std::vector<SupplierContinuity> suppliers;
  for (const ThirdParty& supplier : facts.model().proto().third_parties()) suppliers.push_back(search.Of(supplier));
  return suppliers;
}

std::vector<SupplierContinuity> CriticalSuppliers(const Facts& facts, const Restoration& restoration) {
  std::vector<SupplierContinuity> suppliers = SupplierContinuities(facts, restoration);
  suppliers.erase(std::remove_if(suppliers.begin(), suppliers.end(),
                                 [](const SupplierContinuity& supplier) { return supplier.because.empty(); }),
                  suppliers.end());
  return suppliers;
}

}  // namespace metapowers::analysis
