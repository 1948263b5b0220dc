// Questions that ask to confirm what a model assumes. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_ANALYSIS_ASSUMED_QUESTIONS_H_
#define METAPOWERS_SERVICE_ANALYSIS_ASSUMED_QUESTIONS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "service/model/model.h"

namespace metapowers::analysis {

// The element that a path is about: "web" of `components[web].container.base_image`; empty for none.
std::string ElementOf(absl::string_view path);

// Whether somebody can confirm the attribute as it stands: an answer can say its value, and neither it nor its element
// is a placeholder, which is asked for as if it were not there.
bool CanBeConfirmed(const model::AssumedAttribute& assumed);

// "Is it true of redis-cart that kind is datastore, as the model assumes?"
std::string ConfirmingQuestion(const model::AssumedAttribute& assumed);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_ASSUMED_QUESTIONS_H_
