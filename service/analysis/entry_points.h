// Every way in: where somebody whom we do not control, or who stands in another zone, can hand us input.
//
// Kinds of ways in:
//   flow            a connection that a component of ours accepts from outside, from people, from another zone of ours,
//                   from or to a device, or for administration
//   pull            a connection that we open to a party outside and take data from: what it answers is its input
//   endpoint        a declared operation of an API
//   open            a component declared internet-facing that no flow from outside enters
//   interface       a component that people use or administer, with no flow that says from where
//   device          a device that people can touch: its panel and ports
//   deployment      a pipeline that pushes into production
//
// EntryExposure, widest first: from where a way in can be used. A flow has that of its source: the internet (outside
// every zone, or a zone of that type), a partner (zone of that type or inside one), a supplier (zone of type SaaS or
// inside one), and else inside. What reaches us from the internet through a VPN counts as the supplier's whose people
// use it, or as inside. A flow from a device is on site, as is the device itself: whoever stands before it can use its
// ports. An endpoint has the widest exposure among the arrivals: flows that enter its component, or the gateways in
// front that pass requests on. Calls of suppliers arrive at webhooks and all others elsewhere. Where the arrivals are
// not limited to listed addresses and the component is declared internet-facing, or the internet arrives at it, that
// counts. Where nothing arrives and nobody says whether the component faces the internet, and where it has a port open
// on a network whose reach is to be answered, the exposure of its endpoints is unknown: a question, that no figure
// counts as inside. A pipeline that no component of the model runs is a supplier's. A component of ours whose zone is
// unknown makes no crossing: that is a question.
#ifndef METAPOWERS_SERVICE_ANALYSIS_ENTRY_POINTS_H_
#define METAPOWERS_SERVICE_ANALYSIS_ENTRY_POINTS_H_

#include <optional>
#include <string>
#include <vector>

#include "service/analysis/data_behind.h"
#include "service/analysis/facts.h"
#include "service/analysis/outside.h"

namespace metapowers::analysis {

// The limit on requests that holds for a way in.
struct RateLimit {
  // Implemented when each of `consumers` has a number; else what the posture `rate_limiting` of the flow, of the
  // target or of a gateway in front says, in this order; else unknown.
  model::v1::PostureState state = model::v1::POSTURE_STATE_UNSPECIFIED;
  // Classes that may call the endpoint, or any interface of an open component; sorted by id within an interface.
  std::vector<const model::v1::ConsumerClass*> consumers;
  std::string declared_at;  // id of the component or flow whose posture decides
  std::string evidence;     // of that posture
};

struct EntryPoint {
  enum class Kind { kFlow, kPull, kEndpoint, kOpen, kInterface, kDevice, kDeployment };

  Kind kind = Kind::kFlow;
  std::string id;  // of the flow, component or pipeline; "api METHOD path" of an endpoint: unique within its kind
  EntryExposure exposure = EntryExposure::kInside;
  bool administrative = false;  // gives control of a component rather than service from it
  bool webhook = false;         // calls that we receive from a supplier
  bool file_exchange = false;

  const ComponentFacts* target = nullptr;  // component of ours that takes the input; nullptr: see `infrastructure`
  const ComponentFacts* source = nullptr;  // the other end of the flow
  const model::v1::Flow* flow = nullptr;
  const model::v1::Api* api = nullptr;
  const model::v1::Endpoint* endpoint = nullptr;
  const model::v1::Pipeline* pipeline = nullptr;
  const model::v1::Infrastructure* infrastructure = nullptr;  // what a pipeline deploys to

  // Flows through which callers arrive: the flow itself; for an endpoint those from outside that enter its component
  // or the gateways in front of it; for an open component or interface those that enter it from inside. Sorted by id.
  std::vector<const model::v1::Flow*> arrivals;

  // How the weakest caller proves who it is; several methods when one caller uses several. For a pull, the party that
  // answers proves itself by its certificate or host key alone, so that this is empty.
  std::vector<model::v1::FlowAuthentication> authentication;
  model::v1::Tristate authenticated = model::v1::TRISTATE_UNSPECIFIED;
  model::v1::FlowAuthorization authorization = model::v1::FLOW_AUTHORIZATION_UNSPECIFIED;
  // Weakest of the arrivals; one whose protection is unknown is stronger than clear text and weaker than the rest.
  model::v1::TransportSecurity transport = model::v1::TRANSPORT_SECURITY_UNSPECIFIED;
  // Lowest among those that use TLS; unknown when one of them does not say.
  model::v1::TlsVersion min_tls = model::v1::TLS_VERSION_UNSPECIFIED;
  bool vpn = false;                                                   // all arrivals
  model::v1::Tristate ip_filtered = model::v1::TRISTATE_UNSPECIFIED;  // no when one of the arrivals is not
  bool guarded = false;  // a gateway or bastion takes the input or stands in front
  RateLimit rate;

  std::vector<const model::v1::DataClass*> data;  // on it, both directions, sorted by id
  // Strongest first, each nearer than all before it; the first is the strongest that it leads to at all.
  std::vector<DataBehind> behind;
  std::vector<std::string> next;  // components of ours that the target opens connections to, sorted
  std::string owner_team;         // of the target; empty when it has none
};

// Whether the flow is for operations: a shell or desktop, which no code of an application answers, or any other way of
// those who run the system.
bool IsForOperations(const model::v1::Flow& flow);

// All ways in, widest exposure first, then by kind and id. Near-linear in components, flows and endpoints.
std::vector<EntryPoint> FindEntryPoints(const Facts& facts);

// Takes out of `known` what is no way in of `presumed`, and gives the ids of those that only `presumed` has, sorted: of
// what is known, and of that with what is assumed (Facts::known()).
std::vector<std::string> KeepCommon(const std::vector<EntryPoint>& presumed, std::vector<EntryPoint>& known);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_ENTRY_POINTS_H_
