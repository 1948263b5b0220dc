// Scores of the Common Vulnerability Scoring System.
#ifndef METAPOWERS_SERVICE_EVIDENCE_CVSS_H_
#define METAPOWERS_SERVICE_EVIDENCE_CVSS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/evidence/evidence.h"

namespace metapowers::evidence {

// The base score of a vector of version 3.0 or 3.1, after section 7.1 of the specification of 3.1. Nothing for another
// version, a missing, repeated or unknown metric, and for a vector with temporal or environmental metrics, whose
// score is not that of the base.
std::optional<double> BaseScore(absl::string_view vector);

// "3.1" of "CVSS:3.1/…"; "2.0" of a vector that names no version but starts with "AV:"; else "".
std::string VersionOfVector(absl::string_view vector);

// The letter of the attack vector in a vector of any version: "N" network, "A" adjacent, "L" local, "P" physical; ""
// when it has none of them.
absl::string_view AttackVectorOf(absl::string_view vector);

// One of several scores that sources give for the same vulnerability.
struct CvssCandidate {
  Cvss cvss;
  bool has_score = false;
  bool primary = false;  // of the authority that the source itself names first
};

// The candidate that documents use: version 3.1, then 3.0, then 4.0, then 2.0; among those of one version the primary
// one, then the highest score. One with a vector alone gets its score computed, or is passed over. Scores outside of 0
// to 10 are passed over.
std::optional<Cvss> ChooseCvss(std::vector<CvssCandidate> candidates);

}  // namespace metapowers::evidence

#endif  // METAPOWERS_SERVICE_EVIDENCE_CVSS_H_
