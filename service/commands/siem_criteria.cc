#include "service/commands/siem_criteria.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/analysis/terms.h"
#include "service/commands/log_naming.h"
#include "service/commands/naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/siem.h"

namespace metapowers::commands {

namespace {

namespace kb = knowledge::v1;
using analysis::LogSource;
using analysis::RuleState;
using model::v1::ThirdParty;

// Log kind of whatever collects logs.
constexpr absl::string_view kPlatformLog = "log_platform_audit";

RuleState StateOf(bool broken, bool unknown) {
  if (broken) return RuleState::kBroken;
  return unknown ? RuleState::kUnknown : RuleState::kMet;
}

class Judge {
 public:
  Judge(const Input& input, const analysis::LogSources& sources, const analysis::Detections& detections)
      : input_(input), model_(input.model), proto_(input.model.proto()), sources_(sources), detections_(detections) {}

  SiemJudgement Of(const kb::SiemCriterion& criterion) const {
    SiemJudgement judged = Facts(criterion);
    judged.criterion = &criterion;
    return judged;
  }

 private:
  SiemJudgement Facts(const kb::SiemCriterion& criterion) const {
    if (!criterion.pipeline_rule().empty()) return Pipeline(criterion.pipeline_rule());
    if (criterion.id() == "sources") return Sources();
    if (criterion.id() == "rules") return Rules();
    if (criterion.id() == "retention") return Retention();
    if (criterion.id() == "volume") return Volume();
    if (criterion.id() == "paging") return Paging();
    if (criterion.id() == "assurance") return Assurance();
    if (criterion.id() == "residency") return Residency();
    return Cost();
  }

  SiemJudgement Sources() const {
    SiemJudgement judged;
    std::set<const kb::LogKind*> kinds;
    int64_t collected = 0;
    bool gap = false;
    for (const LogSource& source : sources_.all()) {
      kinds.insert(source.kind);
      collected += source.collected() ? 1 : 0;
      gap = gap || source.gap();
    }
    const auto all = static_cast<int64_t>(sources_.all().size());
    judged.need = absl::StrCat(Count(all, "log source", "log sources"), " of ",
                               Count(static_cast<int64_t>(kinds.size()), "kind", "kinds"));
    judged.fact = absl::StrCat(collected, " of ", all, " collected");
    judged.state = StateOf(gap, collected < all);
    return judged;
  }

  SiemJudgement Rules() const {
    SiemJudgement judged;
    int64_t joined = 0;
    for (const auto& detection : detections_.all()) joined += detection.joins.empty() ? 0 : 1;
    const auto all = static_cast<int64_t>(detections_.all().size());
    judged.need = absl::StrCat(Count(all, "rule", "rules"), ", ", joined, " of them correlations");
    return judged;
  }

  SiemJudgement Retention() const {
    SiemJudgement judged;
    const auto duties = BindingRetentions(input_, sources_);
    int hot = 0;
    int total = 0;
    bool broken = false;
    bool unknown = duties.empty();
    for (const analysis::RetentionFact& fact : duties) {
      hot = std::max(hot, fact.duty->hot_days());
      total = std::max(total, fact.duty->total_days());
      broken = broken || fact.state == RuleState::kBroken;
      unknown = unknown || fact.state == RuleState::kUnknown;
    }
    judged.need = duties.empty() ? "no binding requirement sets a time"
                  : hot > 0      ? absl::StrCat(Days(hot), " hot, ", Days(total), " in all")
                                 : absl::StrCat(Days(total), " in all");
    const auto none = std::find_if(duties.begin(), duties.end(), [](const auto& fact) { return fact.none_kept; });
    judged.fact = none == duties.end() ? analysis::RetentionOf(model_) : DeclaredFor(model_, *none);
    judged.state = StateOf(broken, unknown);
    return judged;
  }

  SiemJudgement Pipeline(absl::string_view id) const {
    SiemJudgement judged;
    for (const analysis::PipelineRuleFact& fact : analysis::PipelineRules(input_.threats.Get().landscape(), sources_)) {
      if (fact.rule->id() != id) continue;
      judged.need = fact.rule->text();
      judged.fact = fact.fact;
      judged.state = fact.state;
    }
    return judged;
  }

  SiemJudgement Volume() const {
    SiemJudgement judged;
    const analysis::LogVolume volume = analysis::VolumeOf(model_, sources_);
    judged.need = volume.counted.empty()
                      ? "no rate is declared"
                      : absl::StrCat(Thousands(volume.per_second), " events per second by declared rates");
    if (volume.bytes_per_day.has_value()) {
      absl::StrAppend(&judged.need, ", ", analysis::Bytes(*volume.bytes_per_day), " a day");
    }
    if (!volume.unknown.empty() && !volume.counted.empty()) {
      std::vector<std::string> silent;
      for (const LogSource* source : volume.unknown) silent.push_back(source->element_id);
      absl::StrAppend(&judged.need, "; not declared for ", List(silent, 4));
    }
    return judged;
  }

