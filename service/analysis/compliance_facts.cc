#include "service/analysis/compliance_facts.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "service/analysis/asset_gaps.h"
#include "service/analysis/attributes.h"
#include "service/analysis/control_posture.h"
#include "service/analysis/element_team.h"
#include "service/analysis/handling.h"
#include "service/analysis/known_ground.h"
#include "service/analysis/terms.h"
#include "service/knowledge/knowledge.h"
#include "service/knowledge/rules.h"
#include "service/knowledge/threats.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;
using model::v1::Control;
using model::v1::ThirdParty;

// References as the catalogue writes them; those that it lacks are left out.
template <class List>
std::vector<std::string> Known(const List& references) {
  std::vector<std::string> known;
  for (const std::string& reference : references) {
    const k::Requirement* requirement = knowledge::FindRequirement(reference);
    if (requirement == nullptr) continue;
    known.push_back(absl::StrCat(reference.substr(0, reference.find(':')), ":", requirement->id()));
  }
  return known;
}

class Collector {
 public:
  explicit Collector(const Landscape& landscape)
      : landscape_(landscape), facts_(landscape.facts()), model_(landscape.model()) {}

  std::vector<ComplianceFact> Run() {
    for (const Control& control : model_.proto().controls()) AddControl(control);
    std::map<std::string, std::vector<HandlingFact>> handling;
    for (HandlingFact& fact : JudgeHandling(facts_)) handling[fact.requirement->id()].push_back(std::move(fact));
    std::map<int, std::vector<AssetGapFact>> gaps;
    for (AssetGapFact& gap : AssetGaps(facts_)) gaps[gap.gap].push_back(std::move(gap));
    AddPostures(handling, gaps);
    for (const auto& [id, verdicts] : handling) AddHandling(verdicts);
    for (const auto& [kind, of_kind] : gaps) AddInventory(of_kind);
    for (const ThirdParty& supplier : model_.proto().third_parties()) AddSupplier(supplier);
    return std::move(found_);
  }

 private:
  // --- Controls of the model ---

  void AddControl(const Control& control) {
    ComplianceFact fact;
    fact.source = ComplianceSource::kControl;
    fact.id = control.id();
    fact.name = control.name();
    fact.references = Known(control.framework_refs());
    if (fact.references.empty()) return;
    fact.verification = control.test();
    fact.owner_role = control.owner();
    fact.due = control.due();
    ComplianceElement element;
    element.id = control.id();
    switch (control.state()) {
      case model::v1::POSTURE_STATE_IMPLEMENTED:
        AddImplemented(control, element, fact);
        break;
      case model::v1::POSTURE_STATE_PARTIAL:
        element.partly = true;
        [[fallthrough]];
      case model::v1::POSTURE_STATE_PLANNED:
      case model::v1::POSTURE_STATE_ABSENT:
        element.fact = Words(control.state());
        fact.severity =
            control.state() == model::v1::POSTURE_STATE_ABSENT ? model::v1::SEVERITY_HIGH : model::v1::SEVERITY_MEDIUM;
        fact.failing.push_back(std::move(element));
        break;
      case model::v1::POSTURE_STATE_NOT_APPLICABLE:
        return;
      default:
        element.fact = "state unknown";
        fact.open.push_back(std::move(element));
    }
    found_.push_back(std::move(fact));
  }

  // What is said to be in place needs proof and a test in its term.
  void AddImplemented(const Control& control, ComplianceElement element, ComplianceFact& fact) {
    if (control.evidence().empty()) {
      element.fact = "no evidence named";
      fact.open.push_back(std::move(element));
      return;
    }
    const bool dated = !control.last_tested().empty() && control.has_test_interval_days();
    const absl::CivilDay next =
        dated ? model::ToCivilDay(control.last_tested()) + control.test_interval_days() : model_.as_of();
    if (control.last_tested().empty()) {
      element.fact = "never tested";
      fact.open.push_back(std::move(element));
    } else if (next < model_.as_of()) {
      element.fact = absl::StrCat("test was due ", model::FormatDate(next));
      element.partly = true;
      fact.severity = model::v1::SEVERITY_MEDIUM;
      fact.effort = k::EFFORT_SMALL;
      fact.failing.push_back(std::move(element));
    } else {
      element.fact = absl::StrCat(control.evidence(), ", tested ", control.last_tested());
      fact.decides = true;
      fact.shown.push_back(std::move(element));
    }
  }

