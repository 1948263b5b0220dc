// The register is long because each kind of element has columns of its own; the judgements are analysis'.
#include "service/commands/identify/asset_inventory.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/analysis/applicability.h"
#include "service/analysis/asset_class.h"
#include "service/analysis/asset_gaps.h"
#include "service/analysis/assumed_questions.h"
#include "service/analysis/single_points.h"
#include "service/commands/applicable_references.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/commands/zone_maps.h"
#include "service/knowledge/knowledge.h"

namespace metapowers::commands::identify {
namespace {

namespace pb = security::identify::v1;
using analysis::ComponentFacts;
using analysis::PciScope;
using model::v1::Component;
using model::v1::DataClass;
using model::v1::Infrastructure;
using model::v1::ThirdParty;

std::string ScopeLabel(PciScope scope) {
  switch (scope) {
    case PciScope::kCde:
      return "CDE";
    case PciScope::kConnected:
      return "connected-to";
    case PciScope::kOut:
      return "out";
    case PciScope::kNotApplicable:
      return "not assessed here";
  }
  return "";
}

bool IsPciTag(int tag) {
  return tag == model::v1::SCOPE_TAG_PCI_CDE || tag == model::v1::SCOPE_TAG_PCI_CONNECTED ||
         tag == model::v1::SCOPE_TAG_PCI_OUT;
}

class Inventory {
 public:
  explicit Inventory(const Input& input)
      : input_(input), model_(input.model), facts_(input.facts), proto_(input.model.proto()) {
    const analysis::FrameworkFact* pci = analysis::PciFramework(facts_);
    pci_applies_ = pci != nullptr && pci->applies;
  }

  pb::AssetInventoryResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    AddCounts();
    AddComponents();
    AddInfrastructure();
    AddSuppliers();
    AddInterfaces();
    AddDelivery();
    AddKeys();
    AddPci();
    AddContradictions();
    AddCriticality();
    for (metapowers::v1::ZoneMap& map : ZoneMaps(model_, FlowEnd::kSource)) *result_.add_zone_maps() = std::move(map);
    AddRestoration();
    AddSinglePoints();
    AddDiscovery();
    AddGaps();
    AddTerms();
    AddTotals();
    for (metapowers::v1::Question& question : QuestionsOn(
             model_,
             {"Component.owner_team", "Component.internet_facing", "Component.zone", "Component.tier",
              "Component.replicas", "Component.multi_tenant", "Component.custom_code", "Infrastructure.provider",
              "Zone.network_policy", "Region.jurisdiction", "ThirdParty.criticality", "Flow.protocol",
              "Organization.sector"},
             {"Component.kind", "Component.processes", "Component.stores", "Component.technology",
              "DataClass.categories", "Flow.receives", "Flow.sends", "Flow.source", "Flow.target", "Zone.type"})) {
      *result_.add_questions() = std::move(question);
    }
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  const ComponentFacts& FactsOf(const Component& component) const { return facts_.components().at(component.id()); }

  // --- Counts ---

  struct Count {
    int all = 0, cde = 0, connected = 0;
    std::map<std::string, int> groups;  // what stores hold, e.g. "cardholder data"
  };

  void AddCounts() {
    std::map<std::string, Count> counts;
    for (const Component& component : proto_.components()) {
      Count& count = counts[analysis::ClassOf(component).id()];
      const ComponentFacts& facts = FactsOf(component);
      ++count.all;
      if (facts.pci_scope == PciScope::kCde) ++count.cde;
      if (facts.pci_scope == PciScope::kConnected) ++count.connected;
      if (component.kind() != model::v1::COMPONENT_KIND_DATASTORE) continue;
      for (const std::string& group : GroupsOf(facts.stores)) ++count.groups[group];
    }
    for (const Infrastructure& element : proto_.infrastructure()) ++counts[analysis::ClassOf(element).id()].all;
    for (const ThirdParty& supplier : proto_.third_parties()) ++counts[analysis::ClassOf(supplier).id()].all;
    for (const knowledge::v1::AssetClass& rule : knowledge::AssetRules().classes()) {
      const auto found = counts.find(rule.id());
      if (found != counts.end()) AddCount(rule, found->second);
    }
  }