  SiemJudgement Paging() const {
    SiemJudgement judged;
    const auto& monitoring = proto_.monitoring();
    std::set<std::string> tools;
    int64_t called = 0;
    int64_t silent = 0;
    for (const auto& alert : monitoring.alerts()) {
      const auto* rotation = model_.Find<model::v1::OnCall>(alert.routed_to());
      silent += rotation == nullptr ? 1 : 0;
      if (rotation == nullptr || rotation->tool().empty()) continue;
      ++called;
      tools.insert(rotation->tool());
    }
    judged.need = Count(monitoring.on_call_size(), "rotation", "rotations");
    if (!tools.empty()) {
      judged.fact = absl::StrCat(called, " of ", Count(monitoring.alerts_size(), "alert calls", "alerts call"),
                                 " through ", absl::StrJoin(tools, ", "));
    } else if (silent > 0) {
      judged.fact = absl::StrCat(Count(silent, "alert calls", "alerts call"), " nobody");
    }
    judged.state = StateOf(silent > 0, called < monitoring.alerts_size() || called == 0);
    return judged;
  }

  // Suppliers of what collects logs, each once.
  std::vector<const ThirdParty*> Suppliers() const {
    std::vector<const ThirdParty*> suppliers;
    for (const LogSource* source : sources_.OfKind(kPlatformLog)) {
      const auto* facts = input_.facts.Find(source->element_id);
      if (facts == nullptr) continue;
      const auto* supplier = model_.Find<ThirdParty>(facts->component->third_party());
      if (supplier != nullptr && std::find(suppliers.begin(), suppliers.end(), supplier) == suppliers.end()) {
        suppliers.push_back(supplier);
      }
    }
    return suppliers;
  }

  SiemJudgement Assurance() const {
    SiemJudgement judged;
    judged.need = "a report of an independent auditor and an agreement on data processing";
    std::vector<std::string> says;
    bool broken = false;
    bool unknown = false;
    for (const ThirdParty* supplier : Suppliers()) {
      std::string report = Label(supplier->attestation());
      if (!supplier->attestation_expires().empty()) {
        absl::StrAppend(&report, " until ", supplier->attestation_expires());
      }
      says.push_back(absl::StrCat(supplier->name(), ": report ", report, ", agreement ", Label(supplier->dpa())));
      const bool expired = !supplier->attestation_expires().empty() && supplier->attestation_expires() < proto_.as_of();
      broken = broken || expired || supplier->attestation() == model::v1::ATTESTATION_NONE ||
               supplier->attestation() == model::v1::ATTESTATION_SELF_ASSESSED ||
               supplier->dpa() == model::v1::TRISTATE_NO;
      unknown = unknown || supplier->attestation() == model::v1::ATTESTATION_UNSPECIFIED ||
                supplier->dpa() == model::v1::TRISTATE_UNSPECIFIED;
    }
    judged.fact = absl::StrJoin(says, "; ");
    judged.state = StateOf(broken, unknown || says.empty());
    return judged;
  }

  // Of the people in the logs; where no class of logs names them, of those in personal data.
  std::set<std::string> RegionsOfPeople() const {
    std::set<std::string> in_logs;
    std::set<std::string> personal;
    for (const model::v1::DataClass& data : proto_.data_classes()) {
      auto& regions = analysis::HasCategory(data, {model::v1::DATA_CATEGORY_LOGS}) ? in_logs : personal;
      if (&regions == &personal && !analysis::IsPersonal(data)) continue;
      regions.insert(data.subject_regions().begin(), data.subject_regions().end());
    }
    return in_logs.empty() ? personal : in_logs;
  }

  SiemJudgement Residency() const {
    SiemJudgement judged;
    const std::set<std::string> people = RegionsOfPeople();
    judged.need = people.empty() ? "the model names no region of people"
                                 : absl::StrCat("people in ", List({people.begin(), people.end()}));
    std::vector<std::string> says;
    for (const ThirdParty* supplier : Suppliers()) {
      if (supplier->regions().empty()) continue;
      says.push_back(absl::StrCat(supplier->name(), " in ", absl::StrJoin(supplier->regions(), ", ")));
    }
    judged.fact = absl::StrJoin(says, "; ");
    return judged;
  }

  SiemJudgement Cost() const {
    SiemJudgement judged;
    judged.need = "a price for the declared volume";
    const analysis::LogVolume volume = analysis::VolumeOf(model_, sources_);
    if (volume.cost_per_day.has_value()) {
      const auto year = static_cast<int64_t>(*volume.cost_per_day * 365 + 0.5);
      judged.fact = absl::StrCat(proto_.currency(), " ", Thousands(year), " a year at ",
                                 Number(proto_.logging().cost_per_gb()), " per GB");
    }
    return judged;
  }

  const Input& input_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const analysis::LogSources& sources_;
  const analysis::Detections& detections_;
};

}  // namespace

std::vector<SiemJudgement> JudgeSiem(const Input& input, const analysis::LogSources& sources,
                                     const analysis::Detections& detections) {
  const Judge judge(input, sources, detections);
  std::vector<SiemJudgement> judgements;
  for (const kb::SiemCriterion& criterion : knowledge::SiemRules().criteria()) {
    judgements.push_back(judge.Of(criterion));
  }
  return judgements;
}

}  // namespace metapowers::commands