  // --- Posture ---

  // Takes out what verdicts and gaps say of controls.
  void AddPostures(std::map<std::string, std::vector<HandlingFact>>& handling,
                   std::map<int, std::vector<AssetGapFact>>& gaps) {
    for (const k::SecurityControl& control : knowledge::SecurityControls().controls()) {
      ComplianceFact fact;
      fact.source = ComplianceSource::kPosture;
      fact.id = control.id();
      fact.name = control.name();
      fact.references = Known(control.references());
      fact.remedy = control.measure();
      fact.verification = control.verification();
      fact.effort = control.effort();
      fact.owner_role = RoleOf(control.owners());
      std::set<std::pair<int, std::string>> seen;
      const auto verdicts = handling.find(control.handling());
      if (verdicts != handling.end()) {
        std::vector<HandlingFact>& all = verdicts->second;
        const auto others = std::stable_partition(
            all.begin(), all.end(), [&](const HandlingFact& verdict) { return AppliesTo(control, verdict); });
        const std::vector<HandlingFact> of_control(all.begin(), others);
        if (!of_control.empty()) TakeVerdicts(of_control, seen, fact);
        all.erase(all.begin(), others);
        if (all.empty()) handling.erase(verdicts);
      }
      for (const k::ControlPopulation& population : control.expected_on())
        AddPopulation(control, population, seen, fact);
      for (const int kind : control.gaps()) {
        for (const AssetGapFact& gap : gaps[kind]) TakeGap(gap, fact);
        gaps.erase(kind);
      }
      if (fact.shown.empty() && fact.failing.empty() && fact.open.empty()) continue;
      found_.push_back(std::move(fact));
    }
  }

  // Where the control has no place the verdict stays one on the handling of data, which is mended in another way.
  bool AppliesTo(const k::SecurityControl& control, const HandlingFact& verdict) const {
    const int component = landscape_.IndexOf(verdict.subject);
    return component < 0 || PostureOf(landscape_.ComponentElement(component), control.id()).state !=
                                model::v1::POSTURE_STATE_NOT_APPLICABLE;
  }

  // The verdicts on data say it of their elements, with their references.
  static void TakeVerdicts(const std::vector<HandlingFact>& verdicts, std::set<std::pair<int, std::string>>& seen,
                           ComplianceFact& fact) {
    AddReferences(verdicts.front().requirement->references(), fact);
    fact.severity = verdicts.front().requirement->severity();
    for (const HandlingFact& verdict : verdicts) {
      ComplianceElement element = ElementOf(verdict);
      seen.insert({element.subject, element.id});
      ListFor(verdict.verdict, fact).push_back(std::move(element));
    }
  }

  // An asset that the control's own elements already speak of is left to them.
  void TakeGap(const AssetGapFact& gap, ComplianceFact& fact) const {
    for (const auto* elements : {&fact.shown, &fact.failing, &fact.open}) {
      if (std::any_of(elements->begin(), elements->end(),
                      [&](const ComplianceElement& element) { return element.id == gap.id; })) {
        return;
      }
    }
    AddReferences(knowledge::GapKind(gap.gap).references(), fact);
    fact.failing.push_back(ElementOf(gap));
  }

  template <class List>
  static void AddReferences(const List& references, ComplianceFact& fact) {
    for (const std::string& reference : Known(references)) {
      if (std::find(fact.references.begin(), fact.references.end(), reference) == fact.references.end()) {
        fact.references.push_back(reference);
      }
    }
  }

  ComplianceElement ElementOf(const AssetGapFact& gap) const {
    ComplianceElement element;
    element.id = gap.id;
    element.fact = gap.fact;
    element.team = gap.team;
    if (const ComponentFacts* facts = facts_.Find(gap.id)) {
      element.subject = k::THREAT_SUBJECT_COMPONENT;
      element.criticality = facts->criticality.level;
      element.cde = facts->pci_scope == PciScope::kCde;
    } else if (model_.Find<ThirdParty>(gap.id) != nullptr) {
      element.subject = k::THREAT_SUBJECT_THIRD_PARTY;
    }
    return element;
  }

