#include "service/server/topics.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/base/ids.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/document/sections.h"

namespace metapowers::server {

absl::StatusOr<std::vector<std::string>> ListTopics(const workspace::Snapshot& snapshot) {
  ASSIGN_OR_RETURN(const auto entries, snapshot.ListDirectory(kDomainPath));
  std::vector<std::string> topics;
  for (const workspace::DirectoryEntry& entry : entries) {
    if (entry.is_directory && IsSlug(entry.name)) topics.push_back(entry.name);
  }
  return topics;
}

absl::StatusOr<std::string> TopicTree(const workspace::Snapshot& snapshot, const ResourceName& topic) {
  ASSIGN_OR_RETURN(std::string tree, snapshot.TreeId(ResourceName{topic.workspace, topic.topic, ""}.Path()));
  if (!tree.empty()) return tree;
  ASSIGN_OR_RETURN(const std::vector<std::string> topics, ListTopics(snapshot));
  return MakeError(absl::StatusCode::kNotFound,
                   absl::StrCat("workspace \"", topic.workspace, "\" has no topic \"", topic.topic, "\"",
                                DidYouMean(topic.topic, topics)),
                   {"TOPIC_NOT_FOUND", {{"topic", topic.topic}}, {}, absl::StrCat("metapowers init ", topic.topic)});
}

absl::StatusOr<std::vector<std::string>> ListDocumentFiles(const workspace::Snapshot& snapshot,
                                                           const ResourceName& topic) {
  ASSIGN_OR_RETURN(const auto entries, snapshot.ListDirectory(ResourceName{topic.workspace, topic.topic, ""}.Path()));
  const CommandIndex& index = CommandIndex::Get();
  std::vector<std::string> files;
  for (const workspace::DirectoryEntry& entry : entries) {
    if (entry.is_directory) continue;
    if (entry.name == kSkipLogFile || !index.CommandsOf(entry.name).empty()) files.push_back(entry.name);
  }
  return files;
}

absl::Status ModelMissing(const ResourceName& topic) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("topic \"", topic.topic, "\" has no ", kModelFile),
                   {"MODEL_MISSING", {{"topic", topic.topic}}, {}, absl::StrCat("metapowers init ", topic.topic)});
}

absl::Status DocumentNotFound(const ResourceName& document) {
  return MakeError(absl::StatusCode::kNotFound,
                   absl::StrCat("topic \"", document.topic, "\" has no document \"", document.document, "\""),
                   {"DOCUMENT_NOT_FOUND",
                    {{"document", document.ToString()}},
                    {},
                    absl::StrCat("metapowers show ", document.topic)});
}

absl::Status SectionNotFound(const ResourceName& document, absl::string_view command) {
  return MakeError(absl::StatusCode::kNotFound,
                   absl::StrCat(document.document, " has no section of \"", Printable(command), "\""),
                   {"DOCUMENT_NOT_FOUND",
                    {{"document", document.ToString()}},
                    {},
                    absl::StrCat("metapowers status ", document.topic)});
}

std::vector<const CommandEntry*> SectionsIn(absl::string_view markdown, absl::string_view file) {
  std::set<absl::string_view> headings;
  for (const document::Section& section : document::SplitSections(markdown).sections) headings.insert(section.heading);
  std::vector<const CommandEntry*> found;
  for (const CommandEntry* entry : CommandIndex::Get().CommandsOf(file)) {
    if (headings.count(entry->spec->heading()) > 0) found.push_back(entry);
  }
  return found;
}

}  // namespace metapowers::server
