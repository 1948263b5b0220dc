#include "service/export/sigma.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/declared_values.h"
#include "service/export/file.h"
#include "service/export/sigma_words.h"
#include "service/export/yaml.h"
#include "service/knowledge/logging.h"

namespace metapowers::exporting {

namespace {

namespace k = knowledge::v1;
using analysis::AppliedDetection;
using analysis::DeclaredValuesOf;
using analysis::DetectionThreshold;
using analysis::LogSource;

// One event rule of a detection while it is put together.
struct EventRule {
  Yaml detection = Yaml::Map();
  std::string condition;
  std::string source;  // that test events are of
  std::string known;   // a declared value of it, where the rule has any
};

// Takes a selection that the model has no values for out of a condition. Rows have such selections only behind
// "and not".
void LeaveOut(const k::EventSelection& selection, std::string& condition) {
  const std::string name =
      selection.per_source() ? absl::StrCat("1 of ", selection.name(), "_*") : std::string(selection.name());
  condition = absl::StrReplaceAll(condition, {{absl::StrCat(" and not ", name), ""}});
}

// " and not limited" keeps callers with a limit of their own out of the rule for all others.
constexpr absl::string_view kLimited = "limited";

class Writer {
 public:
  Writer(const analysis::Landscape& landscape, const analysis::Detections& detections, const std::string& topic)
      : landscape_(landscape), detections_(detections), topic_(topic) {
    for (const AppliedDetection& each : detections.all()) {
      for (const AppliedDetection* joined : each.joins) {
        const auto& fields = each.row->correlation().group_by();
        joined_by_[joined].insert(fields.begin(), fields.end());
      }
    }
  }

  std::vector<SigmaRule> Write() && {
    for (const AppliedDetection& detection : detections_.all()) {
      if (detection.row->selections_size() == 0) continue;
      AddEventRules(detection, detection.sources, nullptr);
      for (const DetectionThreshold& limit : detection.limits) AddEventRules(detection, limit.sources, &limit);
    }
    for (const AppliedDetection& detection : detections_.all()) {
      if (detection.row->has_correlation()) {
        AddCorrelation(detection);
        for (const DetectionThreshold& limit : detection.limits) AddLimit(detection, limit);
      } else if (joined_by_.contains(&detection) && names_[&detection].size() > 1) {
        AddAnyOf(detection);
      }
    }
    std::sort(rules_.begin(), rules_.end(), [](const SigmaRule& a, const SigmaRule& b) { return a.name < b.name; });
    return std::move(rules_);
  }

 private:
  // --- Rules on events ---

  // Of the callers of one limit; without one of all others.
  void AddEventRules(const AppliedDetection& detection, const std::vector<const LogSource*>& from,
                     const DetectionThreshold* limit) {
    std::map<SigmaSource, std::vector<const LogSource*>> groups;
    for (const LogSource* source : from) {
      groups[{source->category, source->product, source->service}].push_back(source);
    }
    for (const auto& [triple, sources] : groups) AddEventRule(detection, triple, sources, limit);
  }

  void AddEventRule(const AppliedDetection& detection, const SigmaSource& triple,
                    const std::vector<const LogSource*>& sources, const DetectionThreshold* limit) {
    const k::Detection& row = *detection.row;
    SigmaRule rule;
    rule.name = absl::StrCat(NameOf(detection, limit), "-", triple.Slug());
    rule.detection = &detection;
    Yaml yaml = Head(rule, absl::StrCat(TitleOf(detection, limit), " (", triple.Slug(), ")"),
                     absl::StrCat(row.description(), " First: ", row.response()), detection);
    yaml.Set("tags", Yaml::Texts(SigmaTags(row)));
    Yaml source = Yaml::Map();
    if (!triple.category.empty()) source.Set("category", Yaml::Text(triple.category));
    if (!triple.product.empty()) source.Set("product", Yaml::Text(triple.product));
    if (!triple.service.empty()) source.Set("service", Yaml::Text(triple.service));
    source.Set("definition", Yaml::Text(Definition(sources)));
    yaml.Set("logsource", std::move(source));
    EventRule event = Detection(row, sources);
    AddCallers(detection, limit, event);
    event.detection.Set("condition", Yaml::Text(event.condition));
    yaml.Set("detection", std::move(event.detection));
    Tail(yaml, row, row.has_correlation() ? "informational" : Level(row));
    rule.yaml = yaml.Write();
    rule.matching_event = OfCallers(row, limit, Fill(row.matching_event(), event));
    rule.other_event = OfCallers(row, limit, OtherEvent(row, event));
    (limit == nullptr ? names_[&detection] : limited_names_[limit]).push_back(rule.name);
    rules_.push_back(std::move(rule));
  }

