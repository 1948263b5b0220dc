// What the parsers of the formats have in common: how findings, warnings and faults are made.
#ifndef METAPOWERS_SERVICE_EVIDENCE_COLLECTOR_H_
#define METAPOWERS_SERVICE_EVIDENCE_COLLECTOR_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/evidence/evidence.h"
#include "service/evidence/json.h"

namespace metapowers::evidence {

// On one line, at most kMaxTextBytes, cut between characters.
std::string CleanText(absl::string_view text);

// A path below the root of a repository or image: percent-decoded, without "./". Nothing when it is absolute, has a
// scheme, or leaves the root by "..".
std::optional<std::string> RelativePath(absl::string_view uri);

// "CWE-79" for "CWE-79", "cwe-079" and "CWE-79: Cross-site scripting"; nothing for anything else.
std::optional<std::string> CweId(absl::string_view text);

// "log4j-core" with its group for "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", i.e. name and namespace as
// people write them for that ecosystem; "" when it is no package URL.
std::string PackageOfPurl(absl::string_view purl);
// The version in a package URL; "" when it has none.
std::string VersionOfPurl(absl::string_view purl);

// The number of a line in a member; 0 when it is absent or no such number.
int LineOf(const Value& region, absl::string_view member);

// Collects what one file says. Not thread-safe.
class Collector {
 public:
  explicit Collector(const model::v1::Evidence& declaration) : declaration_(declaration) {}

  // The error of a file that cannot be used.
  absl::Status Fault(absl::string_view place, absl::string_view cause, absl::string_view mend) const;

  // The elements of a list member; none when it is absent or null, a fault when it is something else.
  absl::StatusOr<const std::vector<Value>*> ListAt(const Value& object, absl::string_view key,
                                                   absl::string_view place) const;

  // Notes what is left out, at most kMaxWarnings times.
  void Warn(absl::string_view place, absl::string_view cause);

  // An entry of a list; nullptr and a warning when it is no object.
  const Value* Object(const Value& entry, absl::string_view place);

  // Sets `file` to the path, or warns when it leads out of the repository.
  void SetFile(absl::string_view uri, absl::string_view place, Finding& finding);

  // Keeps a finding, cleaned; one without an id becomes a warning. A fault beyond kMaxFindings.
  absl::Status Add(Finding finding, absl::string_view place);

  void SetTool(absl::string_view name, absl::string_view version);
  void SetContent(Content content) { report_.content = content; }
  void SetBom(Bom bom) { report_.bom = std::move(bom); }

  // The report, sorted and without duplicates.
  Report Take();

 private:
  const model::v1::Evidence& declaration_;
  Report report_;
  int warnings_left_out_ = 0;
};

}  // namespace metapowers::evidence

#endif  // METAPOWERS_SERVICE_EVIDENCE_COLLECTOR_H_
