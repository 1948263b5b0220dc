#include "service/analysis/log_pipeline.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "service/analysis/attributes.h"
#include "service/analysis/terms.h"
#include "service/knowledge/logging.h"
#include "service/knowledge/rules.h"
#include "service/model/schema.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;
using model::v1::DataClass;

std::string DueOf(const model::Model& model, model::v1::Severity severity) {
  return model::FormatDate(model.as_of() + knowledge::GapTermDays(severity));
}

template <class List>
bool Has(const List& list, int value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool IsGap(const LogSource& source) { return source.gap(); }

// Whether some elements are known to write no log, and none is known to write one.
bool NoneWritten(const LogSources& sources) {
  bool none = false;
  for (const LogSource& source : sources.all()) {
    if (source.collection != LogCollection::kNone && source.collection != LogCollection::kUnknown) return false;
    none = none || source.collection == LogCollection::kNone;
  }
  return none;
}

// --- Rules of the pipeline --------------------------------------------------------------------------------

PipelineRuleFact Judge(const Element& system, const LogSources& sources, const k::PipelineRule& rule) {
  PipelineRuleFact fact{&rule, RuleState::kUnknown, "", ""};
  bool met = !rule.met().empty();
  std::vector<std::string> says;
  for (const k::AttributeMatch& row : rule.met()) {
    const Condition condition = *Condition::Compile(k::THREAT_SUBJECT_SYSTEM, row);
    if (condition.Judge(system) == Truth::kYes) {
      says.push_back(condition.Say(system));
    } else {
      met = false;
    }
  }
  if (met && rule.needs_collection() && !sources.AnyCollected()) {
    fact.fact = absl::StrJoin(says, ", ");
    if (!std::any_of(sources.all().begin(), sources.all().end(), IsGap)) return fact;
    fact.state = RuleState::kBroken;
    absl::StrAppend(&fact.fact, sources.AllStay() ? ", and no log leaves the machine that writes it"
                                                  : ", and no log is known to be collected");
    fact.due = DueOf(system.landscape->model(), rule.severity());
    return fact;
  }
  if (met) {
    fact.fact = absl::StrJoin(says, ", ");
    fact.state = NoneWritten(sources) ? RuleState::kUnknown : RuleState::kMet;
    return fact;
  }
  for (const k::AttributeMatch& row : rule.broken()) {
    const Condition condition = *Condition::Compile(k::THREAT_SUBJECT_SYSTEM, row);
    if (condition.Judge(system) != Truth::kYes) continue;
    fact.state = RuleState::kBroken;
    fact.fact = condition.Say(system);
    fact.due = DueOf(system.landscape->model(), rule.severity());
  }
  return fact;
}

// --- Redaction --------------------------------------------------------------------------------------------

Redaction StateOf(const model::v1::Logging& logging, const k::RedactionRule& rule, bool never) {
  const model::v1::RedactionPoint point = logging.redaction();
  if (point == model::v1::REDACTION_POINT_NONE) return never ? Redaction::kNowhere : Redaction::kMinimise;
  if (!Has(logging.redacted(), rule.category())) {
    // A list that names other kinds says that this one is not removed.
    if (logging.redacted().empty()) return Redaction::kUnknown;
    return never ? Redaction::kNotListed : Redaction::kMinimise;
  }
  switch (point) {
    case model::v1::REDACTION_POINT_SOURCE:
      return Redaction::kAtSource;
    case model::v1::REDACTION_POINT_INGESTION:
      return never ? Redaction::kLateAtIngestion : Redaction::kAtIngestion;
    case model::v1::REDACTION_POINT_QUERY:
      return Redaction::kLateAtQuery;
    default:
      return Redaction::kUnknown;
  }
}

// Whether a component that collects logs is a supplier's.
bool LeavesTheOrganisation(const LogSources& sources) {
  const std::vector<const LogSource*> platforms = sources.OfKind("log_platform_audit");
  return std::any_of(platforms.begin(), platforms.end(), [](const LogSource* platform) {
    const bool component = platform->element.subject == k::THREAT_SUBJECT_COMPONENT ||
                           platform->element.subject == k::THREAT_SUBJECT_EXTERNAL_ENTITY;
    return component && !platform->element.component().facts->component->third_party().empty();
  });
}

model::v1::Severity SeverityOf(Redaction state, model::v1::DataCategory category, bool leaves) {
  switch (state) {
    case Redaction::kNowhere:
    case Redaction::kNotListed:
    case Redaction::kLateAtQuery:
      return model::v1::SEVERITY_HIGH;
    case Redaction::kLateAtIngestion:
      return leaves && (category == model::v1::DATA_CATEGORY_PAN || category == model::v1::DATA_CATEGORY_SAD)
                 ? model::v1::SEVERITY_HIGH
                 : model::v1::SEVERITY_MEDIUM;
    default:
      return model::v1::SEVERITY_UNSPECIFIED;
  }
}

// --- Retention --------------------------------------------------------------------------------------------

bool Covers(const k::LogRetentionDuty& duty, const LogSource& source) {
  switch (duty.scope()) {
    case k::LOG_SCOPE_PCI:
      return source.pci == PciScope::kCde || source.pci == PciScope::kConnected;
    case k::LOG_SCOPE_HIPAA:
      return source.hipaa;
    default:
      return true;
  }
}

bool FrameworkApplies(const Facts& facts, absl::string_view reference) {
  const absl::string_view framework = reference.substr(0, reference.find(':'));
  return std::any_of(facts.frameworks().begin(), facts.frameworks().end(),
                     [&](const FrameworkFact& fact) { return fact.applies && fact.id == framework; });
}

RuleState StateOf(const model::v1::Logging& logging, const k::LogRetentionDuty& duty) {
  const bool total_short = logging.has_total_retention_days() && logging.total_retention_days() < duty.total_days();
  const bool hot_short = logging.has_hot_retention_days() && logging.hot_retention_days() < duty.hot_days();
  if (total_short || hot_short) return RuleState::kBroken;
  const bool known = (duty.total_days() == 0 || logging.has_total_retention_days()) &&
                     (duty.hot_days() == 0 || logging.has_hot_retention_days());
  return known ? RuleState::kMet : RuleState::kUnknown;
}

// Whether none of them is collected, and some are known not to be: then what is declared of the platform keeps nothing.
bool NoneKept(const std::vector<const LogSource*>& sources) {
  return std::any_of(sources.begin(), sources.end(), [](const LogSource* source) { return source->gap(); }) &&
         std::none_of(sources.begin(), sources.end(), [](const LogSource* source) { return source->collected(); });
}

}  // namespace

