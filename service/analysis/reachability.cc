#include "service/analysis/reachability.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "service/analysis/terms.h"
#include "service/analysis/topology.h"

namespace metapowers::analysis {

namespace {

using model::v1::Component;

std::string NameOf(const model::Model& model, EntryExposure exposure, const std::string& id) {
  if (exposure == EntryExposure::kInternet) return "Internet";
  if (const auto* supplier = model.Find<model::v1::ThirdParty>(id);
      supplier != nullptr && exposure != EntryExposure::kInside && exposure != EntryExposure::kOnSite) {
    return supplier->name();
  }
  const auto* zone = model.Find<model::v1::Zone>(id);
  return zone == nullptr ? id : zone->name();
}

// No slug, so that no zone and no supplier has it.
constexpr absl::string_view kRemoteUsers = "VPN users";

using OriginKey = std::pair<EntryExposure, std::string>;

// Origins that a component outside, or of people, is a party of.
std::vector<OriginKey> OriginsOf(const Facts& facts, const ComponentFacts& component) {
  const Component& declared = *component.component;
  const std::string zone = component.effective_zone == nullptr ? "" : component.effective_zone->id();
  if (IsOurs(facts, component)) {
    if (declared.machine() != model::v1::MACHINE_DEVICE || zone.empty()) return {};
    return {{EntryExposure::kOnSite, zone}};
  }
  const std::optional<EntryExposure> exposure = ExposureOf(facts, component);
  if (!exposure.has_value()) return {};
  const std::string& supplier = declared.third_party();
  if (*exposure == EntryExposure::kInternet) {
    return {{EntryExposure::kInternet, "internet"},
            supplier.empty() ? OriginKey(EntryExposure::kInside, kRemoteUsers)
                             : OriginKey(EntryExposure::kSupplier, supplier)};
  }
  return {{*exposure, supplier.empty() || !IsOutside(*exposure) ? zone : supplier}};
}

std::vector<Origin> FindOrigins(const Facts& facts) {
  std::map<OriginKey, Origin> found;
  for (const auto& [id, component] : facts.components()) {
    for (const OriginKey& key : OriginsOf(facts, component)) {
      Origin& origin = found[key];
      std::tie(origin.exposure, origin.id) = key;
      origin.parties.push_back(&component);
    }
  }
  std::vector<Origin> origins;
  for (auto& [key, origin] : found) {
    origin.name = NameOf(facts.model(), origin.exposure, origin.id);
    origins.push_back(std::move(origin));
  }
  return origins;
}

}  // namespace

// One search per origin, level by level, over arrays that are kept between searches.
class ReachSearch {
 public:
  explicit ReachSearch(const Facts& facts) : topology_(facts.model()) {
    for (int i = 0; i < topology_.size(); ++i) {
      components_.push_back(&facts.components().at(topology_.id(i)));
      ours_.push_back(IsOurs(facts, *components_.back()));
      index_[topology_.id(i)] = i;
    }
    state_.resize(components_.size());
  }

  void Run(const Origin& origin, std::vector<Reached>& reached,
           std::map<std::string, UntrustedReach::Arrival, std::less<>>& arrivals) {
    std::vector<int> touched;
    std::vector<int> level =
        origin.exposure == EntryExposure::kOnSite ? Touch(origin, touched) : Enter(origin, touched);
    for (int hops = 2; !level.empty(); ++hops) {
      std::vector<int> next;
      for (const int at : level) {
        for (const int position : topology_.links_of(at)) {
          const Link& link = topology_.links()[position];
          if (link.source == at && ours_[link.target]) Offer(link.target, hops, at, Step(link, false), touched, next);
        }
      }
      Sort(next);
      level = std::move(next);
    }
    std::sort(touched.begin(), touched.end(),
              [&](int a, int b) { return std::tie(state_[a].hops, a) < std::tie(state_[b].hops, b); });
    for (const int at : touched) {
      const State& state = state_[at];
      arrivals[topology_.id(at)] = {reached.size(), state.step, state.from < 0 ? nullptr : components_[state.from]};
      reached.push_back({components_[at], state.hops, state.guarded});
      state_[at] = State();
    }
  }

