#include "service/analysis/risk_register.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/analysis/involved_ids.h"
#include "service/analysis/terms.h"
#include "service/base/digest.h"
#include "service/knowledge/rules.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;
using model::v1::Decision;
using model::v1::RiskCategory;
using model::v1::RiskKind;
using model::v1::Severity;

// "no_owner" of ASSET_GAP_NO_OWNER.
std::string KindName(k::AssetGap gap) { return model::YamlName(gap); }

RiskKind KindOf(const Threat& threat) {
  if (threat.rule->subject() == k::THREAT_SUBJECT_THIRD_PARTY) return model::v1::RISK_KIND_THIRD_PARTY;
  switch (threat.rule->stride()) {
    case k::STRIDE_INFORMATION_DISCLOSURE:
      return model::v1::RISK_KIND_DATA_BREACH;
    case k::STRIDE_DENIAL_OF_SERVICE:
      return model::v1::RISK_KIND_AVAILABILITY;
    case k::STRIDE_TAMPERING:
      return model::v1::RISK_KIND_INTEGRITY;
    case k::STRIDE_REPUDIATION:
      return model::v1::RISK_KIND_COMPLIANCE;
    default: {
      const auto& legs = threat.rule->impact().legs();
      const bool discloses = std::find(legs.begin(), legs.end(), k::IMPACT_LEG_CONFIDENTIALITY) != legs.end();
      return discloses ? model::v1::RISK_KIND_DATA_BREACH : model::v1::RISK_KIND_INTEGRITY;
    }
  }
}

RiskKind KindOf(k::AssetGap gap) {
  switch (gap) {
    case k::ASSET_GAP_SINGLE_POINT:
    case k::ASSET_GAP_DEPENDENCY_CYCLE:
      return model::v1::RISK_KIND_AVAILABILITY;
    case k::ASSET_GAP_SCOPE_CONTRADICTION:
    case k::ASSET_GAP_SCOPE_UNCONFIRMED:
    case k::ASSET_GAP_SEGMENTATION:
      return model::v1::RISK_KIND_COMPLIANCE;
    case k::ASSET_GAP_SUPPLIER_CONTRACT:
    case k::ASSET_GAP_SUPPLIER_ATTESTATION:
    case k::ASSET_GAP_UNDECLARED_PARTY:
      return model::v1::RISK_KIND_THIRD_PARTY;
    default:
      return model::v1::RISK_KIND_OPERATIONAL;
  }
}

// The lowest cell of the grid with this severity, at likelihood 3 where there is one: a gap is there already, but
// nobody says how often it does harm.
RiskScore ScoreOf(Severity severity) {
  for (const int likelihood : {3, 4, 5}) {
    for (int impact = 1; impact <= 5; ++impact) {
      const RiskScore score = OnGrid(likelihood, impact);
      if (score.severity == severity) return score;
    }
  }
  return OnGrid(1, 1);
}

class Register {
 public:
  Register(const Threats& threats, const Compliance& compliance, const model::v1::Decisions& decisions)
      : threats_(threats), compliance_(compliance), model_(threats.landscape().model()) {
    for (const Decision& decision : decisions.decisions()) {
      if (IsGapKey(decision.finding())) on_gaps_.emplace(decision.finding(), &decision);
    }
  }

  RiskRegister Build() {
    for (const Threat& threat : threats_.all()) AddThreat(threat);
    out_.gaps = AssetGaps(threats_.landscape().facts());
    for (const AssetGapFact& gap : out_.gaps) AddGap(gap);
    for (const RemediationAction& action : compliance_.actions()) AddAction(action);
    std::stable_sort(out_.risks.begin(), out_.risks.end(),
                     [](const Risk& a, const Risk& b) { return Order(a) < Order(b); });
    for (const auto& [key, decision] : on_gaps_) out_.voids.push_back(decision);
    AddResidual();
    return std::move(out_);
  }

 private:
  static std::tuple<int, int, int, const std::string&> Order(const Risk& risk) {
    return {-static_cast<int>(risk.severity()), -risk.current.product(), -risk.inherent.product(), risk.key};
  }

  SourceTotals& Totals(RiskSource source) { return out_.totals[static_cast<int>(source)]; }

