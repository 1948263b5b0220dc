// Who answers for an element.
#ifndef METAPOWERS_SERVICE_ANALYSIS_ELEMENT_TEAM_H_
#define METAPOWERS_SERVICE_ANALYSIS_ELEMENT_TEAM_H_

#include <string>

#include "service/analysis/landscape.h"

namespace metapowers::analysis {

// Id of the team, as the model holds it: the element's own, that of the component behind it, else the system's; never
// empty. Of a flow the team that accepts the connection, or the one that opens it where the other end is not ours. Of a
// zone the team of what it runs on, of a pipeline that of its component or of what it deploys to, of a registry that of
// the clusters that take from it; where no such team is named, that of the platform lead.
const std::string& TeamOf(const Element& element);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_ELEMENT_TEAM_H_
