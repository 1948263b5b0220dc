// Shipped rules on logs and monitoring, read once from data embedded in the binary. All look-ups are thread-safe; what
// they return lives as long as the process.
#ifndef METAPOWERS_SERVICE_KNOWLEDGE_LOGGING_H_
#define METAPOWERS_SERVICE_KNOWLEDGE_LOGGING_H_

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/log_sources.pb.h"
#include "metapowers/knowledge/v1/logging_rules.pb.h"
#include "metapowers/knowledge/v1/monitoring_rules.pb.h"

namespace metapowers::knowledge {

// Kinds of log sources and fields of events, in the order of the file.
const v1::LogKinds& LogKinds();

// The kind with this id; nullptr when it is not shipped.
const v1::LogKind* FindLogKind(absl::string_view id);

// The field with this name; nullptr when it is not shipped.
const v1::LogField* FindLogField(absl::string_view name);

// Redaction, retention and protection of logs, in the order of the file.
const v1::LoggingRules& LoggingRules();

// Required alerts, measures and tuning, in the order of the file.
const v1::MonitoringRules& MonitoringRules();

}  // namespace metapowers::knowledge

#endif  // METAPOWERS_SERVICE_KNOWLEDGE_LOGGING_H_
