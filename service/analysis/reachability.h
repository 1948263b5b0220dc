// What each untrusted origin reaches, over which path, and what stands on the way.
//
// Origins:
//   internet   all that stands on it, through flows without a VPN
//   partner,   each supplier of the register with parties outside; each partner or supplier zone for parties that name
//   supplier   none. People of a supplier on the internet are parties of both the internet and the supplier.
//   inside     each zone of ours with external entities in it, such as the devices of staff; and people on the internet
//              who come through a VPN and belong to no supplier (id "VPN users")
//   on site    each zone with devices, for whoever stands before one
//
// An origin reaches what its parties open connections to, and what opens connections to them and takes data back; on
// site it reaches the devices by touch. From there on it goes where flows of ours lead: whoever holds a component can
// use each connection that the component opens. It stops nowhere on the way; each step says what would have to be
// passed. It does not lead through parties outside: those are origins themselves. Origins that reach nothing are
// kept, save VPN users.
//
// Of all ways to a component the one with the fewest steps counts; of those, the one with the fewest guarded steps;
// then the smallest flow ids, nearest the component first.
#ifndef METAPOWERS_SERVICE_ANALYSIS_REACHABILITY_H_
#define METAPOWERS_SERVICE_ANALYSIS_REACHABILITY_H_

#include <map>
#include <string>
#include <vector>

#include "service/analysis/facts.h"
#include "service/analysis/outside.h"

namespace metapowers::analysis {

struct Origin {
  EntryExposure exposure = EntryExposure::kInternet;
  std::string id;  // "internet", or that of the supplier or zone; unique together with `exposure`
  std::string name;
  std::vector<const ComponentFacts*> parties;  // where it starts, sorted by id
};

// One step of a path. `guard` and `gateway` are what an attacker must pass or abuse; neither makes it impossible.
struct ReachStep {
  const model::v1::Flow* flow = nullptr;  // nullptr: the device itself, by touch
  const ComponentFacts* to = nullptr;
  bool pulled = false;   // our side opens the connection and takes the answer
  bool gateway = false;  // a gateway or bastion accepts it
  // How the caller must prove who it is; unknown and none are no guard.
  model::v1::FlowAuthentication authentication = model::v1::FLOW_AUTHENTICATION_UNSPECIFIED;

  bool guarded() const { return gateway || authentication > model::v1::FLOW_AUTHENTICATION_NONE; }
};

struct Reached {
  const ComponentFacts* component = nullptr;
  int hops = 0;     // steps of the path
  int guarded = 0;  // those of them that are guarded
};

// Immutable; refers to the facts, which outlive it.
class UntrustedReach {
 public:
  // O(origins × (components + flows)).
  explicit UntrustedReach(const Facts& facts);

  // Widest exposure first, then by id.
  const std::vector<Origin>& origins() const { return origins_; }
  // Components of ours that the origin at this position reaches: nearest first, then by id.
  const std::vector<Reached>& ReachedFrom(size_t origin) const { return reached_[origin]; }
  // nullptr when the origin does not reach it.
  const Reached* Find(size_t origin, absl::string_view component_id) const;
  // The steps to a component, empty when the origin does not reach it.
  std::vector<ReachStep> PathTo(size_t origin, absl::string_view component_id) const;

 private:
  friend class ReachSearch;

  std::vector<Origin> origins_;
  std::vector<std::vector<Reached>> reached_;
  // By origin: component id -> position in reached_, and the last step to it with where it comes from.
  struct Arrival {
    size_t position = 0;
    ReachStep step;
    const ComponentFacts* from = nullptr;  // nullptr: a party of the origin
  };
  std::vector<std::map<std::string, Arrival, std::less<>>> arrivals_;
};

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_REACHABILITY_H_
