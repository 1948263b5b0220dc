// What words and numbers of OTM mean in the system model.
#ifndef METAPOWERS_SERVICE_IMPORTERS_OTM_WORDS_H_
#define METAPOWERS_SERVICE_IMPORTERS_OTM_WORDS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "metapowers/model/v1/system_model.pb.h"

namespace metapowers::importers::otm {

// Highest value of a risk or trust rating; 0 is the lowest.
inline constexpr double kMaxRating = 100;

// The level, 1 to 5, that is nearest to a rating: 0, 25, 50, 75 and 100 are the levels, and a rating half way between
// two is the higher one.
int LevelOf(double rating);
// Whether the rating is exactly what the level stands for, so that the level says it all.
bool IsExactLevel(double rating);

// What a type of component usually is.
struct TypeMeaning {
  absl::string_view word;  // of the type, that decided; empty when none did
  model::v1::ComponentKind kind = model::v1::COMPONENT_KIND_PROCESS;
};
TypeMeaning MeaningOf(absl::string_view type);

// Whether a type says what a component is at all: not `empty-component`.
bool SaysSomething(absl::string_view type);

// Whether a trust zone of this name is the internet.
bool IsInternet(absl::string_view name);

// A number as OTM would have it: `12.5`, `90`.
std::string NumberText(double number);

}  // namespace metapowers::importers::otm

#endif  // METAPOWERS_SERVICE_IMPORTERS_OTM_WORDS_H_
