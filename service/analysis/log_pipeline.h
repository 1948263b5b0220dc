// What the model says of the way of logs from source to deletion, against the shipped rules: redaction, retention,
// volume, integrity and access. Pure.
//
// Rules of the pipeline: met when all conditions of `met` hold, broken when one of `broken` holds, else a question. One
// that needs collection is never met where no log is known to be collected: it is broken where a log is known not to
// be, and a question where nothing is known of any. What is declared of logs of which none is known to be written, and
// some are known not to be, is a question too.
//
// Redaction: every kind of data with a rule that the system holds or that its policy names (`never_logged`). Whether it
// is removed, and where, are the model's `logging.redacted` and `logging.redaction`:
//   removed at the source                          met
//   removed at ingestion                           met; of what must never be logged a finding: it has left the
//   component removed when shown, or nowhere                 finding not in the list of what is removed finding for
//   what must never be logged, else minimise list and place unknown                         question
// "Must never be logged" is what the policy says, else the rule's own word (`never`). Card numbers and sensitive
// authentication data that reach a platform of a supplier have left the organisation: as severe as not removed at all.
//
// Retention: a duty counts where its framework applies and a source is in its scope. Days that the model does not say
// are a question; days that are enough keep nothing where no source in scope is collected and one is known not to be.
//
// Own retention of data: log data is kept as long as the logs are, or stands in conflict with them; personal data that
// is deleted before the logs are is outlived by what they hold of it.
//
// Volume: sum over the sources with a rate (log_sources.h); those without are named and not part of the sum.
#ifndef METAPOWERS_SERVICE_ANALYSIS_LOG_PIPELINE_H_
#define METAPOWERS_SERVICE_ANALYSIS_LOG_PIPELINE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "metapowers/knowledge/v1/logging_rules.pb.h"
#include "service/analysis/log_sources.h"

namespace metapowers::analysis {

enum class RuleState { kMet, kBroken, kUnknown };

struct PipelineRuleFact {
  const knowledge::v1::PipelineRule* rule = nullptr;
  RuleState state = RuleState::kUnknown;
  // What the model says. Of an unknown one empty, but for what is declared of logs that are not known to be written or,
  // where it needs collection, to be collected.
  std::string fact;
  std::string due;  // of a broken one
};
// In the order of the rules.
std::vector<PipelineRuleFact> PipelineRules(const Landscape& landscape, const LogSources& sources);

enum class Redaction {
  kAtSource,
  kAtIngestion,      // of what may be logged: enough
  kLateAtIngestion,  // of what must never be logged
  kLateAtQuery,
  kNowhere,
  kNotListed,  // of what must never be logged
  kMinimise,   // not removed, and need not be
  kUnknown,
};

struct RedactionFact {
  const knowledge::v1::RedactionRule* rule = nullptr;
  bool never = false;                                // must never be logged
  bool by_policy = false;                            // the policy says so
  std::vector<const model::v1::DataClass*> classes;  // of that kind, sorted by id
  std::vector<std::string> components;               // in scope that handle it, sorted
  Redaction state = Redaction::kUnknown;
  model::v1::Severity severity = model::v1::SEVERITY_UNSPECIFIED;  // of a finding
  std::string due;                                                 // of a finding
  bool finding() const { return severity != model::v1::SEVERITY_UNSPECIFIED; }
};
// The shipped row on a state.
const knowledge::v1::RedactionVerdict& VerdictOf(Redaction state);

// In the order of the rules.
std::vector<RedactionFact> Redactions(const Landscape& landscape, const LogSources& sources);

struct RetentionFact {
  const knowledge::v1::LogRetentionDuty* duty = nullptr;
  std::vector<const LogSource*> sources;  // in its scope
  RuleState state = RuleState::kUnknown;
  bool none_kept = false;  // broken although the declared days are enough: none of the sources is collected
  std::string due;         // of a broken one
};
// In the order of the rules.
std::vector<RetentionFact> Retentions(const Landscape& landscape, const LogSources& sources);

struct DataRetentionFact {
  const model::v1::DataClass* data = nullptr;
  bool log_data = false;  // else personal data that the logs outlive
  bool conflict = false;  // log data that is kept for another time
};
// Sorted by id; none where the model does not say how long logs are kept.
std::vector<DataRetentionFact> DataRetentions(const model::Model& model);

struct LogVolume {
  std::vector<const LogSource*> counted;  // with a rate, by key
  std::vector<const LogSource*> unknown;  // components without
  int64_t per_second = 0;
  std::optional<int64_t> bytes_per_day;  // of those counted; none without the size of events
  std::optional<double> cost_per_day;    // in the model's currency
};
LogVolume VolumeOf(const model::Model& model, const LogSources& sources);

// "71.5 GB", "820 MB", "3 kB": decimal units, as logs are billed by.
std::string Bytes(int64_t bytes);

// "90 days hot, 1 year in all"; what is unknown is left out, and nothing is known of neither: empty.
std::string RetentionOf(const model::Model& model);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_LOG_PIPELINE_H_
