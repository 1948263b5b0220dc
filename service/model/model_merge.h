// A new draft of a system merged into the model that people have made of the draft before.
#ifndef METAPOWERS_SERVICE_MODEL_MODEL_MERGE_H_
#define METAPOWERS_SERVICE_MODEL_MODEL_MERGE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/model/difference.h"
#include "service/model/model.h"

namespace metapowers::model {

// A change from one draft to the next, and what became of it.
struct MergedChange {
  enum class Outcome { kApplied, kPresent, kConflict };

  std::string path;  // as Difference has it
  Difference::Kind kind = Difference::Kind::kChanged;
  std::string before;
  std::string after;
  std::string kept;  // of a conflict: what stands; empty when people took it out
  Outcome outcome = Outcome::kApplied;
  std::string text;  // in words; of a conflict with the reason
};

struct ModelMerge {
  std::string yaml;
  std::vector<MergedChange> changes;  // sorted by path

  // Whether the new draft says something else than the one before.
  bool moved() const { return !changes.empty(); }
};

// `ours` with what changed from `base` to `theirs`: comments and order of `ours` stay, and so does everything that
// people wrote. Where people changed the same value in another way, what they wrote stands and the change is a
// conflict; so it is where a change would leave a reference to nothing. Lists of words are merged as sets. `as_of` is
// people's unless the files have a later date, and so are dates that follow from it. `marks` are what values of
// `theirs` rest on, by path (see text_edit.h). Marks, evidence of postures and what an import says of its assumptions
// follow the files without a change of their own: where nothing else changes, `ours` stays byte for byte.
// INVALID_ARGUMENT MODEL_INVALID: those of EditText() and of an `ours` that is not valid. Pure; thread-safe.
absl::StatusOr<ModelMerge> MergeModel(const Model& base, absl::string_view ours, const Model& theirs,
                                      const std::map<std::string, std::string>& marks);

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_MODEL_MERGE_H_
