#include "service/server/topic_results.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/server/topic_inputs.h"

namespace metapowers::server {

absl::StatusOr<MadeByCommand> MakeAt(Backend& backend, const Call& call, const ResourceName& topic,
                                     const workspace::Snapshot& snapshot,
                                     const std::vector<const CommandEntry*>& entries) {
  MadeByCommand made;
  const auto at = [&snapshot](const absl::Status& status) {
    return MakeError(status.code(), absl::StrCat("at ", snapshot.commit(), ": ", status.message()), DetailsOf(status));
  };
  const absl::StatusOr<Inputs> inputs = ReadInputs(backend.generator, snapshot, topic);
  if (!inputs.ok()) return at(inputs.status());
  for (const CommandEntry* entry : entries) {
    RETURN_IF_ERROR(call.CheckAlive());
    auto generated = backend.generator.Generate(*entry, *inputs);
    if (!generated.ok()) return at(generated.status());
    made[entry] = {*inputs, *std::move(generated)};
  }
  return made;
}

absl::StatusOr<std::vector<v1::ResultDiff>> CompareTopic(Backend& backend, const Call& call, const ResourceName& topic,
                                                         const workspace::Snapshot* base,
                                                         const workspace::Snapshot& target,
                                                         const std::vector<const CommandEntry*>& entries) {
  ASSIGN_OR_RETURN(const MadeByCommand after, MakeAt(backend, call, topic, target, entries));
  MadeByCommand before;
  if (base != nullptr) {
    ASSIGN_OR_RETURN(const std::string model, base->BlobId(topic.PathOf(kModelFile)));
    if (!model.empty()) {
      ASSIGN_OR_RETURN(before, MakeAt(backend, call, topic, *base, entries));
    }
  }
  std::vector<v1::ResultDiff> diffs;
  for (const CommandEntry* entry : entries) {
    const auto old = before.find(entry);
    ASSIGN_OR_RETURN(v1::ResultDiff diff,
                     CompareMade(*entry, old == before.end() ? nullptr : &old->second, after.at(entry)));
    if (diff.items_size() > 0) diffs.push_back(std::move(diff));
  }
  return diffs;
}

}  // namespace metapowers::server
