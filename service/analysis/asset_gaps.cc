#include "service/analysis/asset_gaps.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/analysis/handling.h"
#include "service/knowledge/rules.h"

namespace metapowers::analysis {
namespace {

using knowledge::v1::AssetGap;
using model::v1::Component;
using model::v1::Infrastructure;
using model::v1::ThirdParty;

bool Regulated(const model::v1::DataClass& data) {
  return std::any_of(data.categories().begin(), data.categories().end(), [](int held) {
    return knowledge::Category(static_cast<model::v1::DataCategory>(held)).regulated();
  });
}

class Finder {
 public:
  explicit Finder(const Facts& facts) : facts_(facts), model_(facts.model()) {}

  std::vector<AssetGapFact> Run() {
    for (const Component& component : model_.proto().components()) JudgeComponent(component);
    for (const Infrastructure& element : model_.proto().infrastructure()) JudgeInfrastructure(element);
    for (const ThirdParty& supplier : model_.proto().third_parties()) JudgeSupplier(supplier);
    JudgeFacts();
    JudgePci();
    std::stable_sort(gaps_.begin(), gaps_.end(), [](const AssetGapFact& a, const AssetGapFact& b) {
      return std::tie(a.gap, a.id, a.fact) < std::tie(b.gap, b.id, b.fact);
    });
    return std::move(gaps_);
  }

 private:
  template <class Element>
  void Add(AssetGap gap, const Element& element, std::string fact, absl::string_view due = "") {
    Add(gap, element.id(), element.name(), element.owner_team(), std::move(fact), due);
  }

  void Add(AssetGap gap, absl::string_view id, absl::string_view name, absl::string_view team, std::string fact,
           absl::string_view due = "") {
    const int days = knowledge::GapTermDays(knowledge::GapKind(gap).severity());
    gaps_.push_back({gap, std::string(id), std::string(name), std::move(fact),
                     std::string(team.empty() ? model_.proto().owner_team() : team),
                     due.empty() ? model::FormatDate(model_.as_of() + days) : std::string(due)});
  }

  // What components and infrastructure have in common.
  template <class Element>
  void JudgeDeclaration(const Element& element) {
    if (element.owner_team().empty()) Add(knowledge::v1::ASSET_GAP_NO_OWNER, element, "owner team not declared");
    if (element.origin() == model::v1::ORIGIN_OBSERVED) {
      Add(knowledge::v1::ASSET_GAP_OBSERVED_ONLY, element,
          element.last_seen().empty() ? "origin observed"
                                      : absl::StrCat("origin observed, seen ", element.last_seen()));
    }
    if (element.origin() == model::v1::ORIGIN_ASSUMED) {
      Add(knowledge::v1::ASSET_GAP_ASSUMED, element, "origin assumed");
    }
    if (element.last_seen().empty()) return;
    const auto age = model_.as_of() - model::ToCivilDay(element.last_seen());
    if (age > knowledge::AssetRules().discovery_max_age_days()) {
      Add(knowledge::v1::ASSET_GAP_STALE, element,
          absl::StrCat("last seen ", element.last_seen(), ", ", age, " days ago"));
    }
  }

  void JudgeComponent(const Component& component) {
    if (component.kind() != model::v1::COMPONENT_KIND_EXTERNAL_ENTITY) JudgeDeclaration(component);
    if (!component.decommission_date().empty() && model::ToCivilDay(component.decommission_date()) < model_.as_of()) {
      Add(knowledge::v1::ASSET_GAP_PAST_DECOMMISSION, component,
          absl::StrCat("decommission date ", component.decommission_date()));
    }
    if (component.third_party().empty() && OperatedElsewhere(facts_, component)) {
      Add(knowledge::v1::ASSET_GAP_UNDECLARED_PARTY, component, FlowsOf(component));
    }
  }

  std::string FlowsOf(const Component& component) const {
    std::vector<std::string> flows;
    for (const model::v1::Flow& flow : model_.proto().flows()) {
      if (flow.source() == component.id() || flow.target() == component.id()) flows.push_back(flow.id());
    }
    return flows.empty() ? "no flow declared" : absl::StrCat("flows: ", absl::StrJoin(flows, ", "));
  }

