// What a draft marks as assumed (import_mark.h), taken out of the model that its text reads as. Internal to model/.
#ifndef METAPOWERS_SERVICE_MODEL_ASSUMED_VALUES_H_
#define METAPOWERS_SERVICE_MODEL_ASSUMED_VALUES_H_

#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "service/model/model.h"

namespace metapowers::model {

struct KnownPart {
  v1::SystemModel known;
  std::vector<AssumedAttribute> assumed;  // in the order of the text
};

// `known` is `model`, which `yaml` reads as with entries in the order of the text, without the attributes of elements
// that the text marks as assumed; a mark at the head of a part or list is about all in it that has none of its own.
// Names, ids and what else an element cannot be without stay, though they are among `assumed`; an element that is about
// a component, such as a flow, goes where it is assumed about which. Nothing when nothing is assumed. Pure;
// thread-safe.
std::optional<KnownPart> FindKnownPart(absl::string_view yaml, const v1::SystemModel& model);

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_ASSUMED_VALUES_H_