 private:
  struct State {
    int hops = 0;  // 0: not reached
    int guarded = 0;
    int from = -1;
    ReachStep step;
  };

  ReachStep Step(const Link& link, bool pulled) const {
    ReachStep step;
    step.flow = link.flow;
    step.pulled = pulled;
    step.to = components_[pulled ? link.source : link.target];
    step.gateway = !pulled && (IsGateway(*step.to->component) || IsBastion(*step.to->component));
    if (!pulled) step.authentication = link.flow->authentication();
    return step;
  }

  std::vector<int> Touch(const Origin& origin, std::vector<int>& touched) {
    std::vector<int> level;
    for (const ComponentFacts* device : origin.parties) {
      ReachStep step;
      step.to = device;
      Offer(index_.at(device->component->id()), 1, -1, step, touched, level);
    }
    return level;
  }

  std::vector<int> Enter(const Origin& origin, std::vector<int>& touched) {
    std::vector<int> level;
    for (const ComponentFacts* party : origin.parties) {
      const int at = index_.at(party->component->id());
      for (const int position : topology_.links_of(at)) {
        const Link& link = topology_.links()[position];
        if (!Carries(origin, *link.flow)) continue;
        if (link.source == at && ours_[link.target]) {
          Offer(link.target, 1, -1, Step(link, false), touched, level);
        } else if (link.target == at && ours_[link.source] && !link.flow->receives().empty() &&
                   IsOutside(origin.exposure)) {
          Offer(link.source, 1, -1, Step(link, true), touched, level);
        }
      }
    }
    Sort(level);
    return level;
  }

  // People on the internet without a VPN are the internet, those with one are remote users.
  static bool Carries(const Origin& origin, const model::v1::Flow& flow) {
    if (origin.exposure == EntryExposure::kInternet) return !flow.vpn();
    return origin.id != kRemoteUsers || flow.vpn();
  }

  void Offer(int to, int hops, int from, const ReachStep& step, std::vector<int>& touched, std::vector<int>& level) {
    State& state = state_[to];
    const int guarded = (from < 0 ? 0 : state_[from].guarded) + (step.guarded() ? 1 : 0);
    if (state.hops == 0) {
      touched.push_back(to);
      level.push_back(to);
    } else if (state.hops < hops ||
               std::make_pair(state.guarded, FlowId(state.step)) <= std::make_pair(guarded, FlowId(step))) {
      return;
    }
    state = {hops, guarded, from, step};
  }

  static absl::string_view FlowId(const ReachStep& step) {
    return step.flow == nullptr ? absl::string_view() : absl::string_view(step.flow->id());
  }

  static void Sort(std::vector<int>& level) { std::sort(level.begin(), level.end()); }

  const Topology topology_;
  std::vector<const ComponentFacts*> components_;
  std::vector<bool> ours_;
  std::map<std::string, int, std::less<>> index_;
  std::vector<State> state_;
};

UntrustedReach::UntrustedReach(const Facts& facts) {
  ReachSearch search(facts);
  for (Origin& origin : FindOrigins(facts)) {
    std::vector<Reached> reached;
    std::map<std::string, Arrival, std::less<>> arrivals;
    search.Run(origin, reached, arrivals);
    if (origin.id == kRemoteUsers && reached.empty()) continue;
    origins_.push_back(std::move(origin));
    reached_.push_back(std::move(reached));
    arrivals_.push_back(std::move(arrivals));
  }
}

const Reached* UntrustedReach::Find(size_t origin, absl::string_view component_id) const {
  const auto found = arrivals_[origin].find(component_id);
  return found == arrivals_[origin].end() ? nullptr : &reached_[origin][found->second.position];
}

std::vector<ReachStep> UntrustedReach::PathTo(size_t origin, absl::string_view component_id) const {
  std::vector<ReachStep> path;
  const auto& arrivals = arrivals_[origin];
  for (auto at = arrivals.find(component_id); at != arrivals.end();) {
    path.push_back(at->second.step);
    if (at->second.from == nullptr) break;
    at = arrivals.find(at->second.from->component->id());
  }
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace metapowers::analysis
