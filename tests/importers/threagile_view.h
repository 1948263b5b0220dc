// An imported draft as Threagile reads its own models: what its technologies mean, where its boundaries run, and how
// attractive an asset is.
#ifndef METAPOWERS_TESTS_IMPORTERS_THREAGILE_VIEW_H_
#define METAPOWERS_TESTS_IMPORTERS_THREAGILE_VIEW_H_

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "metapowers/model/v1/system_model.pb.h"

namespace metapowers::importers {

namespace pb = model::v1;

// --- Technologies and protocols ------------------------------------------------------------------------------------

// Names of the technologies that Threagile gives an attribute to, with their aliases.
using Names = std::set<std::string>;
inline Names NamesOf(absl::string_view text) { return absl::StrSplit(text, ' ', absl::SkipEmpty()); }

struct Technologies {
  const Names repositories = NamesOf("sourcecode-repository git");
  const Names pipelines = NamesOf("build-pipeline ci continuous-integration");
  const Names secrets = NamesOf("sourcecode-repository git artifact-registry operational-historian historian");
  const Names devops_clients = NamesOf("devops-client");
  const Names development = NamesOf(
      "sourcecode-repository git artifact-registry build-pipeline ci continuous-integration code-inspection-platform "
      "code-inspection code-analysis devops-client");
  const Names web_applications = NamesOf(
      "application-server app-server cms content-management-system erp enterprise-resource-planning identity-provider "
      "idp report-engine reporting web-application web-app web-server");
  const Names web_services = NamesOf("web-service-rest rest-api web-service-soap soap-api");
  const Names user_requests = NamesOf(
      "application-server app-server ejb enterprise-java-beans erp enterprise-resource-planning report-engine "
      "reporting "
      "web-application web-app web-server web-service-rest rest-api web-service-soap soap-api");
  const Names propagating = NamesOf(
      "application-server app-server browser web-browser client-system client cli command-line desktop devops-client "
      "ejb "
      "erp function gateway identity-provider idp iot-device library load-balancer lb message-queue mq mobile-app "
      "report-engine reverse-proxy search-engine service-mesh task tool waf web-application web-app web-server "
      "web-service-rest rest-api web-service-soap soap-api cms");
  const Names clients = NamesOf(
      "browser web-browser client-system client desktop desktop-system devops-client iot-device iot mobile-app");
  const Names load_balancers = NamesOf("load-balancer lb");
  const Names reverse_proxies = NamesOf("reverse-proxy");
  const Names wafs = NamesOf("waf web-application-firewall");
  const Names forwarding = NamesOf("load-balancer lb reverse-proxy waf web-application-firewall");
  const Names watching = NamesOf("ids intrusion-detection-system ips intrusion-prevention-system monitoring siem");
  const Names monitoring = NamesOf("monitoring siem");
  const Names open_by_nature = NamesOf(
      "ids intrusion-detection-system ips intrusion-prevention-system load-balancer lb reverse-proxy service-registry "
      "service-discovery waf web-application-firewall");
  const Names identity =
      NamesOf("identity-provider idp identity-store-database identity-store identity-store-ldap ldap-server ldap");
  const Names identity_providers = NamesOf("identity-provider idp");
  const Names identity_stores = NamesOf("identity-store-database identity-store identity-store-ldap ldap-server ldap");
  const Names vaults = NamesOf("vault hashicorp-vault");
  const Names databases = NamesOf("database db identity-store-database identity-store operational-historian historian");
  const Names search = NamesOf("search-engine search-index");
  const Names files = NamesOf("file-server file-storage local-file-system local-storage");
  const Names platforms = NamesOf("container-platform container docker kubernetes");
  const Names registries = NamesOf("service-registry service-discovery");
  const Names ejb = NamesOf("ejb enterprise-java-beans");
  const Names without_storage = NamesOf(
      "ids intrusion-detection-system ips intrusion-prevention-system load-balancer lb reverse-proxy waf "
      "web-application-firewall library industrial-control-actor industrial-control-sensor");
  const Names end_user_data = NamesOf(
      "block-storage san database db erp enterprise-resource-planning file-server file-storage local-file-system "
      "local-storage mail-server email-server message-queue mq stream-processing");
  const Names high_value = NamesOf(
      "application-server app-server erp enterprise-resource-planning identity-provider idp hmi scada plc "
      "industrial-control-actor industrial-control-sensor");
  const Names less_protected = NamesOf(
      "ai application-server app-server artifact-registry browser web-browser build-pipeline ci client-system client "
      "cms "
      "code-inspection-platform desktop devops-client ejb iot-device mail-server mainframe mobile-app monitoring siem "
      "scheduler sourcecode-repository git web-application web-app web-server web-service-rest rest-api "
      "web-service-soap soap-api");
  const Names tolerated_as_neighbour = NamesOf(
      "ids intrusion-detection-system ips intrusion-prevention-system load-balancer lb monitoring siem reverse-proxy");
  const Names without_segment = NamesOf(
      "ids intrusion-detection-system ips intrusion-prevention-system reverse-proxy service-registry service-discovery "
      "waf web-application-firewall");
  const Names http_from_internet = NamesOf(
      "gateway jump-host jump-server jump-box reverse-proxy waf web-application-firewall web-application web-app "
      "web-server");
  const Names frontend = NamesOf(
      "browser web-browser client-system client cms desktop devops-client gateway iot-device load-balancer lb "
      "mobile-app "
      "reverse-proxy waf");
  const Names backend = NamesOf(
      "batch-processing big-data-platform block-storage container-platform data-lake database db ejb erp "
      "event-listener "
      "file-server file-storage hsm identity-provider idp identity-store-database identity-store-ldap ldap-server "
      "mainframe message-queue mq scheduler search-engine search-index service-mesh stream-processing vault "
      "web-service-rest rest-api web-service-soap soap-api");

