#include "service/server/imported_model.h"

#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/model/faults.h"
#include "service/model/model.h"
#include "service/server/pristine_copy.h"

namespace metapowers::server {
namespace {

constexpr char kFileName[] = "imported-model.yaml";

std::string PathOf(const ResourceName& topic) { return absl::StrCat(PristineFolder(topic), "/", kFileName); }

}  // namespace

absl::StatusOr<std::optional<std::string>> ImportedModel(const workspace::Snapshot& snapshot,
                                                         const ResourceName& topic) {
  return snapshot.ReadFile(PathOf(topic));
}

absl::StatusOr<std::vector<workspace::FileChange>> KeepImportedModel(const workspace::Snapshot& snapshot,
                                                                     const ResourceName& topic,
                                                                     const std::string& draft_yaml) {
  ASSIGN_OR_RETURN(const auto draft, model::Model::Parse(draft_yaml, "imported_yaml"));
  if (draft->proto().id() != topic.topic) {
    const std::string what = absl::StrCat(model::Quote(draft->proto().id()), " is not the topic, ", topic.topic);
    return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat("imported_yaml: id ", what),
                     {"MODEL_INVALID", {{"errors", "1"}}, {{"id", what, "imported_yaml:1:1"}}, ""});
  }
  std::vector<workspace::FileChange> changes;
  ASSIGN_OR_RETURN(const std::optional<std::string> kept, ImportedModel(snapshot, topic));
  if (kept == draft_yaml) return changes;
  changes.push_back({PathOf(topic), draft_yaml, workspace::Origin::kMade});
  RETURN_IF_ERROR(MarkGenerated(snapshot, changes));
  return changes;
}

}  // namespace metapowers::server
