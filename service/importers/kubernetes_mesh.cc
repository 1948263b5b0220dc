// What Istio says of flows: see kubernetes_cluster.h.
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/importers/kubernetes_cluster.h"

namespace metapowers::importers::kubernetes {

namespace pb = model::v1;

namespace {

// Where policies hold for the whole mesh, unless it is set up otherwise.
constexpr absl::string_view kRootSpace = "istio-system";

// A mode and where it stands.
struct Mode {
  std::string name;
  Spot spot;
  const Object* object = nullptr;
};

bool MatchesPattern(absl::string_view pattern, absl::string_view text) {
  if (absl::ConsumeSuffix(&pattern, "*")) return absl::StartsWith(text, pattern);
  if (absl::ConsumePrefix(&pattern, "*")) return absl::EndsWith(text, pattern);
  return pattern == text;
}

// Whether a principal is the service account of a workload, whatever the mesh calls its trust domain.
bool IsPrincipal(absl::string_view pattern, const Workload& workload) {
  const std::string own = absl::StrCat("/ns/", workload.object->space, "/sa/", workload.account);
  const size_t begin = pattern.find("/ns/");
  return begin == absl::string_view::npos ? pattern == "*" : MatchesPattern(pattern.substr(begin), own);
}

class MeshReader {
 public:
  explicit MeshReader(Cluster& cluster) : cluster_(cluster) {
    for (const Object* object : cluster.objects.Of(Kind::kPeerAuthentication)) peers_[object->space].push_back(object);
    for (const Object* object : cluster.objects.Of(Kind::kAuthorizationPolicy)) {
      const std::string action = object->spec["action"].Raw();
      if (action.empty() || action == "ALLOW") allows_[object->space].push_back(object);
    }
    for (const Object* object : cluster.objects.Of(Kind::kDestinationRule)) {
      const Field mode = object->spec["trafficPolicy"]["tls"]["mode"];
      const Host host = cluster.services.Resolve(object->spec["host"].Raw(), object->space);
      if (!mode.exists() || host.service == nullptr) continue;
      for (const Workload* target : host.service->targets) {
        clients_.try_emplace(target, Mode{mode.Raw(), mode.spot(), object});
      }
    }
  }

  void Read() {
    for (Link& link : cluster_.flows.links()) {
      if (link.target == nullptr) continue;
      if (link.source != nullptr) Protect(link);
      Authenticate(link);
    }
  }

 private:
  static bool InMesh(const Workload& workload) { return workload.meshed == pb::TRISTATE_YES; }

  // What the target asks of its callers; the nearest to it that says something.
  Mode PeerMode(const Workload& target, int port) const {
    Mode of_space;
    for (const std::string& space : {target.object->space, std::string(kRootSpace)}) {
      const auto found = peers_.find(space);
      if (found == peers_.end()) continue;
      for (const Object* object : found->second) {
        const Field mode = object->spec["mtls"]["mode"];
        const bool all = !object->spec.Has("selector");
        if (all && mode.exists() && mode.Raw() != "UNSET" && of_space.object == nullptr)
          of_space = {mode.Raw(), mode.spot(), object};
        const bool own = !all && space == target.object->space && Matches(object->spec["selector"], target.labels);
        if (!own) continue;
        const Field of_port = object->spec["portLevelMtls"][absl::StrCat(port)]["mode"];
        if (port != 0 && of_port.exists()) return {of_port.Raw(), of_port.spot(), object};
        if (mode.exists() && mode.Raw() != "UNSET") return {mode.Raw(), mode.spot(), object};
      }
    }
    return of_space;
  }

  void Set(Link& link, pb::TransportSecurity transport, const Spot& spot) {
    link.flow->value.set_transport_security(transport);
    link.flow->Observed("transport_security", spot);
  }

  void Protect(Link& link) {
    const Mode asked = PeerMode(*link.target, link.target_port);
    const bool both = InMesh(*link.source) && InMesh(*link.target);
    if (asked.name == "STRICT" && both) return Set(link, pb::TRANSPORT_SECURITY_MESH_MTLS, asked.spot);
    if (asked.name == "STRICT" && link.target->meshed != pb::TRISTATE_NO && told_.insert(asked.object).second) {
      cluster_.inventory.Note(
          v1::IMPORT_NOTE_KIND_QUESTION, asked.spot, "",
          absl::StrCat(asked.object->Title(), " asks for mutual TLS, and no file shows that both ends of ",
                       link.flow->name, " are in the mesh: which workloads are?"));
    }
    const auto client = clients_.find(link.target);
    if (InMesh(*link.source) && client != clients_.end()) {
      const Mode& mode = client->second;
      if (mode.name == "ISTIO_MUTUAL") return Set(link, pb::TRANSPORT_SECURITY_MESH_MTLS, mode.spot);
      if (mode.name == "MUTUAL") return Set(link, pb::TRANSPORT_SECURITY_MTLS, mode.spot);
      if (mode.name == "SIMPLE") return Set(link, pb::TRANSPORT_SECURITY_TLS, mode.spot);
      if (mode.name == "DISABLE") return;
    }
    // Inside of a mesh, what the caller sends in clear may travel encrypted.
    if (both && link.flow->value.transport_security() == pb::TRANSPORT_SECURITY_NONE && asked.name != "DISABLE") {
      link.flow->value.clear_transport_security();
      link.flow->bases.erase("transport_security");
    }
  }

