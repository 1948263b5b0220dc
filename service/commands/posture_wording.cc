#include "service/commands/posture_wording.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/commands/naming.h"

namespace metapowers::commands {

std::string PostureLabel(model::v1::PostureState state) {
  return state == model::v1::POSTURE_STATE_UNSPECIFIED ? "not known" : Label(state);
}

std::string PostureLabel(const analysis::ControlPosture& posture) {
  const bool tells = posture.state != model::v1::POSTURE_STATE_UNSPECIFIED && !posture.evidence.empty();
  return absl::StrCat(PostureLabel(posture.state), tells ? ": " : "", tells ? posture.evidence : "");
}

std::string PostureCounts(const std::map<model::v1::PostureState, int>& counts) {
  std::vector<std::string> parts;
  for (const auto& [state, count] : counts) parts.push_back(absl::StrCat(Label(state), " on ", count));
  return absl::StrJoin(parts, ", ");
}

analysis::ControlPosture PostureOn(const analysis::Landscape& landscape, absl::string_view component,
                                   absl::string_view control) {
  return analysis::PostureOf(landscape.ComponentElement(landscape.IndexOf(component)), control);
}

}  // namespace metapowers::commands
