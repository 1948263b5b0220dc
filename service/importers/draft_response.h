// What every import answers of its draft.
#ifndef METAPOWERS_SERVICE_IMPORTERS_DRAFT_RESPONSE_H_
#define METAPOWERS_SERVICE_IMPORTERS_DRAFT_RESPONSE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "metapowers/v1/model_service.pb.h"
#include "service/model/model.h"

namespace metapowers::importers {

// The draft as its text says. INTERNAL when it is no valid model, which is a fault of the importer; INVALID_ARGUMENT
// MODEL_INVALID when it is too large, with `mend` as the next step.
absl::StatusOr<std::shared_ptr<const model::Model>> CheckDraft(absl::string_view yaml, absl::string_view source,
                                                               absl::string_view mend);

// Adds the number of elements of each list of the model, its assumptions, and the questions that it leaves open.
void Describe(const model::v1::SystemModel& draft, const model::Model& parsed, v1::ImportModelResponse& response);

void AddCount(const std::string& field, int count, v1::ImportModelResponse& response);

// "warning", "question" or "kept", as the comments of a draft name notes.
const char* NameOf(v1::ImportNoteKind kind);

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_DRAFT_RESPONSE_H_
