// What the licences of a package ask for: SPDX expressions and names, by the shipped classes. Pure.
//
// "A AND B" binds as the more binding of the two does, "A OR B" as the less binding one, since the user chooses. An
// exception ("WITH ...") that is shipped decides. A licence that is not shipped is unknown; between known ones it
// counts as more binding than weak copyleft and less than strong.
#ifndef METAPOWERS_SERVICE_ANALYSIS_LICENCES_H_
#define METAPOWERS_SERVICE_ANALYSIS_LICENCES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/dependency_rules.pb.h"

namespace metapowers::analysis {

struct LicenceFact {
  std::string expression;  // as documents print it; empty when none is stated
  knowledge::v1::LicenceClass klass = knowledge::v1::LICENCE_CLASS_UNSPECIFIED;
  std::string note;  // why the class is not known; empty when it is
};

// Of the licences of one package, all of which hold.
LicenceFact JudgeLicences(const std::vector<std::string>& licences);

const knowledge::v1::LicenceClassKind& LicenceKindOf(knowledge::v1::LicenceClass klass);
const knowledge::v1::LicencePolicy& LicencePolicyOf(knowledge::v1::LicenceClass klass,
                                                    knowledge::v1::DistributionKind distribution);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_LICENCES_H_
