#include "service/analysis/landscape.h"

#include <algorithm>
#include <deque>
#include <set>
#include <tuple>

#include "absl/container/flat_hash_map.h"
#include "metapowers/knowledge/v1/technologies.pb.h"
#include "service/analysis/computed_attributes.h"
#include "service/analysis/terms.h"
#include "service/knowledge/threats.h"
#include "service/model/schema.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;
using model::v1::Component;
using model::v1::DataClass;
using model::v1::Flow;

template <class Values>
uint64_t Bits(const Values& values) {
  uint64_t bits = 0;
  for (const int value : values) bits |= uint64_t{1} << value;
  return bits;
}

template <class E>
void Raise(E& strongest, E value) {
  strongest = std::max(strongest, value);
}

constexpr uint64_t kGuards = uint64_t{1} << k::CAPABILITY_WAF | uint64_t{1} << k::CAPABILITY_API_GATEWAY |
                             uint64_t{1} << k::CAPABILITY_NETWORK_GUARD |
                             uint64_t{1} << k::CAPABILITY_TRAFFIC_FORWARDING;

// Where an outsider stands: kInternet, kPartner, or kIsolated for what stands inside.
Exposure StandsOutside(const ComponentFacts& facts) {
  if (facts.effective_zone == nullptr) {
    if (facts.zone_unknown) return Exposure::kIsolated;
    return facts.component->third_party().empty() ? Exposure::kInternet : Exposure::kPartner;
  }
  switch (facts.effective_zone->type()) {
    case model::v1::ZONE_TYPE_INTERNET:
      return Exposure::kInternet;
    case model::v1::ZONE_TYPE_PARTNER:
    case model::v1::ZONE_TYPE_SAAS:
      return Exposure::kPartner;
    default:
      // A supplier's people or systems inside of our network are no part of us.
      return IsExternal(*facts.component) && !facts.component->third_party().empty() ? Exposure::kPartner
                                                                                     : Exposure::kIsolated;
  }
}

bool HasPortOfOpenReach(const Component& component) {
  return !component.host_ports().empty() && component.internet_facing() == model::v1::TRISTATE_UNSPECIFIED;
}

bool Ours(const Component& component) { return !IsExternal(component) && !component.out_of_scope(); }

std::vector<const DataClass*> Sorted(std::vector<const DataClass*> data) {
  std::sort(data.begin(), data.end(), [](const DataClass* a, const DataClass* b) { return a->id() < b->id(); });
  data.erase(std::unique(data.begin(), data.end()), data.end());
  return data;
}

template <class Ids>
void AddClasses(const model::Model& model, const Ids& ids, std::vector<const DataClass*>& data) {
  for (const std::string& id : ids) {
    if (const auto* found = model.Find<DataClass>(id)) data.push_back(found);
  }
}

template <class List>
void AddElements(const Landscape& landscape, k::ThreatSubject subject, const List& list, std::vector<Element>& out) {
  for (const auto& message : list) out.push_back({subject, -1, &landscape, &message});
}

}  // namespace

absl::string_view ExposureName(Exposure exposure) {
  switch (exposure) {
    case Exposure::kInternet:
      return "internet";
    case Exposure::kPartner:
      return "partner";
    case Exposure::kAdjacent:
      return "adjacent";
    case Exposure::kInner:
      return "inner";
    case Exposure::kIsolated:
      return "isolated";
  }
  return "";
}

void DataSummary::Add(const DataClass& data) {
  ++classes;
  categories |= Bits(data.categories());
  Raise(confidentiality, data.confidentiality());
  Raise(integrity, data.integrity());
  Raise(availability, data.availability());
}

const ComponentView& Element::component() const { return landscape->components()[index]; }
const FlowView& Element::flow() const { return landscape->flows()[index]; }

Landscape::Landscape(const Facts& facts) : facts_(facts) {
  AddComponents();
  AddFlows();
  AddExposure();
  AddPaths();
  AddPeople();
  AddNeighbours();
  for (const model::v1::Control& control : model().proto().controls()) {
    for (const std::string& key : control.implements()) controls_[key].push_back(&control);
  }
}