std::vector<PipelineRuleFact> PipelineRules(const Landscape& landscape, const LogSources& sources) {
  const Element system = landscape.SystemElement();
  std::vector<PipelineRuleFact> facts;
  for (const k::PipelineRule& rule : knowledge::LoggingRules().pipeline())
    facts.push_back(Judge(system, sources, rule));
  return facts;
}

const k::RedactionVerdict& VerdictOf(Redaction state) {
  static constexpr absl::string_view kNames[] = {"at_source", "at_ingestion", "late_at_ingestion", "late_at_query",
                                                 "nowhere",   "not_listed",   "minimise",          "unknown"};
  for (const k::RedactionVerdict& verdict : knowledge::LoggingRules().verdicts()) {
    if (verdict.state() == kNames[static_cast<int>(state)]) return verdict;
  }
  return k::RedactionVerdict::default_instance();
}

std::vector<RedactionFact> Redactions(const Landscape& landscape, const LogSources& sources) {
  const bool leaves = LeavesTheOrganisation(sources);
  const model::v1::SystemModel& proto = landscape.model().proto();
  std::vector<RedactionFact> facts;
  for (const k::RedactionRule& rule : knowledge::LoggingRules().redactions()) {
    RedactionFact fact;
    fact.rule = &rule;
    fact.by_policy = Has(proto.policy_parameters().never_logged(), rule.category());
    fact.never = fact.by_policy || rule.never();
    for (const DataClass& data : proto.data_classes()) {
      if (HasCategory(data, {rule.category()})) fact.classes.push_back(&data);
    }
    if (fact.classes.empty() && !fact.by_policy) continue;
    for (const Element& element : landscape.ElementsOf(k::THREAT_SUBJECT_COMPONENT)) {
      const bool handles = (element.component().handled.categories & (uint64_t{1} << rule.category())) != 0;
      if (handles) fact.components.push_back(CurrentId(element));
    }
    fact.state = StateOf(proto.logging(), rule, fact.never);
    fact.severity = SeverityOf(fact.state, rule.category(), leaves);
    if (fact.finding()) fact.due = DueOf(landscape.model(), fact.severity);
    facts.push_back(std::move(fact));
  }
  return facts;
}