  static std::set<std::string> GroupsOf(const std::vector<const DataClass*>& data) {
    std::set<std::string> groups;
    for (const DataClass* one : data) {
      for (const int category : one->categories()) {
        const std::string& group = knowledge::Category(static_cast<model::v1::DataCategory>(category)).group();
        if (!group.empty()) groups.insert(group);
      }
    }
    return groups;
  }

  void AddCount(const knowledge::v1::AssetClass& rule, const Count& count) {
    pb::AssetCount& row = *result_.add_counts();
    row.set_id(rule.id());
    row.set_label(count.all == 1 ? rule.singular() : rule.plural());
    row.set_count(count.all);
    row.set_pci_cde(count.cde);
    row.set_pci_connected(count.connected);
    const bool stores = std::find(rule.component_kinds().begin(), rule.component_kinds().end(),
                                  model::v1::COMPONENT_KIND_DATASTORE) != rule.component_kinds().end();
    std::vector<std::string> notes;
    for (const auto& [group, number] : count.groups) notes.push_back(absl::StrCat(number, " with ", group));
    if (pci_applies_ && !stores && count.cde > 0) {
      notes.push_back(absl::StrCat(count.cde, " PCI-scoped as CDE"));
    }
    if (pci_applies_ && count.connected > 0) {
      notes.push_back(absl::StrCat(count.connected, HasCde() ? " connected to the CDE" : " connected to a PCI TPSP"));
    }
    row.set_notes(absl::StrJoin(notes, ", "));
  }

  // --- Register ---

  void AddComponents() {
    for (const auto kind : {model::v1::COMPONENT_KIND_PROCESS, model::v1::COMPONENT_KIND_DATASTORE,
                            model::v1::COMPONENT_KIND_EXTERNAL_ENTITY, model::v1::COMPONENT_KIND_UNSPECIFIED}) {
      pb::ComponentGroup group;
      group.set_kind(kind);
      group.set_services(kind == model::v1::COMPONENT_KIND_PROCESS);
      group.set_stores(kind == model::v1::COMPONENT_KIND_DATASTORE);
      group.set_externals(kind == model::v1::COMPONENT_KIND_EXTERNAL_ENTITY);
      group.set_unknown_kind(kind == model::v1::COMPONENT_KIND_UNSPECIFIED);
      for (const Component& component : proto_.components()) {
        if (component.kind() == kind) AddComponent(component, *group.add_components());
      }
      if (group.components_size() > 0) *result_.add_component_groups() = std::move(group);
    }
  }

  void AddComponent(const Component& component, pb::ComponentAsset& row) const {
    const ComponentFacts& facts = FactsOf(component);
    row.set_id(component.id());
    row.set_name(component.name());
    row.set_class_label(analysis::ClassOf(component).singular());
    row.set_owner(TeamName(model_, component.owner_team()));
    row.set_tier(component.kind() == model::v1::COMPONENT_KIND_EXTERNAL_ENTITY && component.tier() == 0
                     ? "outside"
                     : Label(component.tier()));
    for (const DataClass* data : facts.stores) row.add_data(absl::StrCat(data->id(), " (stores)"));
    for (const DataClass* data : facts.processes) row.add_data(absl::StrCat(data->id(), " (processes)"));
    for (const DataClass* data : facts.transfers) row.add_data(absl::StrCat(data->id(), " (passes)"));
    AddAll(component.regions(), row.mutable_regions());
    AddScope(facts.pci_scope, component.scope_tags(), row.mutable_scope());
    AddAll(component.technology(), row.mutable_technology());
    row.set_version(component.version());
    row.set_eol_date(component.eol_date());
    row.set_environment(Label(component.environment()));
    row.set_lifecycle(Label(component.lifecycle()));
    row.set_runs_on(component.runs_on().empty() ? component.third_party() : component.runs_on());
    row.set_zone(component.zone());
    row.set_origin(Label(component.origin()));
    row.set_last_seen(component.last_seen());
  }

  // The computed PCI DSS scope, then declared scopes of other kinds.
  template <class Tags, class Field>
  void AddScope(PciScope computed, const Tags& tags, Field* field) const {
    if (pci_applies_) *field->Add() = absl::StrCat("PCI ", ScopeLabel(computed));
    for (const int tag : tags) {
      if (!IsPciTag(tag)) *field->Add() = Label(static_cast<model::v1::ScopeTag>(tag));
    }
  }

