#include "service/analysis/data_handling.h"

#include <algorithm>
#include <set>

namespace metapowers::analysis {

void AddDataHandling(const Topology& topology, int index, ComponentFacts& facts) {
  using model::v1::DataClass;
  const model::v1::Component& component = topology.component(index);
  std::set<std::string> taken;
  const auto add = [&](const auto& ids, std::vector<const DataClass*>& list) {
    const std::set<std::string> sorted(ids.begin(), ids.end());
    for (const std::string& id : sorted) {
      if (taken.insert(id).second) list.push_back(topology.model().Find<DataClass>(id));
    }
  };
  add(component.stores(), facts.stores);
  add(component.processes(), facts.processes);
  std::vector<std::string> on_flows;
  for (int link : topology.links_of(index)) {
    const std::vector<std::string> data = Topology::DataOn(*topology.links()[link].flow);
    on_flows.insert(on_flows.end(), data.begin(), data.end());
  }
  add(on_flows, facts.transfers);

  facts.confidentiality = component.confidentiality_override();
  if (facts.confidentiality != model::v1::CONFIDENTIALITY_UNSPECIFIED) return;
  facts.confidentiality = component.confidentiality_floor();
  for (const auto* list : {&facts.stores, &facts.processes, &facts.transfers}) {
    for (const DataClass* data : *list) {
      facts.confidentiality = std::max(facts.confidentiality, data->confidentiality());
    }
  }
}

}  // namespace metapowers::analysis
