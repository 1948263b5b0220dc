#include "service/importers/source_names.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace metapowers::importers {
namespace {

constexpr absl::string_view kOpening = "# --- Names in the files ---\n";

std::string Quoted(absl::string_view text) { return absl::StrCat("\"", absl::CEscape(text), "\""); }

}  // namespace

std::string SourceName(absl::string_view apart, absl::string_view scope, absl::string_view file,
                       absl::string_view name) {
  // A name of no scope holds in its file, wherever that is found.
  const std::string where = scope.empty() ? absl::StrCat("file:", file) : std::string(scope);
  return absl::StrCat(Quoted(apart), " ", Quoted(where), " ", Quoted(name));
}

std::string SourceNamesText(const std::map<std::string, SourceNames>& names) {
  std::string text(kOpening);
  for (const auto& [collection, of] : names) {
    for (const auto& [name, id] : of) absl::StrAppend(&text, "# ", collection, " ", id, " ", name, "\n");
  }
  return text;
}

std::map<std::string, SourceNames> ReadSourceNames(absl::string_view draft) {
  std::map<std::string, SourceNames> names;
  const size_t opening = draft.rfind(kOpening);
  if (opening == absl::string_view::npos) return names;
  for (absl::string_view line : absl::StrSplit(draft.substr(opening + kOpening.size()), '\n')) {
    if (!absl::ConsumePrefix(&line, "# ")) continue;
    const std::vector<absl::string_view> parts = absl::StrSplit(line, absl::MaxSplits(' ', 2));
    if (parts.size() == 3) names[std::string(parts[0])].emplace(parts[2], parts[1]);
  }
  return names;
}

}  // namespace metapowers::importers