  // Whether a component runs on the element, directly or through its zones.
  bool RunsOn(const Component& component, absl::string_view element) const {
    if (component.runs_on() == element) return true;
    std::set<std::string> seen;
    const auto* zone = model_.Find<model::v1::Zone>(component.zone());
    while (zone != nullptr && seen.insert(zone->id()).second) {
      if (zone->runs_on() == element) return true;
      zone = model_.Find<model::v1::Zone>(zone->parent());
    }
    return false;
  }

  void AddInfrastructure() {
    for (const Infrastructure& element : proto_.infrastructure()) {
      pb::InfrastructureAsset& row = *result_.add_infrastructure();
      row.set_id(element.id());
      row.set_name(element.name());
      row.set_class_label(analysis::ClassOf(element).singular());
      row.set_provider(Label(element.provider()));
      row.set_owner(TeamName(model_, element.owner_team()));
      AddAll(element.regions(), row.mutable_regions());
      row.set_environment(Label(element.environment()));
      row.set_version(element.version());
      row.set_eol_date(element.eol_date());
      row.set_origin(Label(element.origin()));
      row.set_last_seen(element.last_seen());
      AddTenants(element, row);
    }
  }

  void AddTenants(const Infrastructure& element, pb::InfrastructureAsset& row) const {
    PciScope scope = pci_applies_ ? PciScope::kOut : PciScope::kNotApplicable;
    auto tier = model::v1::TIER_UNSPECIFIED;
    std::set<std::string> data;
    for (const auto& [id, facts] : facts_.components()) {
      if (!RunsOn(*facts.component, element.id())) continue;
      row.add_runs(id);
      scope = std::max(scope, facts.pci_scope);
      const auto own = facts.component->tier();
      if (own != 0 && (tier == 0 || own < tier)) tier = own;
      for (const DataClass* one : facts.stores) data.insert(one->id());
      for (const DataClass* one : facts.processes) data.insert(one->id());
    }
    row.set_tier(row.runs().empty() ? "no component" : Label(tier));
    AddAll(data, row.mutable_data());
    AddScope(scope, element.scope_tags(), row.mutable_scope());
  }

  void AddSuppliers() {
    for (const ThirdParty& supplier : proto_.third_parties()) {
      pb::SupplierAsset& row = *result_.add_suppliers();
      row.set_id(supplier.id());
      row.set_name(supplier.name());
      row.set_service(supplier.service());
      row.set_owner(TeamName(model_, supplier.owner_team()));
      row.set_criticality(Label(supplier.criticality()));
      AddAll(supplier.data_shared(), row.mutable_data());
      AddAll(supplier.regions(), row.mutable_regions());
      for (const int role : supplier.roles()) row.add_roles(Label(static_cast<model::v1::ThirdPartyRole>(role)));
      row.set_attestation(supplier.attestation() == 0 ? "not declared" : Label(supplier.attestation()));
      if (!supplier.attestation_expires().empty()) {
        row.set_attestation(absl::StrCat(row.attestation(), " to ", supplier.attestation_expires()));
      }
      auto tier = model::v1::TIER_UNSPECIFIED;
      for (const auto& [id, facts] : facts_.components()) {
        if (facts.component->third_party() != supplier.id()) continue;
        row.add_operates(id);
        tier = WidestTier(tier, facts);
      }
      row.set_tier(tier == 0 ? "none declared" : Label(tier));
      AddAll(supplier.subprocessors(), row.mutable_subprocessors());
    }
  }

  // The highest tier among `tier`, the component's own and those of what hard-depends on it.
  model::v1::Tier WidestTier(model::v1::Tier tier, const ComponentFacts& facts) const {
    const auto widen = [&tier](model::v1::Tier other) {
      if (other != 0 && (tier == 0 || other < tier)) tier = other;
    };
    widen(facts.component->tier());
    for (const std::string& id : facts.dependents) widen(facts_.components().at(id).component->tier());
    return tier;
  }

