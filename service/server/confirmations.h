// What a model assumes and a person may confirm.
#ifndef METAPOWERS_SERVICE_SERVER_CONFIRMATIONS_H_
#define METAPOWERS_SERVICE_SERVER_CONFIRMATIONS_H_

#include <vector>

#include "service/model/model.h"
#include "service/server/question_weights.h"

namespace metapowers::server {

struct Confirmation {
  model::Question question;  // whose answer `assumed.value` confirms it
  const model::AssumedAttribute* assumed = nullptr;
  WaitingThreats threats;
};

// Of the assumed attributes those that decide a threat, or that scores are made of, without placeholders, which are
// among the open questions; by kind, those kinds first that most rules wait for, of a kind those attributes first;
// equal ones by path. Refers to `model`.
std::vector<Confirmation> ToConfirm(const model::Model& model, const QuestionWeights& weights);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_CONFIRMATIONS_H_
