// Results of scanners, and statements on vulnerabilities, that a model declares under `evidence`: from the bytes
// of the files to findings in one form. Pure: who reads the files hands their bytes in.
//
// The bytes come from tools and from people, and are not trusted. A file that is too large, too deep, malformed or
// of another format than declared is an error that names the place; an entry that cannot be used is left out
// and named in a warning. Text of a file is kept on one line and cut to kMaxTextBytes.
#ifndef METAPOWERS_SERVICE_EVIDENCE_EVIDENCE_H_
#define METAPOWERS_SERVICE_EVIDENCE_EVIDENCE_H_

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "service/evidence/bom.h"
#include "service/model/model.h"

namespace metapowers::evidence {

// Limits of one file. A larger one is refused before it is parsed; a reader need not load it to say so.
inline constexpr size_t kMaxFileBytes = 64 << 20;
// Nesting of arrays and objects.
inline constexpr int kMaxDepth = 64;
// Values that are kept, after members that the format does not need are dropped.
inline constexpr int kMaxValues = 2'000'000;
inline constexpr int kMaxFindings = 50'000;
inline constexpr size_t kMaxTextBytes = 512;
inline constexpr int kMaxWarnings = 100;
// Aliases, and weaknesses, of one finding; the first ones in their order are kept.
inline constexpr size_t kMaxAliases = 16;

// State of the analysis of a vulnerability, as CycloneDX calls it.
enum class VexState {
  kNone,  // nobody has judged it
  kResolved,
  kResolvedWithPedigree,
  kExploitable,
  kInTriage,
  kFalsePositive,
  kNotAffected,
};

// As CycloneDX writes it, e.g. "not_affected"; "" for kNone.
absl::string_view VexStateName(VexState state);

// Score of the Common Vulnerability Scoring System.
struct Cvss {
  double score = 0;     // 0.0 to 10.0
  std::string vector;   // e.g. "CVSS:3.1/AV:N/…"; empty when the source gives none
  std::string version;  // e.g. "3.1"; empty when the source does not say
  // The source gives the vector alone, and the score is computed from it.
  bool computed = false;

  bool operator==(const Cvss&) const = default;
};

// One vulnerability or weakness at one place, as one source reports it.
struct Finding {
  std::string id;                    // CVE, GHSA, … or the tool's rule; never empty
  std::vector<std::string> aliases;  // other ids of the same, sorted, without `id`
  std::vector<std::string> cwes;     // weaknesses, e.g. "CWE-79", sorted
  std::string title;
  std::string package;            // name of the package; empty for a finding in a file
  std::string purl;               // package URL; empty when not given
  std::string file;               // path inside the repository or image; empty when not given
  int line = 0;                   // in `file`; 0 when not given
  std::string installed_version;  // empty when not given
  std::string fixed_version;      // empty when the source names none
  std::string severity;           // as the source says it, lower case, e.g. "high", "negligible"; may be empty
  std::optional<Cvss> cvss;
  VexState vex = VexState::kNone;
  std::string justification;  // why it does not affect, in the words of the statement
  std::string evidence_id;
  std::string component_id;   // of the declaration; may be empty
  std::string repository_id;  // of the declaration; may be empty

  bool operator==(const Finding&) const = default;
};

// What a file is about.
enum class Content {
  kScan,        // findings of a scan; none of them means that the scan found nothing
  kStatements,  // statements on vulnerabilities (VEX): no scan, and no cover
  kComponents,  // a bill of materials without vulnerabilities: no scan, and no cover
};

struct Report {
  Content content = Content::kScan;
  std::string tool;  // as the file names it, else as the declaration does; may be empty
  std::string tool_version;
  std::vector<Finding> findings;      // sorted by all their fields, without duplicates
  std::optional<Bom> bom;             // of a bill of materials, with vulnerabilities or without
  std::vector<std::string> warnings;  // in the order of the file, each naming its place

  bool operator==(const Report&) const = default;
};

// Parses the file of `declaration`. INVALID_ARGUMENT EVIDENCE_INVALID with metadata `evidence` and `path`, and one
// violation: `field` is the place (a JSON path such as "runs[0].results", or "byte 17"), `description` the
// cause, and the next step how to mend it.
absl::StatusOr<Report> Parse(const model::v1::Evidence& declaration, absl::string_view bytes);

// By id of the evidence: the bytes of its file, or why they could not be read (NOT_FOUND: there is no such file).
// Only read while a set is built.
using Files = std::map<std::string, absl::StatusOr<absl::string_view>>;

// The evidence that a model declares. Immutable; thread-safe.
class EvidenceSet {
 public:
  enum class State {
    kMissing,     // no file
    kUnreadable,  // refused; `reason` says why
    kRead,
  };
  struct Entry {
    State state = State::kMissing;
    std::string reason;  // place, cause and mend on one line
    Report report;       // empty unless read
  };

  // Has an entry for each declaration of `model`. Files of no declaration are ignored. Each file that cannot be used
  // is an entry, never an error of the whole.
  static std::shared_ptr<const EvidenceSet> Build(const model::Model& model, const Files& files);

  // Of a model whose files nobody has read: each is missing.
  static const EvidenceSet& Empty();

  // The entry of a declaration; a missing one when it is not in the set.
  const Entry& Find(absl::string_view evidence_id) const;

  // Bytes that the set takes, about.
  size_t SpaceUsed() const;

 private:
  std::map<std::string, Entry, std::less<>> entries_;  // by id
};

}  // namespace metapowers::evidence

#endif  // METAPOWERS_SERVICE_EVIDENCE_EVIDENCE_H_
