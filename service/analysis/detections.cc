#include "service/analysis/detections.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/analysis/detection_alerts.h"
#include "service/analysis/forwarding.h"
#include "service/analysis/log_view.h"
#include "service/analysis/request_limits.h"
#include "service/knowledge/detections.h"
#include "service/knowledge/threats.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;
using model::v1::Alert;

template <class Range, class Value>
bool Has(const Range& range, const Value& value) {
  return std::find(range.begin(), range.end(), value) != range.end();
}

// An alert that names no component watches all.
bool Watches(const Alert& alert, absl::string_view element_id) {
  return alert.components().empty() || Has(alert.components(), element_id);
}

bool AnyWatches(const AppliedDetection& detection, absl::string_view element_id) {
  return std::any_of(detection.alerts.begin(), detection.alerts.end(),
                     [element_id](const Alert* alert) { return Watches(*alert, element_id); });
}

// Whether logs that the row reads record what passes over the flow.
bool Records(const k::Detection& row, const model::v1::Flow& flow) {
  if (row.protocol_families().empty() && row.protocols().empty()) return true;
  if (flow.protocol().empty()) return true;
  const k::Protocol* protocol = knowledge::FindProtocol(flow.protocol());
  if (protocol == nullptr) return false;
  return Has(row.protocols(), protocol->name()) ||
         std::any_of(protocol->families().begin(), protocol->families().end(),
                     [&row](int family) { return Has(row.protocol_families(), family); });
}

// Whether the row is about threats on elements of this kind at all.
bool IsAbout(const k::Detection& row, const Element& element) {
  if (element.subject == k::THREAT_SUBJECT_FLOW) return Records(row, *element.flow().flow);
  if (row.credential_kinds().empty() || element.subject != k::THREAT_SUBJECT_CREDENTIAL) return true;
  return Has(row.credential_kinds(), static_cast<const model::v1::Credential&>(*element.message).kind());
}

// Whether the log is of an end of the flow where the row looks.
bool IsAtPlace(const k::Detection& row, const Element& element, const LogSource& source) {
  if (!row.at_target() || element.subject != k::THREAT_SUBJECT_FLOW) return true;
  const Landscape& landscape = *element.landscape;
  const ComponentView& target = landscape.components()[element.flow().target];
  if (source.element_id == target.facts->component->id()) return true;
  return Forwards(target) && std::any_of(target.outbound.begin(), target.outbound.end(), [&](int index) {
           const ComponentView& behind = landscape.components()[landscape.flows()[index].target];
           return source.element_id == behind.facts->component->id();
         });
}

// How the detection sees the threat in this log.
Sight SightThrough(const LogSource& source, const AppliedDetection& detection, const Threat& threat) {
  if (source.collected()) return Sight::kDetected;
  if (source.gap()) return Sight::kNotCollected;
  const bool read = AnyWatches(detection, source.element_id) || AnyWatches(detection, threat.element_id());
  return read ? Sight::kDetected : Sight::kUnconfirmed;
}

// Rows by the rules that they name, and by technique for rules that none names.
class RowIndex {
 public:
  RowIndex() {
    for (const k::Detection& row : knowledge::Detections().detections()) {
      for (const std::string& rule : row.rules()) by_rule_[rule].push_back(&row);
      for (const std::string& technique : row.attack()) by_technique_[technique].push_back(&row);
    }
  }

  // In the order of the data.
  std::vector<const k::Detection*> For(const k::ThreatRule& rule) const {
    const auto named = by_rule_.find(rule.id());
    if (named != by_rule_.end()) return named->second;
    if (!knowledge::SilenceOf(rule.id()).empty()) return {};
    std::vector<const k::Detection*> rows;
    for (const std::string& technique : rule.attack()) {
      const auto found = by_technique_.find(technique);
      if (found == by_technique_.end()) continue;
      for (const k::Detection* row : found->second) {
        if (!Has(rows, row)) rows.push_back(row);
      }
    }
    return rows;
  }