  void AddPopulation(const k::SecurityControl& control, const k::ControlPopulation& population,
                     std::set<std::pair<int, std::string>>& seen, ComplianceFact& fact) const {
    std::vector<Condition> where;
    for (const k::AttributeMatch& match : population.where()) {
      auto condition = Condition::Compile(population.subject(), match);
      if (!condition.ok()) return;  // the tests of the data compile every one
      where.push_back(*std::move(condition));
    }
    for (const Element& element : landscape_.ElementsOf(population.subject())) {
      const Element* known = ground_ == nullptr ? &element : ground_->Find(element);
      const auto holds = [&](const Condition& condition) {
        return condition.Judge(element) == Truth::kYes && (known == &element || condition.Judge(*known) == Truth::kYes);
      };
      const bool expected = known != nullptr && std::all_of(where.begin(), where.end(), holds);
      if (!expected || !seen.insert({population.subject(), CurrentId(element)}).second) continue;
      AddElement(element, PostureOf(*known, control.id()), fact);
    }
  }

  void AddElement(const Element& of, const ControlPosture& posture, ComplianceFact& fact) const {
    ComplianceElement element;
    element.subject = of.subject;
    element.id = CurrentId(of);
    element.team = TeamOf(of);
    element.fact = posture.evidence.empty() ? posture.source : posture.evidence;
    Rate(of, element);
    switch (posture.state) {
      case model::v1::POSTURE_STATE_IMPLEMENTED:
        fact.shown.push_back(std::move(element));
        break;
      case model::v1::POSTURE_STATE_PARTIAL:
        element.partly = true;
        [[fallthrough]];
      case model::v1::POSTURE_STATE_ABSENT:
      case model::v1::POSTURE_STATE_PLANNED:
        element.fact = absl::StrCat(Words(posture.state), element.fact.empty() ? "" : ": ", element.fact);
        fact.failing.push_back(std::move(element));
        break;
      case model::v1::POSTURE_STATE_NOT_APPLICABLE:
        break;
      default:
        fact.open.push_back(std::move(element));
    }
  }

  // What the elements' importance says of a gap; of a flow that of its ends.
  void Rate(const Element& of, ComplianceElement& element) const {
    const auto add = [&](const ComponentFacts& facts) {
      element.criticality = std::max(element.criticality, facts.criticality.level);
      element.cde = element.cde || facts.pci_scope == PciScope::kCde;
    };
    if (of.subject == k::THREAT_SUBJECT_COMPONENT) add(*of.component().facts);
    if (of.subject != k::THREAT_SUBJECT_FLOW) return;
    add(*landscape_.components()[of.flow().source].facts);
    add(*landscape_.components()[of.flow().target].facts);
  }

  // --- Handling of data, inventory, suppliers ---

  static std::vector<ComplianceElement>& ListFor(Verdict verdict, ComplianceFact& fact) {
    return verdict == Verdict::kPass ? fact.shown : verdict == Verdict::kFail ? fact.failing : fact.open;
  }

  static ComplianceElement ElementOf(const HandlingFact& verdict) {
    ComplianceElement element;
    switch (verdict.requirement->check()) {
      case k::HANDLING_CHECK_STORE_ENCRYPTED:
      case k::HANDLING_CHECK_STORE_OWN_KEY:
      case k::HANDLING_CHECK_BACKUP_ENCRYPTED:
      case k::HANDLING_CHECK_CENTRAL_LOG:
      case k::HANDLING_CHECK_SAD_NOT_STORED:
      case k::HANDLING_CHECK_PAN_UNREADABLE:
      case k::HANDLING_CHECK_PAN_MASKED:
        element.subject = k::THREAT_SUBJECT_COMPONENT;
        break;
      case k::HANDLING_CHECK_FLOW_ENCRYPTED:
      case k::HANDLING_CHECK_FLOW_TLS_FLOOR:
      case k::HANDLING_CHECK_FLOW_AUTHENTICATED:
      case k::HANDLING_CHECK_TRANSFER_MECHANISM:
        element.subject = k::THREAT_SUBJECT_FLOW;
        break;
      case k::HANDLING_CHECK_ACCESS_ROLES:
      case k::HANDLING_CHECK_RETENTION:
      case k::HANDLING_CHECK_NEVER_LOGGED:
        element.subject = k::THREAT_SUBJECT_DATA_CLASS;
        break;
      case k::HANDLING_CHECK_SUPPLIER_AGREEMENT:
        element.subject = k::THREAT_SUBJECT_THIRD_PARTY;
        break;
      default:
        break;
    }
    element.id = verdict.subject;
    element.fact = verdict.fact;
    element.team = verdict.team;
    return element;
  }

