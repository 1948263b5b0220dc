#include "service/commands/secret_store_tables.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/commands/naming.h"
#include "service/commands/wording.h"

namespace metapowers::commands {
namespace {

namespace pb = security::protect::v1;
using analysis::ComponentFacts;
using analysis::CredentialFact;
using model::v1::Component;
using model::v1::Flow;
using model::v1::SecretStore;

class StoreTables {
 public:
  StoreTables(const analysis::Facts& facts, const analysis::CredentialInventory& inventory, ProtectionGaps& gaps,
              pb::SecretsManagementResult& result)
      : facts_(facts),
        model_(facts.model()),
        proto_(facts.model().proto()),
        inventory_(inventory),
        gaps_(gaps),
        result_(result) {}

  void AddStores() {
    for (const SecretStore& store : proto_.secrets().stores()) {
      pb::SecretStoreRow& row = *result_.add_stores();
      row.set_id(store.id());
      row.set_name(store.name());
      row.set_component(store.component());
      row.set_rotates(store.auto_rotation() ? "by itself" : "by hand");
      row.set_break_glass(store.break_glass());
      row.set_audit_log(store.audit_log());
      row.set_owner(TeamName(model_, store.owner_team()));
      for (const CredentialFact& fact : inventory_.credentials) {
        if (fact.store == &store) row.set_credentials(row.credentials() + 1);
      }
      AddStoreComponent(store, row);
      // Secrets beside what uses them move elsewhere, which is a gap of their users: the place gets no upkeep.
      if (analysis::IsBesideItsUsers(inventory_, store)) continue;
      if (store.break_glass().empty()) {
        gaps_.Add("break-glass-missing", store.id(), "no break-glass declared", store.owner_team());
      }
      if (store.audit_log().empty()) {
        gaps_.Add("audit-log-missing", store.id(), "no audit log declared", store.owner_team());
      }
    }
  }

 private:
  void AddStoreComponent(const SecretStore& store, pb::SecretStoreRow& row) {
    const ComponentFacts* facts = facts_.Find(store.component());
    if (facts == nullptr) {
      row.set_availability("no component declared");
      return;
    }
    const Component& component = *facts->component;
    if (facts->effective_zone != nullptr) row.set_zone(facts->effective_zone->id());
    row.set_availability(
        absl::StrCat(component.has_replicas() ? Count(component.replicas(), "instance", "instances") : "unknown", ", ",
                     Count(component.regions_size(), "region", "regions")));
    if (component.has_restore_minutes()) {
      row.set_recovery(absl::StrCat("restored in ", Minutes(component.restore_minutes())));
    }
    if (component.has_replicas() && component.replicas() == 1) {
      gaps_.Add("store-single", component.id(), absl::StrCat("1 instance runs ", store.id()), store.owner_team());
    }
    AddReaders(store, component);
  }

  void AddReaders(const SecretStore& store, const Component& component) {
    pb::StoreMap map;
    std::map<std::string, std::string> nodes = {{component.id(), component.name()}};
    for (const Flow& flow : proto_.flows()) {
      if (flow.source() != component.id() && flow.target() != component.id()) continue;
      pb::StoreMapEdge& edge = *map.add_edges();
      edge.set_from(flow.source());
      edge.set_to(flow.target());
      edge.set_label(flow.id());
      for (const std::string& id : {flow.source(), flow.target()}) {
        if (const auto* each = model_.Find<Component>(id)) nodes[id] = each->name();
      }
      pb::StoreReaderRow& row = *result_.add_readers();
      row.set_store(store.id());
      row.set_flow(flow.id());
      row.set_from(absl::StrCat(flow.source(), " to ", flow.target()));
      const ComponentFacts* other = facts_.Find(flow.source() == component.id() ? flow.target() : flow.source());
      if (other != nullptr && other->effective_zone != nullptr) row.set_zone(other->effective_zone->id());
      row.set_authentication(Label(flow.authentication()));
      row.set_protection(Label(flow.transport_security()));
      row.set_purpose(flow.purpose());
    }
    if (map.edges().empty()) return;
    map.set_store(component.id());
    map.set_name(store.name());
    for (const auto& [id, name] : nodes) {
      pb::StoreMapNode& node = *map.add_nodes();
      node.set_id(id);
      node.set_name(name);
    }
    *result_.add_maps() = std::move(map);
  }

  const analysis::Facts& facts_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const analysis::CredentialInventory& inventory_;
  ProtectionGaps& gaps_;
  pb::SecretsManagementResult& result_;
};

}  // namespace

void AddSecretStoreTables(const analysis::Facts& facts, const analysis::CredentialInventory& inventory,
                          ProtectionGaps& gaps, pb::SecretsManagementResult& result) {
  StoreTables(facts, inventory, gaps, result).AddStores();
}

}  // namespace metapowers::commands
