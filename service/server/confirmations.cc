#include "service/server/confirmations.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "service/analysis/assumed_questions.h"
#include "service/model/schema.h"

namespace metapowers::server {
std::vector<Confirmation> ToConfirm(const model::Model& model, const QuestionWeights& weights) {
  std::vector<Confirmation> found;
  if (model.assumed().empty()) return found;
  std::set<std::string> open;
  for (const model::Question& question : model::OpenQuestions(model)) open.insert(question.field);
  std::map<std::string, int> of_kind;
  for (const model::AssumedAttribute& assumed : model.assumed()) {
    const WaitingThreats threats = weights.Of(assumed);
    if (!analysis::CanBeConfirmed(assumed) || open.count(assumed.field) > 0) continue;
    if (threats.count == 0 && !model::RuleOf(assumed.field_type).rated()) continue;
    of_kind[assumed.field_type] += threats.count;
    found.push_back({{assumed.field, assumed.field_type, analysis::ConfirmingQuestion(assumed),
                      model::OwnerAt(model, assumed.field)},
                     &assumed,
                     threats});
  }
  const auto rank = [&](const Confirmation& each) {
    const model::Question& question = each.question;
    return std::make_tuple(-of_kind[question.field_type], question.field_type, -each.threats.count, question.field);
  };
  std::sort(found.begin(), found.end(),
            [&](const Confirmation& a, const Confirmation& b) { return rank(a) < rank(b); });
  return found;
}

}  // namespace metapowers::server