  EventRule Detection(const k::Detection& row, const std::vector<const LogSource*>& sources) const {
    EventRule rule;
    rule.condition = row.condition();
    rule.source = sources.front()->element_id;
    for (const k::EventSelection& selection : row.selections()) {
      bool any = false;
      if (selection.per_source()) {
        for (const LogSource* source : sources) any |= AddSelection(selection, source, rule);
      } else {
        any = AddSelection(selection, nullptr, rule);
      }
      if (!any) LeaveOut(selection, rule.condition);
    }
    return rule;
  }

  static std::string NameOf(const AppliedDetection& detection, const DetectionThreshold* limit) {
    if (limit == nullptr) return detection.row->id();
    return absl::StrCat(detection.row->id(), "-of-", limit->callers->id());
  }

  static std::string TitleOf(const AppliedDetection& detection, const DetectionThreshold* limit) {
    if (limit == nullptr) return detection.row->title();
    return absl::StrCat(detection.row->title(), ": ", limit->callers->id());
  }

  static void AddCallers(const AppliedDetection& detection, const DetectionThreshold* limit, EventRule& rule) {
    if (detection.limits.empty()) return;
    Yaml fields = Yaml::Map();
    if (limit != nullptr) {
      fields.Set(detection.row->correlation().caller_class(), Yaml::Text(limit->callers->id()));
    } else {
      std::vector<std::string> classes;
      for (const DetectionThreshold& each : detection.limits) classes.push_back(each.callers->id());
      fields.Set(detection.row->correlation().caller_class(), Yaml::Texts(classes));
    }
    rule.detection.Set(std::string(kLimited), std::move(fields));
    absl::StrAppend(&rule.condition, limit == nullptr ? " and not " : " and ", kLimited);
  }

  // A test event as one of these callers causes it.
  static std::string OfCallers(const k::Detection& row, const DetectionThreshold* limit, std::string event) {
    if (limit == nullptr) return event;
    return absl::StrCat("{\"", row.correlation().caller_class(), "\": \"", limit->callers->id(), "\", ",
                        event.substr(1));
  }

  // False where the model has no values for it. Without a source it is for all of them.
  bool AddSelection(const k::EventSelection& selection, const LogSource* source, EventRule& rule) const {
    Yaml fields = Yaml::Map();
    std::string known;
    for (const k::EventField& field : selection.fields()) {
      std::vector<std::string> values(field.values().begin(), field.values().end());
      if (field.values_from() != k::DECLARED_VALUES_UNSPECIFIED) {
        values = DeclaredValuesOf(landscape_, field.values_from(), source);
        if (values.empty()) return false;
        known = values.front();
        for (std::string& value : values) value = SigmaLiteral(value);
      }
      AddField(field, values, source, rule, fields);
    }
    if (!known.empty() && rule.known.empty()) {
      rule.known = known;
      if (source != nullptr) rule.source = source->element_id;
    }
    const std::string name =
        source == nullptr ? selection.name()
                          : absl::StrCat(selection.name(), "_", absl::StrReplaceAll(source->element_id, {{"-", "_"}}));
    rule.detection.Set(name, std::move(fields));
    return true;
  }