void Landscape::AddComponents() {
  for (const Component& component : model().proto().components()) {
    ComponentView view;
    view.facts = facts_.Find(component.id());
    for (const std::string& name : component.technology()) {
      const k::Technology* technology = knowledge::FindTechnology(name);
      if (technology == nullptr) {
        view.unknown_technology = true;
      } else {
        view.capabilities |= Bits(technology->capabilities());
      }
    }
    for (const DataClass* data : view.facts->stores) view.stored.Add(*data);
    view.handled = view.stored;
    for (const DataClass* data : view.facts->processes) view.handled.Add(*data);
    for (const DataClass* data : view.facts->transfers) view.handled.Add(*data);
    view.handled.confidentiality = view.facts->confidentiality;
    Raise(view.handled.integrity, component.integrity_floor());
    Raise(view.handled.availability, component.availability_floor());
    if (component.integrity_override() != 0) view.handled.integrity = component.integrity_override();
    if (component.availability_override() != 0) view.handled.availability = component.availability_override();
    view.outside = StandsOutside(*view.facts) != Exposure::kIsolated;
    components_.push_back(std::move(view));
  }
  for (const SinglePoint& point : facts_.single_points()) {
    const int index = point.kind == SinglePoint::Kind::kComponent ? IndexOf(point.id) : -1;
    if (index >= 0) components_[index].single_point = true;
  }
  for (const model::v1::Api& api : model().proto().apis()) {
    const int index = IndexOf(api.component());
    if (index >= 0) components_[index].apis.push_back(&api);
  }
}

void Landscape::AddFlows() {
  absl::flat_hash_map<absl::string_view, const CrossBorderFlow*> borders;
  for (const CrossBorderFlow& border : facts_.cross_border_flows()) {
    const CrossBorderFlow*& worst = borders[border.flow->id()];
    if (worst == nullptr || border.lacks_mechanism()) worst = &border;
  }
  std::set<const Flow*> crossing;
  for (const ZoneCrossing& found : facts_.zone_crossings()) crossing.insert(found.flow);
  for (const Flow& flow : model().proto().flows()) {
    FlowView view;
    view.flow = &flow;
    view.source = IndexOf(flow.source());
    view.target = IndexOf(flow.target());
    view.crosses = crossing.count(&flow) > 0;
    if (const k::Protocol* protocol = knowledge::FindProtocol(flow.protocol()))
      view.families = Bits(protocol->families());
    std::vector<const DataClass*> data;
    AddClasses(model(), flow.sends(), data);
    for (const DataClass* sent : data) view.sent.Add(*sent);
    AddClasses(model(), flow.receives(), data);
    for (const DataClass* carried : data) view.carried.Add(*carried);
    const auto border = borders.find(flow.id());
    if (border != borders.end()) view.border = border->second;
    const std::string& group = components_[view.source].facts->component->runtime_group();
    view.same_runtime = !group.empty() && group == components_[view.target].facts->component->runtime_group();
    const int index = static_cast<int>(flows_.size());
    components_[view.source].outbound.push_back(index);
    components_[view.target].inbound.push_back(index);
    flows_.push_back(std::move(view));
  }
}

