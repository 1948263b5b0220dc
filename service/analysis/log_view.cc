#include "service/analysis/log_view.h"

#include <algorithm>

#include "metapowers/knowledge/v1/technologies.pb.h"
#include "service/analysis/forwarding.h"
#include "service/knowledge/detections.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;
using model::v1::Component;
using model::v1::Infrastructure;

// Flows that a request passes behind a filter before its log stops to say much.
constexpr int kStepsBehind = 2;

std::set<std::string> AsSet(const google::protobuf::RepeatedPtrField<std::string>& values) {
  return {values.begin(), values.end()};
}

bool Overlap(const std::set<std::string>& a, const std::set<std::string>& b) {
  if (a.empty() || b.empty()) return true;
  return std::any_of(a.begin(), a.end(), [&b](const std::string& each) { return b.contains(each); });
}

}  // namespace

// Elements whose logs may show something, by how far those logs must see.
struct LogView::Around {
  std::set<int> components;  // that are part of the element
  std::map<k::LogReach, std::set<ElementRef>> refs;

  void Add(k::LogReach reach, k::ThreatSubject subject, const std::string& id) {
    if (!id.empty()) refs[reach].emplace(subject, id);
  }
  void AddOwn(k::ThreatSubject subject, const std::string& id) { Add(k::LOG_REACH_UNSPECIFIED, subject, id); }
};

ElementRef RefTo(const Element& element) {
  const bool component =
      element.subject == k::THREAT_SUBJECT_COMPONENT || element.subject == k::THREAT_SUBJECT_EXTERNAL_ENTITY;
  return {component ? k::THREAT_SUBJECT_COMPONENT : element.subject, CurrentId(element)};
}

LogView::LogView(const Landscape& landscape, const LogSources& sources) : landscape_(landscape), sources_(sources) {
  for (const LogSource& source : sources.all()) {
    const bool store = source.element.message == nullptr;
    by_element_[store ? ElementRef(k::THREAT_SUBJECT_UNSPECIFIED, source.element_id) : RefTo(source.element)].push_back(
        &source);
    if (knowledge::ReachOf(source.kind->id()) == k::LOG_REACH_SYSTEM) everywhere_.push_back(&source);
  }
}

std::vector<const LogSource*> LogView::SourcesOn(const Element& element) const {
  std::set<const LogSource*> found(everywhere_.begin(), everywhere_.end());
  if (element.subject == k::THREAT_SUBJECT_SYSTEM) {
    for (const LogSource& source : sources_.all()) found.insert(&source);
  } else {
    Around around;
    AddParts(element, around);
    for (const int component : around.components) {
      around.AddOwn(k::THREAT_SUBJECT_COMPONENT, landscape_.components()[component].facts->component->id());
      AddFlowsAround(component, around);
      AddPlatforms(component, around);
    }
    for (const auto& [reach, refs] : around.refs) {
      for (const ElementRef& ref : refs) {
        const auto sources = by_element_.find(ref);
        if (sources == by_element_.end()) continue;
        for (const LogSource* source : sources->second) {
          if (reach == k::LOG_REACH_UNSPECIFIED || knowledge::ReachOf(source->kind->id()) == reach) {
            found.insert(source);
          }
        }
      }
    }
  }
  std::vector<const LogSource*> sorted(found.begin(), found.end());
  std::sort(sorted.begin(), sorted.end(), [](const LogSource* a, const LogSource* b) { return a->key < b->key; });
  return sorted;
}

std::set<ElementRef> LogView::PartsOf(const Element& element) const {
  Around around;
  AddParts(element, around);
  for (const int component : around.components) {
    around.AddOwn(k::THREAT_SUBJECT_COMPONENT, landscape_.components()[component].facts->component->id());
    AddPlatforms(component, around);
  }
  std::set<ElementRef> parts;
  for (const k::LogReach reach :
       {k::LOG_REACH_UNSPECIFIED, k::LOG_REACH_RUNS_ON, k::LOG_REACH_PROVIDER, k::LOG_REACH_DELIVERY}) {
    parts.insert(around.refs[reach].begin(), around.refs[reach].end());
  }
  return parts;
}