  void AddHandling(const std::vector<HandlingFact>& verdicts) {
    const k::HandlingRequirement& row = *verdicts.front().requirement;
    ComplianceFact fact;
    fact.source = ComplianceSource::kHandling;
    fact.id = row.id();
    fact.name = std::string(absl::StripSuffix(row.text(), "."));
    fact.references = Known(row.references());
    fact.severity = row.severity();
    fact.remedy = row.remedy();
    fact.verification = row.verification();
    for (const HandlingFact& verdict : verdicts) ListFor(verdict.verdict, fact).push_back(ElementOf(verdict));
    found_.push_back(std::move(fact));
  }

  void AddInventory(const std::vector<AssetGapFact>& gaps) {
    const k::AssetGapKind& kind = knowledge::GapKind(gaps.front().gap);
    ComplianceFact fact;
    fact.source = ComplianceSource::kInventory;
    fact.id = absl::AsciiStrToLower(absl::StrReplaceAll(k::AssetGap_Name(kind.gap()).substr(10), {{"_", "-"}}));
    fact.name = kind.title();
    fact.references = Known(kind.references());
    fact.severity = kind.severity();
    fact.remedy = kind.action();
    fact.verification = kind.evidence();
    for (const AssetGapFact& gap : gaps) fact.failing.push_back(ElementOf(gap));
    found_.push_back(std::move(fact));
  }

  // A requirement that a supplier meets for us is met as long as its report is in force.
  void AddSupplier(const ThirdParty& supplier) {
    ComplianceFact fact;
    fact.source = ComplianceSource::kSupplier;
    fact.id = supplier.id();
    fact.name = supplier.name();
    fact.references = Known(supplier.responsibilities_theirs());
    if (fact.references.empty()) return;
    ComplianceElement element;
    element.id = supplier.id();
    element.team = supplier.owner_team().empty() ? model_.proto().owner_team() : supplier.owner_team();
    const bool reported = supplier.attestation() != model::v1::ATTESTATION_UNSPECIFIED;
    const std::string report = knowledge::Word(model::YamlName(supplier.attestation()));
    if (!reported ||
        (supplier.attestation_expires().empty() && supplier.attestation() != model::v1::ATTESTATION_NONE)) {
      element.fact = reported ? absl::StrCat(report, ", end not declared") : "attestation not declared";
      fact.open.push_back(std::move(element));
    } else if (supplier.attestation() == model::v1::ATTESTATION_NONE) {
      element.fact = "no attestation";
      fact.failing.push_back(std::move(element));
    } else {
      const bool ended = model::ToCivilDay(supplier.attestation_expires()) < model_.as_of();
      element.fact = absl::StrCat(report, ended ? " ended " : " until ", supplier.attestation_expires());
      (ended ? fact.failing : fact.shown).push_back(std::move(element));
    }
    const k::SecurityControl* control = knowledge::FindControl("vendor_assurance");
    fact.severity = model::v1::SEVERITY_HIGH;
    fact.effort = k::EFFORT_SMALL;
    fact.remedy = control->measure();
    fact.verification = control->verification();
    found_.push_back(std::move(fact));
  }

  // Id of the first role of these kinds that is held.
  std::string RoleOf(const google::protobuf::RepeatedField<int>& kinds) const {
    for (const int kind : kinds) {
      for (const model::v1::Role& role : model_.proto().roles()) {
        if (role.kind() == kind && !role.holder().empty()) return role.id();
      }
    }
    return "";
  }

  const Landscape& landscape_;
  const Facts& facts_;
  const model::Model& model_;
  const std::unique_ptr<const KnownGround> ground_ = KnownGround::Of(facts_);
  std::vector<ComplianceFact> found_;
};

}  // namespace

std::vector<ComplianceFact> ComplianceFactsOf(const Landscape& landscape) { return Collector(landscape).Run(); }

}  // namespace metapowers::analysis