  const Names web_protocols =
      NamesOf("http https ws wss reverse-proxy-web-protocol reverse-proxy-web-protocol-encrypted");
  const Names strict_queries = NamesOf(
      "jdbc jdbc-encrypted odbc odbc-encrypted sql-access-protocol sql-access-protocol-encrypted nosql-access-protocol "
      "nosql-access-protocol-encrypted");
  const Names lax_queries = NamesOf("http https binary binary-encrypted");
  const Names ldap_protocols = NamesOf("ldap ldaps");
  const Names objects = NamesOf("iiop iiop-encrypted jrmp jrmp-encrypted");
  const Names file_transfer = NamesOf("ftp ftps sftp");
  const Names local =
      NamesOf("local-file-access in-process-library-call inter-process-communication container-spawning");
  const Names encrypted = NamesOf("https wss ssh ssh-tunnel sftp scp ftps ldaps");
};

// --- The model as Threagile reads it -------------------------------------------------------------------------------

class ThreagileView {
 public:
  explicit ThreagileView(const pb::SystemModel& from) : model(from) {
    for (const pb::Component& each : model.components()) components_[each.id()] = &each;
    for (const pb::Zone& each : model.zones()) zones_[each.id()] = &each;
    for (const pb::DataClass& each : model.data_classes()) data_[each.id()] = &each;
    for (const pb::Flow& each : model.flows()) {
      inbound_[each.target()].push_back(&each);
      outbound_[each.source()].push_back(&each);
    }
    RateAttractiveness();
  }

  using Flows = std::vector<const pb::Flow*>;
  const pb::Component& Component(const std::string& id) const { return *components_.at(id); }
  const pb::Component& Source(const pb::Flow& flow) const { return Component(flow.source()); }
  const pb::Component& Target(const pb::Flow& flow) const { return Component(flow.target()); }
  Flows Inbound(const pb::Component& component) const { return Find(inbound_, component.id()); }
  Flows Outbound(const pb::Component& component) const { return Find(outbound_, component.id()); }
  const pb::Zone* ZoneOf(const pb::Component& component) const {
    const auto zone = zones_.find(component.zone());
    return zone == zones_.end() ? nullptr : zone->second;
  }
  // The zone that counts in the network: an execution environment is none of its own.
  std::string Network(const pb::Component& component) const {
    const pb::Zone* zone = ZoneOf(component);
    while (zone != nullptr && zone->type() == pb::ZONE_TYPE_EXECUTION_ENV) {
      const auto parent = zones_.find(zone->parent());
      zone = parent == zones_.end() ? nullptr : parent->second;
    }
    return zone == nullptr ? "" : zone->id();
  }
  bool Crosses(const pb::Flow& flow) const { return Network(Source(flow)) != Network(Target(flow)); }
  bool SharesOuterZone(const pb::Component& a, const pb::Component& b) const {
    const std::set<std::string> ours = Outer(a);
    const std::set<std::string> theirs = Outer(b);
    return std::any_of(ours.begin(), ours.end(), [&](const std::string& zone) { return theirs.count(zone) > 0; });
  }
  bool AreConnected(const pb::Component& a, const pb::Component& b) const {
    return std::any_of(model.flows().begin(), model.flows().end(), [&](const pb::Flow& flow) {
      return (flow.source() == a.id() && flow.target() == b.id()) ||
             (flow.source() == b.id() && flow.target() == a.id());
    });
  }
  bool AnyComponent(const std::function<bool(const pb::Component&)>& matches) const {
    return std::any_of(model.components().begin(), model.components().end(), matches);
  }

  // Highest rating of the asset and of its data.
  pb::Confidentiality Confidentiality(const pb::Component& component) const {
    pb::Confidentiality highest = component.confidentiality_floor();
    for (const pb::DataClass* data : Handled(component)) highest = std::max(highest, data->confidentiality());
    return highest;
  }
  pb::Importance Integrity(const pb::Component& component) const {
    pb::Importance highest = component.integrity_floor();
    for (const pb::DataClass* data : Handled(component)) highest = std::max(highest, data->integrity());
    return highest;
  }
  pb::Importance Availability(const pb::Component& component) const {
    pb::Importance highest = component.availability_floor();
    for (const pb::DataClass* data : Handled(component)) highest = std::max(highest, data->availability());
    return highest;
  }
  bool AnyStored(const pb::Component& component, const std::function<bool(const pb::DataClass&)>& matches) const {
    const auto& ids = component.stores();
    return std::any_of(ids.begin(), ids.end(), [&](const std::string& id) { return matches(*data_.at(id)); });
  }
  bool AnyCarried(const pb::Flow& flow, const std::function<bool(const pb::DataClass&)>& matches) const {
    const auto any = [&](const auto& ids) {
      return std::any_of(ids.begin(), ids.end(), [&](const std::string& id) { return matches(*data_.at(id)); });
    };
    return any(flow.sends()) || any(flow.receives());
  }
  // Relative attractiveness for attackers, in percent of the most attractive asset.
  double Attractiveness(const pb::Component& component) const { return attractiveness_.at(component.id()); }

