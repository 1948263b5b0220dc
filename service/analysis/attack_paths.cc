#include "service/analysis/attack_paths.h"

#include <algorithm>
#include <map>
#include <queue>
#include <set>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "service/analysis/terms.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;
using model::v1::DataClass;

constexpr int kLow = 2;      // the likelihood that a cut leaves at most
constexpr int kHarmful = 3;  // the impact of a step at least: less gives nothing to go on with
constexpr int kUnknownDifficulty = 5;

bool IsCrownJewel(const DataClass& data) {
  return data.confidentiality() == model::v1::CONFIDENTIALITY_STRICTLY_CONFIDENTIAL ||
         data.integrity() == model::v1::IMPORTANCE_MISSION_CRITICAL ||
         data.availability() == model::v1::IMPORTANCE_MISSION_CRITICAL;
}

// Whether the threat brings an outsider into the component that a flow enters, or to the data there.
bool MakesStep(const Threat& threat) {
  if (threat.status == ThreatStatus::kFalsePositive || threat.status == ThreatStatus::kAvoided) return false;
  if (threat.scores.current.impact < kHarmful) return false;
  const int cap = threat.rule->impact().cap();
  if (cap != 0 && cap <= kHarmful) return false;  // its harm ends where it is done
  const bool on_flow = threat.rule->subject() == k::THREAT_SUBJECT_FLOW;
  switch (threat.rule->likelihood().position()) {
    case k::ATTACKER_POSITION_INSIDER:
    case k::ATTACKER_POSITION_ACCIDENT:
      return false;
    case k::ATTACKER_POSITION_SUPPLY_CHAIN:
      if (!on_flow) return false;  // comes with what is delivered, not over a flow
      break;
    default:
      break;
  }
  switch (threat.rule->stride()) {
    case k::STRIDE_SPOOFING:
    case k::STRIDE_ELEVATION_OF_PRIVILEGE:
      return true;
    case k::STRIDE_TAMPERING:
    case k::STRIDE_INFORMATION_DISCLOSURE:
      return !on_flow;  // who reads or changes what passes is not inside yet
    default:
      return false;
  }
}

// A way to a component: the last step, and the label before it.
struct Label {
  int difficulty = 0;
  int component = 0;
  int flow = -1;    // -1: the outsider itself
  int before = -1;  // position of the label before
};

class Finder {
 public:
  explicit Finder(const Threats& threats) : landscape_(threats.landscape()) {
    absl::flat_hash_map<const google::protobuf::Message*, std::vector<const Threat*>> by_element;
    for (const Threat& threat : threats.all()) {
      if (MakesStep(threat)) by_element[threat.element.message].push_back(&threat);
    }
    for (const FlowView& flow : landscape_.flows()) {
      std::vector<const Threat*> both = by_element[flow.flow];
      const std::vector<const Threat*>& there = by_element[landscape_.components()[flow.target].facts->component];
      both.insert(both.end(), there.begin(), there.end());
      std::stable_sort(both.begin(), both.end(), [](const Threat* a, const Threat* b) {
        return a->scores.current.likelihood > b->scores.current.likelihood;
      });
      steps_.push_back(std::move(both));
    }
    for (const DataClass& data : landscape_.model().proto().data_classes()) {
      if (IsCrownJewel(data)) jewels_.push_back(&data);
    }
  }

  AttackPaths Find() {
    std::map<std::string, std::vector<int>> origins;  // outsiders by where they stand
    for (int i = 0; i < static_cast<int>(landscape_.components().size()); ++i) {
      const ComponentView& view = landscape_.components()[i];
      if (view.outside && IsExternal(*view.facts->component)) origins[OriginOf(*view.facts)].push_back(i);
    }
    for (const auto& [name, outsiders] : origins) Explore(outsiders);
    std::sort(found_.paths.begin(), found_.paths.end(),
              [](const AttackPath& a, const AttackPath& b) { return Order(a) < Order(b); });
    for (const DataClass* jewel : jewels_) {
      if (reached_.count(jewel) == 0) found_.unreached.push_back(jewel);
    }
    AddCuts();
    return std::move(found_);
  }

 private:
  static std::tuple<int, std::string, std::string, std::vector<std::string>> Order(const AttackPath& path) {
    std::vector<std::string> flows;
    for (const AttackStep& step : path.steps) flows.push_back(step.flow->id());
    return {path.difficulty, path.origin, path.target->id(), std::move(flows)};
  }

  // Its supplier, else its zone; one name for all that stand on the internet.
  static std::string OriginOf(const ComponentFacts& facts) {
    const std::string& supplier = facts.component->third_party();
    return supplier.empty() ? facts.component->zone() : supplier;
  }

  bool Holds(int component, const DataClass* data) const {
    const ComponentFacts& facts = *landscape_.components()[component].facts;
    const auto in = [&](const std::vector<const DataClass*>& list) {
      return std::find(list.begin(), list.end(), data) != list.end();
    };
    return in(facts.stores) || in(facts.processes);
  }

  int DifficultyOf(int flow) const {
    return steps_[flow].empty() ? kUnknownDifficulty : 6 - steps_[flow].front()->scores.current.likelihood;
  }

  bool OnTheWay(const std::vector<Label>& labels, int label, int component) const {
    for (; label >= 0; label = labels[label].before) {
      if (labels[label].component == component) return true;
    }
    return false;
  }