void Landscape::AddExposure() {
  std::deque<int> reached;
  const auto raise = [&](int index, Exposure exposure) {
    ComponentView& view = components_[index];
    if (IsExternal(*view.facts->component) || view.exposure >= exposure) return;
    view.exposure = exposure;
    reached.push_back(index);
  };
  for (int i = 0; i < static_cast<int>(components_.size()); ++i) {
    if (components_[i].facts->exposed_to_internet) raise(i, Exposure::kInternet);
    if (HasPortOfOpenReach(*components_[i].facts->component)) raise(i, Exposure::kAdjacent);
  }
  for (const FlowView& flow : flows_) {
    const Exposure from = StandsOutside(*components_[flow.source].facts);
    const bool tunnelled = from == Exposure::kInternet && flow.flow->vpn();
    if (from == Exposure::kPartner || tunnelled) raise(flow.target, Exposure::kPartner);
  }
  // From what is open, one step is adjacent and every further one inner.
  while (!reached.empty()) {
    const int from = reached.front();
    reached.pop_front();
    const Exposure next = components_[from].exposure >= Exposure::kPartner ? Exposure::kAdjacent : Exposure::kInner;
    for (const int flow : components_[from].outbound) raise(flows_[flow].target, next);
  }
  for (ComponentView& view : components_) {
    view.reach_open = view.exposure == Exposure::kAdjacent && HasPortOfOpenReach(*view.facts->component);
  }
  for (FlowView& flow : flows_) {
    const Exposure ends =
        std::max(StandsOutside(*components_[flow.source].facts), StandsOutside(*components_[flow.target].facts));
    const bool local = flow.same_runtime || (flow.families >> k::PROTOCOL_FAMILY_LOCAL & 1) != 0 ||
                       flow.flow->transport_security() == model::v1::TRANSPORT_SECURITY_LOCAL;
    flow.exposure = flow.flow->vpn()              ? Exposure::kInner
                    : ends != Exposure::kIsolated ? ends
                    : local                       ? Exposure::kIsolated
                    : flow.crosses                ? Exposure::kAdjacent
                                                  : Exposure::kInner;
  }
}

// Marks what outsiders reach over flows that `follow` takes.
template <class Follow, class Mark>
void Walk(const std::vector<ComponentView>& components, const std::vector<FlowView>& flows, Exposure from,
          Follow follow, Mark mark) {
  std::vector<bool> seen(components.size(), false);
  std::deque<int> next;
  for (int i = 0; i < static_cast<int>(components.size()); ++i) {
    const Exposure place = StandsOutside(*components[i].facts);
    if (place >= from && place != Exposure::kIsolated) {
      seen[i] = true;
      next.push_back(i);
    }
  }
  while (!next.empty()) {
    const int at = next.front();
    next.pop_front();
    for (const int index : components[at].outbound) {
      const FlowView& flow = flows[index];
      if (seen[flow.target] || !follow(flow)) continue;
      seen[flow.target] = true;
      mark(flow.target);
      next.push_back(flow.target);
    }
  }
}

void Landscape::AddPaths() {
  Walk(
      components_, flows_, Exposure::kInternet,
      [](const FlowView& flow) { return flow.flow->authentication() == model::v1::FLOW_AUTHENTICATION_NONE; },
      [&](int index) { components_[index].unauthenticated_path = true; });
  std::vector<bool> reached(components_.size(), false);
  std::vector<bool> past_guards(components_.size(), false);
  Walk(
      components_, flows_, Exposure::kPartner, [](const FlowView&) { return true; },
      [&](int index) { reached[index] = true; });
  Walk(
      components_, flows_, Exposure::kPartner,
      [&](const FlowView& flow) {
        return (components_[flow.source].capabilities & kGuards) == 0 ||
               StandsOutside(*components_[flow.source].facts) != Exposure::kIsolated;
      },
      [&](int index) { past_guards[index] = true; });
  for (size_t i = 0; i < components_.size(); ++i) {
    components_[i].guarded = reached[i] && !past_guards[i];
  }
}

void Landscape::AddPeople() {
  std::deque<int> next;
  const auto add = [&](int index) {
    if (components_[index].serves_people) return;
    components_[index].serves_people = true;
    next.push_back(index);
  };
  for (size_t i = 0; i < components_.size(); ++i) {
    if (components_[i].facts->component->used_by_human()) add(static_cast<int>(i));
  }
  while (!next.empty()) {
    const int index = next.front();
    next.pop_front();
    for (const int flow : components_[index].outbound) {
      if (flows_[flow].flow->usage() == model::v1::USAGE_DEVOPS) continue;
      const ComponentView& target = components_[flows_[flow].target];
      const bool device = target.facts->component->machine() == model::v1::MACHINE_DEVICE ||
                          (target.capabilities >> k::CAPABILITY_DEVICE & 1) != 0;
      if (!device) add(flows_[flow].target);
    }
  }
}

