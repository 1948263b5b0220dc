// What people, means and plans lack, as rows with owner, due date and measure. Thread-compatible.
#ifndef METAPOWERS_SERVICE_COMMANDS_READINESS_FINDINGS_H_
#define METAPOWERS_SERVICE_COMMANDS_READINESS_FINDINGS_H_

#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_field.h"
#include "metapowers/v1/readiness_finding.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands {

// Collects the findings of one section.
class ReadinessFindings {
 public:
  // `input` outlives this.
  explicit ReadinessFindings(const Input& input) : input_(input) {}

  // A finding by its rule of response.h; the same one twice counts once. An empty `team` is that of the system.
  void Add(absl::string_view rule, absl::string_view subject, std::string fact, absl::string_view team);

  // Findings: worst first, then by rule and subject. Measures: one for each rule, in the order of their first finding.
  // Leaves none here.
  void MoveTo(google::protobuf::RepeatedPtrField<metapowers::v1::ReadinessFinding>& findings,
              google::protobuf::RepeatedPtrField<metapowers::v1::ReadinessMeasure>& measures);

 private:
  const Input& input_;
  std::vector<metapowers::v1::ReadinessFinding> rows_;
  std::set<std::pair<std::string, std::string>> known_;
};

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_READINESS_FINDINGS_H_