  static void AddField(const k::EventField& field, const std::vector<std::string>& values, const LogSource* source,
                       const EventRule& rule, Yaml& fields) {
    std::string key = field.field();
    for (const std::string& modifier : field.modifiers()) absl::StrAppend(&key, "|", modifier);
    if (field.absent()) {
      Yaml none = Yaml::List();
      none.Add(Yaml::Null()).Add(Yaml::Text(""));
      fields.Set(key, std::move(none));
      return;
    }
    const k::LogField* known = knowledge::FindLogField(field.field());
    const bool number = known != nullptr && known->type() == k::LOG_FIELD_TYPE_NUMBER;
    std::vector<Yaml> items;
    for (const std::string& value : values) {
      int64_t parsed = 0;
      if (number && absl::SimpleAtoi(value, &parsed)) {
        items.push_back(Yaml::Number(parsed));
      } else {
        items.push_back(Yaml::Text(absl::StrReplaceAll(
            value, {{"{source}", SigmaLiteral(source == nullptr ? rule.source : source->element_id)}})));
      }
    }
    if (items.size() == 1) {
      fields.Set(key, std::move(items.front()));
      return;
    }
    Yaml list = Yaml::List();
    for (Yaml& item : items) list.Add(std::move(item));
    fields.Set(key, std::move(list));
  }

  static std::string Fill(const std::string& text, const EventRule& rule) {
    return absl::StrReplaceAll(text, {{"{source}", rule.source}, {"{known}", rule.known}});
  }

  // Where the model has none of the values that would make an event harmless, one of another action is the counterpart.
  static std::string OtherEvent(const k::Detection& row, const EventRule& rule) {
    static const std::string kAction = "\"event.action\": \"";
    if (!rule.known.empty() || !absl::StrContains(row.other_event(), "{known}")) return Fill(row.other_event(), rule);
    std::string event = Fill(row.matching_event(), rule);
    if (const size_t at = event.find(kAction); at != std::string::npos) event.insert(at + kAction.size(), "no-");
    return event;
  }

  static std::string Definition(const std::vector<const LogSource*>& sources) {
    std::vector<std::string> keys;
    for (const LogSource* source : sources) keys.push_back(source->key);
    return absl::StrCat("Fields of ", knowledge::LogKinds().field_standard(), " and event.action as the log sources ",
                        absl::StrJoin(keys, ", "), " name it");
  }

  // --- Rules on rules ---

  void AddCorrelation(const AppliedDetection& detection) {
    const k::Detection& row = *detection.row;
    const k::EventCorrelation& correlation = row.correlation();
    std::vector<std::string> rules = names_[&detection];
    for (const AppliedDetection* joined : detection.joins) rules.push_back(TopRule(*joined));
    Yaml body =
        Body(SigmaCorrelationType(correlation.kind()), rules, correlation.group_by(), detection.threshold.minutes);
    Yaml condition = Yaml::Map();
    // Of a rule that joins others the number of those: all of them.
    condition.Set(
        "gte", Yaml::Number(detection.joins.empty() ? detection.threshold.value : static_cast<int64_t>(rules.size())));
    if (!correlation.field().empty()) condition.Set("field", Yaml::Text(correlation.field()));
    body.Set("condition", std::move(condition));
    if (!detection.joins.empty()) KeepJoined(body);
    Add(detection, nullptr, absl::StrCat(row.description(), " First: ", row.response()), std::move(body), Level(row));
  }

  // Without it a converter drops the rules that a correlation names: right for events that count only together, wrong
  // for detections that call by themselves.
  static void KeepJoined(Yaml& body) { body.Set("generate", Yaml::Truth(true)); }

  void AddLimit(const AppliedDetection& detection, const DetectionThreshold& limit) {
    const k::Detection& row = *detection.row;
    const k::EventCorrelation& correlation = row.correlation();
    Yaml body = Body(SigmaCorrelationType(correlation.kind()), limited_names_[&limit],
                     analysis::GroupByOf(correlation, limit), limit.minutes);
    Yaml condition = Yaml::Map();
    condition.Set("gt", Yaml::Number(limit.value));
    body.Set("condition", std::move(condition));
    Add(detection, &limit, absl::StrCat(row.description(), " First: ", row.response()), std::move(body), Level(row));
  }

  // One name for a detection that reads several kinds of log, for those that join it.
  void AddAnyOf(const AppliedDetection& detection) {
    const std::set<std::string>& fields = joined_by_[&detection];
    Yaml body = Body("event_count", names_[&detection], {fields.begin(), fields.end()}, 1);
    Yaml condition = Yaml::Map();
    condition.Set("gte", Yaml::Number(1));
    body.Set("condition", std::move(condition));
    KeepJoined(body);
    Add(detection, nullptr, absl::StrCat("Any of the rules of this detection. ", detection.row->description()),
        std::move(body), "informational");
  }

