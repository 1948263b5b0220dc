// What each client command does, after its arguments have been parsed. Each returns an exit code, writes
// data to stdout and everything else to stderr.
#ifndef METAPOWERS_CLIENT_COMMANDS_H_
#define METAPOWERS_CLIENT_COMMANDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "client/session.h"
#include "metapowers/v1/export_service.pb.h"
#include "metapowers/v1/model_service.pb.h"

namespace metapowers::client {

// Files to send; "-" is standard input.
struct InputFiles {
  std::string model;
  std::string decisions;
  std::vector<std::string> attachments;  // FILE[=PATH], where PATH is below the folder of the model
};

struct InitOptions {
  std::string topic;
  std::string archetype;  // name of a shipped model to start from, unless `files` has one
  InputFiles files;
  std::vector<std::string> from;  // or files of other tools, and folders of them
};
int Init(Session& session, const InitOptions& options);

// Prints the draft that `from` makes, and stores nothing.
int ModelImport(Session& session, const std::string& topic, const std::vector<std::string>& from);

struct RunOptions {
  std::string target;
  std::string topic;
  InputFiles files;
  std::string fail_on;  // low, medium, high or critical: 10 when there are open findings of this level
  std::string reason;   // of skip_checks
  std::string request_id;
  std::string expected_head;
  std::string edits;  // keep, take or markers, where a person and the regeneration changed the same lines
  bool skip_checks = false;
  bool dry_run = false;    // print the diff, commit nothing
  bool raw = false;        // the diff as `git apply` takes it, on a terminal too
  bool exit_code = false;  // 10 when a dry run finds changes
};
int Run(Session& session, const RunOptions& options);

// Topics of the workspace when `topic` is empty.
int Status(Session& session, const std::string& topic);

struct ShowOptions {
  std::string address;  // TOPIC[/DOCUMENT][#COMMAND][@REVISION]
  bool raw = false;     // Markdown as it stands, on a terminal too
};
int Show(Session& session, const ShowOptions& options);

struct LogOptions {
  std::string address;  // TOPIC[/DOCUMENT][#COMMAND][@REVISION]; the whole workspace when empty
  int limit = 50;       // 0 for all
};
int Log(Session& session, const LogOptions& options);

struct WatchOptions {
  std::string topic;  // the whole workspace when empty
  int64_t from = 0;   // first revision; 0 is the next one that is made
  int limit = 0;      // end after so many; 0 goes on
};
// Prints revisions as they are made, until it is interrupted; calls the server again when the call breaks off.
int Watch(Session& session, const WatchOptions& options);

struct DiffOptions {
  std::string topic;
  std::string range;      // A..B, A.. or A
  bool raw = false;       // as `git apply` takes it, on a terminal too
  bool semantic = false;  // what changed in meaning, not in text
  std::string command;    // only this one, or a phase; all when empty; with `semantic`
};
int Diff(Session& session, const DiffOptions& options);

struct RevisionOptions {
  std::string topic;
  std::string revision;    // the newest when empty
  bool raw = false;        // the diff as `git apply` takes it, on a terminal too
  bool text_only = false;  // without what changed in meaning
};
int ShowRevision(Session& session, const RevisionOptions& options);

// `address` is TOPIC#COMMAND[@REVISION].
int Blame(Session& session, const std::string& address);

struct RevertOptions {
  std::string topic;
  std::string revision;
  std::string request_id;
  std::string expected_head;
  bool dry_run = false;  // print the diff, commit nothing
  bool yes = false;      // also when it removes the system model
};
int Revert(Session& session, const RevertOptions& options);

struct LintOptions {
  std::string topic;
  std::string revision;  // the head when empty
};
// 10 when an item fails that no exemption covers.
int Lint(Session& session, const LintOptions& options);

struct ReportOptions {
  std::vector<std::string> topics;  // all when empty
  bool dry_run = false;             // print the report, commit nothing
};
int Report(Session& session, const ReportOptions& options);

struct ExportOptions {
  std::string topic;
  std::string folder;    // made when it is not there
  std::string revision;  // the head when empty
  bool force = false;    // overwrite files of others
  metapowers::v1::ExportFormat format = metapowers::v1::EXPORT_FORMAT_UNSPECIFIED;
  std::string items;  // what the format is about, e.g. "detections"
};
int Export(Session& session, const ExportOptions& options);

int ModelGet(Session& session, const std::string& topic, bool decisions);
int ModelPut(Session& session, const std::string& topic, const InputFiles& files);
int ModelSchema(Session& session);

struct ModelValidateOptions {
  std::vector<std::string> files;  // "-" is standard input
  bool questions = false;          // print what they leave open, too
};
int ModelValidate(Session& session, const ModelValidateOptions& options);

struct ModelFmtOptions {
  std::string model = "-";  // FILE, TOPIC[@REVISION] or "-"
  bool check = false;       // print the lines that differ; 10 when some do
  bool write = false;       // replace the file, or commit the model
};
int ModelFmt(Session& session, const ModelFmtOptions& options);

struct ModelDiffOptions {
  std::string before, after;  // FILE, TOPIC[@REVISION] or "-"
  bool exit_code = false;     // 10 when they differ
};
int ModelDiff(Session& session, const ModelDiffOptions& options);

struct ModelExportOptions {
  std::string model;  // FILE, TOPIC[@REVISION] or "-"
  metapowers::v1::ModelFormat format = metapowers::v1::MODEL_FORMAT_UNSPECIFIED;
  std::string out;  // file to write; standard output when empty
};
int ModelExport(Session& session, const ModelExportOptions& options);

struct QuestionsOptions {
  std::string topic;
  std::string owner;                 // only those of this team
  std::vector<std::string> answers;  // FIELD=VALUE: written without asking
  std::string answers_file;          // a line of the same for each, "-" for standard input
  bool list = false;                 // print them, ask nothing
};
// Asks a person at a terminal, and commits the answers as one change of the model.
int AskQuestions(Session& session, const QuestionsOptions& options);

struct RefreshOptions {
  std::string topic;
  std::vector<std::string> from;
  bool dry_run = false;    // print what changed, commit nothing
  bool exit_code = false;  // 10 when something changed
};
int RefreshModel(Session& session, const RefreshOptions& options);

int WorkspaceCreate(Session& session, const std::string& id, const std::string& display_name);
int WorkspaceList(Session& session);
int WorkspaceGet(Session& session, const std::string& id);

int ListCommands(Session& session);
int Version(Session& session);

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_COMMANDS_H_
