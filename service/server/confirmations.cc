#include "service/server/confirmations.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "service/knowledge/threats.h"
#include "service/model/placeholder.h"

namespace metapowers::server {
namespace {

// "Is it true of redis-cart that kind is datastore, as the model assumes?"
std::string TextOf(const model::AssumedAttribute& assumed, const std::string& element) {
  const std::string attribute = assumed.field.substr(std::min(assumed.field.find("].") + 2, assumed.field.size()));
  return absl::StrReplaceAll(
      knowledge::RiskGrid().assumed_question(),
      {{"{elements}", element},
       {"{condition}", absl::StrCat(absl::StrReplaceAll(attribute, {{"_", " "}, {".", " "}}), " is ", assumed.value)}});
}

}  // namespace

std::vector<Confirmation> ToConfirm(const model::Model& model, const QuestionWeights& weights) {
  std::vector<Confirmation> found;
  if (model.assumed().empty()) return found;
  std::set<std::string> open;
  for (const model::Question& question : model::OpenQuestions(model)) open.insert(question.field);
  std::map<std::string, int> of_kind;
  for (const model::AssumedAttribute& assumed : model.assumed()) {
    const int threats = weights.Of(assumed);
    const std::string element = ElementOf(assumed.field);
    if (element.empty() || model::IsPlaceholderId(element)) continue;
    if (assumed.value.empty() || open.count(assumed.field) > 0) continue;
    if (threats == 0 && !IsRated(assumed.field_type)) continue;
    of_kind[assumed.field_type] += threats;
    found.push_back(
        {{assumed.field, assumed.field_type, TextOf(assumed, element), model::OwnerAt(model, assumed.field)},
         &assumed,
         threats});
  }
  const auto rank = [&](const Confirmation& each) {
    const model::Question& question = each.question;
    return std::make_tuple(-of_kind[question.field_type], question.field_type, -each.threats, question.field);
  };
  std::sort(found.begin(), found.end(),
            [&](const Confirmation& a, const Confirmation& b) { return rank(a) < rank(b); });
  return found;
}

}  // namespace metapowers::server