  void AddInterfaces() {
    for (const model::v1::Api& api : proto_.apis()) {
      pb::InterfaceAsset& row = *result_.add_interfaces();
      row.set_id(api.id());
      row.set_name(api.name());
      row.set_component(api.component());
      const auto* component = model_.Find<Component>(api.component());
      if (component != nullptr) row.set_owner(TeamName(model_, component->owner_team()));
      row.set_style(absl::StrCat(Label(api.style()), api.version().empty() ? "" : " ", api.version()));
      row.set_endpoints(api.endpoints_size());
      AddAll(api.consumers(), row.mutable_consumers());
    }
  }

  pb::DeliveryAsset& AddDeliveryRow(absl::string_view id, absl::string_view name, absl::string_view kind,
                                    std::string product, absl::string_view team) {
    pb::DeliveryAsset& row = *result_.add_delivery();
    row.set_id(std::string(id));
    row.set_name(std::string(name));
    row.set_kind(std::string(kind));
    row.set_product(std::move(product));
    row.set_owner(TeamName(model_, team));
    return row;
  }

  std::string OwnerOfComponent(absl::string_view id) const {
    const auto* component = model_.Find<Component>(id);
    return component == nullptr ? "" : component->owner_team();
  }

  std::string OwnerOfRepository(absl::string_view id) const {
    const auto* repository = model_.Find<model::v1::Repository>(id);
    return repository == nullptr ? "" : repository->owner_team();
  }

  void AddDelivery() {
    const model::v1::Delivery& delivery = proto_.delivery();
    for (const model::v1::Repository& one : delivery.repositories()) {
      const bool both = !one.host().empty() && !one.language().empty();
      pb::DeliveryAsset& row =
          AddDeliveryRow(one.id(), one.name(), "repository", absl::StrCat(one.host(), both ? ", " : "", one.language()),
                         one.owner_team());
      for (const Component& component : proto_.components()) {
        if (component.repository() == one.id()) row.add_serves(component.id());
      }
    }
    for (const model::v1::Pipeline& one : delivery.pipelines()) {
      pb::DeliveryAsset& row =
          AddDeliveryRow(one.id(), one.name(), "pipeline", one.platform(), OwnerOfComponent(one.component()));
      AddAll(one.deploys_to(), row.mutable_serves());
    }
    for (const model::v1::Registry& one : delivery.registries()) {
      AddDeliveryRow(one.id(), one.name(), "registry", one.product(), "");
    }
    for (const model::v1::IacSource& one : delivery.iac()) {
      pb::DeliveryAsset& row =
          AddDeliveryRow(one.id(), one.id(), "infrastructure code", one.tool(), OwnerOfRepository(one.repository()));
      AddAll(one.manages(), row.mutable_serves());
    }
  }

  void AddKeys() {
    for (const model::v1::SecretStore& store : proto_.secrets().stores()) {
      pb::KeyAsset& row = *result_.add_keys();
      row.set_id(store.id());
      row.set_name(store.name());
      row.set_kind("secret store");
      row.set_storage(store.component());
      row.set_owner(TeamName(model_, store.owner_team()));
    }
    for (const model::v1::CryptoKey& key : proto_.keys()) {
      pb::KeyAsset& row = *result_.add_keys();
      row.set_id(key.id());
      row.set_name(key.name());
      row.set_kind(absl::StrCat(Label(key.use()), ", ", key.algorithm()));
      row.set_storage(key.storage());
      row.set_owner(TeamName(model_, key.owner_team()));
      row.set_expires(key.expires());
    }
  }

  // --- Scope ---

  void AddPci() {
    const analysis::FrameworkFact* fact = analysis::PciFramework(facts_);
    if (fact == nullptr) return;
    pb::PciScoping& pci = *result_.mutable_pci();
    pci.set_applies(fact->applies);
    if (!fact->applies) {
      const bool decided = analysis::UndecidedBy(model_, *fact).empty();
      pci.set_reason(absl::StrCat(decided ? "does not apply" : "is not decided", ": ", fact->reason));
      return;
    }
    pci.set_reason(fact->reason);
    for (const PciScope scope : {PciScope::kCde, PciScope::kConnected, PciScope::kOut, PciScope::kNotApplicable}) {
      for (const auto& [id, facts] : facts_.components()) {
        if (facts.pci_scope == scope) AddPciRow(id, facts, *pci.add_rows());
      }
    }
    pci.set_has_cde(HasCde());
    if (pci.has_cde()) AddSegmentation(pci);
    if (!pci.has_cde()) AddUnlinkedSuppliers(pci);
    AddConfirmation(*pci.mutable_confirmation());
    AddPresumed(pci);
  }

