// Who could attack a system, as far as its model says: the kinds of people and parties that its ways in are open to. No
// groups and no campaigns. Pure.
//
//   outsider   uses ways in from the internet
//   partner    uses ways in of partners
//   supplier   uses ways in of suppliers, and is behind threats on suppliers
//   insider    uses ways in from inside
//   visitor    uses ways in on site
//   deliverer  is behind threats on repositories, pipelines, registries and infrastructure code
//
// An actor counts when it has a way in (entry_points.h) or an open threat. Threats of an actor are the open ones on the
// components that its ways in enter, and on what it is behind; a threat may have several actors.
#ifndef METAPOWERS_SERVICE_ANALYSIS_THREAT_ACTORS_H_
#define METAPOWERS_SERVICE_ANALYSIS_THREAT_ACTORS_H_

#include <string>
#include <vector>

#include "metapowers/knowledge/v1/threat_intel.pb.h"
#include "service/analysis/entry_points.h"
#include "service/analysis/threats.h"

namespace metapowers::analysis {

struct ThreatActor {
  const knowledge::v1::IntelActor* row = nullptr;
  std::vector<const EntryPoint*> ways;            // in the order of `entries`
  std::vector<std::string> who;                   // ids of the entities and suppliers at the other end, sorted
  int unauthenticated = 0;                        // of the ways in, known to be open to anybody
  std::vector<const model::v1::DataClass*> data;  // behind them, strongest first, each once
  std::vector<const Threat*> threats;             // worst first
};

// In the order of the data. Refers to its arguments, which outlive it.
std::vector<ThreatActor> FindThreatActors(const Threats& threats, const std::vector<EntryPoint>& entries);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_THREAT_ACTORS_H_
