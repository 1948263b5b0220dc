// Ids of shipped catalogues that a text cites.
#ifndef METAPOWERS_SERVICE_LINT_CITATIONS_H_
#define METAPOWERS_SERVICE_LINT_CITATIONS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers::lint {

struct Citation {
  std::string text;    // "CWE-319", "PCI DSS 4.0.1 8.4.2"
  bool known = false;  // the catalogue has it, as a requirement or as what makes the framework apply
};

// In the order of the text: weaknesses (CWE), attack patterns (CAPEC) and techniques (ATT&CK) by their ids, and
// requirements as documents print them: the citation of a shipped framework and what looks like an id behind it.
std::vector<Citation> CitationsIn(absl::string_view text);

// `text` without the published names behind ids of CWE, CAPEC and ATT&CK.
std::string WithoutPublishedNames(absl::string_view text);

}  // namespace metapowers::lint

#endif  // METAPOWERS_SERVICE_LINT_CITATIONS_H_