  // What the model only assumes may put a component in scope, or take it out.
  void AddPresumed(pb::PciScoping& pci) const {
    for (const auto& [id, facts] : facts_.components()) {
      const ComponentFacts& presumed = *input_.presumed.Find(id);
      if (presumed.pci_scope == facts.pci_scope) continue;
      pb::PresumedScopeRow& row = *pci.add_presumed();
      row.set_id(id);
      row.set_computed(ScopeLabel(facts.pci_scope));
      row.set_presumed(ScopeLabel(presumed.pci_scope));
      const std::vector<std::string> assumed = AssumedForScope(id);
      row.set_reason(absl::StrCat(presumed.pci_reason, ", by ",
                                  assumed.empty() ? "what is assumed of what it is linked with" : List(assumed)));
    }
  }

  // Paths of the assumed attributes of a component, and of its flows, that scopes are made of.
  std::vector<std::string> AssumedForScope(const std::string& id) const {
    static const auto* const kOfScope = new std::set<absl::string_view>{
        "Component.stores",        "Component.processes", "Component.kind", "Component.zone", "Component.runs_on",
        "Component.runtime_group", "Flow.source",         "Flow.target",    "Flow.sends",     "Flow.receives"};
    std::vector<std::string> paths;
    for (const model::AssumedAttribute& assumed : input_.presumed.model().assumed()) {
      if (!kOfScope->contains(assumed.field_type)) continue;
      const std::string element = analysis::ElementOf(assumed.field);
      const auto* flow = absl::StartsWith(assumed.field_type, "Flow.")
                             ? input_.presumed.model().Find<model::v1::Flow>(element)
                             : nullptr;
      const bool about = flow == nullptr ? element == id : flow->source() == id || flow->target() == id;
      if (about) paths.push_back(assumed.field);
    }
    return paths;
  }

  bool HasCde() const {
    return std::any_of(facts_.components().begin(), facts_.components().end(),
                       [](const auto& entry) { return entry.second.pci_scope == PciScope::kCde; });
  }

  // Payment suppliers that payers reach in a way that the model does not show.
  void AddUnlinkedSuppliers(pb::PciScoping& pci) const {
    for (const ThirdParty& supplier : proto_.third_parties()) {
      const auto& roles = supplier.roles();
      if (std::find(roles.begin(), roles.end(), model::v1::THIRD_PARTY_ROLE_TPSP) == roles.end()) continue;
      const bool linked = std::any_of(proto_.flows().begin(), proto_.flows().end(), [&](const model::v1::Flow& flow) {
        return OperatorOf(flow.source()) == supplier.id() || OperatorOf(flow.target()) == supplier.id();
      });
      if (!linked) pci.add_unlinked_suppliers(supplier.id());
    }
  }

  std::string OperatorOf(absl::string_view id) const {
    const auto* component = model_.Find<Component>(id);
    return component == nullptr ? "" : component->third_party();
  }

  static void AddPciRow(const std::string& id, const ComponentFacts& facts, pb::PciScopeRow& row) {
    row.set_id(id);
    row.set_name(facts.component->name());
    row.set_computed(ScopeLabel(facts.pci_scope));
    for (const int tag : facts.component->scope_tags()) {
      if (IsPciTag(tag)) row.set_declared(Label(static_cast<model::v1::ScopeTag>(tag)));
    }
    row.set_reason(facts.pci_reason);
    row.set_zone(facts.component->zone());
  }

