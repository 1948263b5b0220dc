// Gaps of declared protection as rows, each tied to the threats that it leaves open. Thread-compatible.
#ifndef METAPOWERS_SERVICE_COMMANDS_PROTECTION_GAPS_H_
#define METAPOWERS_SERVICE_COMMANDS_PROTECTION_GAPS_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "google/protobuf/repeated_field.h"
#include "metapowers/knowledge/v1/key_and_access_rules.pb.h"
#include "metapowers/v1/protection_gap.pb.h"
#include "service/analysis/handling.h"
#include "service/commands/applicable_references.h"
#include "service/commands/command.h"

namespace metapowers::commands {

// Collects gaps of one section.
class ProtectionGaps {
 public:
  // `input` outlives this.
  explicit ProtectionGaps(const Input& input);

  // A gap by its rule of key_and_access.h. An empty `team` is that of the system. It is due on the day `latest` at the
  // latest, where one is given: what ends is not mended after its end.
  void Add(absl::string_view rule, absl::string_view subject, std::string fact, absl::string_view team,
           std::optional<absl::CivilDay> latest = std::nullopt);

  // A gap by a rule of other rows, which live as long as the process.
  void Add(const knowledge::v1::ProtectionGapRule& rule, absl::string_view subject, std::string fact,
           absl::string_view team, std::optional<absl::CivilDay> latest = std::nullopt);

  // A requirement on handling that is not met.
  void Add(const analysis::HandlingFact& fact);

  // Gaps: worst first, then by due date, rule and subject, those of one owner that read the same in one row. Measures:
  // one for each rule, in the order of their first gap. Leaves none here.
  void MoveTo(google::protobuf::RepeatedPtrField<metapowers::v1::ProtectionGap>& gaps,
              google::protobuf::RepeatedPtrField<metapowers::v1::GapMeasure>& measures);

 private:
  // How gaps of one rule are closed, with `{subject}` in the texts.
  struct Closing {
    std::string measure;
    std::string verification;
    std::vector<std::string> references;
    std::set<std::string> subjects;
  };

  // Threats, severity, due date and owner of a row whose rule, subject, control and severity are set. Threats are those
  // on the subject that the control lowers, and of a component those on the credentials it uses that lack the control.
  void Complete(absl::string_view team, metapowers::v1::ProtectionGap& row) const;

  const Input& input_;
  mutable ReferenceFilter binding_{input_};
  using ThreatsOf = std::map<std::string, std::vector<const analysis::Threat*>, std::less<>>;
  ThreatsOf open_;         // by element, sorted by key
  ThreatsOf open_in_use_;  // on credentials, by component that uses them
  std::vector<metapowers::v1::ProtectionGap> rows_;
  std::map<std::string, Closing> closings_;  // by rule
};

// Gaps, one for each element.
int CountGaps(const google::protobuf::RepeatedPtrField<metapowers::v1::ProtectionGap>& gaps);

// Requirements of `references` that bind. Those of PCI DSS on kept and carried account data are left out unless
// `account_data`.
std::vector<std::string> DataReferences(const Input& input,
                                        const google::protobuf::RepeatedPtrField<std::string>& references,
                                        bool account_data);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_PROTECTION_GAPS_H_
