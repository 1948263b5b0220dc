#include "service/knowledge/governance.h"

#include <google/protobuf/text_format.h>

#include <cstdio>
#include <cstdlib>

#include "absl/strings/match.h"
#include "service/base/embedded_file.h"

namespace metapowers::knowledge {

extern const EmbeddedFile kGovernanceFiles[];
extern const int kGovernanceFilesCount;

namespace {

// The build has checked the files, so that a failure is a broken binary and not a state to recover from.
[[noreturn]] void Broken(absl::string_view what) {
  std::fprintf(stderr, "embedded rows %.*s cannot be used\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

// Never destroyed: others may look up while exiting.
template <class Rows>
const Rows* Load(absl::string_view prefix) {
  auto* const all = new Rows();
  for (int i = 0; i < kGovernanceFilesCount; ++i) {
    const EmbeddedFile& file = kGovernanceFiles[i];
    if (!absl::StartsWith(file.path, prefix)) continue;
    Rows part;
    if (!google::protobuf::TextFormat::ParseFromString(std::string(file.text), &part)) Broken(file.path);
    all->MergeFrom(part);
  }
  return all;
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
  Broken(v1::GapKind_Name(kind));
}

}  // namespace metapowers::knowledge
