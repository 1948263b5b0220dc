// Who may do what, as far as the model declares it, and which duties are not separated. Pure; thread-safe.
//
// Privileges come from declarations alone, so that none is wider than its source:
//   read in clear  roles that a data class names in `access_roles`
//   administer     roles of the owning team that build or run systems; the lead of the team where it has no such role.
//                  On request only: nobody holds it for every component.
//   keep a key     the same of the team that owns the key
//   read logs      roles in `logging.readers`
//   order          the role that a containment switch names
//
// Duties are not separated where one team runs a store of strictly confidential data and holds its key, a pipeline
// changes production without a second person, changes need no reviewer besides their author, or one person holds two
// roles that the shipped conflicts keep apart.
#ifndef METAPOWERS_SERVICE_ANALYSIS_PRIVILEGES_H_
#define METAPOWERS_SERVICE_ANALYSIS_PRIVILEGES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/analysis/facts.h"

namespace metapowers::analysis {

// Roles of a team that build or run systems, sorted by id.
std::vector<const model::v1::Role*> OperatingRoles(const model::Model& model, absl::string_view team);

struct DutyConflict {
  std::string subject;  // id of a store, pipeline or role; `code changes` of the policy on reviewers
  std::string duties;   // "runs the store, and holds its key"
  std::string fact;
  std::string team;  // that separates them; may be empty
};

// Sorted by subject.
std::vector<DutyConflict> FindDutyConflicts(const Facts& facts);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_PRIVILEGES_H_