 private:
  std::map<std::string, std::vector<const k::Detection*>, std::less<>> by_rule_;
  std::map<std::string, std::vector<const k::Detection*>, std::less<>> by_technique_;
};

}  // namespace

class DetectionsBuilder {
 public:
  DetectionsBuilder(const Threats& threats, const LogSources& sources)
      : threats_(threats), sources_(sources), view_(threats.landscape(), sources) {}

  std::unique_ptr<const Detections> Build() {
    for (const Threat& threat : threats_.all()) {
      if (threat.status != ThreatStatus::kFalsePositive) Look(threat);
    }
    AddControlFailures();
    AddApplied();
    AddJoined();
    AddSights();
    AddTechniques();
    return std::unique_ptr<const Detections>(std::move(result_));
  }

 private:
  // What is known of a row before pointers to it are stable.
  struct Draft {
    std::set<const LogSource*> sources;
    std::vector<const Threat*> threats;  // by key, as all() of the threats is
  };

  struct Seen {
    std::vector<std::pair<const k::Detection*, const LogSource*>> pairs;
    std::set<std::string> missing;
    bool other_protocol = false;  // rows name the rule, of which none is about the protocol of the flow
  };

  const model::Model& model() const { return threats_.landscape().model(); }

  const std::vector<const LogSource*>& SourcesOn(const Threat& threat) {
    const auto [found, is_new] = sources_on_.try_emplace(threat.element.message);
    if (is_new) found->second = view_.SourcesOn(threat.element);
    return found->second;
  }

  void Look(const Threat& threat) {
    Seen seen;
    const std::vector<const LogSource*>& sources = SourcesOn(threat);
    for (const k::Detection* row : rows_.For(*threat.rule)) {
      if (row->log_kinds().empty()) continue;  // it joins others
      if (!IsAbout(*row, threat.element)) {
        seen.other_protocol |= threat.element.subject == k::THREAT_SUBJECT_FLOW;
        continue;
      }
      bool any = false;
      for (const LogSource* source : sources) {
        if (!Has(row->log_kinds(), source->kind->id()) || !IsAtPlace(*row, threat.element, *source)) continue;
        seen.pairs.emplace_back(row, source);
        drafts_[row].sources.insert(source);
        any = true;
      }
      if (any) {
        drafts_[row].threats.push_back(&threat);
      } else if (!row->at_target() || !row->protocols().empty() || !row->protocol_families().empty()) {
        // Of an accepting end of any kind nobody can say that it would write such a log.
        seen.missing.insert(row->log_kinds().begin(), row->log_kinds().end());
      }
    }
    seen_.emplace_back(&threat, std::move(seen));
  }

  void AddControlFailures() {
    for (const k::Detection& row : knowledge::Detections().detections()) {
      if (!row.control_failure()) continue;
      for (const std::string& kind : row.log_kinds()) {
        for (const LogSource* source : sources_.OfKind(kind)) drafts_[&row].sources.insert(source);
      }
    }
  }

  void AddApplied() {
    std::vector<const k::Detection*> rows;
    for (const k::Detection& row : knowledge::Detections().detections()) {
      if (drafts_.contains(&row) || Joins(row)) rows.push_back(&row);
    }
    std::sort(rows.begin(), rows.end(), [](const auto* a, const auto* b) { return a->id() < b->id(); });
    result_->all_.reserve(rows.size());
    for (const k::Detection* row : rows) {
      AppliedDetection& applied = result_->all_.emplace_back();
      applied.row = row;
      if (const auto draft = drafts_.find(row); draft != drafts_.end()) {
        applied.sources.assign(draft->second.sources.begin(), draft->second.sources.end());
        applied.threats = draft->second.threats;
      }
    }
  }

  // Whether it joins others, all of which apply.
  bool Joins(const k::Detection& row) const {
    const auto& joined = row.correlation().detections();
    return !joined.empty() && std::all_of(joined.begin(), joined.end(), [this](const std::string& id) {
      return drafts_.contains(knowledge::FindDetection(id));
    });
  }

