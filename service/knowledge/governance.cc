#include "service/knowledge/governance.h"

#include "absl/strings/match.h"
#include "service/knowledge/embedded_rows.h"

namespace metapowers::knowledge {

extern const EmbeddedFile kGovernanceFiles[];
extern const int kGovernanceFilesCount;

namespace {

template <class Rows>
const Rows* Load(absl::string_view prefix) {
  return LoadRows<Rows>(absl::MakeConstSpan(kGovernanceFiles, kGovernanceFilesCount),
                        [prefix](absl::string_view path) { return absl::StartsWith(path, prefix); });
}

}  // namespace

const v1::PolicyClauses& PolicyClauses() {
  static const auto* const rows = Load<v1::PolicyClauses>("data/govern/cla");
  return *rows;
}

const v1::SecurityActivities& SecurityActivities() {
  static const auto* const rows = Load<v1::SecurityActivities>("data/govern/security_activities");
  return *rows;
}

const v1::SecurityActivity* FindActivity(absl::string_view id) {
  for (const v1::SecurityActivity& activity : SecurityActivities().activities()) {
    if (activity.id() == id) return &activity;
  }
  return nullptr;
}

const v1::GapRemedy& Remedy(v1::GapKind kind) {
  for (const v1::GapRemedy& remedy : SecurityActivities().remedies()) {
    if (remedy.kind() == kind) return remedy;
  }
  BrokenRows(v1::GapKind_Name(kind));
}

}  // namespace metapowers::knowledge
