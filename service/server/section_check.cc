#include "service/server/section_check.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/base/status_macros.h"
#include "service/knowledge/knowledge.h"
#include "service/server/commit_message.h"
#include "service/server/document_frame.h"
#include "service/server/pristine_copy.h"
#include "service/server/section_guard.h"
#include "service/server/topic_inputs.h"
#include "service/server/topics.h"
#include "service/workspace/snapshot.h"

namespace metapowers::server {
namespace {

using workspace::Finding;
using workspace::Snapshot;

constexpr char kMendSection[] = "run the command again: it merges what was written by hand with what it makes";

bool IsRefusal(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsFailedPrecondition(status);
}

// Whether this version makes of the section's inputs the whole of `document`, the rest being as it is.
absl::StatusOr<bool> IsDerived(const CommandEntry& entry, const ResourceName& topic, const std::string& document,
                               const Generated& generated) {
  const absl::StatusOr<std::string> spliced = SpliceSection(document, *entry.spec, topic.topic, generated.section);
  if (IsRefusal(spliced.status())) return false;
  RETURN_IF_ERROR(spliced.status());
  return *spliced == document;
}

}  // namespace

void SectionCheck::Visit(const workspace::ObjectSource& objects, const workspace::CommitInfo& commit, int parents,
                         std::vector<Finding>& faults) {
  if (head_.empty()) {
    head_ = commit.id;
    head_tree_ = commit.tree;
  }
  const std::string topic = TopicOf(commit);
  if (topic.empty()) return;
  const std::string place = absl::StrCat("commit ", commit.id);
  if (parents > 1) {
    faults.push_back({place, absl::StrCat("it is the service's, and has ", parents, " parents"),
                      "somebody made it in the service's name: compare the branch with a backup"});
  }
  const std::string command = CommandOf(commit);
  if (!command.empty()) newest_.try_emplace({topic, command}, commit);
  const std::string model = commit.Trailer(kModelTrailer);
  if (model.empty()) return;
  const Snapshot then(std::shared_ptr<const workspace::ObjectSource>(&objects, [](const auto*) {}), commit.id,
                      commit.tree, 0);
  const absl::StatusOr<std::string> blob = then.BlobId(ResourceName{"", topic, ""}.PathOf(kModelFile));
  if (!blob.ok() || *blob == model) return;  // a tree that cannot be read is told of its object
  faults.push_back({place,
                    absl::StrCat("it was made from model ", model, ", but holds ", blob->empty() ? "none" : *blob),
                    "somebody changed the commit: compare the branch with a backup"});
}

absl::StatusOr<SectionCheck::Outcome> SectionCheck::Check(
    const std::shared_ptr<const workspace::ObjectSource>& objects) {
  Outcome outcome;
  if (head_.empty()) return outcome;
  const Snapshot head(objects, head_, head_tree_, 0);
  ASSIGN_OR_RETURN(const std::vector<std::string> topics, ListTopics(head));
  for (const std::string& topic : topics) {
    const absl::Status status = CheckTopic(head, ResourceName{"", topic, ""}, outcome);
    if (status.ok()) continue;
    outcome.faults.push_back({topic, absl::StrCat("cannot be derived again: ", status.message()),
                              "mend what it was made from, or restore a backup"});
  }
  return outcome;
}

absl::Status SectionCheck::CheckTopic(const Snapshot& head, const ResourceName& topic, Outcome& outcome) {
  ASSIGN_OR_RETURN(const std::vector<std::string> files, ListDocumentFiles(head, topic));
  for (const std::string& file : files) {
    ASSIGN_OR_RETURN(const std::optional<std::string> document, head.ReadFile(topic.PathOf(file)));
    for (const CommandEntry* entry : SectionsIn(document.value_or(""), file)) {
      RETURN_IF_ERROR(CheckSection(topic, *entry, *document, head.objects(), outcome));
    }
  }
  return absl::OkStatus();
}

absl::Status SectionCheck::CheckSection(const ResourceName& topic, const CommandEntry& entry,
                                        const std::string& document,
                                        const std::shared_ptr<const workspace::ObjectSource>& objects,
                                        Outcome& outcome) {
  const std::string& id = entry.spec->id();
  const std::string place = absl::StrCat(topic.topic, "/", entry.spec->document(), "#", id);
  const auto note = [&](absl::string_view cause) {
    outcome.notes.push_back({place, std::string(cause), ""});
    return absl::OkStatus();
  };
  const auto found = newest_.find({topic.topic, id});
  if (found == newest_.end()) return note("no commit of the service made it: not checked");
  const workspace::CommitInfo& commit = found->second;
  const std::string engine = commit.Trailer(kEngineTrailer), catalogue = commit.Trailer(kCatalogueTrailer);
  if (engine != version_ || catalogue != knowledge::Catalogue().version()) {
    return note(
        absl::StrCat("made by another version, engine ", engine, " with catalogue ", catalogue, ": not checked"));
  }
  const std::string path = topic.PathOf(entry.spec->document());
  const Snapshot then(objects, commit.id, commit.tree, 0);
  ASSIGN_OR_RETURN(const std::optional<std::string> made, then.ReadFile(path));
  absl::StatusOr<Inputs> inputs = ReadInputs(generator_, then, topic);
  absl::StatusOr<std::shared_ptr<const Generated>> generated =
      inputs.ok() ? generator_.Generate(entry, *inputs) : inputs.status();
  const auto fault = [&](absl::string_view cause) {
    outcome.faults.push_back({place, absl::StrCat(cause, " at commit ", commit.id), kMendSection});
    return absl::OkStatus();
  };
  if (IsRefusal(generated.status())) return fault("its inputs are not accepted any more");
  RETURN_IF_ERROR(generated.status());
  ASSIGN_OR_RETURN(bool derived, IsDerived(entry, topic, made.value_or(""), **generated));
  if (!derived) {
    ASSIGN_OR_RETURN(const std::optional<std::string> pristine, PristineSection(then, topic, *entry.spec));
    if (pristine.has_value() && *pristine == absl::StripTrailingAsciiWhitespace((*generated)->section)) {
      return note("edited by hand; what was generated is derived again, byte for byte");
    }
    return fault("it is not what the service makes of its model");
  }
  if (FindSection(document, entry.spec->heading()) != FindSection(*made, entry.spec->heading())) {
    return note("edited since it was generated; what was generated is derived again, byte for byte");
  }
  ++outcome.same;
  return absl::OkStatus();
}

}  // namespace metapowers::server