  const pb::SystemModel& model;
  const Technologies tech;

 private:
  static Flows Find(const std::map<std::string, Flows>& map, const std::string& id) {
    const auto found = map.find(id);
    return found == map.end() ? Flows() : found->second;
  }
  std::set<std::string> Outer(const pb::Component& component) const {
    std::set<std::string> outer;
    for (const pb::Zone* zone = ZoneOf(component); zone != nullptr;) {
      outer.insert(zone->id());
      const auto parent = zones_.find(zone->parent());
      zone = parent == zones_.end() ? nullptr : parent->second;
    }
    return outer;
  }
  std::vector<const pb::DataClass*> Handled(const pb::Component& component) const {
    std::vector<const pb::DataClass*> handled;
    for (const std::string& id : component.stores()) handled.push_back(data_.at(id));
    for (const std::string& id : component.processes()) handled.push_back(data_.at(id));
    return handled;
  }

  // Points by rating and quantity, a factor by what the asset is, percent of the highest, and a third of the way up to
  // the most attractive asset that it calls.
  void RateAttractiveness() {
    static constexpr double kSteps[] = {0, 2, 3, 5, 8, 13, 21, 34, 55};
    const auto points = [](int confidentiality, int integrity, int availability, double quantity, int offset) {
      const auto step = [&](int level, int more) { return level == 0 ? 0 : kSteps[level + more]; };
      return step(confidentiality, offset + 1) * quantity + step(integrity, offset) * quantity +
             step(availability, offset);
    };
    static constexpr double kQuantity[] = {1, 1, 2, 3, 5};
    const auto of_data = [&](const auto& ids, int offset) {
      double sum = 0;
      for (const std::string& id : ids) {
        const pb::DataClass& data = *data_.at(id);
        sum +=
            points(data.confidentiality(), data.integrity(), data.availability(), kQuantity[data.quantity()], offset);
      }
      return sum;
    };
    std::map<std::string, double> raw;
    for (const auto& [id, component] : components_) {
      if (component->out_of_scope()) continue;
      double& sum = raw[id];
      sum = points(component->confidentiality_floor(), component->integrity_floor(), component->availability_floor(), 1,
                   2) +
            of_data(component->stores(), 1) * 2 + of_data(component->processes(), 1);
      for (const pb::Flow* flow : Outbound(*component)) sum += of_data(flow->sends(), 0) + of_data(flow->receives(), 0);
      sum *= Factor(*component);
    }
    double least = 1e300;
    double most = 0;
    for (const auto& [id, sum] : raw) {
      least = std::min(least, sum);
      most = std::max(most, sum);
    }
    for (const auto& [id, component] : components_) {
      const double percent = most > least ? (raw[id] - least) / (most - least) * 100 : 100;
      attractiveness_[id] = component->out_of_scope() ? 0 : std::max(1.0, percent);
    }
    const std::map<std::string, double> alone = attractiveness_;
    for (const auto& [id, component] : components_) {
      if (component->out_of_scope()) continue;
      double next = 0;
      for (const pb::Flow* flow : Outbound(*component)) next = std::max(next, alone.at(flow->target()));
      if (next > alone.at(id)) attractiveness_[id] += (next - alone.at(id)) / 3;
    }
  }

  double Factor(const pb::Component& component) const {
    const auto is = [&](const Names& names) {
      return std::any_of(component.technology().begin(), component.technology().end(),
                         [&](const std::string& name) { return names.count(name) > 0; });
    };
    double factor = component.multi_tenant() == pb::TRISTATE_YES ? 1.5 : 1;
    if (is(tech.platforms)) factor *= 5;
    if (is(tech.identity)) factor *= 2.5;
    if (is(tech.vaults) || is(tech.development) || component.kind() == pb::COMPONENT_KIND_DATASTORE) factor *= 2;
    if (is(tech.load_balancers) || is(tech.reverse_proxies)) {
      factor /= 5.5;
    }
    if (is(tech.monitoring)) factor /= 5;
    return factor;
  }

  std::map<std::string, const pb::Component*> components_;
  std::map<std::string, const pb::Zone*> zones_;
  std::map<std::string, const pb::DataClass*> data_;
  std::map<std::string, Flows> inbound_;
  std::map<std::string, Flows> outbound_;
  std::map<std::string, double> attractiveness_;
};

}  // namespace metapowers::importers

#endif  // METAPOWERS_TESTS_IMPORTERS_THREAGILE_VIEW_H_
