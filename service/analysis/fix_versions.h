// Which of the versions that mend a vulnerability a team moves to.
#ifndef METAPOWERS_SERVICE_ANALYSIS_FIX_VERSIONS_H_
#define METAPOWERS_SERVICE_ANALYSIS_FIX_VERSIONS_H_

#include <string>
#include <vector>

namespace metapowers::analysis {

// `fixed` as sources name them, each perhaps a list ("11.0.3, 10.1.35"), in one list without repeats, lowest first.
// Where `installed` is one version and all are dotted numbers, only those above it stay, and of these only the ones of
// its major version if there are any: the others mend other release lines. Of anything else, all stay.
std::vector<std::string> FixVersions(const std::vector<std::string>& installed, const std::vector<std::string>& fixed);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_FIX_VERSIONS_H_