  void JudgeInfrastructure(const Infrastructure& element) { JudgeDeclaration(element); }

  void JudgeSupplier(const ThirdParty& supplier) {
    if (supplier.owner_team().empty()) Add(knowledge::v1::ASSET_GAP_NO_OWNER, supplier, "owner team not declared");
    std::vector<const model::v1::DataClass*> regulated;
    for (const std::string& id : supplier.data_shared()) {
      const auto* data = model_.Find<model::v1::DataClass>(id);
      if (data != nullptr && Regulated(*data)) regulated.push_back(data);
    }
    if (regulated.empty()) return;
    JudgeAgreements(supplier, regulated);
    const bool expired =
        !supplier.attestation_expires().empty() && model::ToCivilDay(supplier.attestation_expires()) < model_.as_of();
    if (supplier.attestation() == model::v1::ATTESTATION_NONE) {
      Add(knowledge::v1::ASSET_GAP_SUPPLIER_ATTESTATION, supplier, "no attestation");
    } else if (expired) {
      Add(knowledge::v1::ASSET_GAP_SUPPLIER_ATTESTATION, supplier,
          absl::StrCat(knowledge::Word(model::YamlName(supplier.attestation())), " ended ",
                       supplier.attestation_expires()));
    }
  }

  void JudgeAgreements(const ThirdParty& supplier, const std::vector<const model::v1::DataClass*>& regulated) {
    std::vector<std::string> missing;
    for (const AgreementFact& agreement : AgreementsNeeded(facts_, supplier, regulated)) {
      if (agreement.in_force == model::v1::TRISTATE_NO) missing.push_back(agreement.name);
    }
    if (missing.empty()) return;
    std::vector<std::string> data;
    for (const model::v1::DataClass* one : regulated) data.push_back(one->id());
    Add(knowledge::v1::ASSET_GAP_SUPPLIER_CONTRACT, supplier,
        absl::StrCat("no ", absl::StrJoin(missing, ", no "), "; receives ", absl::StrJoin(data, ", ")));
  }

  // The team of any element with this id.
  std::string TeamOf(absl::string_view id) const {
    if (const auto* component = model_.Find<Component>(id)) return component->owner_team();
    if (const auto* element = model_.Find<Infrastructure>(id)) return element->owner_team();
    if (const auto* supplier = model_.Find<ThirdParty>(id)) return supplier->owner_team();
    return "";
  }

  void JudgeFacts() {
    for (const EndOfLifeFact& end : facts_.end_of_life()) {
      const std::string fact = absl::StrCat(end.version, end.version.empty() ? "" : ", ", "end of support ",
                                            end.eol_date, ", ", end.days_left < 0 ? -end.days_left : end.days_left,
                                            " days ", end.days_left < 0 ? "ago" : "left");
      if (end.days_left < 0) {
        Add(knowledge::v1::ASSET_GAP_END_OF_LIFE_PAST, end.id, end.name, TeamOf(end.id), fact);
      } else {
        Add(knowledge::v1::ASSET_GAP_END_OF_LIFE_SOON, end.id, end.name, TeamOf(end.id), fact, end.eol_date);
      }
    }
    for (const ScopeConflict& conflict : facts_.scope_conflicts()) {
      Add(knowledge::v1::ASSET_GAP_SCOPE_CONTRADICTION, conflict.id, conflict.name, TeamOf(conflict.id),
          absl::StrCat("declared ", knowledge::Word(model::YamlName(conflict.declared)), ", computed ",
                       conflict.computed, ": ", conflict.reason));
    }
    for (const SinglePoint& point : facts_.single_points()) {
      Add(knowledge::v1::ASSET_GAP_SINGLE_POINT, point.id, point.name, TeamOf(point.id), point.reason);
    }
    for (const std::vector<std::string>& cycle : facts_.dependency_cycles()) {
      if (cycle.empty()) continue;
      Add(knowledge::v1::ASSET_GAP_DEPENDENCY_CYCLE, cycle.front(), cycle.front(), TeamOf(cycle.front()),
          absl::StrJoin(cycle, ", "));
    }
  }