// The components that the element is about, and logs that are its own.
void LogView::AddParts(const Element& element, Around& around) const {
  const auto add = [&](const std::string& id) {
    if (const int index = landscape_.IndexOf(id); index >= 0) around.components.insert(index);
  };
  const auto add_where = [&](const auto& matches) {
    for (size_t i = 0; i < landscape_.components().size(); ++i) {
      if (matches(landscape_.components()[i])) around.components.insert(static_cast<int>(i));
    }
  };
  const model::Model& model = landscape_.model();
  const std::string id = CurrentId(element);
  const ElementRef own = RefTo(element);
  around.AddOwn(own.first, own.second);
  switch (element.subject) {
    case k::THREAT_SUBJECT_COMPONENT:
    case k::THREAT_SUBJECT_EXTERNAL_ENTITY:
      add(id);
      break;
    case k::THREAT_SUBJECT_FLOW:
      around.components.insert(element.flow().source);
      around.components.insert(element.flow().target);
      AddForwarded(element.flow().target, around);
      break;
    case k::THREAT_SUBJECT_API:
      add(static_cast<const model::v1::Api&>(*element.message).component());
      break;
    case k::THREAT_SUBJECT_CREDENTIAL: {
      const auto& credential = static_cast<const model::v1::Credential&>(*element.message);
      for (const std::string& user : credential.used_by()) add(user);
      around.AddOwn(k::THREAT_SUBJECT_UNSPECIFIED, credential.store());
      if (const auto* store = model.Find<model::v1::SecretStore>(credential.store())) add(store->component());
      break;
    }
    case k::THREAT_SUBJECT_KEY:
      add_where([&id](const ComponentView& view) { return view.facts->component->kms_key() == id; });
      break;
    case k::THREAT_SUBJECT_THIRD_PARTY:
      add_where([&id](const ComponentView& view) { return view.facts->component->third_party() == id; });
      break;
    case k::THREAT_SUBJECT_ZONE:
      around.Add(k::LOG_REACH_RUNS_ON, k::THREAT_SUBJECT_INFRASTRUCTURE,
                 static_cast<const model::v1::Zone&>(*element.message).runs_on());
      add_where([&id](const ComponentView& view) {
        return view.facts->effective_zone != nullptr && view.facts->effective_zone->id() == id;
      });
      break;
    case k::THREAT_SUBJECT_INFRASTRUCTURE: {
      const auto& infrastructure = static_cast<const Infrastructure&>(*element.message);
      AddProvider(infrastructure.provider(), AsSet(infrastructure.regions()), around);
      break;
    }
    case k::THREAT_SUBJECT_PIPELINE:
      add(static_cast<const model::v1::Pipeline&>(*element.message).component());
      AddChain(around);
      break;
    case k::THREAT_SUBJECT_REPOSITORY:
    case k::THREAT_SUBJECT_REGISTRY:
      AddChain(around);
      break;
    case k::THREAT_SUBJECT_IAC_SOURCE: {
      const auto& source = static_cast<const model::v1::IacSource&>(*element.message);
      around.AddOwn(k::THREAT_SUBJECT_REPOSITORY, source.repository());
      for (const std::string& managed : source.manages()) around.AddOwn(k::THREAT_SUBJECT_INFRASTRUCTURE, managed);
      AddChain(around);
      break;
    }
    default:
      break;
  }
}

// What a flow brings to a filter or proxy arrives behind it, where most of it is judged.
void LogView::AddForwarded(int component, Around& around) const {
  const ComponentView& view = landscape_.components()[component];
  if (!Forwards(view)) return;
  for (const int flow : view.outbound) around.components.insert(landscape_.flows()[flow].target);
}

void LogView::AddFlowsAround(int component, Around& around) const {
  std::set<int> reached = {component};
  std::set<int> last = reached;
  for (int step = 0; step < kStepsBehind; ++step) {
    std::set<int> next;
    for (const int each : last) {
      for (const int flow : landscape_.components()[each].inbound) {
        const int source = landscape_.flows()[flow].source;
        if (reached.insert(source).second) next.insert(source);
      }
    }
    last = std::move(next);
  }
  for (const int each : reached) {
    around.Add(k::LOG_REACH_BEHIND, k::THREAT_SUBJECT_COMPONENT, landscape_.components()[each].facts->component->id());
  }
  const ComponentView& view = landscape_.components()[component];
  for (const int flow : view.inbound) {
    around.Add(k::LOG_REACH_NEIGHBOURS, k::THREAT_SUBJECT_COMPONENT,
               landscape_.components()[landscape_.flows()[flow].source].facts->component->id());
  }
  for (const int flow : view.outbound) {
    around.Add(k::LOG_REACH_NEIGHBOURS, k::THREAT_SUBJECT_COMPONENT,
               landscape_.components()[landscape_.flows()[flow].target].facts->component->id());
  }
}