  void AddSegmentation(pb::PciScoping& pci) const {
    for (const model::v1::Zone& zone : proto_.zones()) {
      pb::SegmentationRow row;
      for (const auto& [id, facts] : facts_.components()) {
        if (facts.component->zone() != zone.id()) continue;
        if (facts.pci_scope == PciScope::kCde) row.add_cde(id);
        if (facts.pci_scope == PciScope::kConnected) row.add_connected(id);
        if (facts.pci_scope == PciScope::kOut) row.add_out(id);
      }
      if (row.cde().empty() && row.connected().empty() && row.out().empty()) continue;
      row.set_id(zone.id());
      row.set_name(zone.name());
      row.set_type(Label(zone.type()));
      row.set_policy(Label(zone.network_policy()));
      row.set_enforced_by(zone.runs_on());
      row.set_separates(zone.network_policy() == model::v1::NETWORK_POLICY_DEFAULT_DENY);
      row.set_unknown(zone.network_policy() == model::v1::NETWORK_POLICY_UNSPECIFIED);
      *pci.add_zones() = std::move(row);
    }
  }

  void AddConfirmation(pb::ScopeConfirmation& out) const {
    const analysis::PciConfirmation confirmation = analysis::PciScopeConfirmation(facts_);
    out.set_months(confirmation.months);
    out.set_service_provider(confirmation.service_provider);
    out.set_next(confirmation.next);
    out.set_overdue(confirmation.overdue);
    if (confirmation.declaration == nullptr) return;
    out.set_last(confirmation.declaration->scope_confirmed());
    out.set_next_assessment(confirmation.declaration->next_assessment());
    const auto* role = model_.Find<model::v1::Role>(confirmation.declaration->owner());
    if (role != nullptr) out.set_owner(role->title());
  }

  void AddContradictions() {
    for (const analysis::ScopeConflict& conflict : facts_.scope_conflicts()) {
      pb::ScopeContradiction& row = *result_.add_contradictions();
      row.set_id(conflict.id);
      row.set_declared(Label(conflict.declared));
      row.set_computed(conflict.computed);
      row.set_reason(conflict.reason);
      std::string team = OwnerOfComponent(conflict.id);
      if (const auto* element = model_.Find<Infrastructure>(conflict.id)) team = element->owner_team();
      row.set_owner(TeamName(model_, team));
    }
  }

  // --- Criticality and dependencies ---

  void AddCriticality() {
    std::vector<const ComponentFacts*> order;
    for (const auto& [id, facts] : facts_.components()) {
      if (facts.component->kind() != model::v1::COMPONENT_KIND_EXTERNAL_ENTITY) order.push_back(&facts);
    }
    std::stable_sort(order.begin(), order.end(), [](const ComponentFacts* a, const ComponentFacts* b) {
      return a->criticality.level > b->criticality.level;
    });
    for (const ComponentFacts* facts : order) {
      pb::CriticalityRow& row = *result_.add_criticality();
      row.set_id(facts->component->id());
      row.set_name(facts->component->name());
      row.set_level(facts->criticality.level);
      row.set_derivation(input_.presumed.Find(facts->component->id())->criticality.derivation);
      row.set_business_function(facts->component->business_function());
      row.set_dependents(facts->transitive_dependents);
    }
  }

  // Wave of a component: one more than the highest of what it needs. What a broken cycle leaves open is not
  // waited for; the cycle is listed with the component that starts without it.
  void AddRestoration() {
    std::map<std::string, int> wave;
    std::map<int, std::set<std::string>> waves;
    for (const std::string& id : facts_.restoration_order()) {
      const ComponentFacts& facts = facts_.components().at(id);
      if (facts.component->kind() == model::v1::COMPONENT_KIND_EXTERNAL_ENTITY) continue;
      int number = 1;
      for (const std::string& need : facts.depends_on) {
        const auto done = wave.find(need);
        if (done != wave.end()) number = std::max(number, done->second + 1);
      }
      wave[id] = number;
      waves[number].insert(id);
    }
    for (const auto& [number, ids] : waves) {
      pb::RestorationWave& out = *result_.add_waves();
      out.set_number(number);
      for (const std::string& id : ids) {
        const ComponentFacts& facts = facts_.components().at(id);
        pb::RestorationRow& row = *out.add_rows();
        row.set_id(id);
        row.set_tier(Label(facts.component->tier()));
        AddAll(facts.depends_on, row.mutable_waits_for());
        row.set_wave(number);
      }
    }
    CountDependencies();
    for (const std::vector<std::string>& cycle : facts_.dependency_cycles()) {
      pb::DependencyCycle& out = *result_.add_cycles();
      AddAll(cycle, out.mutable_ids());
      out.set_broken_at(*std::min_element(cycle.begin(), cycle.end()));
    }
  }

