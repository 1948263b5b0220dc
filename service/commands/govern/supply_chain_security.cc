// The judgements are those of analysis (suppliers.h, supply_requirements.h, software_bill.h); this puts them into the
// tables, one function a table.
#include "service/commands/govern/supply_chain_security.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/analysis/element_team.h"
#include "service/analysis/software_bill.h"
#include "service/analysis/suppliers.h"
#include "service/analysis/supply_requirements.h"
#include "service/analysis/vulnerabilities.h"
#include "service/commands/applicable_references.h"
#include "service/commands/control_effects.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/protection_gaps.h"
#include "service/commands/recovery_naming.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/knowledge/knowledge.h"
#include "service/knowledge/supplier_rules.h"

namespace metapowers::commands::govern {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::govern::v1;
using analysis::Element;
using analysis::SupplierFact;
using analysis::SupplyFact;
using model::v1::ThirdParty;

constexpr int kReportLeadDays = 60;  // suppliers.h, "next report"
constexpr size_t kNamed = 8;         // components in one row; the rest is counted

std::string NameOf(const Element& element) {
  const auto* field = element.message->GetDescriptor()->FindFieldByName("name");
  return element.message->GetReflection()->GetString(*element.message, field);
}

class Builder {
 public:
  explicit Builder(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        restoration_(input.facts),
        suppliers_(analysis::SupplierFacts(input.facts, restoration_)),
        requirements_(analysis::SupplyFacts(input.threats.Get().landscape())) {}

  pb::SupplyChainSecurityResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    for (const SupplierFact& fact : suppliers_) AddSupplier(fact);
    AddConcentrations();
    AddResponsibilities();
    AddTiers();
    for (const SupplyFact& fact : requirements_) AddRequirement(fact);
    AddBills();
    AddReviews();
    AddGaps();
    AddControlEffects(input_, "supply-chain-security", *result_.mutable_controls());
    AddAllQuestions();
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  std::string Owner(const std::string& team) const {
    return TeamName(model_, team.empty() ? proto_.owner_team() : team);
  }

  // --- Suppliers ---

  std::string ReportState(const SupplierFact& fact) const {
    if (fact.supplier().attestation() == model::v1::ATTESTATION_UNSPECIFIED) return "not known";
    if (fact.supplier().attestation() == model::v1::ATTESTATION_NONE) return "none";
    if (!fact.report_days_left.has_value()) return "end not declared";
    if (*fact.report_days_left < 0) return absl::StrCat("ended ", InDays(-*fact.report_days_left), " ago");
    return absl::StrCat(*fact.report_days_left <= kReportLeadDays ? "ends in " : "in force, ends in ",
                        InDays(*fact.report_days_left));
  }

  std::vector<std::string> TransfersOf(const SupplierFact& fact) const {
    std::vector<std::string> transfers;
    for (const analysis::CrossBorderFlow* flow : fact.transfers) {
      const std::string way =
          flow->mechanism == nullptr
              ? (flow->mechanism_required ? "no mechanism declared" : "no mechanism required")
              : absl::StrCat(Label(flow->mechanism->mechanism()), flow->mechanism_expired ? ", ended" : "");
      transfers.push_back(absl::StrCat(flow->flow->id(), " ", flow->from, " to ", flow->to, " (", way, ")"));
    }
    return transfers;
  }

  void AddSupplier(const SupplierFact& fact) {
    const ThirdParty& supplier = fact.supplier();
    pb::SupplierRow& row = *result_.add_suppliers();
    row.set_id(supplier.id());
    row.set_name(supplier.name());
    row.set_service(supplier.service());
    for (const model::v1::DataClass* data : fact.data) row.add_data(data->id());
    AddAll(supplier.regions(), row.mutable_regions());
    for (const int role : supplier.roles()) row.add_roles(Label(static_cast<model::v1::ThirdPartyRole>(role)));
    AddAll(supplier.subprocessors(), row.mutable_subprocessors());
    AddFirst(TransfersOf(fact), 4, row.mutable_transfers());
    if (supplier.contract() == model::v1::TRISTATE_YES) row.add_agreements("contract");
    if (supplier.dpa() == model::v1::TRISTATE_YES) row.add_agreements("data processing agreement");
    if (supplier.baa() == model::v1::TRISTATE_YES) row.add_agreements("business associate agreement");
    row.set_owner(Owner(supplier.owner_team()));
    row.set_declared(Label(supplier.criticality()));
    row.set_computed(fact.computed);
    row.set_because(fact.because);
    AddFirst(fact.continuity.stops, kNamed, row.mutable_stops());
    AddAll(fact.continuity.functions, row.mutable_functions());
    if (fact.loss_per_hour > 0) row.set_loss_per_hour(Amount(fact.loss_per_hour, proto_.currency()));
    row.set_tier(fact.tier);
    row.set_report(Label(supplier.attestation()));
    row.set_report_ends(supplier.attestation_expires());
    row.set_report_state(ReportState(fact));
    if (supplier.has_breach_notice_hours()) row.set_breach_notice(Hours(supplier.breach_notice_hours()));
    row.set_exit_plan(supplier.exit_plan());
    model::v1::Severity worst = model::v1::SEVERITY_UNSPECIFIED;
    for (const analysis::Threat& threat : input_.threats.Get().all()) {
      if (!threat.open() || threat.element.subject != kb::THREAT_SUBJECT_THIRD_PARTY) continue;
      if (threat.element_id() != supplier.id()) continue;
      row.set_threats(row.threats() + 1);
      worst = std::max(worst, threat.severity());
    }
    if (row.threats() > 0) row.set_worst(Label(worst));
  }

  void AddConcentrations() {
    for (const analysis::Concentration& each : analysis::Concentrations(suppliers_)) {
      pb::ConcentrationRow& row = *result_.add_concentrations();
      row.set_name(each.name);
      AddAll(each.suppliers, row.mutable_suppliers());
      AddAll(each.functions, row.mutable_functions());
      AddFirst({each.data.begin(), each.data.end()}, kNamed, row.mutable_data());
    }
  }

  void AddResponsibilities() {
    if (!Applies(input_.facts, "pci-dss-4.0.1")) return;
    for (const ThirdParty& supplier : proto_.third_parties()) {
      const auto& roles = supplier.roles();
      if (std::find(roles.begin(), roles.end(), model::v1::THIRD_PARTY_ROLE_TPSP) == roles.end()) continue;
      pb::ResponsibilityRow& row = *result_.add_responsibilities();
      row.set_supplier(supplier.name());
      const auto& theirs = supplier.responsibilities_theirs();
      const auto& ours = supplier.responsibilities_ours();
      const auto has = [](const auto& list, const std::string& id) {
        return std::find(list.begin(), list.end(), id) != list.end();
      };
      for (const std::string& id : theirs) {
        (has(ours, id) ? row.mutable_shared() : row.mutable_theirs())->Add(knowledge::ReferenceLabel(id));
      }
      for (const std::string& id : ours) {
        if (!has(theirs, id)) row.add_ours(knowledge::ReferenceLabel(id));
      }
    }
  }

  int IntervalOf(const kb::SupplierWatch& watch) const {
    const model::v1::PolicyParameters& policy = proto_.policy_parameters();
    return policy.has_vendor_review_days() ? std::min(policy.vendor_review_days(), watch.interval_days())
                                           : watch.interval_days();
  }

  void AddTiers() {
    for (const kb::SupplierWatch& watch : knowledge::SupplierRules().watches()) {
      pb::SupplierTierRow& row = *result_.add_tiers();
      row.set_tier(watch.tier());
      for (const SupplierFact& fact : suppliers_) {
        if (fact.tier == watch.tier()) row.add_suppliers(fact.supplier().name());
      }
      row.set_watch(watch.text());
      row.set_interval(Frequency(IntervalOf(watch)));
      row.set_evidence(watch.evidence());
      AddAll(BindingReferences(binding_, watch.references()), row.mutable_references());
    }
  }

  // --- Requirements ---

  bool Counts(const SupplyFact& fact) const {
    if (!fact.applies()) return false;
    return !fact.requirement->only_if_bound() ||
           !BindingReferences(binding_, fact.requirement->gap().references()).empty();
  }

  void AddRequirement(const SupplyFact& fact) {
    if (!Counts(fact)) return;
    const bool supplier = fact.requirement->subject() == kb::THREAT_SUBJECT_THIRD_PARTY;
    pb::SupplyRequirementRow& row = supplier ? *result_.add_requirements() : *result_.add_software();
    row.set_text(fact.requirement->text());
    for (const Element& element : fact.met) row.add_met(NameOf(element));
    for (const Element& element : fact.missing) row.add_missing(NameOf(element));
    for (const Element& element : fact.unknown) row.add_unknown(NameOf(element));
    AddAll(BindingReferences(binding_, fact.requirement->gap().references()), row.mutable_references());
  }

  void AddBills() {
    const auto judged = analysis::JudgeVulnerabilities(input_.facts, input_.evidence);
    const analysis::SoftwareBill bill(input_.facts, *judged);
    for (const std::string& id : analysis::BuiltComponents(input_.facts)) {
      const model::v1::Component& component = *input_.facts.Find(id)->component;
      const analysis::BomFact* fact = bill.Of(id);
      pb::BillRow& row = *result_.add_bills();
      row.set_component(id);
      row.set_repository(component.repository());
      row.set_owner(Owner(component.owner_team()));
      row.set_state("missing");
      if (fact == nullptr) continue;
      row.set_evidence(fact->source->declaration->id());
      row.set_date(fact->date);
      row.set_packages(static_cast<int>(fact->bom->packages.size()));
      row.set_state(fact->state == analysis::BomFact::State::kCurrent ? "current" : "outdated");
    }
  }

  void AddGaps() {
    ProtectionGaps gaps(input_);
    for (const SupplyFact& fact : requirements_) {
      if (!Counts(fact)) continue;
      for (const Element& element : fact.missing) {
        std::string said;
        for (const kb::AttributeMatch& match : fact.requirement->met()) {
          const auto condition = *analysis::Condition::Compile(fact.requirement->subject(), match);
          if (condition.Judge(element) == analysis::Truth::kYes) continue;
          absl::StrAppend(&said, said.empty() ? "" : "; ", condition.Say(element));
        }
        gaps.Add(fact.requirement->gap(), analysis::CurrentId(element), std::move(said), analysis::TeamOf(element));
      }
    }
    gaps.MoveTo(*result_.mutable_gaps(), *result_.mutable_measures());
  }

  // --- Reviews ---

  void AddReviews() {
    for (const SupplierFact& fact : suppliers_) {
      if (fact.report_days_left.has_value()) {
        const absl::CivilDay ask = model_.as_of() + std::max(0, *fact.report_days_left - kReportLeadDays);
        AddReview(ask, fact,
                  *fact.report_days_left < 0 ? absl::StrCat("Get the report that follows the one that ended on ",
                                                            fact.supplier().attestation_expires())
                                             : absl::StrCat("Ask for the report that follows the one that ends on ",
                                                            fact.supplier().attestation_expires()));
      }
      for (const kb::SupplierWatch& watch : knowledge::SupplierRules().watches()) {
        if (watch.tier() == fact.tier) AddReview(model_.as_of() + IntervalOf(watch), fact, watch.text());
      }
    }
    std::stable_sort(result_.mutable_reviews()->begin(), result_.mutable_reviews()->end(),
                     [](const auto& a, const auto& b) { return a.due() < b.due(); });
  }

  void AddReview(absl::CivilDay due, const SupplierFact& fact, std::string text) {
    pb::SupplierReviewRow& row = *result_.add_reviews();
    row.set_due(model::FormatDate(due));
    row.set_supplier(fact.supplier().name());
    row.set_text(std::move(text));
    row.set_owner(Owner(fact.supplier().owner_team()));
  }

  // --- Questions and figures ---

  void AddAllQuestions() {
    auto& questions = *result_.mutable_questions();
    AddQuestions(model_, {"ThirdParty.criticality", "PolicyParameters.vendor_review_days"}, questions);
    for (const SupplyFact& fact : requirements_) {
      if (!Counts(fact) || fact.requirement->ask().empty()) continue;
      for (const Element& element : fact.unknown) {
        std::string text = fact.requirement->ask();
        const size_t at = text.find("{name}");
        if (at != std::string::npos) text.replace(at, 6, NameOf(element));
        *questions.Add() = Ask(model_, absl::StrCat(analysis::CurrentId(element), ".", fact.requirement->gap().id()),
                               std::move(text), analysis::TeamOf(element));
      }
    }
    AskForSuppliers();
    for (const ThirdParty& supplier : proto_.third_parties()) {
      if (supplier.regions_size() > 0) continue;
      *questions.Add() =
          Ask(model_, absl::StrCat("third_parties[", supplier.id(), "].regions"),
              absl::StrCat("In which regions does ", supplier.name(), " process our data?"), supplier.owner_team());
    }
  }

  // Whoever runs a part of the system for us is a supplier, whether the model lists any or not.
  void AskForSuppliers() {
    if (!proto_.third_parties().empty()) return;
    std::set<std::string> providers;
    const auto add = [&providers](const auto& element) {
      const bool named = element.provider() != model::v1::PROVIDER_UNSPECIFIED &&
                         element.provider() != model::v1::PROVIDER_ONPREM &&
                         element.provider() != model::v1::PROVIDER_SAAS;
      if (named) providers.insert(Label(element.provider()));
    };
    for (const model::v1::Infrastructure& each : proto_.infrastructure()) add(each);
    for (const model::v1::Component& each : proto_.components()) add(each);
    const std::string known =
        providers.empty() ? "" : absl::StrCat(", ", List({providers.begin(), providers.end()}), " among them");
    *result_.add_questions() = Ask(model_, "third_parties",
                                   absl::StrCat("Which suppliers does ", proto_.name(), " depend on", known, "?"), "");
  }

  void AddTotals() {
    pb::SupplyChainTotals& totals = *result_.mutable_totals();
    totals.set_suppliers(result_.suppliers_size());
    for (const SupplierFact& fact : suppliers_) {
      totals.set_tier_1(totals.tier_1() + (fact.tier == 1 ? 1 : 0));
      totals.set_tier_2(totals.tier_2() + (fact.tier == 2 ? 1 : 0));
      totals.set_tier_3(totals.tier_3() + (fact.tier == 3 ? 1 : 0));
      totals.set_ended(totals.ended() + (fact.report_days_left.value_or(0) < 0 ? 1 : 0));
      const bool none = fact.supplier().attestation() == model::v1::ATTESTATION_NONE ||
                        fact.supplier().attestation() == model::v1::ATTESTATION_SELF_ASSESSED;
      totals.set_without_report(totals.without_report() + (none ? 1 : 0));
    }
    totals.set_built(result_.bills_size());
    for (const pb::BillRow& row : result_.bills()) {
      totals.set_with_bill(totals.with_bill() + (row.state() == "current" ? 1 : 0));
    }
    totals.set_gaps(result_.gaps_size());
    totals.set_questions(result_.questions_size());
    pb::SupplyChainPhrases& phrases = *result_.mutable_phrases();
    phrases.set_suppliers(Count(totals.suppliers(), "supplier", "suppliers"));
    phrases.set_tier_1(Count(totals.tier_1(), "is", "are"));
    if (totals.ended() > 0) phrases.set_ended(Count(totals.ended(), "report has", "reports have"));
    if (totals.gaps() > 0) phrases.set_gaps(Count(totals.gaps(), "gap", "gaps"));
    phrases.set_bills(absl::StrCat(totals.with_bill(), " of ", Count(totals.built(), "component", "components")));
  }

  const Input& input_;
  mutable ReferenceFilter binding_{input_};
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const analysis::Restoration restoration_;
  const std::vector<SupplierFact> suppliers_;
  const std::vector<SupplyFact> requirements_;
  pb::SupplyChainSecurityResult result_;
};

}  // namespace

pb::SupplyChainSecurityResult SupplyChainSecurity(const Input& input) { return Builder(input).Build(); }

}  // namespace metapowers::commands::govern
