// Which packages are inside the components, as the declared bills of materials (SBOM) say. Pure.
//
// Of several readable files about one component or repository, the newest date counts; one without a date is outdated.
// A file that says it describes something else than it is declared for counts for nothing. A component without a file
// of its own takes the one that its `sbom` names, else that of its repository.
#ifndef METAPOWERS_SERVICE_ANALYSIS_SOFTWARE_BILL_H_
#define METAPOWERS_SERVICE_ANALYSIS_SOFTWARE_BILL_H_

#include <map>
#include <string>
#include <vector>

#include "metapowers/knowledge/v1/dependency_rules.pb.h"
#include "service/analysis/vulnerabilities.h"
#include "service/evidence/bom.h"

namespace metapowers::analysis {

// A declared bill of materials.
struct BomFact {
  enum class State { kMissing, kUnreadable, kOther, kSuperseded, kOutdated, kCurrent };

  const EvidenceFact* source = nullptr;
  const evidence::Bom* bom = nullptr;  // nullptr unless read
  std::string subject;                 // component, else repository, of the declaration; may be empty
  std::string date;                    // of the declaration, else of the file; may be empty
  int age_days = -1;                   // -1: no date
  State state = State::kMissing;

  bool counts() const { return state == State::kOutdated || state == State::kCurrent; }
};

// A package that a vulnerability is in.
struct PackageMatch {
  const BomFact* bom = nullptr;                // nullptr: no file counts for the subject
  const evidence::Package* package = nullptr;  // nullptr: the file does not list it
  bool same_version = false;                   // otherwise the file lists other versions alone
};

// Immutable. Refers to facts and vulnerabilities, which outlive it.
class SoftwareBill {
 public:
  SoftwareBill(const Facts& facts, const VulnerabilityFacts& vulnerabilities);
  SoftwareBill(const SoftwareBill&) = delete;
  SoftwareBill& operator=(const SoftwareBill&) = delete;

  // In the order of the model.
  const std::vector<BomFact>& boms() const { return boms_; }
  // The file that counts for a component, or for a repository; nullptr when there is none.
  const BomFact* Of(absl::string_view component_or_repository) const;
  // Where the package of a vulnerability is in the file that counts for its subject.
  PackageMatch Find(const Vulnerability& vulnerability) const;

 private:
  void Judge(BomFact& fact) const;
  void AddNames(const BomFact& fact);
  bool Describes(const BomFact& fact) const;

  const Facts& facts_;
  std::vector<BomFact> boms_;
  std::map<std::string, const BomFact*, std::less<>> newest_;  // by subject
  // Of the files that count: name in lower case -> positions, in the order of the file.
  std::map<const BomFact*, std::multimap<std::string, const evidence::Package*>> names_;
};

// Ids of the components whose packages we choose: built from own code, or packed into an image that we keep. Sorted.
std::vector<std::string> BuiltComponents(const Facts& facts);

// The shipped row of a package manager by the name that a model uses; nullptr when none is.
const knowledge::v1::PackageManager* FindPackageManager(absl::string_view name);

// Package managers that bring packages into a component: of its repository those for its language, and those for the
// language of no component of it.
std::vector<const knowledge::v1::PackageManager*> PackageManagersOf(const Facts& facts,
                                                                    const model::v1::Component& component);

// Whether users get a copy of the packages of this ecosystem in the component, and why.
struct DistributionFact {
  knowledge::v1::DistributionKind kind = knowledge::v1::DISTRIBUTION_KIND_SERVICE;
  std::string reason;
};
DistributionFact DistributionOf(const Facts& facts, absl::string_view component, absl::string_view ecosystem);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_SOFTWARE_BILL_H_
