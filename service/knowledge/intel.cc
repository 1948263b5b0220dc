#include "service/knowledge/intel.h"

#include "service/knowledge/embedded_rows.h"

namespace metapowers::knowledge {

extern const EmbeddedFile kIntelFiles[];
extern const int kIntelFilesCount;

namespace {

template <class Rows>
const Rows* Load(absl::string_view path) {
  return LoadFile<Rows>(absl::MakeConstSpan(kIntelFiles, kIntelFilesCount), path);
}

}  // namespace

const v1::ThreatIntelRules& ThreatIntelRules() {
  static const auto* const rows = Load<v1::ThreatIntelRules>("data/intel/threat_intel.textproto");
  return *rows;
}

const v1::PentestRules& PentestRules() {
  static const auto* const rows = Load<v1::PentestRules>("data/intel/pentest.textproto");
  return *rows;
}

const v1::ComplianceSections& ComplianceSections() {
  static const auto* const rows = Load<v1::ComplianceSections>("data/intel/compliance_sections.textproto");
  return *rows;
}

const v1::TrainingRules& TrainingRules() {
  static const auto* const rows = Load<v1::TrainingRules>("data/intel/training.textproto");
  return *rows;
}

}  // namespace metapowers::knowledge
