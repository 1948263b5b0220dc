// The open questions of a model, and answers to them.
#ifndef METAPOWERS_SERVICE_SERVER_MODEL_QUESTIONS_H_
#define METAPOWERS_SERVICE_SERVER_MODEL_QUESTIONS_H_

#include "absl/status/status.h"
#include "metapowers/v1/model_service.pb.h"
#include "service/analysis/threats.h"
#include "service/model/model.h"
#include "service/server/backend.h"
#include "service/server/call.h"
#include "service/server/generator.h"

namespace metapowers::server {

// By kind, so that one answer can be given to all that follow: first who answers for the system and what data is where,
// then the kinds that decide most threats, the rest by field, what decides on law last of its part. Of a kind, first
// those that decide most on their element; equal ones by path. A question decides the threats that wait for it, and, of
// data, those whose impact rests on the data named. Behind all that is missing comes, in the same order, what is
// assumed and decides a threat or a score (confirmations.h).
void FillQuestions(const ModelFacts& model, const analysis::ThreatSource& threats, v1::ListQuestionsResponse& response);

// INVALID_ARGUMENT MODEL_INVALID.
absl::Status ListQuestions(Backend& backend, Call& call, const v1::ListQuestionsRequest& request,
                           v1::ListQuestionsResponse& response);

// Those of model::WriteAnswers() with the frameworks of the catalogue.
absl::Status AnswerQuestions(Backend& backend, Call& call, const v1::AnswerQuestionsRequest& request,
                             v1::AnswerQuestionsResponse& response);

// One question, with the name of its owner.
void ToProto(const model::Question& question, const model::Model& model, v1::Question& out);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_MODEL_QUESTIONS_H_
