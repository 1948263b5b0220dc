#include "client/cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <map>
#include <memory>
#include <ostream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/commands.h"
#include "service/base/api_limits.h"
#include "service/base/strings.h"

namespace metapowers::client {
namespace {

constexpr char kDescription[] =
    "Security documents from one declared system model, kept in Git.\n"
    "Without --server it works on the Git repository around the current directory.";

constexpr char kExamples[] = R"(Examples:
  metapowers init api-platform --archetype fintech-api    draft a system model and commit it
  metapowers run security-policy api-platform             write one section, one commit
  metapowers run walkthrough api-platform                 run every command of the walkthrough
  metapowers plan identify api-platform                   show the diff that it would commit
  metapowers show api-platform#asset-inventory            print one section
  metapowers log api-platform                             what was committed, newest first
  metapowers --server 127.0.0.1:7433 --workspace payments status api-platform

Exit codes: 0 ok, 1 internal, 2 usage, 3 gate or precondition, 4 unauthenticated, 5 not found, 6 conflict,
  7 denied, 8 unavailable or exhausted, 9 invalid input, 10 changes pending (--exit-code, --check) or findings (--fail-on, lint), 130 interrupted
Environment: METAPOWERS_SERVER, METAPOWERS_WORKSPACE, NO_COLOR, GIT_AUTHOR_NAME, GIT_AUTHOR_EMAIL
)";

constexpr char kFromHelp[] =
    "files of other tools to draft from, and folders of them: Kubernetes, compose, OpenAPI, Terraform plans, "
    "CycloneDX, SPDX, Open Threat Model, Threat Dragon, Threagile (- for standard input)";

// All that the arguments can say. One object, so that CLI11 can bind to it.
struct Arguments {
  GlobalOptions global;
  std::string format = "text";
  std::string timeout = "60s";
  std::string topic, file, workspace_id, display_name;
  InputFiles files;  // of model put
  QuestionsOptions questions;
  RefreshOptions refresh;
  bool decisions = false;
  ModelValidateOptions validate;
  ModelFmtOptions fmt;
  ModelDiffOptions model_diff;
  ModelExportOptions model_export;
  InitOptions init;
  RunOptions run;
  DiffOptions diff;
  LintOptions lint;
  ReportOptions report;
  ExportOptions exported;
  ShowOptions show;
  LogOptions log;
  WatchOptions watch;
  RevisionOptions revision;
  RevertOptions revert;
  std::string blame;
  std::function<int(Session&)> action;
};

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

void AddGlobalOptions(CLI::App& app, Arguments& arguments) {
  arguments.global.server = Environment("METAPOWERS_SERVER");
  arguments.global.workspace = Environment("METAPOWERS_WORKSPACE");
  if (!Environment("NO_COLOR").empty() || Environment("TERM") == "dumb") arguments.global.color = "never";
  app.add_option("--server", arguments.global.server, "HOST:PORT or unix:PATH of a server");
  app.add_option("--workspace", arguments.global.workspace, "workspace on the server (default: default)");
  app.add_option("-o,--output", arguments.format, "text, json, yaml or markdown; sarif of model validate")
      ->check(CLI::IsMember({"text", "json", "yaml", "markdown", "sarif"}));
  app.add_option("--timeout", arguments.timeout, "longest time of one call, e.g. 90s or 5m (default: 60s)");
  app.add_option("--color", arguments.global.color, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  app.add_flag("--no-pager", arguments.global.no_pager, "print long output at once, not through $PAGER");
  app.add_flag("-v,--verbose", arguments.global.verbose, "print error reasons and their facts");
}

CLI::App* AddCommand(CLI::App& app, const std::string& name, const std::string& description,
                     const std::string& examples, Arguments& arguments, std::function<int(Session&)> action) {
  CLI::App* command = app.add_subcommand(name, description);
  command->fallthrough();
  command->allow_extras();
  command->footer("Examples:\n" + examples);
  command->final_callback([&arguments, action = std::move(action)] { arguments.action = action; });
  return command;
}

// What is sent along with a model.
void AddAttachOptions(CLI::App& command, InputFiles& files) {
  command.add_option("--decisions", files.decisions, "commit this file as the decisions.yaml beside the model");
  command
      .add_option("--attach", files.attachments,
                  absl::StrCat("FILE[=PATH]: commit decisions.yaml, or evidence at a PATH that the model declares "
                               "(repeatable; ",
                               kMaxAttachmentBytes >> 20, " MB in all)"))
      ->allow_extra_args(false);
}

void AddRunOptions(CLI::App& command, Arguments& arguments, const std::vector<std::string>& edit_choices) {
  RunOptions& run = arguments.run;
  command.add_option("TARGET", run.target, "a command, a phase, walkthrough or all")->required();
  command.add_option("TOPIC", run.topic, "the system documented")->required();
  command.add_option("--model", run.files.model, "commit this system model first (- for standard input)");
  AddAttachOptions(command, run.files);
  command.add_option("--fail-on", run.fail_on, "exit 10 when undecided findings of this level or above are open")
      ->check(CLI::IsMember({"low", "medium", "high", "critical"}));
  auto* skip = command.add_flag("--skip-checks", run.skip_checks,
                                "run although 00-govern.md is missing; recorded in "
                                "skip-log.md");
  auto* reason = command.add_option("--reason", run.reason, "why checks are skipped; required with --skip-checks");
  skip->needs(reason);
  reason->needs(skip);
  command.add_option("--expected-head", run.expected_head, "refuse when the head is not this commit");
  command
      .add_option("--edits", run.edits,
                  absl::StrCat("where an edit by hand and what is generated now changed the same lines: ",
                               absl::StrJoin(edit_choices, ", ")))
      ->check(CLI::IsMember(edit_choices));
}

void AddHistoryCommands(CLI::App& app, Arguments& a) {
  CLI::App* log = AddCommand(app, "log", "what was committed, one line each, newest first",
                             "  metapowers log api-platform/govern -n 10\n"
                             "  metapowers log api-platform#threat-model    only what changed this section\n"
                             "  metapowers log api-platform@HEAD~10 --all\n",
                             a, [&a](Session& session) { return Log(session, a.log); });
  log->add_option("ADDRESS", a.log.address, "TOPIC[/DOCUMENT][#COMMAND][@REVISION]; the whole workspace when left out");
  auto* limit = log->add_option("-n,--limit", a.log.limit, "most entries, 0 for all (default: 50)")
                    ->check(CLI::Range(0, std::numeric_limits<int>::max()));
  log->add_flag_callback(
         "--all", [&a] { a.log.limit = 0; }, "all entries")
      ->excludes(limit);

  CLI::App* diff = AddCommand(app, "diff", "difference of a topic between two revisions, in text or in meaning",
                              "  metapowers diff api-platform HEAD~1..HEAD\n"
                              "  metapowers diff --semantic api-platform HEAD~5..HEAD threat-model\n",
                              a, [&a](Session& session) { return Diff(session, a.diff); });
  diff->add_option("TOPIC", a.diff.topic, "the system documented")->required();
  diff->add_option("RANGE", a.diff.range, "A..B, or A for A..HEAD")->required();
  auto* semantic = diff->add_flag("--semantic", a.diff.semantic, "entries that came, went or changed, and why");
  diff->add_option("COMMAND", a.diff.command, "a command or phase; all when left out")->needs(semantic);
  diff->add_flag("--raw", a.diff.raw, "as 'git apply' takes it, on a terminal too");

  CLI::App* revision = AddCommand(app, "revision", "one commit in full: message, files, difference in meaning and text",
                                  "  metapowers revision api-platform\n"
                                  "  metapowers revision api-platform 1a2b3c4 -o json\n",
                                  a, [&a](Session& session) { return ShowRevision(session, a.revision); });
  revision->add_option("TOPIC", a.revision.topic, "the system documented")->required();
  revision->add_option("REVISION", a.revision.revision, "commit id of 4 to 40 digits, HEAD (default) or HEAD~N");
  revision->add_flag("--text-only", a.revision.text_only, "without the difference in meaning, which takes the longest");
  revision->add_flag("--raw", a.revision.raw, "the diff as 'git apply' takes it, on a terminal too");

  CLI::App* blame = AddCommand(app, "blame", "which commit last touched each line of a section, and why",
                               "  metapowers blame api-platform#threat-model\n", a,
                               [&a](Session& session) { return Blame(session, a.blame); });
  blame->add_option("ADDRESS", a.blame, "TOPIC#COMMAND[@REVISION]")->required();

  CLI::App* revert = AddCommand(app, "revert", "undo one commit by a new one; later changes beside it are kept",
                                "  metapowers revert api-platform HEAD --dry-run\n"
                                "  metapowers revert api-platform 1a2b3c4\n",
                                a, [&a](Session& session) { return Revert(session, a.revert); });
  revert->add_option("TOPIC", a.revert.topic, "the system documented")->required();
  revert->add_option("REVISION", a.revert.revision, "commit id of 4 to 40 digits, HEAD or HEAD~N")->required();
  revert->add_flag("--dry-run", a.revert.dry_run, "print the diff, commit nothing");
  revert->add_flag("--yes", a.revert.yes, "also when it removes the system model, as that of the first commit does");
  revert->add_option("--expected-head", a.revert.expected_head, "refuse when the head is not this commit");
  revert->add_option("--request-id", a.revert.request_id, "UUID of this call, written into the commit");
}

void AddDocumentCommands(CLI::App& app, Arguments& a) {
  CLI::App* init =
      AddCommand(app, "init", "draft a system model and commit it",
                 "  metapowers init api-platform --archetype fintech-api\n"
                 "  metapowers init api-platform --model system-model.yaml\n"
                 "  metapowers init api-platform --from deploy/k8s openapi.yaml\n"
                 "  kubectl get all,ingress,networkpolicy -A -o yaml | metapowers init api-platform --from -\n"
                 "Of a folder, the files that end in .yaml, .yml and .json are read, hidden ones, "
                 "node_modules and links left\nout; what is of no known format is skipped and listed.\n",
                 a, [&a](Session& session) { return Init(session, a.init); });
  init->add_option("TOPIC", a.init.topic, "the system documented: a slug such as api-platform")->required();
  auto* archetype = init->add_option("--archetype", a.init.archetype, "shipped model to start from, e.g. fintech-api");
  auto* model = init->add_option("--model", a.init.files.model, "own model to start from (- for standard input)");
  model->excludes(archetype);
  init->add_option("--from", a.init.from, kFromHelp)->excludes(archetype)->excludes(model);
  AddAttachOptions(*init, a.init.files);

  CLI::App* run = AddCommand(app, "run", "write sections: one commit per command",
                             "  metapowers run security-policy api-platform\n"
                             "  metapowers run /security:asset-inventory api-platform --model system-model.yaml\n"
                             "  metapowers run all api-platform --decisions decisions.yaml --attach scans/api.json\n"
                             "  metapowers run threat-model api-platform --fail-on high\n"
                             "  metapowers run threat-model api-platform --edits keep\n"
                             "  metapowers run asset-inventory api-platform --skip-checks --reason 'pilot'\n",
                             a, [&a](Session& session) { return Run(session, a.run); });
  AddRunOptions(*run, a, {"keep", "take"});
  run->add_flag("--dry-run", a.run.dry_run, "print the diff, commit nothing");
  run->add_flag("--raw", a.run.raw, "print the diff of --dry-run as 'git apply' takes it, on a terminal too");
  run->add_option("--request-id", a.run.request_id, "UUID of this call, written into the commits");

  CLI::App* plan = AddCommand(app, "plan", "print the diff that a run would commit",
                              "  metapowers plan all api-platform --exit-code\n"
                              "  metapowers plan threat-model api-platform --edits markers\n",
                              a, [&a](Session& session) {
                                a.run.dry_run = true;
                                return Run(session, a.run);
                              });
  AddRunOptions(*plan, a, {"keep", "take", "markers"});
  plan->add_flag("--exit-code", a.run.exit_code, "exit 10 when there are changes");
  plan->add_flag("--raw", a.run.raw, "as 'git apply' takes it, on a terminal too");

  CLI::App* status =
      AddCommand(app, "status", "state of a topic's sections, or the topics of the workspace",
                 "  metapowers status api-platform\n", a, [&a](Session& session) { return Status(session, a.topic); });
  status->add_option("TOPIC", a.topic, "the system documented");

  CLI::App* show = AddCommand(app, "show", "print a document or section, at any revision",
                              "  metapowers show api-platform                         list its documents\n"
                              "  metapowers show api-platform/identify                a whole document\n"
                              "  metapowers show api-platform#risk-appetite@HEAD~2    a section, two commits ago\n",
                              a, [&a](Session& session) { return Show(session, a.show); });
  show->add_option("ADDRESS", a.show.address, "TOPIC[/DOCUMENT][#COMMAND][@REVISION]")->required();
  show->add_flag("--raw", a.show.raw, "Markdown as it stands, on a terminal too");

  AddHistoryCommands(app, a);
}

void AddWatchCommand(CLI::App& app, Arguments& a) {
  CLI::App* watch =
      AddCommand(app, "watch", "print revisions as they are committed, oldest first",
                 "  metapowers watch                               until Ctrl-C\n"
                 "  metapowers watch api-platform --from 1 -o json all that was and comes, one a line\n"
                 "  metapowers watch api-platform -n 1             wait for the next one\n"
                 "It goes on by itself where it was when the server restarts. --timeout does not end it.\n",
                 a, [&a](Session& session) { return Watch(session, a.watch); });
  watch->add_option("TOPIC", a.watch.topic, "the system documented; the whole workspace when left out");
  watch->add_option("--from", a.watch.from, "number of the first revision (default: the next one)")
      ->check(CLI::Range(int64_t{1}, std::numeric_limits<int64_t>::max()));
  watch->add_option("-n,--limit", a.watch.limit, "end after so many")->check(CLI::Range(1, 1'000'000));
}

// A command that only groups others: its help is printed when none is given.
CLI::App* AddGroup(CLI::App& app, const std::string& name, const std::string& description,
                   const std::string& examples) {
  CLI::App* group = app.add_subcommand(name, description);
  group->footer("Examples:\n" + examples);
  group->fallthrough();
  group->allow_extras();
  group->require_subcommand(0, 1);
  return group;
}

// A word of the table, which stands for its value; another one is told what was probably meant.
template <class Value>
CLI::Validator OneOf(const std::map<std::string, Value>& words) {
  return CLI::Validator(
      [&words](std::string& word) -> std::string {
        const auto found = words.find(word);
        if (found != words.end()) {
          word = absl::StrCat(static_cast<int>(found->second));
          return "";
        }
        std::vector<std::string> known;
        for (const auto& each : words) known.push_back(each.first);
        return absl::StrCat("'", word, "' is none of ", absl::StrJoin(known, ", "), DidYouMean(word, known));
      },
      "");
}

// Commands over the text of a model.
void AddModelTools(CLI::App& model, Arguments& a) {
  CLI::App* validate = AddCommand(model, "validate", "check models; prints every fault with its place",
                                  "  metapowers model validate system-model.yaml\n"
                                  "  metapowers model get api-platform | metapowers model validate -\n"
                                  "  metapowers model validate .metapowers/security/*/system-model.yaml -o sarif\n",
                                  a, [&a](Session& session) { return ModelValidate(session, a.validate); });
  validate->add_option("MODEL", a.validate.files, "files, or topics TOPIC[@REVISION] (- for standard input)")
      ->required();
  validate->add_flag("--questions", a.validate.questions, "print open questions too; in SARIF as notes");
  CLI::App* fmt = AddCommand(model, "fmt", "print a model in the usual layout; comments stay",
                             "  metapowers model fmt system-model.yaml --write\n"
                             "  metapowers model fmt system-model.yaml --check    exit 10 when it is not so\n"
                             "  metapowers model fmt api-platform --write         commit it\n",
                             a, [&a](Session& session) { return ModelFmt(session, a.fmt); });
  fmt->add_option("MODEL", a.fmt.model, "a file, a topic, or - for standard input (default: -)");
  fmt->add_flag("--check", a.fmt.check, "print the lines that differ; exit 10 when some do");
  fmt->add_flag("--write", a.fmt.write, "replace the file, or commit the topic's model");
  CLI::App* diff = AddCommand(model, "diff", "what two models differ in, by meaning",
                              "  metapowers model diff api-platform@HEAD~5 api-platform\n"
                              "  metapowers model diff api-platform system-model.yaml --exit-code\n",
                              a, [&a](Session& session) { return ModelDiff(session, a.model_diff); });
  diff->add_option("BEFORE", a.model_diff.before, "a file or TOPIC[@REVISION] (- for standard input)")->required();
  diff->add_option("AFTER", a.model_diff.after, "likewise")->required();
  diff->add_flag("--exit-code", a.model_diff.exit_code, "exit 10 when they differ");
  CLI::App* exported = AddCommand(model, "export", "print a model in the format of another tool",
                                  "  metapowers model export api-platform --format otm --out api-platform.otm.json\n"
                                  "  metapowers model export system-model.yaml --format mermaid\n",
                                  a, [&a](Session& session) { return ModelExport(session, a.model_export); });
  exported->add_option("MODEL", a.model_export.model, "a file or TOPIC[@REVISION] (- for standard input)")->required();
  static const std::map<std::string, metapowers::v1::ModelFormat> formats = {
      {"otm", metapowers::v1::MODEL_FORMAT_OTM},
      {"mermaid", metapowers::v1::MODEL_FORMAT_MERMAID},
      {"dot", metapowers::v1::MODEL_FORMAT_DOT},
      {"json", metapowers::v1::MODEL_FORMAT_JSON}};
  exported->add_option("--format", a.model_export.format, "otm (Open Threat Model), mermaid, dot (Graphviz) or json")
      ->required()
      ->transform(OneOf(formats));
  exported->add_option("--out", a.model_export.out, "file to write (default: standard output)");
}

void AddModelCommands(CLI::App& app, Arguments& a) {
  CLI::App* model = AddGroup(app, "model", "read, write, check, format, compare and export system models",
                             "  metapowers model validate system-model.yaml\n"
                             "  metapowers model fmt system-model.yaml --write\n"
                             "  metapowers model put api-platform system-model.yaml\n");
  CLI::App* get = AddCommand(*model, "get", "print the model of a topic, or the decisions beside it",
                             "  metapowers model get api-platform > system-model.yaml\n"
                             "  metapowers model get api-platform --decisions\n",
                             a, [&a](Session& session) { return ModelGet(session, a.topic, a.decisions); });
  get->add_option("TOPIC", a.topic, "the system documented")->required();
  get->add_flag("--decisions", a.decisions, "print decisions.yaml instead");
  CLI::App* put = AddCommand(*model, "put", "commit a model, what belongs beside it, or both",
                             "  metapowers model put api-platform system-model.yaml\n"
                             "  metapowers model put api-platform --decisions decisions.yaml\n",
                             a, [&a](Session& session) { return ModelPut(session, a.topic, a.files); });
  put->add_option("TOPIC", a.topic, "the system documented")->required();
  put->add_option("FILE", a.files.model,
                  "the model (- for standard input); may be left out when something is attached");
  AddAttachOptions(*put, a.files);
  CLI::App* import = AddCommand(*model, "import", "print the model that files of other tools make; store nothing",
                                "  metapowers model import --from deploy/k8s --from openapi.yaml > system-model.yaml\n"
                                "  metapowers model import --from compose.yaml -o json\n",
                                a, [&a](Session& session) { return ModelImport(session, a.topic, a.init.from); });
  import->add_option("--topic", a.topic, "id to write into it (default: imported-system)");
  import->add_option("--from", a.init.from, kFromHelp)->required();
  AddModelTools(*model, a);
  CLI::App* questions = AddCommand(*model, "questions", "answer what the model does not say, one question at a time",
                                   "  metapowers model questions api-platform\n"
                                   "  metapowers model questions api-platform --owner payments-team\n"
                                   "  metapowers model questions api-platform --list\n"
                                   "  metapowers model questions api-platform --answer 'components[web].tier=tier_1'\n"
                                   "  metapowers model questions api-platform --answers answers.txt\n",
                                   a, [&a](Session& session) { return AskQuestions(session, a.questions); });
  questions->add_option("TOPIC", a.questions.topic, "the system documented")->required();
  questions->add_option("--owner", a.questions.owner, "only questions to this team, e.g. payments-team");
  questions->add_option("--answer", a.questions.answers,
                        "FIELD=VALUE: write this answer, ask nothing; may be repeated");
  questions->add_option("--answers", a.questions.answers_file,
                        "a file with a line FIELD=VALUE for each answer (- for standard input)");
  questions->add_flag("--list", a.questions.list, "print the questions, ask nothing");
  CLI::App* refresh = AddCommand(
      *model, "refresh", "merge what changed in the files that a model was imported from",
      "  metapowers model refresh api-platform --from deploy/k8s --from openapi.yaml\n"
      "  metapowers model refresh api-platform --from deploy/k8s --dry-run --exit-code    in CI: 10 on drift\n"
      "Lines begin with + ~ or -, or with ! where people changed the same value: what they wrote stands.\n",
      a, [&a](Session& session) { return RefreshModel(session, a.refresh); });
  refresh->add_option("TOPIC", a.refresh.topic, "the system documented")->required();
  refresh->add_option("--from", a.refresh.from, kFromHelp)->required();
  refresh->add_flag("--dry-run", a.refresh.dry_run, "print what changed, commit nothing");
  refresh->add_flag("--exit-code", a.refresh.exit_code, "exit with 10 when something changed");
  AddCommand(*model, "schema", "print the JSON Schema of models, for editors",
             "  metapowers model schema > system-model.schema.json\n", a, ModelSchema);
}

void AddReviewCommands(CLI::App& app, Arguments& a) {
  CLI::App* lint =
      AddCommand(app, "lint", "check whether documents are ones that a reviewer can use; exit 10 when not",
                 "  metapowers lint api-platform\n"
                 "  metapowers lint api-platform --revision HEAD~1 -o json\n"
                 "An accepted decision on 'lint:ITEM' in decisions.yaml exempts from an item until it expires.\n",
                 a, [&a](Session& session) { return Lint(session, a.lint); });
  lint->add_option("TOPIC", a.lint.topic, "the system documented")->required();
  lint->add_option("--revision", a.lint.revision, "commit that is checked (default: the head)");
  CLI::App* report = AddCommand(app, "report", "write the executive report over topics, one commit",
                                "  metapowers report\n"
                                "  metapowers report api-platform patient-platform --dry-run\n",
                                a, [&a](Session& session) { return Report(session, a.report); });
  report->add_option("TOPIC", a.report.topics, "topics to report on; all when left out");
  report->add_flag("--dry-run", a.report.dry_run, "print the report, commit nothing");
}

// A format of `export`.
struct ExportCommand {
  const char* name;
  metapowers::v1::ExportFormat format;
  const char* items;
  const char* description;
  const char* examples;
};
constexpr ExportCommand kExportCommands[] = {
    {"sigma", metapowers::v1::EXPORT_FORMAT_SIGMA, "detections",
     "write the detections of a topic as Sigma rules, one file a rule",
     "  metapowers export sigma api-platform rules/sigma\n"
     "  metapowers export sigma api-platform rules/sigma --revision HEAD~1\n"},
    {"oscal", metapowers::v1::EXPORT_FORMAT_OSCAL, "open risks",
     "write what is in place as an OSCAL component definition, and what is open as a plan of action and milestones",
     "  metapowers export oscal api-platform oscal\n"},
    {"json", metapowers::v1::EXPORT_FORMAT_JSON, "results",
     "write the typed result of each command that has a section, one file a command, and an index",
     "  metapowers export json api-platform results\n"},
    {"csv", metapowers::v1::EXPORT_FORMAT_CSV, "tables",
     "write the tables that people answer for, for spreadsheets; edited copies of them are replaced",
     "  metapowers export csv api-platform tables\n"},
    {"html", metapowers::v1::EXPORT_FORMAT_HTML, "documents",
     "write all documents of a topic as one page that needs no network",
     "  metapowers export html api-platform site\n"},
};

void AddExportCommands(CLI::App& app, Arguments& a) {
  CLI::App* group = AddGroup(app, "export", "write files for other tools and for readers",
                             "  metapowers export sigma api-platform rules/sigma\n"
                             "  metapowers export html api-platform site\n");
  for (const ExportCommand& command : kExportCommands) {
    CLI::App* format =
        AddCommand(*group, command.name, command.description, command.examples, a, [&a, &command](Session& session) {
          a.exported.format = command.format;
          a.exported.items = command.items;
          return Export(session, a.exported);
        });
    format->add_option("TOPIC", a.exported.topic, "the system documented")->required();
    format->add_option("DIR", a.exported.folder, "folder for the files; made when it is not there")->required();
    format->add_option("--revision", a.exported.revision, "commit that counts (default: the head)");
    format->add_flag("--force", a.exported.force, "overwrite files that no export has written");
  }
}

void AddWorkspaceCommands(CLI::App& app, Arguments& a) {
  CLI::App* workspace = AddGroup(app, "workspace", "create, list and describe workspaces of a server",
                                 "  metapowers --server 127.0.0.1:7433 workspace create payments\n"
                                 "  metapowers --server 127.0.0.1:7433 workspace list\n");
  CLI::App* create =
      AddCommand(*workspace, "create", "create an empty workspace",
                 "  metapowers --server 127.0.0.1:7433 workspace create payments --display-name 'Payments team'\n", a,
                 [&a](Session& session) { return WorkspaceCreate(session, a.workspace_id, a.display_name); });
  create->add_option("WORKSPACE", a.workspace_id, "its id: a slug such as payments")->required();
  create->add_option("--display-name", a.display_name, "name for people");
  AddCommand(*workspace, "list", "list workspaces", "  metapowers --server 127.0.0.1:7433 workspace list\n", a,
             WorkspaceList);
  CLI::App* get = AddCommand(*workspace, "get", "describe a workspace and its topics",
                             "  metapowers --server 127.0.0.1:7433 workspace get payments\n", a,
                             [&a](Session& session) { return WorkspaceGet(session, a.workspace_id); });
  get->add_option("WORKSPACE", a.workspace_id, "its id; that of --workspace when left out");
}

std::vector<std::string> CommandNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

// The deepest command that was named on the line.
const CLI::App& Innermost(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : Innermost(*chosen.front());
}

// "metapowers model get".
std::string CommandLine(const CLI::App& app) {
  const CLI::App* parent = app.get_parent();
  return parent == nullptr ? app.get_name() : absl::StrCat(CommandLine(*parent), " ", app.get_name());
}

int Usage(const Streams& streams, const std::string& message, const CLI::App& app) {
  *streams.err << "metapowers: " << OneLine(message) << "\n  next: " << CommandLine(app) << " --help\n";
  return kExitUsage;
}

// Words that no command took; "--", which only ends the options, is none of them.
std::vector<std::string> LeftOver(const CLI::App& app) {
  std::vector<std::string> left = app.remaining(true);
  if (const auto end = std::find(left.begin(), left.end(), "--"); end != left.end()) left.erase(end);
  return left;
}

// What was left over: an unknown command, option or argument.
int Unexpected(const Streams& streams, const std::string& word, const CLI::App& app) {
  std::vector<std::string> options;
  for (const CLI::App* at = &app; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : at->get_options()) {
      for (const std::string& name : option->get_lnames()) options.push_back("--" + name);
    }
  }
  const bool is_option = absl::StartsWith(word, "-");
  const std::vector<std::string> commands = CommandNames(app);
  const std::string kind = is_option ? "option" : commands.empty() ? "argument" : "command";
  return Usage(streams,
               absl::StrCat("unknown ", kind, " '", word, "'", DidYouMean(word, is_option ? options : commands)), app);
}

}  // namespace