  void AddJoined() {
    for (AppliedDetection& applied : result_->all_) {
      std::set<const LogSource*> sources(applied.sources.begin(), applied.sources.end());
      std::set<const Threat*> threats(applied.threats.begin(), applied.threats.end());
      for (const std::string& id : applied.row->correlation().detections()) {
        const AppliedDetection* joined = result_->Find(id);
        applied.joins.push_back(joined);
        sources.insert(joined->sources.begin(), joined->sources.end());
        for (const Threat* threat : joined->threats) {
          if (Has(applied.row->rules(), threat->rule->id())) threats.insert(threat);
        }
      }
      applied.sources.assign(sources.begin(), sources.end());
      applied.threats.assign(threats.begin(), threats.end());
      Complete(applied);
    }
  }

  void Complete(AppliedDetection& applied) {
    std::sort(applied.sources.begin(), applied.sources.end(),
              [](const LogSource* a, const LogSource* b) { return a->key < b->key; });
    std::sort(applied.threats.begin(), applied.threats.end());  // by key, as Threats keeps them
    std::map<std::string, int> teams;
    for (const LogSource* source : applied.sources) {
      applied.collected += source->collected() ? 1 : 0;
      ++teams[source->team];
    }
    applied.team = model().proto().owner_team();
    int most = 0;
    for (const auto& [team, count] : teams) {
      if (count > most) std::tie(applied.team, most) = std::make_pair(team, count);
    }
    for (const Threat* threat : applied.threats) applied.open += threat->open() ? 1 : 0;
    AddAlerts(applied);
    applied.running = std::any_of(applied.sources.begin(), applied.sources.end(), [this, &applied](const auto* source) {
      return source->collected() || (!source->gap() && IsRead(*source, applied));
    });
  }

  // Whether an alert for the same watches the element of the log, or one whose threats the log shows.
  bool IsRead(const LogSource& source, const AppliedDetection& applied) {
    if (applied.alerts.empty()) return false;
    return AnyWatches(applied, source.element_id) ||
           std::any_of(applied.threats.begin(), applied.threats.end(), [&](const Threat* threat) {
             return AnyWatches(applied, threat->element_id()) && Has(SourcesOn(*threat), &source);
           });
  }

  void AddAlerts(AppliedDetection& applied) const {
    const k::EventCorrelation& correlation = applied.row->correlation();
    for (const Alert& alert : model().proto().monitoring().alerts()) {
      if (IsFor(alert, applied)) applied.alerts.push_back(&alert);
    }
    DetectionThreshold& threshold = applied.threshold;
    threshold.value = correlation.starting_value();
    threshold.minutes = correlation.minutes();
    if (correlation.starting_value() == 0) return;  // it does not count
    for (const Alert* alert : applied.alerts) {
      if (alert->threshold() <= 0 || alert->window_minutes() <= 0 || !CountsTheSame(*alert, correlation)) continue;
      threshold.value = alert->threshold();
      threshold.minutes = alert->window_minutes();
      threshold.alert = alert;
      return;
    }
    if (!correlation.caller_class().empty()) AddLimits(applied);
  }

  void AddLimits(AppliedDetection& applied) const {
    const Landscape& landscape = threats_.landscape();
    std::map<std::string, std::vector<const LogSource*>> seen;  // by id of the class
    for (const LogSource* source : applied.sources) {
      const int component = landscape.IndexOf(source->element_id);
      if (component < 0) continue;
      std::set<std::string> classes;
      for (const model::v1::Api* api : InterfacesBehind(landscape, component)) {
        classes.insert(api->consumers().begin(), api->consumers().end());
      }
      for (const std::string& id : classes) seen[id].push_back(source);
    }
    for (auto& [id, sources] : seen) {
      const auto* callers = model().Find<model::v1::ConsumerClass>(id);
      if (callers == nullptr || callers->requests_per_minute() <= 0) continue;
      applied.limits.push_back({callers->requests_per_minute(), 1, nullptr, callers, std::move(sources)});
    }
  }