  // Best-first from the outsiders of one origin; a component is left at most kPathsPerPair times.
  void Explore(const std::vector<int>& outsiders) {
    std::vector<Label> labels;
    std::vector<int> left(landscape_.components().size(), 0);
    std::map<const DataClass*, int> paths;
    using Entry = std::pair<int, int>;  // difficulty, label
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> next;
    for (const int outsider : outsiders) {
      next.push({0, static_cast<int>(labels.size())});
      labels.push_back({0, outsider, -1, -1});
    }
    while (!next.empty()) {
      const int at = next.top().second;
      next.pop();
      const int component = labels[at].component;
      if (left[component]++ >= kPathsPerPair) continue;
      for (const DataClass* jewel : jewels_) {
        if (labels[at].flow < 0 || !Holds(component, jewel) || paths[jewel] >= kPathsPerPair) continue;
        ++paths[jewel];
        AddPath(labels, at, *jewel);
      }
      for (const int flow : landscape_.components()[component].outbound) {
        const int target = landscape_.flows()[flow].target;
        const auto& entered = *landscape_.components()[target].facts->component;
        if (IsExternal(entered) || entered.out_of_scope() || OnTheWay(labels, at, target)) continue;
        const int difficulty = labels[at].difficulty + DifficultyOf(flow);
        next.push({difficulty, static_cast<int>(labels.size())});
        labels.push_back({difficulty, target, flow, at});
      }
    }
  }

  void AddPath(const std::vector<Label>& labels, int last, const DataClass& target) {
    AttackPath path;
    path.target = &target;
    path.difficulty = labels[last].difficulty;
    int hardest = 0;
    for (int at = last; labels[at].flow >= 0; at = labels[at].before) {
      const int flow = labels[at].flow;
      AttackStep step;
      step.flow = landscape_.flows()[flow].flow;
      step.component = step.flow->target();
      step.threat = steps_[flow].empty() ? nullptr : steps_[flow].front();
      step.difficulty = DifficultyOf(flow);
      hardest = std::max(hardest, step.difficulty);
      path.steps.push_back(step);
      path.origin = step.flow->source();
    }
    std::reverse(path.steps.begin(), path.steps.end());
    path.likelihood = 6 - hardest;
    reached_.insert(&target);
    found_.paths.push_back(std::move(path));
  }

  // --- What cuts paths ---

  // Likelihood of a threat with the control in place everywhere.
  static int With(const Threat& threat, absl::string_view control) {
    int likelihood = threat.scores.current.likelihood;
    for (const ControlOnThreat& each : threat.controls) {
      if (each.row->control() != control) continue;
      switch (each.posture->state) {
        case model::v1::POSTURE_STATE_IMPLEMENTED:
        case model::v1::POSTURE_STATE_NOT_APPLICABLE:
          break;
        case model::v1::POSTURE_STATE_PARTIAL:
          likelihood -= each.row->likelihood() - each.row->likelihood() / 2;
          break;
        default:
          likelihood -= each.row->likelihood();
      }
    }
    return likelihood;
  }

  bool Cuts(absl::string_view control, const AttackStep& step) const {
    const int flow = FlowIndex(*step.flow);
    if (steps_[flow].empty() || steps_[flow].front()->scores.current.likelihood <= kLow) return false;
    return std::all_of(steps_[flow].begin(), steps_[flow].end(),
                       [&](const Threat* threat) { return With(*threat, control) <= kLow; });
  }

  // Flows of the model are sorted by id.
  int FlowIndex(const model::v1::Flow& flow) const {
    const std::vector<FlowView>& flows = landscape_.flows();
    const auto at = std::lower_bound(flows.begin(), flows.end(), flow.id(),
                                     [](const FlowView& view, const std::string& id) { return view.flow->id() < id; });
    return static_cast<int>(at - flows.begin());
  }

  void AddCuts() {
    std::map<std::string, PathCut> cuts;
    for (int i = 0; i < static_cast<int>(found_.paths.size()); ++i) {
      for (const AttackStep& step : found_.paths[i].steps) AddCutsOf(step, i, cuts);
    }
    for (auto& [id, cut] : cuts) found_.cuts.push_back(std::move(cut));
    std::stable_sort(found_.cuts.begin(), found_.cuts.end(),
                     [](const PathCut& a, const PathCut& b) { return a.paths.size() > b.paths.size(); });
  }

  void AddCutsOf(const AttackStep& step, int path, std::map<std::string, PathCut>& cuts) const {
    if (step.threat == nullptr) return;
    for (const ControlOnThreat& each : step.threat->controls) {
      if (!Cuts(each.row->control(), step)) continue;
      PathCut& cut = cuts[each.row->control()];
      cut.control = each.control;
      if (cut.paths.empty() || cut.paths.back() != path) cut.paths.push_back(path);
      const auto at = std::lower_bound(cut.components.begin(), cut.components.end(), step.component);
      if (at == cut.components.end() || *at != step.component) cut.components.insert(at, step.component);
    }
  }

  const Landscape& landscape_;
  std::vector<std::vector<const Threat*>> steps_;  // by flow: threats that make it a step, likeliest first
  std::vector<const DataClass*> jewels_;
  std::set<const DataClass*> reached_;
  AttackPaths found_;
};

}  // namespace

AttackPaths FindAttackPaths(const Threats& threats) { return Finder(threats).Find(); }

}  // namespace metapowers::analysis
