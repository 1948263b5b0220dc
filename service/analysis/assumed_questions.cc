#include "service/analysis/assumed_questions.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/knowledge/threats.h"
#include "service/model/placeholder.h"

namespace metapowers::analysis {

std::string ElementOf(absl::string_view path) {
  const size_t open = path.find('[');
  const size_t close = open == absl::string_view::npos ? open : path.find(']', open);
  return close == absl::string_view::npos ? std::string() : std::string(path.substr(open + 1, close - open - 1));
}

bool CanBeConfirmed(const model::AssumedAttribute& assumed) {
  const std::string element = ElementOf(assumed.field);
  return !element.empty() && !model::IsPlaceholderId(element) && !assumed.value.empty() &&
         !model::IsPlaceholderId(assumed.value) && !model::IsPlaceholderText(assumed.value);
}

std::string ConfirmingQuestion(const model::AssumedAttribute& assumed) {
  const size_t end = std::min(assumed.field.find("]."), assumed.field.size());
  const std::string attribute = assumed.field.substr(std::min(end + 2, assumed.field.size()));
  return absl::StrReplaceAll(
      knowledge::RiskGrid().assumed_question(),
      {{"{elements}", ElementOf(assumed.field)},
       {"{condition}", absl::StrCat(absl::StrReplaceAll(attribute, {{"_", " "}, {".", " "}}), " is ", assumed.value)}});
}

}  // namespace metapowers::analysis
