// The messages of the service's commits, and what they tell when read back. Pure functions.
#ifndef METAPOWERS_SERVICE_SERVER_COMMIT_MESSAGE_H_
#define METAPOWERS_SERVICE_SERVER_COMMIT_MESSAGE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/server/context.h"
#include "service/workspace/commit.h"

namespace metapowers::server {

inline constexpr char kCommandTrailer[] = "Metapowers-Command";
inline constexpr char kActionTrailer[] = "Metapowers-Action";
inline constexpr char kRevertsTrailer[] = "Metapowers-Reverts";
// How the sentence on findings begins that finding_changes.md makes.
inline constexpr char kFindingsLabel[] = "Findings: ";
inline constexpr char kModelTrailer[] = "Metapowers-Model";
inline constexpr char kCatalogueTrailer[] = "Metapowers-Catalogue";
inline constexpr char kEngineTrailer[] = "Metapowers-Engine";

// `security(<topic>): <what>`, `security: <what>` without a topic, the summary, and the trailers, each only when its
// value is not empty.
struct CommitMessage {
  std::string topic;
  std::string what;                  // command id, or "model"
  std::vector<std::string> summary;  // one sentence each
  std::string command;               // e.g. "security:threat-model"; empty for a change of model
  std::string action;                // "model" for that, "report" or "revert"
  std::string model;                 // blob id
  std::string catalogue;
  std::string engine;
  std::string request_id;
  std::string reverts;       // id of the commit that this one undoes
  std::string skipped_gate;  // file that was missing, only when its gate was passed over
  std::string skip_reason;   // why; a line of the body

  std::string Format() const;
};

// The command id in the trailers, e.g. "threat-model"; empty when the service did not make the commit for a command.
std::string CommandOf(const workspace::CommitInfo& commit);

// What changed in meaning, in one line of the body: the sentence on findings where there is one, else the first line;
// "" of a commit without a body.
std::string SummaryOf(const workspace::CommitInfo& commit);

// The topic in the subject of a commit of the service; empty for foreign commits.
std::string TopicOf(const workspace::CommitInfo& commit);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_COMMIT_MESSAGE_H_
