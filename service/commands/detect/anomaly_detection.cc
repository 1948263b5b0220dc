// The judgements are analysis' (detections.h); this puts them into the tables of the section, one function a table.
// Baselines and responses are files of their own.
#include "service/commands/detect/anomaly_detection.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/analysis/detections.h"
#include "service/commands/applicable_references.h"
#include "service/commands/baseline_tables.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/response_tables.h"
#include "service/commands/rows.h"
#include "service/commands/sight_wording.h"
#include "service/commands/threat_naming.h"
#include "service/commands/threshold_tables.h"
#include "service/commands/wording.h"
#include "service/export/sigma.h"
#include "service/knowledge/detections.h"

namespace metapowers::commands::detect {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::detect::v1;
using analysis::AppliedDetection;
using analysis::LogSource;
using analysis::Sight;
using analysis::Threat;
using analysis::ThreatSight;
using model::v1::Severity;

// Names before the rest is counted.
constexpr size_t kNamed = 6;

bool IsSevere(const Threat& threat) { return threat.open() && threat.severity() >= model::v1::SEVERITY_HIGH; }

int SevereOf(const AppliedDetection& detection) {
  return static_cast<int>(std::count_if(detection.threats.begin(), detection.threats.end(),
                                        [](const Threat* threat) { return IsSevere(*threat); }));
}

class Builder {
 public:
  explicit Builder(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        threats_(input.threats.Get()),
        sources_(analysis::LogSources::Of(threats_.landscape())),
        detections_(analysis::Detections::Of(threats_, sources_)),
        rules_(exporting::WriteSigma(threats_.landscape(), *detections_, proto_.id())) {}

  pb::AnomalyDetectionResult Build() {
    result_.set_system(proto_.name());
    result_.set_topic(proto_.id());
    result_.set_as_of(proto_.as_of());
    AddBaselineTables(threats_.landscape(), sources_, *detections_, result_);
    AddDetections();
    AddMissingLogs();
    AddRuleTexts();
    AddThresholdTables(model_, *detections_, result_);
    AddJoins();
    AddResponseTables(threats_, *detections_, result_);
    AddTuning();
    AddSights();
    AddTechniques();
    AddBlindSpots();
    AddQuestions();
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  std::string Owner(const std::string& team) const { return TeamName(model_, team); }

  std::string DateAfter(int days) const { return model::FormatDate(model_.as_of() + days); }

  // Detections with the most severe open threats first, then by id.
  std::vector<const AppliedDetection*> Ranked() const {
    std::vector<const AppliedDetection*> order;
    for (const AppliedDetection& each : detections_->all()) order.push_back(&each);
    std::stable_sort(order.begin(), order.end(), [](const AppliedDetection* a, const AppliedDetection* b) {
      return std::make_tuple(a->row->level(), SevereOf(*a), a->open) >
             std::make_tuple(b->row->level(), SevereOf(*b), b->open);
    });
    return order;
  }

  // --- Detection Rules ---

  void AddDetections() {
    std::map<const AppliedDetection*, std::vector<std::string>> files;
    for (const exporting::SigmaRule& rule : rules_) files[rule.detection].push_back(absl::StrCat(rule.name, ".yml"));
    for (const AppliedDetection* detection : Ranked()) {
      pb::DetectionRow& row = *result_.add_detections();
      row.set_id(detection->row->id());
      row.set_title(detection->row->title());
      row.set_level(detection->row->level());
      AddAll(LogKeys(detection->sources), row.mutable_logs());
      row.set_collected(absl::StrCat(detection->collected, " of ", detection->sources.size()));
      row.set_running(detection->running);
      row.set_threats(static_cast<int32_t>(detection->threats.size()));
      row.set_open(detection->open);
      AddAll(detection->row->attack(), row.mutable_techniques());
      AddAll(BindingReferences(binding_, detection->row->references()), row.mutable_references());
      AddAll(files[detection], row.mutable_files());
      AddAll(detection->row->false_positives(), row.mutable_false_positives());
      row.set_response(detection->row->response());
      if (detection->alerts.empty()) continue;
      const auto* rotation = model_.Find<model::v1::OnCall>(detection->alerts.front()->routed_to());
      if (rotation != nullptr) row.set_on_call(rotation->name());
    }
  }

  // What detections that read nothing yet wait for.
  void AddMissingLogs() {
    struct Waiting {
      std::set<std::string> elements;
      std::vector<const AppliedDetection*> detections;
      std::set<const Threat*> open;
    };
    std::map<std::string, Waiting> by_kind;
    for (const AppliedDetection* detection : Ranked()) {
      if (detection->running) continue;
      for (const LogSource* source : detection->sources) {
        Waiting& waiting = by_kind[source->kind->id()];
        waiting.elements.insert(source->element_id);
        if (waiting.detections.empty() || waiting.detections.back() != detection)
          waiting.detections.push_back(detection);
        for (const Threat* threat : detection->threats) {
          if (threat->open()) waiting.open.insert(threat);
        }
      }
    }
    for (const auto& [kind, waiting] : by_kind) {
      pb::MissingLog& row = *result_.add_missing_logs();
      row.set_log(LogKindName(kind));
      AddAll(waiting.elements, row.mutable_elements());
      row.set_detections(static_cast<int32_t>(waiting.detections.size()));
      row.set_level(waiting.detections.front()->row->level());
      row.set_severe(static_cast<int32_t>(
          std::count_if(waiting.open.begin(), waiting.open.end(), [](const Threat* each) { return IsSevere(*each); })));
      row.set_open(static_cast<int32_t>(waiting.open.size()));
      for (const AppliedDetection* detection : waiting.detections) row.add_ids(detection->row->id());
    }
    std::stable_sort(result_.mutable_missing_logs()->begin(), result_.mutable_missing_logs()->end(),
                     [](const pb::MissingLog& a, const pb::MissingLog& b) {
                       return std::make_tuple(a.severe(), a.open()) > std::make_tuple(b.severe(), b.open());
                     });
  }

  // One that takes values of the model, one that counts and one that joins, each the one with most severe threats.
  void AddRuleTexts() {
    const auto takes_values = [](const exporting::SigmaRule& rule) {
      for (const kb::EventSelection& selection : rule.detection->row->selections()) {
        for (const kb::EventField& field : selection.fields()) {
          if (field.values_from() != kb::DECLARED_VALUES_UNSPECIFIED) return !rule.correlation;
        }
      }
      return false;
    };
    const auto counts = [](const exporting::SigmaRule& rule) {
      return rule.correlation && rule.detection->row->correlation().starting_value() > 0;
    };
    const auto joins = [](const exporting::SigmaRule& rule) {
      return rule.correlation && !rule.detection->joins.empty();
    };
    AddBestRule(takes_values);
    AddBestRule(counts);
    AddBestRule(joins);
  }

  template <class Wanted>
  void AddBestRule(Wanted wanted) {
    const exporting::SigmaRule* best = nullptr;
    for (const exporting::SigmaRule& rule : rules_) {
      if (!wanted(rule)) continue;
      if (best == nullptr || SevereOf(*rule.detection) > SevereOf(*best->detection)) best = &rule;
    }
    if (best == nullptr) return;
    pb::RuleText& text = *result_.add_rules();
    text.set_file(absl::StrCat(best->name, ".yml"));
    text.set_yaml(std::string(absl::StripTrailingAsciiWhitespace(best->yaml)));
    text.set_matching_event(best->matching_event);
    text.set_other_event(best->other_event);
  }

  // --- Correlation Rules ---

  void AddJoins() {
    for (const AppliedDetection* detection : Ranked()) {
      if (detection->joins.empty()) continue;
      pb::JoinRow& row = *result_.add_joins();
      row.set_detection(detection->row->id());
      row.set_title(detection->row->title());
      for (const AppliedDetection* joined : detection->joins) row.add_joins(joined->row->id());
      const kb::EventCorrelation& correlation = detection->row->correlation();
      row.set_ordered(correlation.kind() == kb::CORRELATION_KIND_TEMPORAL_ORDERED);
      AddAll(correlation.group_by(), row.mutable_by());
      row.set_span(Minutes(correlation.minutes()));
      row.set_level(detection->row->level());
      row.set_open(detection->open);
      row.set_response(detection->row->response());
    }
  }

  // --- Tuning Plan ---

  void AddTuning() {
    std::map<std::pair<std::string, int>, std::vector<std::string>> groups;
    for (const AppliedDetection& detection : detections_->all()) {
      if (!detection.running) {
        result_.set_waiting_tuning(result_.waiting_tuning() + 1);
        continue;
      }
      groups[{detection.team, -detection.row->level()}].push_back(detection.row->id());
    }
    for (const auto& [key, ids] : groups) {
      const auto level = static_cast<Severity>(-key.second);
      int days = 0;
      for (const kb::TuningTerm& term : knowledge::Detections().tuning()) {
        if (term.level() == level) days = term.days();
      }
      pb::TuningRow& row = *result_.add_tuning();
      row.set_owner(Owner(key.first));
      row.set_level(level);
      row.set_detections(static_cast<int32_t>(ids.size()));
      row.set_interval(InDays(days));
      row.set_next(DateAfter(days));
      AddAll(ids, row.mutable_ids());
    }
  }

  // --- Coverage ---

  static void CountIn(const ThreatSight& sight, pb::SightCount& row) {
    row.set_open(row.open() + 1);
    row.set_detected(row.detected() + (sight.sight == Sight::kDetected ? 1 : 0));
    row.set_unconfirmed(row.unconfirmed() + (sight.sight == Sight::kUnconfirmed ? 1 : 0));
    row.set_not_collected(row.not_collected() + (sight.sight == Sight::kNotCollected ? 1 : 0));
    row.set_no_log(row.no_log() + (sight.sight == Sight::kNoLog ? 1 : 0));
    row.set_no_event(row.no_event() + (sight.sight == Sight::kNoEvent ? 1 : 0));
    row.set_no_detection(row.no_detection() + (sight.sight == Sight::kNoDetection ? 1 : 0));
  }

  void AddSights() {
    pb::SightCount all;
    all.set_severity("all");
    for (const Severity severity : kWorstFirst) {
      pb::SightCount row;
      row.set_severity(Label(severity));
      for (const ThreatSight& sight : detections_->sights()) {
        if (!sight.threat->open() || sight.threat->severity() != severity) continue;
        CountIn(sight, row);
        CountIn(sight, all);
      }
      row.set_share(Share(row.detected(), row.open()));
      if (row.open() > 0) *result_.add_sights() = std::move(row);
    }
    all.set_share(Share(all.detected(), all.open()));
    *result_.add_sights() = std::move(all);
  }

  void AddTechniques() {
    for (const analysis::TechniqueCoverage& coverage : detections_->techniques()) {
      pb::TechniqueRow& row = *result_.add_techniques();
      row.set_technique(WeaknessLabel(coverage.technique));
      row.set_open(coverage.open);
      row.set_detected(coverage.detected);
      AddFirst(coverage.detections, kNamed, row.mutable_detections());
    }
  }

  void AddBlindSpots() {
    const std::string& platform = proto_.logging().platform();
    for (const Threat* threat : threats_.Prioritised()) {
      if (!IsSevere(*threat)) continue;
      const ThreatSight* sight = detections_->SightOf(*threat);
      if (sight == nullptr || sight->sight == Sight::kDetected) continue;
      pb::BlindSpotRow& row = *result_.add_blind_spots();
      row.set_threat(threat->key());
      row.set_severity(threat->severity());
      row.set_reason(BlindReason(*sight));
      row.set_closes(BlindRemedy(*sight, sources_, platform));
      row.set_owner(Owner(*threat->team));
      row.set_due(*threat->due);
    }
  }

  // --- Questions and figures ---

  void AddQuestions() {
    std::map<std::string, int> numbers;
    for (const AppliedDetection& detection : detections_->all()) {
      if (Counts(detection) && detection.running && detection.threshold.assumed()) ++numbers[detection.team];
    }
    for (const auto& [team, count] : numbers) {
      const std::string text =
          count == 1 ? "Confirm the one starting number of Threshold Configuration, or declare its alert."
                     : absl::StrCat("Confirm the ", count,
                                    " starting numbers of Threshold Configuration, or declare their alerts.");
      *result_.add_questions() = Ask(model_, "monitoring.alerts", text, team);
    }
    std::map<std::string, std::vector<std::string>> logs;
    for (const LogSource& source : sources_.all()) {
      if (!source.collected() && !source.gap()) logs[source.team].push_back(source.key);
    }
    for (const auto& [team, keys] : logs) {
      *result_.add_questions() =
          Ask(model_, "logging", absl::StrCat("Where do these logs go: ", List(keys), "?"), team);
    }
    for (metapowers::v1::Question& question :
         QuestionsOn(model_, {"ConsumerClass.requests_per_minute", "Component.tier"})) {
      *result_.add_questions() = std::move(question);
    }
  }

  void AddTotals() {
    pb::DetectionTotals& totals = *result_.mutable_totals();
    for (const pb::DetectionRow& row : result_.detections()) {
      totals.set_detections(totals.detections() + 1);
      totals.set_running(totals.running() + (row.running() ? 1 : 0));
      totals.set_control_failures(totals.control_failures() +
                                  (knowledge::FindDetection(row.id())->control_failure() ? 1 : 0));
    }
    totals.set_rules(static_cast<int32_t>(rules_.size()));
    for (const ThreatSight& sight : detections_->sights()) {
      if (!sight.threat->open()) continue;
      const int detected = sight.sight == Sight::kDetected ? 1 : 0;
      totals.set_open(totals.open() + 1);
      totals.set_detected(totals.detected() + detected);
      if (!IsSevere(*sight.threat)) continue;
      totals.set_severe(totals.severe() + 1);
      totals.set_severe_detected(totals.severe_detected() + detected);
    }
    for (const pb::TechniqueRow& row : result_.techniques()) {
      totals.set_techniques(totals.techniques() + 1);
      totals.set_techniques_detected(totals.techniques_detected() + (row.detected() > 0 ? 1 : 0));
    }
    for (const pb::ThresholdRow& row : result_.thresholds()) {
      totals.set_assumed(totals.assumed() + (row.assumed() ? 1 : 0));
    }
    totals.set_blind_spots(result_.blind_spots_size());
    AddPhrases(totals);
  }

  void AddPhrases(const pb::DetectionTotals& totals) {
    pb::DetectionPhrases& phrases = *result_.mutable_phrases();
    const auto of = [](int part, int whole, absl::string_view one, absl::string_view many) {
      return absl::StrCat(part, " of ", Count(whole, one, many),
                          whole > 0 ? absl::StrCat(" (", Share(part, whole), ")") : "");
    };
    phrases.set_detections(Count(totals.detections(), "detection", "detections"));
    phrases.set_running(Count(totals.running(), "of them reads", "of them read"));
    phrases.set_detected(of(totals.detected(), totals.open(), "open threat", "open threats"));
    phrases.set_severe(of(totals.severe_detected(), totals.severe(), "open critical or high threat",
                          "open critical and high threats"));
    phrases.set_blind_spots(Count(totals.blind_spots(), "blind spot", "blind spots"));
    phrases.set_techniques(of(totals.techniques_detected(), totals.techniques(), "technique", "techniques"));
    phrases.set_rules(Count(totals.rules(), "Sigma rule", "Sigma rules"));
    phrases.set_assumed(Count(totals.assumed(), "number is", "numbers are"));
  }

  const Input& input_;
  mutable ReferenceFilter binding_{input_};
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const analysis::Threats& threats_;
  const analysis::LogSources sources_;
  const std::unique_ptr<const analysis::Detections> detections_;
  const std::vector<exporting::SigmaRule> rules_;
  pb::AnomalyDetectionResult result_;
};

}  // namespace

pb::AnomalyDetectionResult AnomalyDetection(const Input& input) { return Builder(input).Build(); }

}  // namespace metapowers::commands::detect
