#include "service/knowledge/logging.h"

#include <google/protobuf/text_format.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "service/base/embedded_file.h"

namespace metapowers::knowledge {

extern const EmbeddedFile kDetectFiles[];
extern const int kDetectFilesCount;

namespace {

// The build has checked the files, so that a failure is a broken binary and not a state to recover from.
[[noreturn]] void Broken(absl::string_view what) {
  std::fprintf(stderr, "embedded rules %.*s cannot be used\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

template <class Message>
const Message* Load(absl::string_view path) {
  auto* const message = new Message();  // never destroyed: others may look up while exiting
  for (int i = 0; i < kDetectFilesCount; ++i) {
    if (kDetectFiles[i].path != path) continue;
    if (!google::protobuf::TextFormat::ParseFromString(std::string(kDetectFiles[i].text), message)) Broken(path);
    return message;
  }
  Broken(path);
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
