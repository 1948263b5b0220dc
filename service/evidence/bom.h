// A bill of materials (SBOM): which packages a file says are inside a component, and how they got there.
#ifndef METAPOWERS_SERVICE_EVIDENCE_BOM_H_
#define METAPOWERS_SERVICE_EVIDENCE_BOM_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers::evidence {

// Packages of one file; one with more is refused.
inline constexpr size_t kMaxPackages = 100'000;
// Licences that are kept of one package.
inline constexpr size_t kMaxLicences = 8;

struct Package {
  // Where it is in the graph of dependencies.
  enum class Depth {
    kUnknown,     // the file has no graph, or the graph does not reach it
    kDirect,      // the subject asks for it
    kTransitive,  // another package asks for it
  };

  std::string name;     // with its group, as people write it for that ecosystem; never empty
  std::string version;  // empty when not given
  std::string purl;     // package URL; empty when not given
  std::string supplier;
  std::vector<std::string> licences;  // SPDX expressions or names, all of which hold; sorted
  bool hashed = false;                // the file has a digest of it
  Depth depth = Depth::kUnknown;
  // Index in Bom::packages of the package that asks for it on the shortest path from the subject; -1 of a direct one,
  // and where the depth is not known.
  int parent = -1;

  bool operator==(const Package&) const = default;
};

struct Bom {
  std::string subject;            // what the file describes, as it names it; may be empty
  std::string subject_version;    // may be empty
  std::string subject_reference;  // how the file refers to it; may be empty
  std::string created_on;         // date in the file; may be empty
  // Whether the file says what its subject asks for, so that direct packages can be told from others.
  bool has_graph = false;
  std::vector<Package> packages;  // sorted by name, version and URL; each once, however often the file has it

  // From the direct package to this one, both included; empty where the depth is not known.
  std::vector<const Package*> PathTo(const Package& package) const;

  bool operator==(const Bom&) const = default;
};

// Whether what a bill of CycloneDX lists with this type is a package: not the distribution itself, a file or data.
bool IsPackageType(absl::string_view type);

// The type of a package URL, e.g. "maven"; "" when it is none.
std::string EcosystemOf(const Package& package);

}  // namespace metapowers::evidence

#endif  // METAPOWERS_SERVICE_EVIDENCE_BOM_H_
