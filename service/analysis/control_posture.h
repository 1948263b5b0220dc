// What is known of a control on an element, and from where. In this order, the first that says something wins:
//
//   1. posture declared on the element itself; where it says nothing and its attributes imply that the control does not
//      apply to it, that
//   2. posture declared on the target of a flow, for a flow; on the component that serves it, for an API; on every flow
//      into a component, for a component: implemented when all of them have it, partial when some have
//   3. what declared attributes imply (SecurityControl.inferences)
//   4. a control of the model's `controls` that implements it (`Control.implements`) on this component or everywhere.
//   One
//      that names components covers a flow by its target, an API by what serves it, a pipeline by what runs it, and
//      otherwise what stands or falls with components (Landscape::DependentComponents) by those: partial when it names
//      some of them
//
// Nothing said: unknown, which lowers nothing and is a question. Declared and implied states that contradict each other
// (declared implemented, implied absent) are listed by Contradictions(); the declared one counts.
#ifndef METAPOWERS_SERVICE_ANALYSIS_CONTROL_POSTURE_H_
#define METAPOWERS_SERVICE_ANALYSIS_CONTROL_POSTURE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/security_controls.pb.h"
#include "service/analysis/landscape.h"

namespace metapowers::analysis {

struct ControlPosture {
  model::v1::PostureState state = model::v1::POSTURE_STATE_UNSPECIFIED;
  std::string source;    // e.g. "declared", "on flow web-to-api", "transport_security is tls", "control vault-rollout";
                         // "" when unknown
  std::string evidence;  // as declared; may be empty
  std::string due;       // of a planned one, where declared
};

// Of one control, by its key, on one element. Unknown for a key that no catalogue has.
ControlPosture PostureOf(const Element& element, absl::string_view control);

// A declared state that declared attributes contradict.
struct PostureContradiction {
  std::string element;
  std::string control;
  std::string declared;  // "implemented"
  std::string implied;   // "absent: transport_security is none"
};
std::vector<PostureContradiction> PostureContradictions(const Landscape& landscape);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_CONTROL_POSTURE_H_