std::vector<RetentionFact> Retentions(const Landscape& landscape, const LogSources& sources) {
  std::vector<RetentionFact> facts;
  for (const k::LogRetentionDuty& duty : knowledge::LoggingRules().retentions()) {
    if (!FrameworkApplies(landscape.facts(), duty.reference())) continue;
    RetentionFact fact{&duty, {}, RuleState::kUnknown, false, ""};
    for (const LogSource& source : sources.all()) {
      if (Covers(duty, source)) fact.sources.push_back(&source);
    }
    if (fact.sources.empty()) continue;
    fact.state = StateOf(landscape.model().proto().logging(), duty);
    fact.none_kept = fact.state == RuleState::kMet && NoneKept(fact.sources);
    if (fact.none_kept) fact.state = RuleState::kBroken;
    if (fact.state == RuleState::kBroken) fact.due = DueOf(landscape.model(), model::v1::SEVERITY_HIGH);
    facts.push_back(std::move(fact));
  }
  return facts;
}

std::vector<DataRetentionFact> DataRetentions(const model::Model& model) {
  std::vector<DataRetentionFact> facts;
  const model::v1::Logging& logging = model.proto().logging();
  if (!logging.has_total_retention_days()) return facts;
  for (const model::v1::DataClass& data : model.proto().data_classes()) {
    if (!data.has_retention_days()) continue;
    const bool log_data = HasCategory(data, {model::v1::DATA_CATEGORY_LOGS});
    const bool outlived = IsPersonal(data) && data.retention_days() < logging.total_retention_days();
    if (!log_data && !outlived) continue;
    facts.push_back({&data, log_data, log_data && data.retention_days() != logging.total_retention_days()});
  }
  return facts;
}

LogVolume VolumeOf(const model::Model& model, const LogSources& sources) {
  const model::v1::Logging& logging = model.proto().logging();
  LogVolume volume;
  int64_t bytes = 0;
  for (const LogSource& source : sources.all()) {
    if (!source.takes_rate) continue;
    if (!source.per_second.has_value()) {
      volume.unknown.push_back(&source);
      continue;
    }
    volume.counted.push_back(&source);
    volume.per_second += *source.per_second;
    bytes += source.bytes_per_day.value_or(0);
  }
  const auto by_element = [](const LogSource* a, const LogSource* b) { return a->element_id < b->element_id; };
  std::sort(volume.counted.begin(), volume.counted.end(), by_element);
  std::sort(volume.unknown.begin(), volume.unknown.end(), by_element);
  if (logging.has_average_event_bytes() && !volume.counted.empty()) {
    volume.bytes_per_day = bytes;
    if (logging.has_cost_per_gb()) volume.cost_per_day = static_cast<double>(bytes) / 1e9 * logging.cost_per_gb();
  }
  return volume;
}

std::string Bytes(int64_t bytes) {
  const double value = static_cast<double>(bytes);
  if (value >= 1e12) return absl::StrFormat("%.1f TB", value / 1e12);
  if (value >= 1e9) return absl::StrFormat("%.1f GB", value / 1e9);
  if (value >= 1e6) return absl::StrFormat("%.0f MB", value / 1e6);
  if (value >= 1e3) return absl::StrFormat("%.0f kB", value / 1e3);
  return absl::StrCat(bytes, " bytes");
}

std::string RetentionOf(const model::Model& model) {
  const model::v1::Logging& logging = model.proto().logging();
  std::vector<std::string> parts;
  if (logging.has_hot_retention_days()) parts.push_back(absl::StrCat(Days(logging.hot_retention_days()), " hot"));
  if (logging.has_total_retention_days()) {
    parts.push_back(absl::StrCat(Days(logging.total_retention_days()), " in all"));
  }
  return absl::StrJoin(parts, ", ");
}

}  // namespace metapowers::analysis