  // How much of the order the model says at all.
  void CountDependencies() {
    for (const model::v1::Flow& flow : model_.proto().flows()) {
      const auto* source = model_.Find<model::v1::Component>(flow.source());
      const auto* target = model_.Find<model::v1::Component>(flow.target());
      if (source == nullptr || target == nullptr || analysis::IsExternal(*source) || analysis::IsExternal(*target)) {
        continue;
      }
      result_.set_inner_flow_count(result_.inner_flow_count() + 1);
      const bool silent = flow.dependency() == model::v1::DEPENDENCY_UNSPECIFIED;
      result_.set_undeclared_dependency_count(result_.undeclared_dependency_count() + silent);
    }
  }

  void AddSinglePoints() {
    std::vector<std::string> tiers;
    for (const model::v1::Tier tier : analysis::MainTiers(model_)) tiers.push_back(Label(tier));
    result_.set_main_tiers(List(tiers));
    for (const analysis::SinglePoint& point : facts_.single_points()) {
      pb::SinglePointRow& row = *result_.add_single_points();
      row.set_id(point.id);
      row.set_name(point.name);
      row.set_kind(point.kind == analysis::SinglePoint::Kind::kThirdParty       ? "supplier"
                   : point.kind == analysis::SinglePoint::Kind::kInfrastructure ? "infrastructure"
                                                                                : "component");
      row.set_reason(point.reason);
      AddAll(point.stops, row.mutable_stops());
    }
  }

  // --- Gaps ---

  void AddDiscovery() {
    pb::DiscoveryBasis& basis = *result_.mutable_discovery();
    basis.set_max_age_days(knowledge::AssetRules().discovery_max_age_days());
    const auto add = [&basis](const auto& element) {
      basis.set_assets(basis.assets() + 1);
      if (element.origin() == model::v1::ORIGIN_DECLARED) basis.set_declared(basis.declared() + 1);
      if (element.last_seen().empty()) {
        basis.add_unscanned(element.id());
        basis.set_unscanned_count(basis.unscanned_size());
        return;
      }
      basis.set_scanned(basis.scanned() + 1);
      if (basis.oldest_scan().empty() || element.last_seen() < basis.oldest_scan())
        basis.set_oldest_scan(element.last_seen());
      if (element.last_seen() > basis.newest_scan()) basis.set_newest_scan(element.last_seen());
    };
    for (const std::string& id : analysis::ScannableComponents(facts_)) add(*facts_.components().at(id).component);
    for (const Infrastructure& element : proto_.infrastructure()) add(element);
  }

  static bool IsShadow(knowledge::v1::AssetGap gap) {
    return gap == knowledge::v1::ASSET_GAP_OBSERVED_ONLY || gap == knowledge::v1::ASSET_GAP_ASSUMED ||
           gap == knowledge::v1::ASSET_GAP_STALE || gap == knowledge::v1::ASSET_GAP_UNDECLARED_PARTY ||
           gap == knowledge::v1::ASSET_GAP_PAST_DECOMMISSION;
  }

  void AddGaps() {
    std::map<knowledge::v1::AssetGap, std::vector<analysis::AssetGapFact>> groups;
    for (analysis::AssetGapFact& fact : analysis::AssetGaps(facts_)) groups[fact.gap].push_back(std::move(fact));
    std::vector<knowledge::v1::AssetGap> order;
    for (const auto& [gap, rows] : groups) order.push_back(gap);
    std::stable_sort(order.begin(), order.end(), [](auto a, auto b) {
      return knowledge::GapKind(a).severity() > knowledge::GapKind(b).severity();
    });
    for (const knowledge::v1::AssetGap gap : order) {
      AddGapGroup(gap, groups[gap], IsShadow(gap) ? *result_.add_shadow() : *result_.add_gaps());
    }
    std::sort(result_.mutable_calendar()->pointer_begin(), result_.mutable_calendar()->pointer_end(),
              [](const pb::GapDue* a, const pb::GapDue* b) {
                return std::forward_as_tuple(a->due(), -a->severity(), a->title(), a->id()) <
                       std::forward_as_tuple(b->due(), -b->severity(), b->title(), b->id());
              });
  }

