#include "service/server/model_refresh.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/importers/attribute_bases.h"
#include "service/importers/import.h"
#include "service/model/import_mark.h"
#include "service/model/model.h"
#include "service/model/model_merge.h"
#include "service/server/context.h"
#include "service/server/imported_model.h"
#include "service/server/names.h"
#include "service/server/topics.h"

namespace metapowers::server {
namespace {

absl::Status ImportMissing(const ResourceName& topic) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("the model of topic \"", topic.topic, "\" was not imported from files"),
                   {"IMPORT_MISSING",
                    {{"topic", topic.topic}},
                    {},
                    "start a topic from files with 'metapowers init TOPIC --from PATH', or compare a new draft with "
                    "'metapowers model diff'"});
}

std::map<std::string, std::string> MarksOf(const v1::ImportModelResponse& imported) {
  std::map<std::string, std::string> marks;
  for (const v1::AttributeBasis& basis : imported.bases()) {
    marks[basis.field()] = importers::MarkOf(basis);
  }
  return marks;
}

// Whether the draft has something that it took from this file.
bool RestsOn(absl::string_view draft, const std::string& file) {
  return absl::StrContains(draft, absl::StrCat("# ", model::ObservedMark(file), ":")) ||
         absl::StrContains(draft, absl::StrCat(", see ", file, ":"));
}

// A file that could not be read this time would look as if all that it showed were gone.
absl::Status CheckStillRead(absl::string_view draft, const v1::ImportModelResponse& imported) {
  ErrorDetails details;
  details.reason = "MODEL_INVALID";
  for (const v1::SkippedItem& item : imported.skipped()) {
    if (item.item() != "file" || !RestsOn(draft, item.location())) continue;
    details.violations.push_back(
        {"", absl::StrCat(item.reason(), "; the model has elements from it"), item.location()});
  }
  if (details.violations.empty()) return absl::OkStatus();
  details.metadata["errors"] = absl::StrCat(details.violations.size());
  details.next_step = "mend the files named and refresh again; delete those that show nothing of the system any more";
  const Violation& first = details.violations.front();
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat("\"", first.location, "\", from which the model was imported, ", first.description),
                   details);
}

v1::ModelDifferenceKind KindOf(const model::MergedChange& change) {
  if (change.outcome == model::MergedChange::Outcome::kConflict) return v1::MODEL_DIFFERENCE_KIND_CONFLICT;
  switch (change.kind) {
    case model::Difference::Kind::kAdded:
      return v1::MODEL_DIFFERENCE_KIND_ADDED;
    case model::Difference::Kind::kRemoved:
      return v1::MODEL_DIFFERENCE_KIND_REMOVED;
    case model::Difference::Kind::kChanged:
      return v1::MODEL_DIFFERENCE_KIND_CHANGED;
  }
  return v1::MODEL_DIFFERENCE_KIND_UNSPECIFIED;
}

// A name on one line, and whole: folders may be long, and what tells two files apart stands at the end.
std::string FileNameOf(absl::string_view name) {
  constexpr size_t kMaxFileName = 1024;
  std::string line = OneLine(name);
  if (line.size() <= kMaxFileName) return line;
  size_t begin = line.size() - kMaxFileName;
  while (begin < line.size() && (line[begin] & 0xC0) == 0x80) ++begin;  // never inside a character
  return line.substr(begin);
}

}  // namespace

std::vector<importers::SourceFile> SourceFilesOf(const google::protobuf::RepeatedPtrField<v1::ImportFile>& files) {
  std::vector<importers::SourceFile> out;
  for (const v1::ImportFile& file : files) {
    const std::string name = FileNameOf(file.name());
    out.push_back({name.empty() ? absl::StrCat("file ", out.size() + 1) : name, file.content()});
  }
  return out;
}

absl::Status RefreshModel(Backend& backend, Call& call, const v1::RefreshModelRequest& request,
                          v1::RefreshModelResponse& response) {
  ASSIGN_OR_RETURN(const ResourceName topic, ParseTopicName(request.topic()));
  ASSIGN_OR_RETURN(const auto snapshot, backend.Open(call, topic, ""));
  ASSIGN_OR_RETURN(const std::optional<std::string> yaml, snapshot->ReadFile(topic.PathOf(kModelFile)));
  if (!yaml.has_value()) return ModelMissing(topic);
  ASSIGN_OR_RETURN(const std::optional<std::string> kept, ImportedModel(*snapshot, topic));
  if (!kept.has_value()) return ImportMissing(topic);
  ASSIGN_OR_RETURN(const auto base, model::Model::Parse(*kept, "imported-model.yaml"));

  importers::ImportOptions options;
  options.topic_id = topic.topic;
  options.today = base->proto().as_of();
  options.earlier = *kept;
  ASSIGN_OR_RETURN(*response.mutable_imported(), importers::ImportModel(SourceFilesOf(request.files()), options));
  RETURN_IF_ERROR(CheckStillRead(*kept, response.imported()));
  ASSIGN_OR_RETURN(const auto theirs, model::Model::Parse(response.imported().model_yaml(), "draft"));
  ASSIGN_OR_RETURN(model::ModelMerge merge, model::MergeModel(*base, *yaml, *theirs, MarksOf(response.imported())));
  response.set_model_yaml(std::move(merge.yaml));
  // Where only lines moved, what is kept stays as well, so that nothing is written.
  response.set_imported_yaml(merge.moved() ? response.imported().imported_yaml() : *kept);
  for (model::MergedChange& change : merge.changes) {
    if (change.outcome == model::MergedChange::Outcome::kPresent) continue;
    v1::ModelDifference& out = *response.add_changes();
    out.set_kind(KindOf(change));
    out.set_field(std::move(change.path));
    out.set_before(std::move(change.before));
    out.set_after(std::move(change.after));
    out.set_kept(std::move(change.kept));
    out.set_text(std::move(change.text));
  }
  ASSIGN_OR_RETURN(const std::string tree, snapshot->TreeId(topic.Path()));
  response.set_topic_etag(TopicEtag(tree));
  return absl::OkStatus();
}

}  // namespace metapowers::server