void LogView::AddPlatforms(int component, Around& around) const {
  const ComponentFacts& facts = *landscape_.components()[component].facts;
  const Component& proto = *facts.component;
  std::set<std::string> platforms;
  if (!proto.runs_on().empty()) platforms.insert(proto.runs_on());
  if (facts.effective_zone != nullptr) {
    around.Add(k::LOG_REACH_RUNS_ON, k::THREAT_SUBJECT_ZONE, facts.effective_zone->id());
    if (!facts.effective_zone->runs_on().empty()) platforms.insert(facts.effective_zone->runs_on());
  }
  for (const auto& source : landscape_.model().proto().delivery().iac()) {
    const auto& managed = source.manages();
    if (std::find(managed.begin(), managed.end(), proto.runs_on()) == managed.end()) continue;
    around.Add(k::LOG_REACH_DELIVERY, k::THREAT_SUBJECT_IAC_SOURCE, source.id());
  }
  AddProvider(proto.provider(), AsSet(proto.regions()), around);
  for (const std::string& id : platforms) {
    around.Add(k::LOG_REACH_RUNS_ON, k::THREAT_SUBJECT_INFRASTRUCTURE, id);
    around.Add(k::LOG_REACH_PROVIDER, k::THREAT_SUBJECT_INFRASTRUCTURE, id);
    const auto* platform = landscape_.model().Find<Infrastructure>(id);
    if (platform == nullptr) continue;
    const std::set<std::string> regions = proto.regions().empty() ? AsSet(platform->regions()) : AsSet(proto.regions());
    AddProvider(platform->provider(), regions, around);
  }
  AddDelivery(proto, around);
}

void LogView::AddProvider(model::v1::Provider provider, const std::set<std::string>& regions, Around& around) const {
  if (provider == model::v1::PROVIDER_UNSPECIFIED) return;
  for (const Infrastructure& infrastructure : landscape_.model().proto().infrastructure()) {
    if (infrastructure.provider() == provider && Overlap(regions, AsSet(infrastructure.regions()))) {
      around.Add(k::LOG_REACH_PROVIDER, k::THREAT_SUBJECT_INFRASTRUCTURE, infrastructure.id());
    }
  }
}

void LogView::AddDelivery(const Component& component, Around& around) const {
  around.Add(k::LOG_REACH_DELIVERY, k::THREAT_SUBJECT_REPOSITORY, component.repository());
  const auto& delivery = landscape_.model().proto().delivery();
  for (const auto& pipeline : delivery.pipelines()) {
    const auto& targets = pipeline.deploys_to();
    if (std::find(targets.begin(), targets.end(), component.runs_on()) == targets.end()) continue;
    around.Add(k::LOG_REACH_DELIVERY, k::THREAT_SUBJECT_PIPELINE, pipeline.id());
    around.Add(k::LOG_REACH_DELIVERY, k::THREAT_SUBJECT_COMPONENT, pipeline.component());
  }
  if (component.repository().empty()) return;
  for (const auto& registry : delivery.registries())
    around.Add(k::LOG_REACH_DELIVERY, k::THREAT_SUBJECT_REGISTRY, registry.id());
}

// Pipelines and registries, through which all code passes; the log of another repository says nothing.
void LogView::AddChain(Around& around) const {
  const auto& delivery = landscape_.model().proto().delivery();
  for (const auto& pipeline : delivery.pipelines()) {
    around.Add(k::LOG_REACH_DELIVERY, k::THREAT_SUBJECT_PIPELINE, pipeline.id());
    around.Add(k::LOG_REACH_DELIVERY, k::THREAT_SUBJECT_COMPONENT, pipeline.component());
  }
  for (const auto& registry : delivery.registries())
    around.Add(k::LOG_REACH_DELIVERY, k::THREAT_SUBJECT_REGISTRY, registry.id());
}

}  // namespace metapowers::analysis
