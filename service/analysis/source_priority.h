// In which order log sources are brought to an event management platform, and what each step makes visible. Pure.
//
// Sources come in by their kind, since all sources of one kind are parsed in one way. Phases of kinds of which not all
// sources are collected:
//   1  those with such a source that must be kept by law or standard; then as few others as end all blind spots of high
//      or critical severity
//   2  as few others as end all blind spots
//   3  the rest
// Phase 0 has the kinds whose sources are all collected; they stand last.
//
// A blind spot is an open threat that is not detected today and that a log which exists would show. Each turn takes the
// kind that ends most blind spots of high or critical severity, then most in all, then the first in the order of the
// data; kinds that end none follow by the open threats that their detections show.
//
// A detection reads all its logs from the last phase of the kinds of its sources that are not collected.
#ifndef METAPOWERS_SERVICE_ANALYSIS_SOURCE_PRIORITY_H_
#define METAPOWERS_SERVICE_ANALYSIS_SOURCE_PRIORITY_H_

#include <set>
#include <vector>

#include "service/analysis/detections.h"

namespace metapowers::analysis {

// Phases of bringing sources in.
inline constexpr int kSourcePhases = 3;

struct KindPriority {
  const knowledge::v1::LogKind* kind = nullptr;
  std::vector<const LogSource*> sources;      // by key
  std::vector<const LogSource*> uncollected;  // of those
  int phase = 0;
  int detections = 0;    // that read the kind
  int severe = 0;        // open threats of high or critical severity that they show
  int open = 0;          // open threats that they show
  int ended_severe = 0;  // blind spots of high or critical severity that it ends at its turn
  int ended = 0;         // blind spots that it ends at its turn
};

// What is visible once a phase is over; of phase 0 today.
struct PhaseOutcome {
  int severe_detected = 0;                         // open threats of high or critical severity
  int detected = 0;                                // open threats
  int complete = 0;                                // detections that read all their logs
  std::vector<const AppliedDetection*> completed;  // those of them that the phase adds; of phase 0 all, by id
};

struct SourcePlan {
  std::vector<KindPriority> kinds;
  PhaseOutcome outcomes[kSourcePhases + 1];
  int severe = 0;  // open threats of high or critical severity, detected or not
  int open = 0;    // open threats
};

// `kept` are the sources that a binding requirement asks to be kept. Refers to `sources` and `detections`, which
// outlive it.
SourcePlan PlanSources(const LogSources& sources, const Detections& detections, const std::set<const LogSource*>& kept);

// Open and of high or critical severity.
bool IsSevereAndOpen(const Threat& threat);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_SOURCE_PRIORITY_H_
