// model fmt, diff and export.
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/commands.h"
#include "client/commands/model_texts.h"
#include "client/commands/shared.h"
#include "client/output.h"
#include "metapowers/v1/model_service.grpc.pb.h"
#include "service/base/edit_script.h"

namespace metapowers::client {
namespace {

namespace fs = std::filesystem;

// Above this many changed lines the part that changed is shown as replaced whole.
constexpr int kMaxChangedLines = 2000;

std::vector<absl::string_view> SplitLines(absl::string_view text) {
  std::vector<absl::string_view> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == absl::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

// The lines that differ, each run of them after its place.
void PrintDifferingLines(Session& session, const std::string& name, const std::string& before,
                         const std::string& after) {
  const std::vector<absl::string_view> a = SplitLines(before);
  const std::vector<absl::string_view> b = SplitLines(after);
  size_t x = 0, y = 0;
  bool in_run = false;
  for (const EditOp op : EditScript(a, b, kMaxChangedLines)) {
    if (op != EditOp::kKeep && !in_run) {
      session.out() << session.Styled("36", ForTerminal(absl::StrCat(name, ":", x + 1, ":"))) << '\n';
    }
    in_run = op != EditOp::kKeep;
    if (op == EditOp::kRemove) session.out() << session.Styled("31", ForTerminal(absl::StrCat("-", a[x]))) << '\n';
    if (op == EditOp::kAdd) session.out() << session.Styled("32", ForTerminal(absl::StrCat("+", b[y]))) << '\n';
    if (op != EditOp::kAdd) ++x;
    if (op != EditOp::kRemove) ++y;
  }
  if (a == b) session.out() << name << ": line ends or the end of the file differ\n";
}

// Replaces a file whole or not at all; what a link points to, not the link.
bool ReplaceFile(Session& session, const std::string& name, const std::string& text, int* exit_code) {
  std::error_code error;
  const bool exists = fs::exists(name, error);
  const fs::path path = exists ? fs::canonical(name, error) : fs::absolute(name, error);
  const fs::path part = path.string() + ".part";
  {
    std::ofstream out(part, std::ios::binary | std::ios::trunc);
    out << text;
    out.flush();
    if (!out) error = std::error_code(errno, std::generic_category());
  }
  std::error_code ignored;
  if (!error && exists) fs::permissions(part, fs::status(path, ignored).permissions(), ignored);
  if (!error) fs::rename(part, path, error);
  if (!error) return true;
  fs::remove(part, ignored);
  *exit_code = session.Fail(kExitInvalid, absl::StrCat("cannot write '", name, "': ", error.message()),
                            "name a file in a folder that you may write to");
  return false;
}

// Puts a formatted model where it came from.
int WriteBack(Session& session, const ModelText& model, const std::string& formatted) {
  int exit_code = kExitOk;
  if (model.is_file) {
    const bool written = formatted == model.text || ReplaceFile(session, model.name, formatted, &exit_code);
    if (written) session.out() << model.name << (formatted == model.text ? ": unchanged\n" : ": formatted\n");
    return exit_code;
  }
  METAPOWERS_STUB(models, session, metapowers::v1::ModelService);
  metapowers::v1::PutModelRequest request;
  *request.mutable_context() = NewCommandContext(session, model.name, "");
  request.mutable_context()->set_model_yaml(formatted);
  metapowers::v1::PutModelResponse response;
  const auto context = session.NewContext();
  if (const auto status = models->PutModel(context.get(), request, &response); !status.ok()) {
    return session.Fail(status);
  }
  if (!session.PrintMessage(response)) {
    session.out() << model.name << "  " << OutcomeLine(session, response.outcome()) << '\n';
  }
  return kExitOk;
}

// Of a difference: sign and colour.
std::pair<const char*, const char*> MarkOf(metapowers::v1::ModelDifferenceKind kind) {
  switch (kind) {
    case metapowers::v1::MODEL_DIFFERENCE_KIND_ADDED:
      return {"+ ", "32"};
    case metapowers::v1::MODEL_DIFFERENCE_KIND_REMOVED:
      return {"- ", "31"};
    default:
      return {"~ ", "33"};
  }
}

}  // namespace

int ModelFmt(Session& session, const ModelFmtOptions& options) {
  if (options.check && options.write) {
    return session.Fail(kExitUsage, "--check and --write are two things to do", "name one of them");
  }
  if (options.write && (options.model == "-" || absl::StrContains(options.model, '@'))) {
    return session.Fail(kExitUsage, "--write needs a file or a topic to write to, not standard input or a revision",
                        "name one, or leave --write out: the formatted model is printed then");
  }
  ModelText model;
  int exit_code = kExitOk;
  if (!ReadModelText(session, options.model, &model, &exit_code)) return exit_code;
  metapowers::v1::FormatModelRequest request;
  request.set_model_yaml(model.text);
  METAPOWERS_STUB(models, session, metapowers::v1::ModelService);
  metapowers::v1::FormatModelResponse response;
  const auto context = session.NewContext();
  if (const auto status = models->FormatModel(context.get(), request, &response); !status.ok()) {
    return session.Fail(status);
  }
  if (options.write) return WriteBack(session, model, response.model_yaml());
  const bool changed = response.model_yaml() != model.text;
  const int result = options.check && changed ? kExitChanges : kExitOk;
  if (session.PrintMessage(response)) return result;
  if (!options.check) {
    session.out() << response.model_yaml();
  } else if (changed) {
    PrintDifferingLines(session, model.name, model.text, response.model_yaml());
    session.err() << model.name << " is not in the usual layout\n  next: metapowers model fmt " << model.name
                  << " --write\n";
  }
  return result;
}

int ModelDiff(Session& session, const ModelDiffOptions& options) {
  if (options.before == "-" && options.after == "-") {
    return session.Fail(kExitUsage, "standard input can be only one of the models", "name the other");
  }
  ModelText before, after;
  int exit_code = kExitOk;
  if (!ReadModelText(session, options.before, &before, &exit_code)) return exit_code;
  if (!ReadModelText(session, options.after, &after, &exit_code)) return exit_code;
  metapowers::v1::CompareModelsRequest request;
  request.set_before_yaml(before.text);
  request.set_after_yaml(after.text);
  session.set_model_source("");
  METAPOWERS_STUB(models, session, metapowers::v1::ModelService);
  metapowers::v1::CompareModelsResponse response;
  const auto context = session.NewContext();
  if (const auto status = models->CompareModels(context.get(), request, &response); !status.ok()) {
    session.err() << "before is " << before.name << ", after is " << after.name << '\n';
    return session.Fail(status);
  }
  const int result = options.exit_code && !response.differences().empty() ? kExitChanges : kExitOk;
  if (session.PrintMessage(response)) return result;
  for (const auto& difference : response.differences()) {
    const auto [sign, color] = MarkOf(difference.kind());
    session.out() << session.Styled(color, ForTerminal(absl::StrCat(sign, difference.text()))) << '\n';
  }
  if (response.differences().empty()) session.err() << "no difference in meaning\n";
  return result;
}

int ModelExport(Session& session, const ModelExportOptions& options) {
  ModelText model;
  int exit_code = kExitOk;
  if (!ReadModelText(session, options.model, &model, &exit_code)) return exit_code;
  metapowers::v1::ExportModelRequest request;
  request.set_model_yaml(model.text);
  request.set_format(options.format);
  METAPOWERS_STUB(models, session, metapowers::v1::ModelService);
  metapowers::v1::ExportModelResponse response;
  const auto context = session.NewContext();
  if (const auto status = models->ExportModel(context.get(), request, &response); !status.ok()) {
    return session.Fail(status);
  }
  if (!options.out.empty()) {
    if (!ReplaceFile(session, options.out, response.content(), &exit_code)) return exit_code;
    if (!session.PrintMessage(response)) session.out() << options.out << '\n';
  } else if (!session.PrintMessage(response)) {
    session.out() << response.content();
  }
  if (session.options().format == OutputFormat::kText && !response.left_out().empty()) {
    session.err() << "left out, since the format cannot say it:\n";
    for (const std::string& what : response.left_out()) session.err() << "  " << ForTerminal(what) << '\n';
  }
  return kExitOk;
}

}  // namespace metapowers::client
