// The open questions of a model, and answers to them.
#ifndef METAPOWERS_SERVICE_SERVER_MODEL_QUESTIONS_H_
#define METAPOWERS_SERVICE_SERVER_MODEL_QUESTIONS_H_

#include <memory>

#include "absl/status/status.h"
#include "metapowers/v1/model_service.pb.h"
#include "service/model/model.h"
#include "service/server/backend.h"
#include "service/server/call.h"

namespace metapowers::server {

// First come the questions that decide most threats: those whose answer the most rules of the threat model wait for on
// their element, then on any; the rest by field. Equal ones by path.
void FillQuestions(const std::shared_ptr<const model::Model>& model, v1::ListQuestionsResponse& response);

// INVALID_ARGUMENT MODEL_INVALID.
absl::Status ListQuestions(Backend& backend, Call& call, const v1::ListQuestionsRequest& request,
                           v1::ListQuestionsResponse& response);

// Those of model::WriteAnswers().
absl::Status AnswerQuestions(Backend& backend, Call& call, const v1::AnswerQuestionsRequest& request,
                             v1::AnswerQuestionsResponse& response);

// One question, with the name of its owner.
void ToProto(const model::Question& question, const model::Model& model, v1::Question& out);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_MODEL_QUESTIONS_H_
