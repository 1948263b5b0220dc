#include "service/analysis/failover.h"

#include <algorithm>
#include <optional>
#include <set>

#include "service/analysis/places.h"
#include "service/analysis/terms.h"

namespace metapowers::analysis {
namespace {

using model::v1::FailoverStrategy;

template <class List>
bool Has(const List& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool StartsElsewhere(const FailoverStrategy& failover) {
  return failover.kind() == model::v1::FAILOVER_KIND_COLD_STANDBY ||
         failover.kind() == model::v1::FAILOVER_KIND_REBUILD;
}

bool Covers(const FailoverStrategy& failover, const std::string& region) {
  if (failover.kind() == model::v1::FAILOVER_KIND_UNSPECIFIED || failover.kind() == model::v1::FAILOVER_KIND_NONE) {
    return false;
  }
  if (failover.primary().empty() && failover.standby().empty()) return true;
  if (failover.primary() == region) return true;
  return failover.kind() == model::v1::FAILOVER_KIND_ACTIVE_ACTIVE && Has(failover.standby(), region);
}

bool RestrictsTransfers(model::v1::Jurisdiction jurisdiction) {
  return jurisdiction == model::v1::JURISDICTION_EU || jurisdiction == model::v1::JURISDICTION_UK ||
         jurisdiction == model::v1::JURISDICTION_CH;
}

// Regions of `regions` without `lost`.
std::vector<std::string> Without(const std::vector<std::string>& regions, const std::string& lost) {
  std::vector<std::string> others;
  for (const std::string& region : regions) {
    if (region != lost) others.push_back(region);
  }
  return others;
}

class Search {
 public:
  Search(const Facts& facts, const Restoration& restoration)
      : facts_(facts), restoration_(restoration), failover_(facts.model().proto().recovery().failover()) {}

  RegionLoss Of(const model::v1::Region& region) const {
    RegionLoss loss;
    loss.region = &region;
    loss.covered = Covers(failover_, region.id());
    for (const RestorationStep& step : restoration_.steps()) {
      const std::vector<std::string> regions = RegionsOf(facts_.model(), *step.component);
      if (!Has(regions, region.id())) continue;
      std::vector<std::string> to = Without(regions, region.id());
      if (!to.empty() && (step.component->multi_region() || OnlyStandsBy(region.id(), to))) {
        loss.goes_on.push_back(&step);
      } else if (to = StandbyOf(loss, to);
                 CanMove(step) && (!to.empty() || (loss.covered && StartsElsewhere(failover_)))) {
        loss.moves.push_back(&step);
      } else {
        loss.stays_down.push_back(&step);
        continue;
      }
      NoteTightest(step, loss);
      AddResidency(step, regions, to, loss);
    }
    std::sort(loss.residency.begin(), loss.residency.end(), [](const ResidencyFact& a, const ResidencyFact& b) {
      return a.step->component->id() < b.step->component->id();
    });
    if (loss.covered && loss.tightest != nullptr) {
      std::optional<int> minutes;
      if (failover_.has_switch_minutes()) minutes = failover_.switch_minutes();
      loss.in_time = Compare(minutes, true, loss.tightest->objective.rto);
    }
    return loss;
  }

 private:
  // Whether the region is one that stands by for a primary where the component runs too.
  bool OnlyStandsBy(const std::string& region, const std::vector<std::string>& others) const {
    return failover_.kind() != model::v1::FAILOVER_KIND_ACTIVE_ACTIVE && Has(failover_.standby(), region) &&
           Has(others, failover_.primary());
  }

  // Where the failover brings a component up whose other regions are `others`; empty: it does not.
  std::vector<std::string> StandbyOf(const RegionLoss& loss, const std::vector<std::string>& others) const {
    if (!loss.covered) return {};
    std::vector<std::string> candidates(failover_.standby().begin(), failover_.standby().end());
    if (!failover_.primary().empty()) candidates.push_back(failover_.primary());
    std::sort(candidates.begin(), candidates.end());
    candidates = Without(candidates, loss.region->id());
    if (StartsElsewhere(failover_)) return candidates;
    std::vector<std::string> with_instance;
    for (const std::string& candidate : candidates) {
      if (Has(others, candidate)) with_instance.push_back(candidate);
    }
    return with_instance;
  }

  static bool CanMove(const RestorationStep& step) { return step.component->machine() != model::v1::MACHINE_DEVICE; }

  static void NoteTightest(const RestorationStep& step, RegionLoss& loss) {
    if (!step.objective.rto.has_value()) return;
    if (loss.tightest == nullptr || *step.objective.rto < *loss.tightest->objective.rto) loss.tightest = &step;
  }

  void AddResidency(const RestorationStep& step, const std::vector<std::string>& from, std::vector<std::string> to,
                    RegionLoss& loss) const {
    ResidencyFact fact;
    const ComponentFacts& component = *facts_.Find(step.component->id());
    for (const auto* list : {&component.stores, &component.processes}) {
      for (const model::v1::DataClass* data : *list) {
        if (IsRegulated(*data)) fact.data.push_back(data);
      }
    }
    if (fact.data.empty() || to.empty()) return;
    std::sort(fact.data.begin(), fact.data.end(), [](const auto* a, const auto* b) { return a->id() < b->id(); });
    fact.step = &step;
    fact.from = from;
    fact.to = std::move(to);
    for (const model::v1::DataClass* data : fact.data) {
      if (!Leaves(*data, loss.region->jurisdiction(), fact)) continue;
      fact.leaving.push_back(data);
      if (IsPersonal(*data) && RestrictsTransfers(loss.region->jurisdiction())) fact.restricted.push_back(data);
    }
    loss.residency.push_back(std::move(fact));
  }

  bool Leaves(const model::v1::DataClass& data, model::v1::Jurisdiction lost, const ResidencyFact& fact) const {
    const std::set<model::v1::Jurisdiction> there = JurisdictionsOf(facts_.model(), fact.to);
    if (lost == model::v1::JURISDICTION_UNSPECIFIED || there.empty() || there.count(lost) > 0) return false;
    if (JurisdictionsOf(facts_.model(), fact.from).size() == 1 || data.subject_regions_size() == 0) return true;
    const std::vector<std::string> subjects(data.subject_regions().begin(), data.subject_regions().end());
    return JurisdictionsOf(facts_.model(), subjects).count(lost) > 0;
  }

  const Facts& facts_;
  const Restoration& restoration_;
  const FailoverStrategy& failover_;
};

}  // namespace

std::vector<RegionLoss> RegionLosses(const Facts& facts, const Restoration& restoration) {
  const Search search(facts, restoration);
  std::vector<RegionLoss> losses;
  for (const model::v1::Region& region : facts.model().proto().regions()) {
    RegionLoss loss = search.Of(region);
    if (loss.lost() > 0) losses.push_back(std::move(loss));
  }
  return losses;
}

}  // namespace metapowers::analysis
