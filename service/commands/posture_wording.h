// How documents write what is known of controls on elements. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_POSTURE_WORDING_H_
#define METAPOWERS_SERVICE_COMMANDS_POSTURE_WORDING_H_

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "service/analysis/control_posture.h"

namespace metapowers::commands {

// "implemented"; "not known" of the zero value.
std::string PostureLabel(model::v1::PostureState state);

// With what was declared of it: "partial: per address only".
std::string PostureLabel(const analysis::ControlPosture& posture);

// "implemented on 4, absent on 1"; empty when there is none.
std::string PostureCounts(const std::map<model::v1::PostureState, int>& counts);

// Of the control on a declared component.
analysis::ControlPosture PostureOn(const analysis::Landscape& landscape, absl::string_view component,
                                   absl::string_view control);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_POSTURE_WORDING_H_
