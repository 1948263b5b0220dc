// What a command made and makes now, compared in meaning, with the sentence for people.
#ifndef METAPOWERS_SERVICE_SERVER_RESULT_COMPARISON_H_
#define METAPOWERS_SERVICE_SERVER_RESULT_COMPARISON_H_

#include <memory>

#include "absl/status/statusor.h"
#include "metapowers/v1/result_diff.pb.h"
#include "service/server/command_index.h"
#include "service/server/generator.h"

namespace metapowers::server {

// A section and what it was made from.
struct Made {
  Inputs inputs;
  std::shared_ptr<const Generated> generated;
};

// The differences of `before`, nullptr where there was nothing, and `now`. INTERNAL when the template of the sentence
// is wrong, which a test keeps from happening. Thread-safe.
absl::StatusOr<v1::ResultDiff> CompareMade(const CommandEntry& entry, const Made* before, const Made& now);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_RESULT_COMPARISON_H_
