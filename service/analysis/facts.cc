#include "service/analysis/facts.h"

#include <algorithm>

#include "service/analysis/applicability.h"
#include "service/analysis/criticality.h"
#include "service/analysis/data_handling.h"
#include "service/analysis/dependencies.h"
#include "service/analysis/end_of_life.h"
#include "service/analysis/exposure.h"
#include "service/analysis/metrics.h"
#include "service/analysis/pci_scope.h"
#include "service/analysis/single_points.h"
#include "service/analysis/terms.h"
#include "service/analysis/topology.h"
#include "service/analysis/transfers.h"

namespace metapowers::analysis {

// Runs the analyses in the order in which each needs what those before it found.
class FactsBuilder {
 public:
  explicit FactsBuilder(std::shared_ptr<const model::Model> model)
      : facts_(new Facts()), topology_(*model), dependencies_(topology_) {
    if (model->known() != nullptr) facts_->known_ = Facts::Compute(model->known());
    facts_->model_ = std::move(model);
  }

  std::shared_ptr<const Facts> Build() {
    AddComponents();
    AddExposure(topology_, components_);
    AddPciScope(topology_, components_);
    AddOrder();
    facts_->scope_conflicts_ = FindScopeConflicts(topology_, components_);
    facts_->zone_crossings_ = FindCrossings(topology_, components_);
    facts_->single_points_ = FindSinglePoints(topology_, dependencies_);
    facts_->cross_border_flows_ = FindCrossBorderFlows(topology_);
    facts_->frameworks_ = JudgeFrameworks(*facts_->model_);
    facts_->end_of_life_ = FindEndOfLife(*facts_->model_);
    return std::move(facts_);
  }

 private:
  void AddComponents() {
    for (int i = 0; i < topology_.size(); ++i) {
      if (IsExternal(topology_.component(i))) external_.push_back(i);
    }
    for (int i = 0; i < topology_.size(); ++i) {
      ComponentFacts& facts = facts_->components_[topology_.id(i)];
      facts.component = &topology_.component(i);
      AddDataHandling(topology_, i, facts);
      RateByKnown(facts);
      facts.depends_on = Ids(topology_.depends_on()[i]);
      facts.dependents = Ids(topology_.dependents()[i]);
      facts.transitive_dependents = CountStopped(i);
      components_.push_back(&facts);
    }
  }

  int CountStopped(int index) const {
    return dependencies_.stopped_by.Count(index) -
           static_cast<int>(std::count_if(external_.begin(), external_.end(), [&](int external) {
             return dependencies_.stopped_by.Reaches(index, external);
           }));
  }

  void RateByKnown(ComponentFacts& facts) const {
    facts.criticality = RateCriticality(facts);
    facts.presumed_criticality = facts.criticality.level;
    const ComponentFacts* known = facts_->known().Find(facts.component->id());
    if (known == nullptr || known->criticality.derivation == facts.criticality.derivation) return;
    facts.criticality = WithPresumed(known->criticality, facts.criticality);
  }

  void AddOrder() {
    facts_->restoration_order_ = Ids(dependencies_.order);
    for (const std::vector<int>& cycle : dependencies_.cycles) facts_->dependency_cycles_.push_back(Ids(cycle));
  }

  std::vector<std::string> Ids(const std::vector<int>& indexes) const {
    std::vector<std::string> ids;
    for (int index : indexes) ids.push_back(topology_.id(index));
    return ids;
  }

  std::shared_ptr<Facts> facts_;
  Topology topology_;
  Dependencies dependencies_;
  std::vector<ComponentFacts*> components_;  // in the order of the topology
  std::vector<int> external_;                // entities, by their position there
};

std::shared_ptr<const Facts> Facts::Compute(std::shared_ptr<const model::Model> model) {
  return FactsBuilder(std::move(model)).Build();
}

const ComponentFacts* Facts::Find(absl::string_view component_id) const {
  const auto found = components_.find(component_id);
  return found == components_.end() ? nullptr : &found->second;
}

Facts::MetricValue Facts::Metric(model::v1::ThresholdMetric metric) const { return MeasureMetric(*this, metric); }

}  // namespace metapowers::analysis
