// A CommandContext, checked: nothing behind this point sees an unchecked field.
#ifndef METAPOWERS_SERVICE_SERVER_CONTEXT_H_
#define METAPOWERS_SERVICE_SERVER_CONTEXT_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "metapowers/v1/command.pb.h"
#include "service/base/clock.h"
#include "service/document/merge.h"
#include "service/server/names.h"
#include "service/workspace/commit.h"
#include "service/workspace/engine.h"

namespace metapowers::server {

struct CheckedContext {
  ResourceName topic;
  std::string request_id;     // "" or a UUID
  std::string topic_etag;     // "" or quoted
  std::string expected_head;  // "" or a commit id
  bool validate_only = false;
  bool skip_checks = false;
  std::string skip_reason;    // one line; set when skip_checks is
  std::string imported_yaml;  // the draft that the model was made of, to be kept beside it; may be empty
  // Of the request: large as they are, they are not copied.
  absl::string_view model_yaml;                              // may be empty
  std::map<std::string, const v1::Attachment*> attachments;  // by path below the topic's folder, not yet compared
  document::EditChoice edit_choice = document::EditChoice::kRefuse;
  workspace::Identity author;  // empty: the caller named none
  absl::Time time;             // whole seconds
};

// What it refers to of `context` must outlive it. INVALID_ARGUMENT NAME_INVALID for the topic, before anything else;
// then ARGUMENT_INVALID with a violation for every field that is wrong.
absl::StatusOr<CheckedContext> CheckContext(const v1::CommandContext& context, const Clock& clock);

// What the call builds on: the tip of the workspace, or its head where it only validates. ABORTED HEAD_MOVED where the
// caller expects another one.
absl::StatusOr<std::shared_ptr<const workspace::Snapshot>> BaseOf(const CheckedContext& context, absl::string_view uid,
                                                                  workspace::Engine& engine);

// Etag of a topic whose folder has this tree id: quoted; of no folder: `"0"`.
std::string TopicEtag(absl::string_view tree);

// ABORTED TOPIC_CHANGED when the context has an etag, and its topic is not the tree `tree`.
absl::Status CheckTopicEtag(const CheckedContext& context, absl::string_view tree);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_CONTEXT_H_