int RunCli(const std::vector<std::string>& words, const Streams& streams) {
  Arguments arguments;
  CLI::App app(kDescription, "metapowers");
  app.footer(kExamples);
  app.require_subcommand(0, 1);
  app.allow_extras();
  app.set_version_flag("--version", "metapowers " METAPOWERS_VERSION, "print the version of the client");
  AddGlobalOptions(app, arguments);
  AddDocumentCommands(app, arguments);
  AddWatchCommand(app, arguments);
  AddModelCommands(app, arguments);
  AddReviewCommands(app, arguments);
  AddExportCommands(app, arguments);
  AddWorkspaceCommands(app, arguments);
  AddCommand(app, "commands", "list all commands of the contract, built and planned",
             "  metapowers commands\n  metapowers -o json commands\n", arguments, ListCommands);
  AddCommand(app, "version", "print the versions of client and server",
             "  metapowers version\n  metapowers --server 127.0.0.1:7433 version\n", arguments, Version);

  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::Success& request) {
    app.exit(request, *streams.out, *streams.err);
    return kExitOk;
  } catch (const CLI::ParseError& error) {
    const std::vector<std::string> left = LeftOver(app);
    if (!left.empty()) return Unexpected(streams, left.front(), Innermost(app));
    return Usage(streams, error.what(), Innermost(app));
  }
  if (const std::vector<std::string> left = LeftOver(app); !left.empty()) {
    return Unexpected(streams, left.front(), Innermost(app));
  }
  if (!arguments.action) {
    const CLI::App& innermost = Innermost(app);
    const CLI::App* parent = innermost.get_parent();
    *streams.out << innermost.help(parent == nullptr ? "" : CommandLine(*parent));
    return kExitOk;
  }
  if (arguments.format == "json") arguments.global.format = OutputFormat::kJson;
  if (arguments.format == "yaml") arguments.global.format = OutputFormat::kYaml;
  if (arguments.format == "markdown") arguments.global.format = OutputFormat::kMarkdown;
  if (arguments.format == "sarif") arguments.global.format = OutputFormat::kSarif;
  if (arguments.format == "sarif" && CommandLine(Innermost(app)) != "metapowers model validate") {
    return Usage(streams, "-o sarif is for 'metapowers model validate'", Innermost(app));
  }
  if (!absl::ParseDuration(arguments.timeout, &arguments.global.timeout) ||
      arguments.global.timeout <= absl::ZeroDuration()) {
    return Usage(streams, absl::StrCat("--timeout '", arguments.timeout, "' is not a time such as 90s or 5m"), app);
  }
  Session session(arguments.global, streams);
  return arguments.action(session);
}

}  // namespace metapowers::client
