#include "service/analysis/entry_points.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/analysis/terms.h"
#include "service/analysis/topology.h"
#include "service/knowledge/rules.h"

namespace metapowers::analysis {

namespace {

using model::v1::Component;
using model::v1::DataClass;
using model::v1::Flow;

template <class List, class Value>
bool Contains(const List& list, const Value& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool IsDevice(const Component& component) { return component.machine() == model::v1::MACHINE_DEVICE; }

int Points(model::v1::FlowAuthentication method) {
  return knowledge::SurfacePointsOf(knowledge::v1::SURFACE_TERM_AUTHENTICATION, model::YamlName(method)).points();
}

// Clear text first, then what is unknown, then by strength.
int TransportRank(model::v1::TransportSecurity transport) {
  switch (transport) {
    case model::v1::TRANSPORT_SECURITY_NONE:
      return 0;
    case model::v1::TRANSPORT_SECURITY_UNSPECIFIED:
      return 1;
    case model::v1::TRANSPORT_SECURITY_LOCAL:
      return 4;
    case model::v1::TRANSPORT_SECURITY_MTLS:
    case model::v1::TRANSPORT_SECURITY_MESH_MTLS:
      return 3;
    default:
      return 2;
  }
}

bool UsesTls(model::v1::TransportSecurity transport) {
  return transport == model::v1::TRANSPORT_SECURITY_TLS || transport == model::v1::TRANSPORT_SECURITY_MTLS ||
         transport == model::v1::TRANSPORT_SECURITY_MESH_MTLS;
}

// A shell or desktop of a machine, or another protocol that only administers.
bool IsShell(const Flow& flow) { return Contains(knowledge::SurfaceRules().admin_protocols(), flow.protocol()); }

class Finder {
 public:
  explicit Finder(const Facts& facts) : facts_(facts), model_(facts.model()), topology_(facts.model()) {
    for (int i = 0; i < topology_.size(); ++i) {
      components_.push_back(&facts.components().at(topology_.id(i)));
      ours_.push_back(IsOurs(facts, *components_.back()));
      index_[topology_.id(i)] = i;
    }
    inbound_.resize(components_.size());
    next_.resize(components_.size());
    for (const Link& link : topology_.links()) {
      inbound_[link.target].push_back(&link);
      if (link.source != link.target && ours_[link.target]) next_[link.source].insert(topology_.id(link.target));
    }
    nearest_.emplace(topology_, components_, ours_);
  }

  std::vector<EntryPoint> Find() && {
    for (const Link& link : topology_.links()) AddFlow(link);
    for (const model::v1::Api& api : model_.proto().apis()) AddApi(api);
    for (int i = 0; i < topology_.size(); ++i) AddComponent(i);
    for (const model::v1::Pipeline& pipeline : model_.proto().delivery().pipelines()) AddPipeline(pipeline);
    std::sort(entries_.begin(), entries_.end(), [](const EntryPoint& a, const EntryPoint& b) {
      return std::tie(a.exposure, a.kind, a.id) < std::tie(b.exposure, b.kind, b.id);
    });
    return std::move(entries_);
  }

 private:
  using Kind = EntryPoint::Kind;

  // --- Flows ---

  void AddFlow(const Link& link) {
    if (ours_[link.target]) {
      if (const auto exposure = ExposureOfCaller(link)) AddFlowAs(Kind::kFlow, link, *exposure);
    } else if (ours_[link.source] && !link.flow->receives().empty()) {
      const auto exposure = ExposureOf(facts_, *components_[link.target]);
      if (exposure.has_value() && IsOutside(*exposure)) AddFlowAs(Kind::kPull, link, *exposure);
    }
  }

  // Nothing when the flow stays between components of ours in one zone, or the zone of an end is unknown.
  std::optional<EntryExposure> ExposureOfCaller(const Link& link) const {
    const ComponentFacts& source = *components_[link.source];
    const ComponentFacts& target = *components_[link.target];
    std::optional<EntryExposure> exposure = ExposureOf(facts_, source);
    if (!exposure.has_value()) return std::nullopt;
    if (*exposure == EntryExposure::kInternet && link.flow->vpn()) {
      exposure = source.component->third_party().empty() ? EntryExposure::kInside : EntryExposure::kSupplier;
    }
    if (IsOutside(*exposure) || IsExternal(*source.component)) return exposure;
    if (link.source == link.target) return std::nullopt;
    if (IsDevice(*source.component)) return EntryExposure::kOnSite;
    const bool crosses = !target.zone_unknown && source.effective_zone != target.effective_zone;
    if (crosses || IsAdministrative(link) || IsDevice(*target.component)) return exposure;
    return std::nullopt;
  }

  // An administrative component calls others for its own purposes too; with the rights of a person it administers.
  bool IsAdministrative(const Link& link) const {
    const Component& source = *components_[link.source]->component;
    const bool person =
        IsExternal(source) || link.flow->authorization() == model::v1::FLOW_AUTHORIZATION_END_USER_PROPAGATED;
    return components_[link.target]->component->admin() || (source.admin() && person) || IsShell(*link.flow);
  }

  // A call of another company's machine to a service of ours.
  static bool IsWebhook(const EntryPoint& entry) {
    const Component& source = *entry.source->component;
    return entry.kind == Kind::kFlow &&
           (entry.exposure == EntryExposure::kPartner || entry.exposure == EntryExposure::kSupplier) &&
           !source.third_party().empty() && !source.used_by_human() && !entry.administrative &&
           entry.target->component->kind() == model::v1::COMPONENT_KIND_PROCESS &&
           absl::StartsWith(entry.flow->protocol(), "http");
  }

  void AddFlowAs(Kind kind, const Link& link, EntryExposure exposure) {
    const Flow& flow = *link.flow;
    const bool pulled = kind == Kind::kPull;
    const int target = pulled ? link.source : link.target;
    EntryPoint entry = Start(kind, flow.id(), exposure, target);
    entry.flow = &flow;
    entry.source = components_[pulled ? link.target : link.source];
    entry.administrative = !pulled && IsAdministrative(link);
    entry.webhook = IsWebhook(entry);
    entry.file_exchange = Contains(knowledge::SurfaceRules().file_protocols(), flow.protocol());
    entry.authorization = flow.authorization();
    if (!pulled) SetAuthentication(flow.authentication(), entry);
    SetArrivals({&link}, entry);
    entry.rate = RateOf(flow.posture(), flow.id(), target, {});
    entry.data = pulled ? DataIn(flow.receives()) : DataIn(Topology::DataOn(flow));
    Finish(target, std::move(entry));
  }

  static void SetAuthentication(model::v1::FlowAuthentication method, EntryPoint& entry) {
    entry.authenticated = model::v1::TRISTATE_UNSPECIFIED;
    if (method == model::v1::FLOW_AUTHENTICATION_UNSPECIFIED) return;
    entry.authentication = {method};
    entry.authenticated =
        method == model::v1::FLOW_AUTHENTICATION_NONE ? model::v1::TRISTATE_NO : model::v1::TRISTATE_YES;
  }

  // --- APIs ---

  void AddApi(const model::v1::Api& api) {
    const int target = index_.at(api.component());
    if (!ours_[target]) return;
    const bool webhook = api.style() == model::v1::API_STYLE_WEBHOOK;
    std::set<int> gateways;
    const std::vector<const Link*> all = Arrivals(target, gateways);
    const std::vector<const Link*> arrivals = ForStyle(all, webhook);
    for (const model::v1::Endpoint& endpoint : api.endpoints()) {
      EntryPoint entry = Start(Kind::kEndpoint, absl::StrCat(api.id(), " ", endpoint.method(), " ", endpoint.path()),
                               EntryExposure::kInside, target);
      entry.api = &api;
      entry.endpoint = &endpoint;
      entry.webhook = webhook;
      SetArrivals(arrivals, entry);
      entry.exposure = ExposureOfEndpoint(target, all, entry, arrivals);
      entry.guarded |= !gateways.empty();
      entry.administrative = components_[target]->component->admin();
      SetCallers(endpoint, entry);
      entry.rate = RateOf(components_[target]->component->posture(), api.component(), target, gateways, entry);
      entry.data = DataIn(endpoint.data());
      Finish(target, std::move(entry));
    }
  }

  // Flows by which callers come to the component: those that enter it, and those that enter the gateways that lead to
  // it, which are added to `gateways`. What only passes from a gateway to the next is no arrival.
  std::vector<const Link*> Arrivals(int target, std::set<int>& gateways) const {
    std::vector<const Link*> found;
    std::vector<int> waiting = {target};
    std::set<int> seen = {target};
    while (!waiting.empty()) {
      const int at = waiting.back();
      waiting.pop_back();
      for (const Link* link : inbound_[at]) {
        if (at == target && IsShell(*link->flow)) continue;
        if (!ours_[link->source] || !IsGateway(*components_[link->source]->component)) {
          if (at == target || ExposureOfCaller(*link).has_value()) found.push_back(link);
        } else if (seen.insert(link->source).second) {
          gateways.insert(link->source);
          waiting.push_back(link->source);
        }
      }
    }
    std::sort(found.begin(), found.end(), [](const Link* a, const Link* b) { return a->flow->id() < b->flow->id(); });
    return found;
  }

  // Those of `all` that `keep`, where that leaves any.
  template <class Keep>
  static std::vector<const Link*> Narrowed(const std::vector<const Link*>& all, Keep keep) {
    std::vector<const Link*> kept;
    for (const Link* link : all) {
      if (keep(*link)) kept.push_back(link);
    }
    return kept.empty() ? all : kept;
  }

  // Calls of suppliers for a webhook, the others for the rest; those of operations only where nobody else calls.
  std::vector<const Link*> ForStyle(const std::vector<const Link*>& all, bool webhook) const {
    const auto matching = Narrowed(
        all, [&](const Link& link) { return (ExposureOfCaller(link) == EntryExposure::kSupplier) == webhook; });
    return Narrowed(matching, [](const Link& link) { return !IsForOperations(*link.flow); });
  }

  EntryExposure ExposureOfEndpoint(int target, const std::vector<const Link*>& all, const EntryPoint& entry,
                                   const std::vector<const Link*>& arrivals) const {
    bool internet = components_[target]->component->internet_facing() == model::v1::TRISTATE_YES;
    for (const Link* link : all) internet |= ExposureOfCaller(*link) == EntryExposure::kInternet;
    const bool limited = !arrivals.empty() && (entry.vpn || entry.ip_filtered == model::v1::TRISTATE_YES);
    if (internet && !limited) return EntryExposure::kInternet;
    std::optional<EntryExposure> widest;
    for (const Link* link : arrivals) {
      const auto one = ExposureOfCaller(*link);
      if (one.has_value() && (!widest.has_value() || *one < *widest)) widest = one;
    }
    // A port that is open on some network lets in more than those who are declared to arrive.
    const bool open = arrivals.empty() || !components_[target]->component->host_ports().empty();
    const bool closed = components_[target]->component->internet_facing() == model::v1::TRISTATE_NO;
    return widest.value_or(open && !closed ? EntryExposure::kUnknown : EntryExposure::kInside);
  }

  // Consumer classes that may call the endpoint, and how the weakest of them proves who it is.
  void SetCallers(const model::v1::Endpoint& endpoint, EntryPoint& entry) const {
    entry.authenticated = endpoint.authenticated();
    for (const std::string& id : entry.api->consumers()) {
      const auto* consumer = model_.Find<model::v1::ConsumerClass>(id);
      const bool may = entry.authenticated == model::v1::TRISTATE_UNSPECIFIED ||
                       consumer->authenticated() == (entry.authenticated == model::v1::TRISTATE_YES);
      if (may) entry.rate.consumers.push_back(consumer);
    }
    if (entry.authenticated == model::v1::TRISTATE_NO) entry.authentication = {model::v1::FLOW_AUTHENTICATION_NONE};
    if (entry.authenticated != model::v1::TRISTATE_YES) return;
    int weakest = -1;
    for (const model::v1::ConsumerClass* consumer : entry.rate.consumers) {
      std::vector<model::v1::FlowAuthentication> methods;
      int points = 100;
      for (const int method : consumer->authentication()) {
        methods.push_back(static_cast<model::v1::FlowAuthentication>(method));
        points = std::min(points, Points(methods.back()));
      }
      if (methods.empty() || points <= weakest) continue;
      weakest = points;
      entry.authentication = std::move(methods);
    }
  }

  // --- Components and pipelines ---

  void AddComponent(int i) {
    const Component& component = *components_[i]->component;
    if (!ours_[i]) return;
    if (IsDevice(component)) Finish(i, Start(Kind::kDevice, component.id(), EntryExposure::kOnSite, i));
    const bool entered = std::any_of(inbound_[i].begin(), inbound_[i].end(), [&](const Link* link) {
      const auto exposure = ExposureOfCaller(*link);
      return exposure.has_value() && IsOutside(*exposure);
    });
    if (component.internet_facing() == model::v1::TRISTATE_YES && !entered) {
      AddUndescribed(Kind::kOpen, EntryExposure::kInternet, i);
    } else if ((component.used_by_human() || component.admin()) && inbound_[i].empty() && !IsDevice(component)) {
      AddUndescribed(Kind::kInterface, EntryExposure::kInside, i);
    }
  }

  void AddUndescribed(Kind kind, EntryExposure exposure, int i) {
    EntryPoint entry = Start(kind, topology_.id(i), exposure, i);
    entry.administrative = components_[i]->component->admin();
    SetArrivals(inbound_[i], entry);
    SetWeakest(inbound_[i], entry);
    for (const model::v1::Api& api : model_.proto().apis()) {
      if (api.component() != topology_.id(i)) continue;
      for (const std::string& id : api.consumers()) {
        entry.rate.consumers.push_back(model_.Find<model::v1::ConsumerClass>(id));
      }
    }
    entry.rate = RateOf(components_[i]->component->posture(), topology_.id(i), i, {}, entry);
    Finish(i, std::move(entry));
  }

  // Whoever comes another way meets the same port, so that the weakest of the declared callers counts.
  static void SetWeakest(const std::vector<const Link*>& arrivals, EntryPoint& entry) {
    int weakest = -1;
    for (const Link* link : arrivals) {
      const model::v1::FlowAuthentication method = link->flow->authentication();
      if (Points(method) <= weakest) continue;
      weakest = Points(method);
      entry.authentication.clear();
      SetAuthentication(method, entry);
    }
  }

  void AddPipeline(const model::v1::Pipeline& pipeline) {
    if (pipeline.deploys_by_pull() != model::v1::TRISTATE_NO) return;
    std::optional<EntryExposure> exposure = EntryExposure::kSupplier;
    if (!pipeline.component().empty()) exposure = ExposureOf(facts_, facts_.components().at(pipeline.component()));
    for (const std::string& id : pipeline.deploys_to()) {
      EntryPoint entry;
      entry.kind = Kind::kDeployment;
      entry.id = absl::StrCat(pipeline.id(), " ", id);
      entry.exposure = exposure.value_or(EntryExposure::kUnknown);
      entry.administrative = true;
      entry.pipeline = &pipeline;
      entry.infrastructure = model_.Find<model::v1::Infrastructure>(id);
      entry.owner_team = entry.infrastructure->owner_team();
      std::vector<int> tenants;
      for (int i = 0; i < topology_.size(); ++i) {
        const Component& component = *components_[i]->component;
        if (!ours_[i] || component.runs_on() != id) continue;
        tenants.push_back(i);
        entry.next.push_back(component.id());
      }
      entry.behind = nearest_->Behind({}, tenants);
      entries_.push_back(std::move(entry));
    }
  }

  // --- What all kinds share ---

  EntryPoint Start(Kind kind, std::string id, EntryExposure exposure, int target) const {
    EntryPoint entry;
    entry.kind = kind;
    entry.id = std::move(id);
    entry.exposure = exposure;
    entry.target = components_[target];
    entry.owner_team = components_[target]->component->owner_team();
    entry.guarded = IsGateway(*components_[target]->component) || IsBastion(*components_[target]->component);
    entry.next.assign(next_[target].begin(), next_[target].end());
    return entry;
  }

  void Finish(int target, EntryPoint entry) {
    entry.behind = nearest_->Behind(entry.data, {target});
    entries_.push_back(std::move(entry));
  }

  static void SetArrivals(const std::vector<const Link*>& arrivals, EntryPoint& entry) {
    if (arrivals.empty()) return;
    entry.transport = model::v1::TRANSPORT_SECURITY_LOCAL;
    entry.vpn = true;
    entry.ip_filtered = model::v1::TRISTATE_YES;
    std::optional<model::v1::TlsVersion> floor;
    for (const Link* link : arrivals) {
      const Flow& flow = *link->flow;
      entry.arrivals.push_back(&flow);
      if (TransportRank(flow.transport_security()) < TransportRank(entry.transport)) {
        entry.transport = flow.transport_security();
      }
      entry.vpn &= flow.vpn();
      if (entry.ip_filtered != model::v1::TRISTATE_NO && flow.ip_filtered() != model::v1::TRISTATE_YES && !flow.vpn()) {
        entry.ip_filtered = flow.ip_filtered();
      }
      if (UsesTls(flow.transport_security())) floor = std::min(floor.value_or(flow.min_tls()), flow.min_tls());
    }
    entry.min_tls = floor.value_or(model::v1::TLS_VERSION_UNSPECIFIED);
  }

  template <class Postures>
  static const model::v1::ControlPosture* RatePosture(const Postures& postures) {
    const auto found = std::find_if(postures.begin(), postures.end(),
                                    [](const auto& posture) { return posture.control() == "rate_limiting"; });
    return found == postures.end() ? nullptr : &*found;
  }

  // `first` are the postures that count before those of the target and the gateways.
  template <class Postures>
  RateLimit RateOf(const Postures& first, const std::string& first_id, int target, const std::set<int>& gateways,
                   const EntryPoint& entry = {}) const {
    RateLimit rate;
    rate.consumers = entry.rate.consumers;
    if (!rate.consumers.empty() && std::all_of(rate.consumers.begin(), rate.consumers.end(), [](const auto* consumer) {
          return consumer->has_requests_per_minute();
        })) {
      rate.state = model::v1::POSTURE_STATE_IMPLEMENTED;
      return rate;
    }
    const auto take = [&rate](const model::v1::ControlPosture* posture, const std::string& id) {
      if (posture == nullptr || rate.state != model::v1::POSTURE_STATE_UNSPECIFIED) return;
      rate.state = posture->state();
      rate.declared_at = id;
      rate.evidence = posture->evidence();
    };
    take(RatePosture(first), first_id);
    take(RatePosture(components_[target]->component->posture()), topology_.id(target));
    for (const int gateway : gateways) {
      take(RatePosture(components_[gateway]->component->posture()), topology_.id(gateway));
    }
    return rate;
  }

  template <class Range>
  std::vector<const DataClass*> DataIn(const Range& ids) const {
    std::vector<const DataClass*> data;
    for (const std::string& id : ids) data.push_back(model_.Find<DataClass>(id));
    std::sort(data.begin(), data.end(), [](const DataClass* a, const DataClass* b) { return a->id() < b->id(); });
    return data;
  }

  const Facts& facts_;
  const model::Model& model_;
  const Topology topology_;
  std::vector<const ComponentFacts*> components_;  // in the order of the topology, as all below
  std::vector<bool> ours_;
  std::vector<std::vector<const Link*>> inbound_;
  std::vector<std::set<std::string>> next_;
  std::map<std::string, int, std::less<>> index_;
  std::optional<NearestData> nearest_;
  std::vector<EntryPoint> entries_;
};

}  // namespace

bool IsForOperations(const Flow& flow) { return IsShell(flow) || flow.usage() == model::v1::USAGE_DEVOPS; }

std::vector<EntryPoint> FindEntryPoints(const Facts& facts) { return Finder(facts).Find(); }

std::vector<std::string> KeepCommon(const std::vector<EntryPoint>& presumed, std::vector<EntryPoint>& known) {
  using Key = std::pair<EntryPoint::Kind, std::string>;
  std::set<Key> in_presumed, in_known;
  for (const EntryPoint& entry : presumed) in_presumed.emplace(entry.kind, entry.id);
  for (const EntryPoint& entry : known) in_known.emplace(entry.kind, entry.id);
  known.erase(
      std::remove_if(known.begin(), known.end(),
                     [&](const EntryPoint& entry) { return in_presumed.count(Key(entry.kind, entry.id)) == 0; }),
      known.end());
  std::set<std::string> assumed;
  for (const auto& [kind, id] : in_presumed) {
    if (in_known.count(Key(kind, id)) == 0) assumed.insert(id);
  }
  return {assumed.begin(), assumed.end()};
}

}  // namespace metapowers::analysis