  void JudgePci() {
    const FrameworkFact* pci = PciFramework(facts_);
    if (pci == nullptr || !pci->applies) return;
    const PciConfirmation confirmation = PciScopeConfirmation(facts_);
    if (confirmation.overdue) {
      const auto* owner = model_.Find<model::v1::Role>(confirmation.declaration->owner());
      Add(knowledge::v1::ASSET_GAP_SCOPE_UNCONFIRMED, pci->id, pci->label, owner == nullptr ? "" : owner->team(),
          absl::StrCat("last confirmed ", confirmation.declaration->scope_confirmed(), ", next was due ",
                       confirmation.next));
    }
    for (const model::v1::Zone& zone : model_.proto().zones()) {
      if (zone.network_policy() == model::v1::NETWORK_POLICY_ALLOW) JudgeOpenZone(zone);
    }
  }

  void JudgeOpenZone(const model::v1::Zone& zone) {
    std::vector<std::string> cde;
    for (const auto& [id, facts] : facts_.components()) {
      if (facts.component->zone() == zone.id() && facts.pci_scope == PciScope::kCde) cde.push_back(id);
    }
    if (cde.empty()) return;
    const auto* host = model_.Find<Infrastructure>(zone.runs_on());
    Add(knowledge::v1::ASSET_GAP_SEGMENTATION, zone.id(), zone.name(), host == nullptr ? "" : host->owner_team(),
        absl::StrCat("network policy allow; holds CDE components ", absl::StrJoin(cde, ", ")));
  }

  const Facts& facts_;
  const model::Model& model_;
  std::vector<AssetGapFact> gaps_;
};

}  // namespace

std::vector<AssetGapFact> AssetGaps(const Facts& facts) { return Finder(facts).Run(); }

const FrameworkFact* PciFramework(const Facts& facts) {
  for (const FrameworkFact& fact : facts.frameworks()) {
    if (absl::StartsWith(fact.id, "pci-dss")) return &fact;
  }
  return nullptr;
}

PciConfirmation PciScopeConfirmation(const Facts& facts) {
  PciConfirmation result;
  const auto& roles = facts.model().proto().organization().legal_roles();
  result.service_provider =
      std::find(roles.begin(), roles.end(), model::v1::LEGAL_ROLE_PAYMENT_SERVICE_PROVIDER) != roles.end();
  const knowledge::v1::AssetRules& rules = knowledge::AssetRules();
  result.months = result.service_provider ? rules.pci_scope_months_service_provider() : rules.pci_scope_months();
  const FrameworkFact* pci = PciFramework(facts);
  if (pci == nullptr || pci->declaration == nullptr) return result;
  result.declaration = pci->declaration;
  if (pci->declaration->scope_confirmed().empty()) return result;
  const absl::CivilDay last = model::ToCivilDay(pci->declaration->scope_confirmed());
  // The last day of a shorter month stands for a day that it lacks.
  const absl::CivilMonth month = absl::CivilMonth(last) + result.months;
  const absl::CivilDay next = std::min(absl::CivilDay(month) + (last.day() - 1), absl::CivilDay(month + 1) - 1);
  result.next = model::FormatDate(next);
  result.overdue = next < facts.model().as_of();
  return result;
}

bool OperatedElsewhere(const Facts& facts, const Component& component) {
  if (component.provider() == model::v1::PROVIDER_SAAS) return true;
  const auto* zone = facts.model().Find<model::v1::Zone>(component.zone());
  return zone != nullptr && zone->type() == model::v1::ZONE_TYPE_SAAS;
}

std::vector<std::string> ScannableComponents(const Facts& facts) {
  std::vector<std::string> ids;
  for (const auto& [id, fact] : facts.components()) {
    const Component& component = *fact.component;
    if (component.kind() == model::v1::COMPONENT_KIND_EXTERNAL_ENTITY || !component.third_party().empty() ||
        component.lifecycle() == model::v1::LIFECYCLE_PLANNED || OperatedElsewhere(facts, component)) {
      continue;
    }
    ids.push_back(id);
  }
  return ids;
}

}  // namespace metapowers::analysis