  void AddThreat(const Threat& threat) {
    if (threat.status == ThreatStatus::kControlled) {
      ++out_.controlled;
      return;
    }
    Risk risk;
    const bool supplier = threat.rule->subject() == k::THREAT_SUBJECT_THIRD_PARTY;
    risk.source = supplier ? RiskSource::kSupplier : RiskSource::kThreat;
    ++Totals(risk.source).found;
    if (threat.status == ThreatStatus::kFalsePositive) {
      ++Totals(risk.source).false_positives;
      return;
    }
    risk.key = threat.key();
    risk.threat = &threat;
    risk.elements = {threat.element_id()};
    risk.inherent = threat.scores.inherent;
    risk.current = threat.scores.current;
    risk.target = threat.scores.target;
    risk.team = *threat.team;
    risk.kind = KindWithSafety(threat);
    risk.decision = threat.decision;
    if (threat.reopened != nullptr) risk.reopened = *threat.reopened;
    risk.fingerprint = FingerprintOf(threat);
    for (const std::string& equivalent : threat.rule->equivalents()) said_.insert({equivalent, threat.element_id()});
    for (const absl::string_view id : InvolvedIds(threat.element)) {
      for (const ControlOnThreat& each : threat.controls) {
        if (each.posture->state != model::v1::POSTURE_STATE_IMPLEMENTED)
          awaited_.insert({each.row->control(), std::string(id)});
      }
    }
    Treat(std::move(risk), *threat.due);
  }

  // Devices, and what sends to them, where the model declares an appetite for harm to people.
  static std::set<absl::string_view> DevicesAndWhatSteersThem(const model::Model& model) {
    const auto& categories = model.proto().risk_appetite().categories();
    const bool declared = std::any_of(categories.begin(), categories.end(), [](const RiskCategory& category) {
      return category.kind() == model::v1::RISK_KIND_SAFETY;
    });
    std::set<absl::string_view> ids;
    if (!declared) return ids;
    for (const model::v1::Component& component : model.proto().components()) {
      if (component.machine() == model::v1::MACHINE_DEVICE) ids.insert(component.id());
    }
    const std::set<absl::string_view> devices = ids;
    for (const model::v1::Flow& flow : model.proto().flows()) {
      if (devices.count(flow.target()) > 0 && flow.sends_size() > 0) ids.insert(flow.source());
    }
    return ids;
  }

  // Whether people may come to harm: a device, or what steers one, does wrong or nothing.
  bool Endangers(const Threat& threat) const {
    if (steering_.empty()) return false;
    switch (threat.rule->stride()) {
      case k::STRIDE_INFORMATION_DISCLOSURE:
      case k::STRIDE_REPUDIATION:
        return false;
      default:
        break;
    }
    const std::vector<absl::string_view> ids = InvolvedIds(threat.element);
    return std::any_of(ids.begin(), ids.end(), [&](absl::string_view id) { return steering_.count(id) > 0; });
  }

  RiskKind KindWithSafety(const Threat& threat) const {
    return Endangers(threat) ? model::v1::RISK_KIND_SAFETY : KindOf(threat);
  }

  void AddGap(const AssetGapFact& gap) {
    ++Totals(RiskSource::kInventory).found;
    const std::string kind = absl::StrCat("gap:", KindName(gap.gap));
    if (said_.count({kind, gap.id}) > 0) {
      ++Totals(RiskSource::kInventory).left_out;
      return;
    }
    Risk risk;
    risk.source = RiskSource::kInventory;
    risk.key = absl::StrCat(kind, "@", gap.id);
    risk.gap = &gap;
    risk.elements = {gap.id};
    risk.inherent = risk.current = ScoreOf(knowledge::GapKind(gap.gap).severity());
    risk.team = gap.team;
    risk.kind = KindOf(gap.gap);
    TreatGap(std::move(risk), gap.due);
  }

  void AddAction(const RemediationAction& action) {
    SourceTotals& totals = Totals(RiskSource::kCompliance);
    ++totals.found;
    Risk risk;
    risk.source = RiskSource::kCompliance;
    risk.key = absl::StrCat("gap:", action.key);
    risk.action = &action;
    std::set<std::string> teams;
    for (const ComplianceElement& element : action.elements) {
      if (action.fact->source == ComplianceSource::kPosture && awaited_.count({action.fact->id, element.id}) > 0) {
        continue;
      }
      risk.elements.push_back(element.id);
      if (!element.team.empty()) teams.insert(element.team);
    }
    const bool inventory = action.fact->source == ComplianceSource::kInventory;
    if (inventory || (risk.elements.empty() && !action.elements.empty())) {
      ++totals.left_out;
      return;
    }
    std::sort(risk.elements.begin(), risk.elements.end());
    risk.inherent = risk.current = ScoreOf(action.severity);
    risk.team = teams.size() == 1 ? *teams.begin() : model_.proto().owner_team();
    if (teams.empty()) risk.role = action.fact->owner_role;
    risk.kind = model::v1::RISK_KIND_COMPLIANCE;
    TreatGap(std::move(risk), action.due);
  }

