#include "client/commands/sarif.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace metapowers::client {
namespace {

struct Rule {
  const char* id;
  const char* level;
  const char* title;
  const char* text;
};
enum RuleIndex { kFault, kUnreadable, kQuestion };
constexpr Rule kRules[] = {
    {"model-fault", "error", "The system model is not valid",
     "Commands refuse the model until every fault is mended: each result says what is wrong and how to mend it."},
    {"model-unreadable", "error", "The system model cannot be read", "Name a file that is there and may be read."},
    {"model-question", "note", "The system model leaves a question open",
     "What is not known is no finding. Write the answer into the field that the result names; until then documents "
     "list "
     "the question with its owner."},
};

std::string Quoted(absl::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      absl::StrAppend(&out, "\\", std::string(1, c));
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

// `path` as a URI reference (RFC 3986).
std::string UriOf(absl::string_view path) {
  std::string uri;
  for (const char c : path) {
    if (absl::ascii_isalnum(c) || absl::StrContains("-._~/", c)) {
      uri += c;
    } else {
      absl::StrAppendFormat(&uri, "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  }
  return uri;
}

std::string ArtifactOf(const std::string& file, const std::string& root) {
  if (file == "-") return R"({"uri": "stdin"})";
  const std::filesystem::path path = std::filesystem::absolute(file).lexically_normal();
  const std::string below = path.lexically_relative(root).generic_string();
  if (below.empty() || absl::StartsWith(below, "..")) {
    return absl::StrCat("{\"uri\": ", Quoted(absl::StrCat("file://", UriOf(path.generic_string()))), "}");
  }
  return absl::StrCat("{\"uri\": ", Quoted(UriOf(below)), ", \"uriBaseId\": \"%SRCROOT%\"}");
}

// Line and column of `file:line:col`; 1 and 1 where it has none.
std::pair<int, int> PlaceOf(absl::string_view location) {
  const std::vector<absl::string_view> parts = absl::StrSplit(location, ':');
  int line = 0, column = 0;
  if (parts.size() < 3 || !absl::SimpleAtoi(parts[parts.size() - 2], &line) ||
      !absl::SimpleAtoi(parts.back(), &column)) {
    return {1, 1};
  }
  return {line, column};
}

std::string ResultOf(RuleIndex index, absl::string_view message, absl::string_view field, const std::string& artifact,
                     std::pair<int, int> place) {
  const std::string logical =
      field.empty()
          ? ""
          : absl::StrCat(",\n           \"logicalLocations\": [{\"fullyQualifiedName\": ", Quoted(field), "}]");
  return absl::StrCat(
      "        {\"ruleId\": ", Quoted(kRules[index].id), ", \"ruleIndex\": ", static_cast<int>(index),
      ", \"level\": ", Quoted(kRules[index].level), ",\n         \"message\": {\"text\": ", Quoted(message),
      "},\n         \"locations\": [{\"physicalLocation\": {\"artifactLocation\": ", artifact,
      ", \"region\": {\"startLine\": ", place.first, ", \"startColumn\": ", place.second, "}}", logical, "}]}");
}

std::string RulesText() {
  return absl::StrJoin(kRules, ",\n", [](std::string* out, const Rule& rule) {
    absl::StrAppend(out, "        {\"id\": ", Quoted(rule.id),
                    ", \"shortDescription\": {\"text\": ", Quoted(rule.title),
                    "},\n         \"fullDescription\": {\"text\": ", Quoted(rule.text),
                    "}, \"help\": {\"text\": ", Quoted(rule.text),
                    "},\n         \"defaultConfiguration\": {\"level\": ", Quoted(rule.level), "}}");
  });
}

}  // namespace

int LineOfQuestion(absl::string_view text, absl::string_view path) {
  const absl::string_view part = path.substr(0, path.find_first_of("[."));
  const size_t open = path.rfind('[');
  const size_t close = open == absl::string_view::npos ? open : path.find(']', open);
  const absl::string_view id = close == absl::string_view::npos ? "" : path.substr(open + 1, close - open - 1);
  int line = 0, part_line = 0;
  for (absl::string_view each : absl::StrSplit(text, '\n')) {
    ++line;
    if (absl::StartsWith(each, absl::StrCat(part, ":"))) part_line = line;
    if (part_line == 0) continue;
    if (id.empty()) return part_line;
    for (size_t at = each.find("id: "); at != absl::string_view::npos; at = each.find("id: ", at + 1)) {
      absl::string_view rest = each.substr(at + 4);
      absl::ConsumePrefix(&rest, "\"");
      const bool key = at == 0 || !absl::ascii_isalnum(each[at - 1]);
      const auto in_id = [](char c) { return absl::ascii_isalnum(c) || c == '-'; };
      if (key && absl::ConsumePrefix(&rest, id) && (rest.empty() || !in_id(rest.front()))) return line;
    }
  }
  return std::max(part_line, 1);
}

std::string ToSarif(const std::vector<CheckedModel>& models, bool questions, const std::string& root) {
  std::vector<std::string> results;
  for (const CheckedModel& model : models) {
    const std::string artifact = ArtifactOf(model.file, root);
    if (!model.unreadable.empty()) results.push_back(ResultOf(kUnreadable, model.unreadable, "", artifact, {1, 1}));
    for (const auto& fault : model.result.faults()) {
      const std::string message = absl::StrCat(fault.field(), fault.field().empty() ? "" : ": ", fault.description());
      results.push_back(ResultOf(kFault, message, fault.field(), artifact, PlaceOf(fault.location())));
    }
    for (int i = 0; questions && i < model.result.questions_size(); ++i) {
      const auto& question = model.result.questions(i);
      const std::string owner = question.owner_name().empty() ? question.owner() : question.owner_name();
      const std::string message = absl::StrCat(question.text(), owner.empty() ? "" : " Owner: ", owner,
                                               owner.empty() ? " (" : ". (", question.field(), ")");
      results.push_back(
          ResultOf(kQuestion, message, question.field(), artifact, {LineOfQuestion(model.text, question.field()), 1}));
    }
  }
  return absl::StrCat(R"({
  "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
  "version": "2.1.0",
  "runs": [
    {"tool": {"driver": {"name": "metapowers", "semanticVersion": )",
                      Quoted(METAPOWERS_VERSION), ", \"rules\": [\n", RulesText(), R"(
      ]}},
      "columnKind": "unicodeCodePoints",
      "results": [)",
                      results.empty() ? "" : "\n", absl::StrJoin(results, ",\n"), results.empty() ? "" : "\n      ",
                      R"(]}
  ]
}
)");
}

}  // namespace metapowers::client