  // An alert on the same that watches, where it says so, something that the detection is about.
  static bool IsFor(const Alert& alert, const AppliedDetection& applied) {
    if (!IsOnTheSame(alert, *applied.row)) return false;
    return alert.components().empty() ||
           std::any_of(applied.sources.begin(), applied.sources.end(),
                       [&](const LogSource* source) { return Watches(alert, source->element_id); }) ||
           std::any_of(applied.threats.begin(), applied.threats.end(),
                       [&](const Threat* threat) { return Watches(alert, threat->element_id()); });
  }

  void AddSights() {
    result_->sights_.reserve(seen_.size());
    for (const auto& [threat, seen] : seen_) {
      result_->sight_of_[threat] = result_->sights_.size();
      ThreatSight& sight = result_->sights_.emplace_back();
      sight.threat = threat;
      if (seen.pairs.empty()) {
        sight.reason = knowledge::SilenceOf(threat->rule->id());
        if (seen.other_protocol && seen.missing.empty()) {
          sight.reason = absl::StrCat("no shipped detection reads a log of the protocol ",
                                      threat->element.flow().flow->protocol());
        }
        sight.missing.assign(seen.missing.begin(), seen.missing.end());
        sight.sight = !sight.missing.empty()  ? Sight::kNoLog
                      : !sight.reason.empty() ? Sight::kNoEvent
                                              : Sight::kNoDetection;
        continue;
      }
      sight.sight = Sight::kNotCollected;
      std::set<std::string> ids;
      std::map<std::string, const LogSource*> uncollected;
      for (const auto& [row, source] : seen.pairs) {
        sight.sight = std::min(sight.sight, SightThrough(*source, *result_->Find(row->id()), *threat));
        ids.insert(row->id());
        uncollected.emplace(source->key, source);
      }
      for (const std::string& id : ids) sight.detections.push_back(result_->Find(id));
      if (sight.sight == Sight::kDetected) continue;
      for (const auto& [key, source] : uncollected) sight.uncollected.push_back(source);
    }
  }

  void AddTechniques() {
    std::map<std::string, TechniqueCoverage> coverage;
    std::map<std::string, std::set<std::string>> detections;
    for (const ThreatSight& sight : result_->sights_) {
      if (!sight.threat->open()) continue;
      for (const std::string& technique : sight.threat->rule->attack()) {
        TechniqueCoverage& row = coverage[technique];
        ++row.open;
        if (sight.sight != Sight::kDetected) continue;
        ++row.detected;
        for (const AppliedDetection* detection : sight.detections) detections[technique].insert(detection->row->id());
      }
    }
    for (auto& [technique, row] : coverage) {
      row.technique = technique;
      row.detections.assign(detections[technique].begin(), detections[technique].end());
      result_->techniques_.push_back(std::move(row));
    }
  }

  const Threats& threats_;
  const LogSources& sources_;
  const LogView view_;
  const RowIndex rows_;
  std::map<const google::protobuf::Message*, std::vector<const LogSource*>> sources_on_;
  std::map<const k::Detection*, Draft> drafts_;
  std::vector<std::pair<const Threat*, Seen>> seen_;
  std::unique_ptr<Detections> result_{new Detections()};
};

std::unique_ptr<const Detections> Detections::Of(const Threats& threats, const LogSources& sources) {
  return DetectionsBuilder(threats, sources).Build();
}

const google::protobuf::RepeatedPtrField<std::string>& GroupByOf(const k::EventCorrelation& correlation,
                                                                 const DetectionThreshold& threshold) {
  const bool signed_in = threshold.callers != nullptr && threshold.callers->authenticated();
  return signed_in ? correlation.signed_in_group_by() : correlation.group_by();
}

const AppliedDetection* Detections::Find(absl::string_view id) const {
  const auto found = std::lower_bound(
      all_.begin(), all_.end(), id,
      [](const AppliedDetection& applied, absl::string_view wanted) { return applied.row->id() < wanted; });
  return found == all_.end() || found->row->id() != id ? nullptr : &*found;
}

const ThreatSight* Detections::SightOf(const Threat& threat) const {
  const auto found = sight_of_.find(&threat);
  return found == sight_of_.end() ? nullptr : &sights_[found->second];
}

}  // namespace metapowers::analysis
