// What the conditions of threat rules and controls look at: named attributes of elements, declared or computed. The
// syntax of conditions and how unknown values are judged stand in threat_rules.proto.
//
// Computed attributes, beside the fields of the model:
//
//   component   exposure              internet, partner, adjacent, inner, isolated (see below)
//               capability            of its technologies: technologies.proto, in lower case without prefix
//               categories            of the data that it stores, processes or passes on: `pan`, `pii`, ...
//               stored_categories     of the data that it stores
//               confidentiality       strongest of that data, with overrides: `public` ... `strictly_confidential`
//               stored_confidentiality
//               integrity, data_availability  strongest of that data, with overrides: `archive` ... `mission_critical`
//               technology_known      true: it names technologies, and the catalogue has them all
//               node_access           ways of its container into the node or cluster: `privileged`, `host_path`, ...
//               on_cluster            true: a Kubernetes cluster runs it
//               calls_cluster         true: its task is to call the interface of its cluster (cluster_zones.h)
//               criticality           criticality.h: low, medium, high, critical
//               pci                   not_applicable, out, connected, cde
//               zone_type, zone_policy  type and network_policy of its effective zone; zone_trust: its trust, a number
//               outside               true: it stands outside of every zone of ours (internet, or a supplier's)
//               operated_by           us, supplier
//               single_point          true, false
//               end_of_life           past, soon, no; unknown without a date
//               mixed_zone            true: it shares its innermost zone with a component that is exposed to the
//                                     internet and handles less confidential data
//               mixed_runtime         true: it shares runs_on or runtime_group with one of another zone or PCI scope
//               memory_safe           true, false, by `language`; unknown for languages that the catalogue lacks
//               unauthenticated_path  true: the internet reaches it over flows of which none authenticates
//               guarded               true: all that reaches it from the internet or partners passes a component with
//                                     capability waf, api_gateway, network_guard or traffic_forwarding first
//               inbound_crossings, outbound_crossings  numbers of flows that cross a boundary
//               inbound_flows, outbound_flows          numbers of flows
//               only_passed_on        number of classes on its flows that it does not declare; its own logs are none
//               calls_back            true: it calls web addresses that parties outside, no suppliers, have registered
//               serves_people         true: people use it, or what serves people calls it for other ends than
//                                     operation; a device that no person uses acts for itself, whoever has set it up
//               keeps_accounts        true: people sign in to it, and no identity system does that for it (accounts.h)
//               serves_api            true: an entry of `apis` names it
//               pushing_pipeline      true: an entry of `delivery.pipelines` that pushes to infrastructure names it
//               public_endpoint       true: one of its endpoints is open without a reason
//               object_level          true: one of its endpoints takes an object id from the caller
//               state_changing        true: one of its endpoints changes data
//   flow        crosses               true: the effective zones of its ends differ
//               exposure              as below
//               family                of its protocol: technologies.proto, in lower case without prefix
//               categories, confidentiality, integrity, data_availability  of the data that it carries
//               sends_categories      of what the source sends
//               cross_border          no, with_mechanism, without_mechanism
//               same_runtime          true: both ends share a runtime_group
//               encrypted             true, false: transport security, or a VPN around it
//               from_public           true: the public of the internet opens it (people_access.h)
//   supplier    categories, confidentiality, integrity, data_availability  of the data shared with it
//               attestation_expired   true, false; unknown without a report or a date
//   api         record_without_sign_in  true: an endpoint with an object id asks for no sign-in; unknown: one may
//   credential  rotation_overdue; key  the same, and expires_soon: past, soon, no
//   infrastructure  end_of_life: past, soon, no
//   all of these  categories, confidentiality, integrity, data_availability of the data that stands or falls with it
//   data class  used                  true: some component or flow has it
//               sent                  true: some flow carries it
//   system      capability            of all components; categories: of all data classes
//               holds_secrets         true: a credential or a class of secrets is declared; else unknown
//               own_code              true: a component in scope has code of our own; unknown: a process may have
//
// Exposure of a component of ours: `internet`: exposed_to_internet (facts.h); `partner`: a flow enters from a component
// in a zone of type partner or saas, or from an external entity of a supplier; `adjacent`: a flow enters from one of
// those two, or a port is open on the network of its host and `internet_facing` is not answered; `inner`: a flow enters
// from anything of these three or further inside; `isolated`: none of these. Flows inside a VPN count from where they
// start. Exposure of a flow: `internet` or `partner` by where an end stands; `adjacent`: it crosses a boundary;
// `isolated`: it stays on the host; `inner`: the rest.
#ifndef METAPOWERS_SERVICE_ANALYSIS_ATTRIBUTES_H_
#define METAPOWERS_SERVICE_ANALYSIS_ATTRIBUTES_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/attribute_match.pb.h"
#include "metapowers/knowledge/v1/threat_rules.pb.h"
#include "service/analysis/landscape.h"

namespace metapowers::analysis {

enum class Truth { kNo, kUnknown, kYes };

// An AttributeMatch made ready for elements of one subject. Immutable; thread-safe.
class Condition {
 public:
  // INVALID_ARGUMENT RULES_INVALID that names the attribute or value and what was probably meant.
  static absl::StatusOr<Condition> Compile(knowledge::v1::ThreatSubject subject,
                                           const knowledge::v1::AttributeMatch& match);
  // Nullopt where Compile() refuses: for asking whether elements of the subject have the attribute at all, which is
  // much cheaper than finding out what was meant.
  static std::optional<Condition> TryCompile(knowledge::v1::ThreatSubject subject,
                                             const knowledge::v1::AttributeMatch& match);

  Condition(Condition&&) noexcept;
  Condition& operator=(Condition&&) noexcept;
  ~Condition();

  // `element` is of the subject that the condition was compiled for.
  Truth Judge(const Element& element) const;

  // What the element says of the attribute, for reasons: "authentication is client_cert"; "authentication is unknown".
  std::string Say(const Element& element) const;

  // The field of the model that would answer an unknown value, e.g. "Flow.authentication"; "" for computed ones.
  const std::string& Field() const;

  // The control of a `posture.` condition; "" for others.
  const std::string& Control() const;

 private:
  struct Compiled;
  explicit Condition(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
};

// Names of the attributes of a subject, sorted, without prefixed ones; for documentation and messages.
std::vector<std::string> AttributeNames(knowledge::v1::ThreatSubject subject);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_ATTRIBUTES_H_
