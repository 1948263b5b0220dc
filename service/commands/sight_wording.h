// How sections say which threats are detected, and why others are not. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_SIGHT_WORDING_H_
#define METAPOWERS_SERVICE_COMMANDS_SIGHT_WORDING_H_

#include <string>
#include <vector>

#include "service/analysis/detections.h"

namespace metapowers::commands {

// "69%"; "no" of none.
std::string Share(int part, int whole);

// Why nothing shows the threat, e.g. "collection of host@db is not confirmed".
std::string BlindReason(const analysis::ThreatSight& sight);

// What ends that, e.g. "send these logs to Datadog"; `platform` may be empty, and where all logs stay where they arise
// it is none.
std::string BlindRemedy(const analysis::ThreatSight& sight, const analysis::LogSources& sources,
                        const std::string& platform);

// Keys of logs, the first few.
std::vector<std::string> LogKeys(const std::vector<const analysis::LogSource*>& sources);

// Text of a row with the span that the detection counts in.
std::string FillSpan(const std::string& text, const analysis::AppliedDetection& detection);

// "kubernetes audit log" of the kind.
std::string LogKindName(const std::string& kind);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_SIGHT_WORDING_H_
