// Ways of logs through the system: which zones have sources, and which declared flows carry logs. Pure.
//
// A path is a flow that ends at a log platform (a component with a source of the kind `log_platform_audit`), or that
// sends log data and nothing else.
//
// The sources of a component of ours stand in its effective zone; those of other elements, of components outside and of
// components without a zone stand elsewhere. A path leaves the zone that the sources of its source stand in.
#ifndef METAPOWERS_SERVICE_ANALYSIS_LOG_PATHS_H_
#define METAPOWERS_SERVICE_ANALYSIS_LOG_PATHS_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "service/analysis/log_sources.h"

namespace metapowers::analysis {

struct LogZone {
  const model::v1::Zone* zone = nullptr;  // nullptr: elsewhere
  std::vector<const LogSource*> sources;  // in the order of the sources; never empty
  std::vector<const FlowView*> paths;     // that leave it, by id
  int collected = 0;                      // sources
  int64_t per_second = 0;                 // events of those with a rate
};

// Immutable. Refers to the landscape and the sources, which outlive it.
class LogPaths {
 public:
  LogPaths(const Landscape& landscape, const LogSources& sources);

  const std::set<std::string>& platforms() const { return platforms_; }
  // By id.
  const std::vector<const FlowView*>& paths() const { return paths_; }
  // By id, with the one elsewhere among them by its name.
  const std::vector<LogZone>& zones() const { return zones_; }

  // Id of the effective zone of a component by its position; "elsewhere" without one.
  std::string ZoneOf(int component) const;
  // Id of the zone that its sources stand in.
  std::string SourceZoneOf(int component) const;

 private:
  void FindPaths();
  void FindZones(const LogSources& sources);

  const Landscape& landscape_;
  std::set<std::string> platforms_;
  std::vector<const FlowView*> paths_;
  std::vector<LogZone> zones_;
};

// Id of the zone, or the word for elsewhere.
std::string IdOf(const LogZone& zone);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_LOG_PATHS_H_
