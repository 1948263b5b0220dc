// Reading what stands in a workspace: its topics and their documents.
#ifndef METAPOWERS_SERVICE_SERVER_TOPICS_H_
#define METAPOWERS_SERVICE_SERVER_TOPICS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "service/server/command_index.h"
#include "service/server/names.h"
#include "service/workspace/snapshot.h"

namespace metapowers::server {

// Ids of the topics, sorted.
absl::StatusOr<std::vector<std::string>> ListTopics(const workspace::Snapshot& snapshot);

// NOT_FOUND TOPIC_NOT_FOUND unless the topic's folder exists; else its tree id.
absl::StatusOr<std::string> TopicTree(const workspace::Snapshot& snapshot, const ResourceName& topic);

// File names of the topic's documents, sorted: Markdown files that this service writes.
absl::StatusOr<std::vector<std::string>> ListDocumentFiles(const workspace::Snapshot& snapshot,
                                                           const ResourceName& topic);

// FAILED_PRECONDITION MODEL_MISSING.
absl::Status ModelMissing(const ResourceName& topic);

// NOT_FOUND DOCUMENT_NOT_FOUND.
absl::Status DocumentNotFound(const ResourceName& document);

// NOT_FOUND DOCUMENT_NOT_FOUND: the document has no section of `command`.
absl::Status SectionNotFound(const ResourceName& document, absl::string_view command);

// The commands whose sections stand in `markdown`, the text of the document with this file name, in contract order.
std::vector<const CommandEntry*> SectionsIn(absl::string_view markdown, absl::string_view file);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_TOPICS_H_
