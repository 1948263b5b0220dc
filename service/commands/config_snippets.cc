#include "service/commands/config_snippets.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "service/knowledge/key_and_access.h"

namespace metapowers::commands {
namespace {

using knowledge::v1::SnippetLanguage;
using knowledge::v1::SnippetRule;

// Titles and notes are escaped where they are printed.
constexpr SnippetLanguage kProse = knowledge::v1::SNIPPET_LANGUAGE_UNSPECIFIED;

bool SaysWord(const SnippetRule& row, absl::string_view text) {
  const std::string lower = absl::AsciiStrToLower(text);
  return std::any_of(row.words().begin(), row.words().end(),
                     [&](const std::string& word) { return absl::StrContains(lower, word); });
}

// A word that the language reads as nothing else. Lines of names and values take spaces and colons in a value.
std::string Plain(absl::string_view value, SnippetLanguage language) {
  const absl::string_view also = language == knowledge::v1::SNIPPET_LANGUAGE_CONF ? "._/- :" : "._/-";
  std::string plain;
  for (const char c : value) plain += absl::ascii_isalnum(c) || absl::StrContains(also, c) ? c : '-';
  return plain;
}

// Double quotes as JSON has them, which YAML and the HashiCorp language read the same way; templates of the latter are
// broken up.
std::string Quoted(absl::string_view value, SnippetLanguage language) {
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      quoted += ' ';
      continue;
    }
    quoted += c;
  }
  quoted += '"';
  if (language != knowledge::v1::SNIPPET_LANGUAGE_HCL) return quoted;
  return absl::StrReplaceAll(quoted, {{"${", "$${"}, {"%{", "%%{"}});
}

std::string Filled(absl::string_view text, const PlaceholderValues& values, SnippetLanguage language) {
  std::vector<std::pair<std::string, std::string>> replacements;
  for (const PlaceholderValue& value : values) {
    std::vector<std::string> plain, quoted;
    for (const std::string& each : value.values) {
      plain.push_back(language == kProse ? each : Plain(each, language));
      quoted.push_back(Quoted(each, language));
    }
    const std::string all = absl::StrJoin(quoted, ", ");
    replacements.emplace_back(absl::StrCat("{", value.name, "}"), absl::StrJoin(plain, ", "));
    replacements.emplace_back(absl::StrCat("{q:", value.name, "}"), value.list ? absl::StrCat("[", all, "]") : all);
  }
  return absl::StrReplaceAll(text, replacements);
}

}  // namespace

std::vector<const SnippetRule*> SnippetsFor(absl::string_view topic, const model::v1::Component& component) {
  const std::string text = absl::StrCat(component.name(), " ", component.description(), " ", component.version());
  std::vector<const SnippetRule*> rows;
  for (const SnippetRule& row : knowledge::KeyAndAccessRules().snippets()) {
    if (row.topic() != topic) continue;
    if (component.machine() == model::v1::MACHINE_MANAGED_SERVICE && !row.managed()) continue;
    const bool named = std::any_of(component.technology().begin(), component.technology().end(), [&](const auto& name) {
      const auto& ours = row.technologies();
      return std::find(ours.begin(), ours.end(), absl::AsciiStrToLower(name)) != ours.end();
    });
    if (named || SaysWord(row, text)) rows.push_back(&row);
  }
  return rows;
}

std::vector<const SnippetRule*> SnippetsFor(absl::string_view topic, absl::string_view text) {
  std::vector<const SnippetRule*> rows;
  for (const SnippetRule& row : knowledge::KeyAndAccessRules().snippets()) {
    if (row.topic() == topic && SaysWord(row, text)) rows.push_back(&row);
  }
  return rows;
}

metapowers::v1::ConfigSnippet FillSnippet(const SnippetRule& row, const PlaceholderValues& values,
                                          const std::vector<PlaceholderValues>& items) {
  std::string all;
  for (const PlaceholderValues& item : items) all += Filled(row.item(), item, row.language());
  metapowers::v1::ConfigSnippet snippet;
  snippet.set_title(Filled(row.title(), values, kProse));
  snippet.set_note(Filled(row.note(), values, kProse));
  std::string text = absl::StrReplaceAll(Filled(row.body(), values, row.language()), {{"{items}", all}});
  switch (row.language()) {
    case knowledge::v1::SNIPPET_LANGUAGE_YAML:
      snippet.set_yaml(std::move(text));
      break;
    case knowledge::v1::SNIPPET_LANGUAGE_JSON:
      snippet.set_json(std::move(text));
      break;
    case knowledge::v1::SNIPPET_LANGUAGE_HCL:
      snippet.set_hcl(std::move(text));
      break;
    default:
      snippet.set_conf(std::move(text));
      break;
  }
  return snippet;
}

}  // namespace metapowers::commands
