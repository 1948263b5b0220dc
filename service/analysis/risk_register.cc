#include "service/analysis/risk_register.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/analysis/terms.h"
#include "service/knowledge/rules.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;
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
  explicit Register(const Threats& threats) : threats_(threats), model_(threats.landscape().model()) {}

  RiskRegister Build() {
    for (const Threat& threat : threats_.all()) {
      if (threat.status == ThreatStatus::kControlled || threat.status == ThreatStatus::kFalsePositive) continue;
      AddThreat(threat);
    }
    out_.gaps = AssetGaps(threats_.landscape().facts());
    for (const AssetGapFact& gap : out_.gaps) AddGap(gap);
    std::stable_sort(out_.risks.begin(), out_.risks.end(),
                     [](const Risk& a, const Risk& b) { return Order(a) < Order(b); });
    return std::move(out_);
  }

 private:
  static std::tuple<int, int, int, const std::string&> Order(const Risk& risk) {
    return {-static_cast<int>(risk.severity()), -risk.current.product(), -risk.inherent.product(), risk.key};
  }

  void AddThreat(const Threat& threat) {
    Risk risk;
    risk.key = threat.key;
    risk.source = threat.rule->subject() == k::THREAT_SUBJECT_THIRD_PARTY ? RiskSource::kSupplier : RiskSource::kThreat;
    risk.threat = &threat;
    risk.element = threat.element_id();
    risk.inherent = threat.scores.inherent;
    risk.current = threat.scores.current;
    risk.target = threat.scores.target;
    risk.team = *threat.team;
    risk.category = CategoryFor(KindOf(threat));
    ++(risk.source == RiskSource::kThreat ? out_.totals.threats : out_.totals.suppliers);
    for (const std::string& equivalent : threat.rule->equivalents()) said_.insert({equivalent, threat.element_id()});
    Treat(threat, risk);
    Finish(std::move(risk), *threat.due);
  }

  void AddGap(const AssetGapFact& gap) {
    if (said_.count({absl::StrCat("gap:", KindName(gap.gap)), gap.id}) > 0) {
      ++out_.totals.duplicates;
      return;
    }
    Risk risk;
    risk.key = absl::StrCat("gap:", KindName(gap.gap), "@", gap.id);
    risk.source = RiskSource::kGap;
    risk.gap = &gap;
    risk.element = gap.id;
    risk.inherent = risk.current = ScoreOf(knowledge::GapKind(gap.gap).severity());
    risk.target = OnGrid(1, risk.current.impact);
    risk.team = gap.team;
    risk.category = CategoryFor(KindOf(gap.gap));
    ++out_.totals.gaps;
    TreatByAppetite(risk);
    Finish(std::move(risk), gap.due);
  }

  const RiskCategory* CategoryFor(RiskKind kind) const {
    for (const RiskKind wanted : {kind, model::v1::RISK_KIND_OPERATIONAL}) {
      for (const RiskCategory& category : model_.proto().risk_appetite().categories()) {
        if (category.kind() == wanted) return &category;
      }
    }
    return nullptr;
  }

  void Treat(const Threat& threat, Risk& risk) const {
    if (threat.decision == nullptr) return TreatByAppetite(risk);
    switch (threat.status) {
      case ThreatStatus::kAccepted:
        risk.treatment = RiskTreatment::kAccept;
        break;
      case ThreatStatus::kTransferred:
        risk.treatment = RiskTreatment::kTransfer;
        break;
      case ThreatStatus::kAvoided:
        risk.treatment = RiskTreatment::kAvoid;
        break;
      default:
        risk.treatment = RiskTreatment::kMitigate;
    }
    risk.treatment_reason =
        absl::StrCat("decided on ", threat.decision->decided_on(), ", until ", threat.decision->expires_on());
  }

  void TreatByAppetite(Risk& risk) const {
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

  void Finish(Risk risk, const std::string& due) {
    if (risk.treatment == RiskTreatment::kMitigate) risk.due = due;
    for (const model::v1::AcceptanceAuthority& authority : model_.proto().risk_appetite().acceptance()) {
      if (authority.level() == risk.severity()) risk.authority = &authority;
    }
    out_.risks.push_back(std::move(risk));
  }

  const Threats& threats_;
  const model::Model& model_;
  std::set<std::pair<std::string, std::string>> said_;  // equivalent of a rule, element
  RiskRegister out_;
};

}  // namespace

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

RiskRegister BuildRiskRegister(const Threats& threats) { return Register(threats).Build(); }

}  // namespace metapowers::analysis