  void AddGapGroup(knowledge::v1::AssetGap gap, const std::vector<analysis::AssetGapFact>& facts, pb::GapGroup& group) {
    const knowledge::v1::AssetGapKind& kind = knowledge::GapKind(gap);
    group.set_kind(gap);
    group.set_title(kind.title());
    group.set_consequence(kind.consequence());
    group.set_action(kind.action());
    group.set_evidence(kind.evidence());
    group.set_severity(kind.severity());
    AddAll(BindingReferences(binding_, kind.references()), group.mutable_references());
    group.set_term_days(knowledge::GapTermDays(kind.severity()));
    for (const analysis::AssetGapFact& fact : facts) {
      pb::GapRow& row = *group.add_rows();
      row.set_id(fact.id);
      row.set_name(fact.name);
      row.set_fact(fact.fact);
      row.set_owner(TeamName(model_, fact.team));
      row.set_due(fact.due);
      pb::GapDue& due = *result_.add_calendar();
      due.set_due(fact.due);
      due.set_title(kind.title());
      due.set_severity(kind.severity());
      due.set_id(fact.id);
      due.set_owner(row.owner());
    }
  }

  void AddTerms() {
    for (const knowledge::v1::GapTerm& term : knowledge::AssetRules().terms()) {
      result_.add_terms(absl::StrCat(Label(term.severity()), " ", Days(term.days())));
    }
  }

  void AddTotals() {
    pb::AssetTotals& totals = *result_.mutable_totals();
    totals.set_components(proto_.components_size());
    totals.set_infrastructure(proto_.infrastructure_size());
    totals.set_suppliers(proto_.third_parties_size());
    totals.set_assets(totals.components() + totals.infrastructure() + totals.suppliers());
    const auto owned = [](const auto& list) {
      return std::count_if(list.begin(), list.end(), [](const auto& one) { return !one.owner_team().empty(); });
    };
    totals.set_owned(owned(proto_.components()) + owned(proto_.infrastructure()) + owned(proto_.third_parties()));
    for (const pb::CriticalityRow& row : result_.criticality()) {
      if (row.level() == model::v1::CRITICALITY_CRITICAL) totals.set_critical(totals.critical() + 1);
    }
    totals.set_single_points(result_.single_points_size());
    totals.set_gaps(result_.calendar_size());
    for (const pb::GapGroup& group : result_.shadow()) totals.set_shadow(totals.shadow() + group.rows_size());
    totals.set_flows(proto_.flows_size());
    AddPhrases(totals);
  }

  void AddPhrases(const pb::AssetTotals& totals) {
    pb::AssetPhrases& phrases = *result_.mutable_phrases();
    phrases.set_assets(commands::Count(totals.assets(), "asset", "assets"));
    phrases.set_components(commands::Count(totals.components(), "component", "components"));
    phrases.set_infrastructure(
        commands::Count(totals.infrastructure(), "infrastructure element", "infrastructure elements"));
    phrases.set_suppliers(commands::Count(totals.suppliers(), "supplier", "suppliers"));
    phrases.set_owned(commands::Count(totals.owned(), "of them has", "of them have"));
    phrases.set_critical(commands::Count(totals.critical(), "component is", "components are"));
    phrases.set_single_points(
        commands::Count(totals.single_points(), "element is a single point", "elements are single points"));
    phrases.set_gaps(commands::Count(totals.gaps(), "gap is", "gaps are"));
    if (totals.shadow() > 0) {
      phrases.set_shadow(commands::Count(totals.shadow(), "of them is about an asset", "of them are about assets"));
    }
  }

  const Input& input_;
  const model::Model& model_;
  const analysis::Facts& facts_;
  const model::v1::SystemModel& proto_;
  ReferenceFilter binding_{input_};
  bool pci_applies_ = false;
  pb::AssetInventoryResult result_;
};

}  // namespace

pb::AssetInventoryResult AssetInventory(const Input& input) { return Inventory(input).Build(); }

}  // namespace metapowers::commands::identify