void Landscape::AddNeighbours() {
  using model::v1::Confidentiality;
  absl::flat_hash_map<const model::v1::Zone*, Confidentiality> exposed_in;  // lowest of what is exposed
  std::map<std::string, std::set<std::tuple<const model::v1::Zone*, PciScope>>> runtimes;
  const auto runtimes_of = [&](const Component& component) {
    std::vector<std::string> names;
    if (!component.runtime_group().empty()) names.push_back("group " + component.runtime_group());
    const auto* host = model().Find<model::v1::Infrastructure>(component.runs_on());
    if (host != nullptr && (host->kind() == model::v1::INFRASTRUCTURE_KIND_KUBERNETES_CLUSTER ||
                            host->kind() == model::v1::INFRASTRUCTURE_KIND_VIRTUAL_MACHINE ||
                            host->kind() == model::v1::INFRASTRUCTURE_KIND_PHYSICAL_HOST)) {
      names.push_back("host " + host->id());
    }
    return names;
  };
  for (const ComponentView& view : components_) {
    const ComponentFacts& facts = *view.facts;
    if (IsExternal(*facts.component)) continue;
    for (const std::string& name : runtimes_of(*facts.component)) {
      runtimes[name].insert({facts.effective_zone, facts.pci_scope});
    }
    if (facts.effective_zone == nullptr || view.exposure != Exposure::kInternet) continue;
    const auto [lowest, is_new] = exposed_in.try_emplace(facts.effective_zone, view.handled.confidentiality);
    if (!is_new) lowest->second = std::min(lowest->second, view.handled.confidentiality);
  }
  for (ComponentView& view : components_) {
    const ComponentFacts& facts = *view.facts;
    if (IsExternal(*facts.component)) continue;
    for (const std::string& name : runtimes_of(*facts.component)) {
      if (runtimes[name].size() > 1) view.mixed_runtime = true;
    }
    const auto lowest = exposed_in.find(facts.effective_zone);
    view.mixed_zone = lowest != exposed_in.end() && lowest->second < view.handled.confidentiality;
  }
}

Element Landscape::ComponentElement(int index) const {
  const Component& component = *components_[index].facts->component;
  const auto subject = IsExternal(component) ? k::THREAT_SUBJECT_EXTERNAL_ENTITY : k::THREAT_SUBJECT_COMPONENT;
  return {subject, index, this, &component};
}

Element Landscape::FlowElement(int index) const { return {k::THREAT_SUBJECT_FLOW, index, this, flows_[index].flow}; }

Element Landscape::SystemElement() const { return {k::THREAT_SUBJECT_SYSTEM, -1, this, &model().proto()}; }

std::vector<Element> Landscape::ElementsOf(k::ThreatSubject subject) const {
  const model::v1::SystemModel& proto = model().proto();
  std::vector<Element> elements;
  switch (subject) {
    case k::THREAT_SUBJECT_COMPONENT:
    case k::THREAT_SUBJECT_EXTERNAL_ENTITY:
      for (int i = 0; i < static_cast<int>(components_.size()); ++i) {
        const Component& component = *components_[i].facts->component;
        const bool wanted = subject == k::THREAT_SUBJECT_COMPONENT ? Ours(component) : IsExternal(component);
        if (wanted) elements.push_back(ComponentElement(i));
      }
      break;
    case k::THREAT_SUBJECT_FLOW:
      for (int i = 0; i < static_cast<int>(flows_.size()); ++i) {
        const FlowView& flow = flows_[i];
        const bool wanted =
            Ours(*components_[flow.source].facts->component) || Ours(*components_[flow.target].facts->component);
        if (wanted) elements.push_back(FlowElement(i));
      }
      break;
    case k::THREAT_SUBJECT_THIRD_PARTY:
      AddElements(*this, subject, proto.third_parties(), elements);
      break;
    case k::THREAT_SUBJECT_REPOSITORY:
      AddElements(*this, subject, proto.delivery().repositories(), elements);
      break;
    case k::THREAT_SUBJECT_PIPELINE:
      AddElements(*this, subject, proto.delivery().pipelines(), elements);
      break;
    case k::THREAT_SUBJECT_REGISTRY:
      AddElements(*this, subject, proto.delivery().registries(), elements);
      break;
    case k::THREAT_SUBJECT_IAC_SOURCE:
      AddElements(*this, subject, proto.delivery().iac(), elements);
      break;
    case k::THREAT_SUBJECT_API:
      AddElements(*this, subject, proto.apis(), elements);
      break;
    case k::THREAT_SUBJECT_CREDENTIAL:
      AddElements(*this, subject, proto.secrets().credentials(), elements);
      break;
    case k::THREAT_SUBJECT_KEY:
      AddElements(*this, subject, proto.keys(), elements);
      break;
    case k::THREAT_SUBJECT_INFRASTRUCTURE:
      AddElements(*this, subject, proto.infrastructure(), elements);
      break;
    case k::THREAT_SUBJECT_DATA_CLASS:
      AddElements(*this, subject, proto.data_classes(), elements);
      break;
    case k::THREAT_SUBJECT_ZONE:
      AddElements(*this, subject, proto.zones(), elements);
      break;
    case k::THREAT_SUBJECT_SYSTEM:
      elements.push_back(SystemElement());
      break;
    default:
      break;
  }
  return elements;
}