  static Yaml Body(absl::string_view type, const std::vector<std::string>& rules,
                   const google::protobuf::RepeatedPtrField<std::string>& group_by, int minutes) {
    Yaml body = Yaml::Map();
    body.Set("type", Yaml::Text(type));
    body.Set("rules", Yaml::Texts(rules));
    body.Set("group-by", Yaml::Texts({group_by.begin(), group_by.end()}));
    body.Set("timespan", Yaml::Text(SigmaTimespan(minutes)));
    return body;
  }

  void Add(const AppliedDetection& detection, const DetectionThreshold* limit, const std::string& description,
           Yaml body, absl::string_view level) {
    SigmaRule rule;
    rule.name = NameOf(detection, limit);
    rule.detection = &detection;
    rule.correlation = true;
    Yaml yaml = Head(rule, TitleOf(detection, limit), description, detection);
    yaml.Set("tags", Yaml::Texts(SigmaTags(*detection.row)));
    yaml.Set("correlation", std::move(body));
    Tail(yaml, *detection.row, level);
    rule.yaml = yaml.Write();
    rules_.push_back(std::move(rule));
  }

  std::string TopRule(const AppliedDetection& detection) {
    const std::vector<std::string>& names = names_[&detection];
    return detection.row->has_correlation() || names.size() != 1 ? detection.row->id() : names.front();
  }

  // --- Both ---

  Yaml Head(SigmaRule& rule, const std::string& title, const std::string& description,
            const AppliedDetection& detection) const {
    rule.uuid = ExportId(absl::StrCat(topic_, "/", rule.name));
    Yaml yaml = Yaml::Map();
    yaml.Set("title", Yaml::Text(title));
    yaml.Set("id", Yaml::Text(rule.uuid));
    yaml.Set("name", Yaml::Text(rule.name));
    yaml.Set("taxonomy", Yaml::Text("ecs"));
    // A rule becomes stable when its owner has tuned it, which is nothing that a model can know.
    yaml.Set("status", Yaml::Text(detection.running ? "test" : "experimental"));
    yaml.Set("description", Yaml::Text(description));
    yaml.Set("author", Yaml::Text("metapowers"));
    yaml.Set("date", Yaml::Text(landscape_.model().proto().as_of()));
    return yaml;
  }

  static void Tail(Yaml& yaml, const k::Detection& row, absl::string_view level) {
    yaml.Set("falsepositives", Yaml::Texts({row.false_positives().begin(), row.false_positives().end()}));
    yaml.Set("level", Yaml::Text(level));
  }

  static std::string Level(const k::Detection& row) { return model::YamlName(row.level()); }

  const analysis::Landscape& landscape_;
  const analysis::Detections& detections_;
  const std::string topic_;
  std::map<const AppliedDetection*, std::set<std::string>> joined_by_;  // fields that those who join it group by
  std::map<const AppliedDetection*, std::vector<std::string>> names_;   // of the event rules
  std::map<const DetectionThreshold*, std::vector<std::string>> limited_names_;
  std::vector<SigmaRule> rules_;
};

}  // namespace

std::vector<SigmaRule> WriteSigma(const analysis::Landscape& landscape, const analysis::Detections& detections,
                                  const std::string& topic) {
  return Writer(landscape, detections, topic).Write();
}

SigmaTestEvents TestEventsOf(const std::vector<SigmaRule>& rules, const std::string& topic) {
  std::vector<std::string> entries;
  for (const SigmaRule& rule : rules) {
    if (rule.correlation) continue;
    entries.push_back(absl::StrCat("    {\"rule\": \"", rule.name, "\", \"id\": \"", rule.uuid,
                                   "\",\n     \"matches\": ", rule.matching_event,
                                   ",\n     \"other\": ", rule.other_event, "}"));
  }
  const std::string mark = absl::StrCat("\"events_of\": \"", ExportId(topic), "\"");
  return {absl::StrCat("{\n  ", mark, ",\n  \"events\": [\n", absl::StrJoin(entries, ",\n"), "\n  ]\n}\n"), mark};
}

}  // namespace metapowers::exporting
