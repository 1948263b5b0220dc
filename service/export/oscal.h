// A model as OSCAL 1.1.2 JSON (NIST): a component definition with what is in place for which control of NIST SP 800-53
// Rev. 5 and of CSF 2.0, and a plan of action and milestones with what is open. Ids are UUIDs of version 5 of names
// that do not change; that of a whole document also depends on its content, as OSCAL asks. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_EXPORT_OSCAL_H_
#define METAPOWERS_SERVICE_EXPORT_OSCAL_H_

#include <optional>
#include <string>
#include <vector>

#include "service/analysis/landscape.h"
#include "service/export/file.h"

namespace metapowers::exporting {

// Something that is open, in words.
struct OpenRisk {
  std::string key;  // stable
  std::string title;
  std::string statement;    // what is the case
  std::string consequence;  // what follows; may be empty
  std::string remedy;       // what closes it
  int likelihood = 0;       // 1 to 5
  int impact = 0;           // 1 to 5
  std::string severity;
  std::string team;                   // id; empty where a role answers
  std::string role;                   // id; empty where a team answers
  std::string due;                    // `YYYY-MM-DD`; may be empty
  std::vector<std::string> elements;  // ids, sorted
  bool decided = false;               // a person has ordered that it be mitigated
};

// In every file.
inline constexpr absl::string_view kOscalMark = "urn:uuid:3f0c7c54-9d0e-5a7b-8a58-6b1d4c2e9f60";

// `component-definition.json`: components of ours, suppliers and controls of the model.
File WriteComponentDefinition(const analysis::Landscape& landscape, const std::string& topic);

// `plan-of-action-and-milestones.json`; nullopt without risks, since OSCAL knows no empty plan.
std::optional<File> WritePlanOfAction(const analysis::Landscape& landscape, const std::string& topic,
                                      const std::vector<OpenRisk>& risks);

// `reference`, e.g. "nist-800-53r5:AC-2(1)", as the catalogues of OSCAL call it: "ac-2.1"; those of CSF 2.0 are kept.
// Empty for any other framework and for what is no requirement of it.
std::string OscalControlId(absl::string_view reference);

}  // namespace metapowers::exporting

#endif  // METAPOWERS_SERVICE_EXPORT_OSCAL_H_
