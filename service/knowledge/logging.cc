#include "service/knowledge/logging.h"

#include <string>

#include "service/knowledge/embedded_rows.h"

namespace metapowers::knowledge {

extern const EmbeddedFile kDetectFiles[];
extern const int kDetectFilesCount;

namespace {

template <class Rows>
const Rows* Load(absl::string_view path) {
  return LoadFile<Rows>(absl::MakeConstSpan(kDetectFiles, kDetectFilesCount), path);
}

}  // namespace

const v1::LogKinds& LogKinds() {
  static const auto* const kinds = Load<v1::LogKinds>("data/detect/log_kinds.textproto");
  return *kinds;
}

const v1::LogKind* FindLogKind(absl::string_view id) {
  for (const v1::LogKind& kind : LogKinds().kinds()) {
    if (kind.id() == id) return &kind;
  }
  return nullptr;
}

const v1::LogField* FindLogField(absl::string_view name) {
  for (const v1::LogField& field : LogKinds().fields()) {
    if (field.name() == name) return &field;
  }
  return nullptr;
}

const v1::LoggingRules& LoggingRules() {
  static const auto* const rules = Load<v1::LoggingRules>("data/detect/logging_rules.textproto");
  return *rules;
}

const v1::MonitoringRules& MonitoringRules() {
  static const auto* const rules = Load<v1::MonitoringRules>("data/detect/monitoring_rules.textproto");
  return *rules;
}

}  // namespace metapowers::knowledge