int Landscape::IndexOf(absl::string_view component) const {
  // Components of the model are sorted by id.
  const auto& list = model().proto().components();
  const auto at = std::lower_bound(list.begin(), list.end(), component,
                                   [](const Component& a, absl::string_view id) { return a.id() < id; });
  return at != list.end() && at->id() == component ? static_cast<int>(at - list.begin()) : -1;
}

const std::vector<const model::v1::Control*>& Landscape::ControlsFor(absl::string_view control) const {
  static const auto* const none = new std::vector<const model::v1::Control*>();
  const auto found = controls_.find(control);
  return found == controls_.end() ? *none : found->second;
}

std::vector<const DataClass*> Landscape::DataOf(const Element& element, k::DataReach reach) const {
  std::vector<const DataClass*> data;
  switch (element.subject) {
    case k::THREAT_SUBJECT_COMPONENT:
    case k::THREAT_SUBJECT_EXTERNAL_ENTITY: {
      const ComponentFacts& facts = *element.component().facts;
      if (reach == k::DATA_REACH_STORES_BEHIND) {
        for (const int index : element.component().outbound) {
          const ComponentFacts& target = *components_[flows_[index].target].facts;
          if (target.component->kind() != model::v1::COMPONENT_KIND_DATASTORE) continue;
          AddClasses(model(), flows_[index].flow->sends(), data);
          AddClasses(model(), flows_[index].flow->receives(), data);
          data.insert(data.end(), target.stores.begin(), target.stores.end());
        }
        break;
      }
      data = facts.stores;
      if (reach != k::DATA_REACH_STORED) data.insert(data.end(), facts.processes.begin(), facts.processes.end());
      if (reach == k::DATA_REACH_UNSPECIFIED) {
        const std::vector<const DataClass*> passed_on = UndeclaredData(facts);
        data.insert(data.end(), passed_on.begin(), passed_on.end());
      }
      break;
    }
    case k::THREAT_SUBJECT_FLOW: {
      const Flow& flow = *element.flow().flow;
      AddClasses(model(), flow.sends(), data);
      if (reach != k::DATA_REACH_SENT) AddClasses(model(), flow.receives(), data);
      break;
    }
    case k::THREAT_SUBJECT_THIRD_PARTY:
      AddClasses(model(), static_cast<const model::v1::ThirdParty&>(*element.message).data_shared(), data);
      break;
    case k::THREAT_SUBJECT_API:
      for (const auto& endpoint : static_cast<const model::v1::Api&>(*element.message).endpoints()) {
        AddClasses(model(), endpoint.data(), data);
      }
      break;
    case k::THREAT_SUBJECT_CREDENTIAL: {
      const auto& credential = static_cast<const model::v1::Credential&>(*element.message);
      if (const auto* flow = model().Find<Flow>(credential.flow())) {
        AddClasses(model(), flow->sends(), data);
        AddClasses(model(), flow->receives(), data);
        break;
      }
      for (const std::string& user : credential.used_by()) {
        const int index = IndexOf(user);
        if (index < 0) continue;
        const std::vector<const DataClass*> more = DataOf(ComponentElement(index), k::DATA_REACH_HELD);
        data.insert(data.end(), more.begin(), more.end());
      }
      break;
    }
    case k::THREAT_SUBJECT_KEY:
    case k::THREAT_SUBJECT_INFRASTRUCTURE:
    case k::THREAT_SUBJECT_ZONE:
    case k::THREAT_SUBJECT_REPOSITORY:
    case k::THREAT_SUBJECT_PIPELINE:
    case k::THREAT_SUBJECT_REGISTRY:
    case k::THREAT_SUBJECT_IAC_SOURCE:
    case k::THREAT_SUBJECT_SYSTEM:
      for (const int index : DependentComponents(element)) {
        const std::vector<const DataClass*> held = DataOf(ComponentElement(index), k::DATA_REACH_HELD);
        data.insert(data.end(), held.begin(), held.end());
      }
      break;
    case k::THREAT_SUBJECT_DATA_CLASS:
      data.push_back(static_cast<const DataClass*>(element.message));
      break;
    default:
      break;
  }
  return Sorted(std::move(data));
}