  const std::vector<const Object*>& AllowsOf(const Workload& target) {
    const auto [known, added] = allows_of_.try_emplace(&target);
    std::vector<const Object*>& all = known->second;
    if (!added) return all;
    for (const std::string& space : {target.object->space, std::string(kRootSpace)}) {
      const auto found = allows_.find(space);
      if (found == allows_.end()) continue;
      for (const Object* object : found->second) {
        const bool elsewhere = object->spec.Has("targetRef") || object->spec.Has("targetRefs");
        if (!elsewhere && Matches(object->spec["selector"], target.labels)) all.push_back(object);
      }
      if (target.object->space == kRootSpace) break;
    }
    return all;
  }

  // Where a source of a rule names the caller; not there when it does not.
  static Field NameOf(const Field& source, const Workload& caller) {
    for (const Field& principal : source["principals"].Items()) {
      if (IsPrincipal(principal.Raw(), caller)) return principal;
    }
    for (const Field& account : source["serviceAccounts"].Items()) {
      const std::string text = account.Raw();
      const std::string own = absl::StrCat(caller.object->space, "/", caller.account);
      if (text == own || text == caller.account) return account;
    }
    for (const Field& space : source["namespaces"].Items()) {
      if (MatchesPattern(space.Raw(), caller.object->space)) return space;
    }
    return Field();
  }

  void Authenticate(Link& link) {
    // Nobody asks where there is no proxy in front of the target.
    if (!InMesh(*link.target)) return;
    const std::vector<const Object*>& allows = AllowsOf(*link.target);
    if (allows.empty()) return;
    Field by_name;
    Field by_token;
    bool open = false;
    // Only the mesh gives a caller the certificate that names it.
    const bool known = link.source != nullptr && InMesh(*link.source);
    bool unsure = false;
    for (const Object* object : allows) {
      for (const Field& rule : object->spec["rules"].Items()) {
        open |= rule["from"].Items().empty();
        for (const Field& from : rule["from"].Items()) {
          const Field source = from["source"];
          const Field token = source["requestPrincipals"];
          const bool named = source.Has("principals") || source.Has("namespaces") || source.Has("serviceAccounts");
          const Field match = link.source == nullptr ? Field() : NameOf(source, *link.source);
          const Field name = known ? match : Field();
          unsure |= match.exists() && link.source->meshed == pb::TRISTATE_UNSPECIFIED;
          if (name.exists() && !by_name.exists()) by_name = name;
          if (token.exists() && (!named || name.exists())) by_token = token;
          // By address, or by what it must not be.
          open |= !named && !token.exists();
        }
      }
    }
    if (open) return;
    Shown<pb::Flow>& flow = *link.flow;
    if (by_token.exists() || by_name.exists()) {
      if (flow.value.authentication() != pb::FLOW_AUTHENTICATION_UNSPECIFIED) return;
      const Field& by = by_token.exists() ? by_token : by_name;
      flow.value.set_authentication(by_token.exists() ? pb::FLOW_AUTHENTICATION_TOKEN
                                                      : pb::FLOW_AUTHENTICATION_CLIENT_CERT);
      flow.Observed("authentication", by.spot());
      if (by_token.exists()) return;
      flow.value.set_authorization(pb::FLOW_AUTHORIZATION_TECHNICAL_USER);
      flow.Observed("authorization", by.spot());
      return;
    }
    if (unsure) return;  // whether the source is in the mesh
    const std::string source = link.source == nullptr ? "the internet" : link.source->object->Title();
    cluster_.inventory.Note(v1::IMPORT_NOTE_KIND_WARNING, flow.spot, "",
                            absl::StrCat("a flow leads from ", source, " to ", link.target->object->Title(), ", and ",
                                         allows.front()->Title(), " does not let it in"));
  }

  Cluster& cluster_;
  std::map<std::string, std::vector<const Object*>> peers_;   // by namespace
  std::map<std::string, std::vector<const Object*>> allows_;  // by namespace
  std::map<const Workload*, std::vector<const Object*>> allows_of_;
  std::map<const Workload*, Mode> clients_;  // what callers of a workload are to use
  std::set<const Object*> told_;
};

}  // namespace

void ApplyMesh(Cluster& cluster) { MeshReader(cluster).Read(); }

}  // namespace metapowers::importers::kubernetes
