// Complete models to start from: the examples in deploy/examples, embedded.
#ifndef METAPOWERS_SERVICE_SERVER_ARCHETYPES_H_
#define METAPOWERS_SERVICE_SERVER_ARCHETYPES_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "metapowers/v1/model_service.pb.h"

namespace metapowers::server {

// The archetypes whose model is in this program, sorted by name; read once.
const v1::ListArchetypesResponse& Archetypes();

// The model of an archetype, with `id` set to `topic_id`, which is a slug; the rest is kept as it is written. With it
// come the files beside the model, by their paths from it. NOT_FOUND ARCHETYPE_UNKNOWN with metadata `archetype`.
absl::StatusOr<v1::DraftModelResponse> DraftFrom(absl::string_view archetype, absl::string_view topic_id);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_ARCHETYPES_H_