  // A gap that is closed is no more likely than "very low".
  void TreatGap(Risk risk, const std::string& due) {
    risk.target = OnGrid(1, risk.current.impact);
    risk.fingerprint =
        Fingerprint(absl::StrCat(risk.key, "\n", risk.current.product(), "\n", absl::StrJoin(risk.elements, "\n")));
    const auto found = on_gaps_.find(risk.key);
    if (found != on_gaps_.end()) {
      const Decision& decision = *found->second;
      on_gaps_.erase(found);
      risk.reopened = WhyVoid(model_, decision, risk.severity(), risk.fingerprint);
      if (risk.reopened.empty()) risk.decision = &decision;
    }
    if (risk.decision != nullptr && risk.decision->status() == model::v1::DECISION_STATUS_FALSE_POSITIVE) {
      ++Totals(risk.source).false_positives;
      return;
    }
    Treat(std::move(risk), due);
  }

  const RiskCategory* CategoryFor(RiskKind kind) const {
    for (const RiskKind wanted : {kind, model::v1::RISK_KIND_OPERATIONAL}) {
      for (const RiskCategory& category : model_.proto().risk_appetite().categories()) {
        if (category.kind() == wanted) return &category;
      }
    }
    return nullptr;
  }

  void Treat(Risk risk, const std::string& due) {
    risk.category = CategoryFor(risk.kind);
    if (risk.decision != nullptr) {
      risk.treatment = TreatmentOf(risk.decision->status());
      risk.treatment_reason =
          absl::StrCat("decided on ", risk.decision->decided_on(), ", until ", risk.decision->expires_on());
    } else {
      TreatByAppetite(risk);
    }
    if (risk.treatment == RiskTreatment::kMitigate) risk.due = due;
    out_.risks.push_back(std::move(risk));
  }

  static RiskTreatment TreatmentOf(model::v1::DecisionStatus status) {
    switch (status) {
      case model::v1::DECISION_STATUS_ACCEPTED:
        return RiskTreatment::kAccept;
      case model::v1::DECISION_STATUS_TRANSFERRED:
        return RiskTreatment::kTransfer;
      case model::v1::DECISION_STATUS_AVOIDED:
        return RiskTreatment::kAvoid;
      default:
        return RiskTreatment::kMitigate;
    }
  }

  static void TreatByAppetite(Risk& risk) {
    if (risk.category == nullptr) {
      risk.treatment_reason = "no appetite declared";
      return;
    }
    const std::string appetite =
        absl::StrCat(Words(risk.category->appetite()), " appetite for ", absl::AsciiStrToLower(risk.category->name()));
    if (risk.severity() <= ToleratedBy(risk.category->appetite())) {
      risk.treatment = RiskTreatment::kTolerate;
      risk.treatment_reason = absl::StrCat(Words(risk.severity()), " is within ", appetite);
    } else {
      risk.treatment_reason = absl::StrCat(Words(risk.severity()), " is above ", appetite);
    }
  }

  void AddResidual() {
    for (const RiskCategory& category : model_.proto().risk_appetite().categories()) {
      ResidualAbove residual{&category, {}};
      for (const Threat& threat : threats_.all()) {
        const bool counts = threat.status == ThreatStatus::kControlled && threat.decision == nullptr &&
                            CategoryFor(KindWithSafety(threat)) == &category;
        if (counts && threat.severity() > ToleratedBy(category.appetite())) residual.threats.push_back(&threat);
      }
      std::stable_sort(residual.threats.begin(), residual.threats.end(), [](const Threat* a, const Threat* b) {
        return a->scores.current.product() > b->scores.current.product();
      });
      if (!residual.threats.empty()) out_.residual.push_back(std::move(residual));
    }
  }

  const Threats& threats_;
  const Compliance& compliance_;
  const model::Model& model_;
  const std::set<absl::string_view> steering_ = DevicesAndWhatSteersThem(model_);
  std::map<std::string, const Decision*> on_gaps_;         // by key; those found are taken out
  std::set<std::pair<std::string, std::string>> said_;     // equivalent of a rule, element
  std::set<std::pair<std::string, std::string>> awaited_;  // control that a threat lacks, what it is about
  RiskRegister out_;
};

}  // namespace

std::string RiskSubject(const Risk& risk) {
  if (risk.threat != nullptr) return risk.threat->rule->id();
  return risk.gap != nullptr ? KindName(risk.gap->gap) : risk.action->key;
}

Severity ToleratedBy(model::v1::AppetiteLevel appetite) {
  switch (appetite) {
    case model::v1::APPETITE_LEVEL_LOW:
      return model::v1::SEVERITY_LOW;
    case model::v1::APPETITE_LEVEL_MEDIUM:
      return model::v1::SEVERITY_MEDIUM;
    case model::v1::APPETITE_LEVEL_HIGH:
      return model::v1::SEVERITY_HIGH;
    default:
      return model::v1::SEVERITY_UNSPECIFIED;
  }
}

RiskRegister BuildRiskRegister(const Threats& threats, const Compliance& compliance,
                               const model::v1::Decisions& decisions) {
  return Register(threats, compliance, decisions).Build();
}

}  // namespace metapowers::analysis