std::vector<int> Landscape::DependentComponents(const Element& element) const {
  const std::string id = model::IdOf(*element.message);
  const auto runs_on_one_of = [](const Component& component, const auto& hosts) {
    return std::find(hosts.begin(), hosts.end(), component.runs_on()) != hosts.end();
  };
  std::vector<int> dependent;
  for (int i = 0; i < static_cast<int>(components_.size()); ++i) {
    const Component& component = *components_[i].facts->component;
    if (!Ours(component)) continue;
    bool depends = true;
    switch (element.subject) {
      case k::THREAT_SUBJECT_KEY:
        depends = component.kms_key() == id || component.backup().key() == id;
        break;
      case k::THREAT_SUBJECT_INFRASTRUCTURE:
        depends = component.runs_on() == id;
        break;
      case k::THREAT_SUBJECT_REPOSITORY:
        depends = component.repository() == id;
        break;
      case k::THREAT_SUBJECT_REGISTRY:
        depends = component.machine() == model::v1::MACHINE_CONTAINER;
        break;
      case k::THREAT_SUBJECT_ZONE:
        depends = component.zone() == id;
        break;
      case k::THREAT_SUBJECT_PIPELINE: {
        const auto& hosts = static_cast<const model::v1::Pipeline&>(*element.message).deploys_to();
        depends = hosts.empty() ? component.custom_code() : runs_on_one_of(component, hosts);
        break;
      }
      case k::THREAT_SUBJECT_IAC_SOURCE: {
        const auto& hosts = static_cast<const model::v1::IacSource&>(*element.message).manages();
        depends = hosts.empty() || runs_on_one_of(component, hosts);
        break;
      }
      default:
        break;
    }
    if (depends) dependent.push_back(i);
  }
  return dependent;
}

const std::string& StableId(const Element& element) {
  if (element.subject == k::THREAT_SUBJECT_COMPONENT || element.subject == k::THREAT_SUBJECT_EXTERNAL_ENTITY) {
    const auto& component = static_cast<const Component&>(*element.message);
    if (component.renamed_from_size() > 0) return component.renamed_from(0);
  }
  if (element.subject == k::THREAT_SUBJECT_FLOW) {
    const auto& flow = static_cast<const Flow&>(*element.message);
    if (flow.renamed_from_size() > 0) return flow.renamed_from(0);
  }
  return CurrentId(element);
}

const std::string& CurrentId(const Element& element) {
  // Nearly all elements are one of these, and reflection costs more than all that is done with the id.
  switch (element.subject) {
    case k::THREAT_SUBJECT_COMPONENT:
    case k::THREAT_SUBJECT_EXTERNAL_ENTITY:
      return static_cast<const Component&>(*element.message).id();
    case k::THREAT_SUBJECT_FLOW:
      return static_cast<const Flow&>(*element.message).id();
    default:
      return model::IdOf(*element.message);
  }
}

}  // namespace metapowers::analysis
