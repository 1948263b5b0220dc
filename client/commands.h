// What each client command does, after its arguments have been parsed. Each returns an exit code, writes
// data to stdout and everything else to stderr.
#ifndef METAPOWERS_CLIENT_COMMANDS_H_
#define METAPOWERS_CLIENT_COMMANDS_H_

#include <string>
#include <vector>

#include "client/session.h"

namespace metapowers::client {

struct InitOptions {
  std::string topic;
  std::string archetype;          // name of a shipped model to start from
  std::string model_file;         // or a file, "-" for standard input
  std::vector<std::string> from;  // or files of another tool
};
int Init(Session& session, const InitOptions& options);

struct RunOptions {
  std::string target;
  std::string topic;
  std::string model_file;
  std::string reason;  // of skip_checks
  std::string request_id;
  std::string expected_head;
  bool skip_checks = false;
  bool dry_run = false;    // print the diff, commit nothing
  bool exit_code = false;  // 10 when a dry run finds changes
};
int Run(Session& session, const RunOptions& options);

// Topics of the workspace when `topic` is empty.
int Status(Session& session, const std::string& topic);

// `address` is TOPIC[/DOCUMENT][#COMMAND][@REV].
int Show(Session& session, const std::string& address);

struct LogOptions {
  std::string address;  // TOPIC[/DOCUMENT]; the whole workspace when empty
  int limit = 50;
};
int Log(Session& session, const LogOptions& options);

// `range` is A..B, A.. or A.
int Diff(Session& session, const std::string& topic, const std::string& range);

int ModelGet(Session& session, const std::string& topic);
int ModelPut(Session& session, const std::string& topic, const std::string& file);
int ModelValidate(Session& session, const std::string& file);
int ModelSchema(Session& session);

int WorkspaceCreate(Session& session, const std::string& id, const std::string& display_name);
int WorkspaceList(Session& session);
int WorkspaceGet(Session& session, const std::string& id);

int ListCommands(Session& session);
int Version(Session& session);

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_COMMANDS_H_
