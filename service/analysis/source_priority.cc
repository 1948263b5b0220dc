#include "service/analysis/source_priority.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

#include "service/knowledge/logging.h"

namespace metapowers::analysis {

namespace {

using knowledge::v1::LogKind;

class Planner {
 public:
  Planner(const LogSources& sources, const Detections& detections, const std::set<const LogSource*>& kept)
      : sources_(sources), detections_(detections), kept_(kept) {}

  SourcePlan Plan() {
    for (const LogKind& kind : knowledge::LogKinds().kinds()) {
      if (!sources_.OfKind(kind.id()).empty()) waiting_.push_back(PriorityOf(kind));
    }
    FindBlindSpots();
    TakeWhile(1, [&](const KindPriority& kind, const Gain&) { return MustBeKept(kind); });
    TakeWhile(1, [](const KindPriority&, const Gain& gain) { return gain.severe > 0; });
    TakeWhile(2, [](const KindPriority&, const Gain& gain) { return gain.all > 0; });
    TakeWhile(3, [](const KindPriority& kind, const Gain&) { return !kind.uncollected.empty(); });
    TakeWhile(0, [](const KindPriority&, const Gain&) { return true; });
    for (const KindPriority& kind : plan_.kinds) phase_of_[kind.kind] = kind.phase;
    for (int phase = 0; phase <= kSourcePhases; ++phase) plan_.outcomes[phase] = OutcomeAfter(phase);
    return std::move(plan_);
  }

 private:
  // Blind spots that a kind would end now.
  struct Gain {
    int severe = 0;
    int all = 0;
  };

  bool MustBeKept(const KindPriority& kind) const {
    return std::any_of(kind.uncollected.begin(), kind.uncollected.end(),
                       [&](const LogSource* source) { return kept_.count(source) > 0; });
  }

  void FindBlindSpots() {
    for (const ThreatSight& sight : detections_.sights()) {
      if (sight.threat->open() && !sight.uncollected.empty()) blind_.insert(&sight);
    }
  }

  static bool Ends(const KindPriority& kind, const ThreatSight& blind) {
    return std::any_of(blind.uncollected.begin(), blind.uncollected.end(),
                       [&](const LogSource* source) { return source->kind == kind.kind; });
  }

  Gain GainOf(const KindPriority& kind) const {
    Gain gain;
    for (const ThreatSight* blind : blind_) {
      if (!Ends(kind, *blind)) continue;
      ++gain.all;
      gain.severe += IsSevereAndOpen(*blind->threat) ? 1 : 0;
    }
    return gain;
  }

  // Takes one kind after the other, the best of those that `may` be taken first.
  template <class Predicate>
  void TakeWhile(int phase, Predicate may) {
    while (true) {
      auto best = waiting_.end();
      Gain best_gain;
      for (auto kind = waiting_.begin(); kind != waiting_.end(); ++kind) {
        const Gain gain = GainOf(*kind);
        if (!may(*kind, gain)) continue;
        if (best == waiting_.end() || std::tie(best_gain.severe, best_gain.all, best->severe, best->open) <
                                          std::tie(gain.severe, gain.all, kind->severe, kind->open)) {
          best = kind;
          best_gain = gain;
        }
      }
      if (best == waiting_.end()) return;
      Take(*best, phase, best_gain);
      waiting_.erase(best);
    }
  }

  void Take(KindPriority kind, int phase, const Gain& gain) {
    kind.phase = phase;
    kind.ended_severe = gain.severe;
    kind.ended = gain.all;
    for (auto blind = blind_.begin(); blind != blind_.end();) {
      blind = Ends(kind, **blind) ? blind_.erase(blind) : std::next(blind);
    }
    plan_.kinds.push_back(std::move(kind));
  }

  KindPriority PriorityOf(const LogKind& kind) const {
    KindPriority priority;
    priority.kind = &kind;
    priority.sources = sources_.OfKind(kind.id());
    for (const LogSource* source : priority.sources) {
      if (!source->collected()) priority.uncollected.push_back(source);
    }
    std::set<const Threat*> shown;
    for (const AppliedDetection& detection : detections_.all()) {
      const auto& kinds = detection.row->log_kinds();
      if (std::find(kinds.begin(), kinds.end(), kind.id()) == kinds.end()) continue;
      ++priority.detections;
      shown.insert(detection.threats.begin(), detection.threats.end());
    }
    for (const Threat* threat : shown) {
      priority.open += threat->open() ? 1 : 0;
      priority.severe += IsSevereAndOpen(*threat) ? 1 : 0;
    }
    return priority;
  }

  // The phase after which the source is collected.
  int CollectedIn(const LogSource& source) const { return source.collected() ? 0 : phase_of_.at(source.kind); }

  PhaseOutcome OutcomeAfter(int phase) {
    PhaseOutcome outcome;
    for (const ThreatSight& sight : detections_.sights()) {
      if (!sight.threat->open()) continue;
      const bool severe = IsSevereAndOpen(*sight.threat);
      if (phase == 0) {
        ++plan_.open;
        plan_.severe += severe ? 1 : 0;
      }
      const bool seen = sight.sight == Sight::kDetected ||
                        std::any_of(sight.uncollected.begin(), sight.uncollected.end(),
                                    [&](const LogSource* source) { return CollectedIn(*source) <= phase; });
      outcome.detected += seen ? 1 : 0;
      outcome.severe_detected += seen && severe ? 1 : 0;
    }
    for (const AppliedDetection& detection : detections_.all()) {
      int last = 0;
      for (const LogSource* source : detection.sources) last = std::max(last, CollectedIn(*source));
      outcome.complete += last <= phase ? 1 : 0;
      if (last == phase) outcome.completed.push_back(&detection);
    }
    return outcome;
  }

  const LogSources& sources_;
  const Detections& detections_;
  const std::set<const LogSource*>& kept_;
  std::vector<KindPriority> waiting_;  // in the order of the data
  std::set<const ThreatSight*> blind_;
  std::map<const LogKind*, int> phase_of_;
  SourcePlan plan_;
};

}  // namespace

bool IsSevereAndOpen(const Threat& threat) { return threat.open() && threat.severity() >= model::v1::SEVERITY_HIGH; }

SourcePlan PlanSources(const LogSources& sources, const Detections& detections,
                       const std::set<const LogSource*>& kept) {
  return Planner(sources, detections, kept).Plan();
}

}  // namespace metapowers::analysis
