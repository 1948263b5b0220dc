// Two typed results of one command, before and after, compared by meaning: entries of lists are known by their keys,
// and each difference names what changed in the model on the elements that the entry is about. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_ANALYSIS_RESULT_DIFF_H_
#define METAPOWERS_SERVICE_ANALYSIS_RESULT_DIFF_H_

#include "google/protobuf/message.h"
#include "metapowers/v1/result_diff.pb.h"
#include "service/model/model.h"

namespace metapowers::analysis {

// The differences of two results of the same type, made from these models. Compared are lists of messages with a field
// `key` or else `id`, at any depth; an entry's own lists are compared as part of it. `old_model` and `before` are
// nullptr where there was nothing: then all entries are new, and nothing caused them. The command is not filled.
v1::ResultDiff DiffResults(const google::protobuf::Message* before, const google::protobuf::Message& after,
                           const model::Model* old_model, const model::Model& new_model);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_RESULT_DIFF_H_
