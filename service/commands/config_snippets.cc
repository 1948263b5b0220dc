#include "service/commands/config_snippets.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/knowledge/key_and_access.h"

namespace metapowers::commands {
namespace {

using knowledge::v1::ConfigLanguage;
using knowledge::v1::ConfigTemplate;
using knowledge::v1::ProductConfig;

constexpr absl::string_view kItems = "{items}";

// Titles, file names and notes are escaped where they are printed.
constexpr ConfigLanguage kProse = knowledge::v1::CONFIG_LANGUAGE_UNSPECIFIED;

bool IsPlainLines(ConfigLanguage language) {
  return language == knowledge::v1::CONFIG_LANGUAGE_NGINX || language == knowledge::v1::CONFIG_LANGUAGE_CONF;
}

// What no product of plain lines reads as anything but a value.
std::string Words(std::string text) {
  for (char& c : text) {
    if (!absl::ascii_isalnum(c) && !absl::StrContains("._/- :,", c)) c = '-';
  }
  return text;
}

std::string Written(const ConfigNode& value, ConfigLanguage language, bool quoted) {
  if (language == kProse) return value.Plain();
  if (IsPlainLines(language)) {
    if (!quoted) return Words(value.Plain());
    std::string text = value.Plain();  // these languages have no escapes for control characters
    std::replace_if(text.begin(), text.end(), absl::ascii_iscntrl, ' ');
    return EscapeQuoted(text);
  }
  const std::string text = quoted                                            ? EscapeQuoted(value.Plain())
                           : language == knowledge::v1::CONFIG_LANGUAGE_YAML ? InlineYaml(value)
                                                                             : InlineJson(value);
  if (language != knowledge::v1::CONFIG_LANGUAGE_HCL) return text;
  return absl::StrReplaceAll(text, {{"${", "$${"}, {"%{", "%%{"}});  // else they start an expression
}

std::string Filled(absl::string_view text, const ConfigValues& values, ConfigLanguage language) {
  std::string out;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{') {
      const size_t end = std::min(text.find('}', i), text.size());
      const auto found = values.find(text.substr(i + 1, end - i - 1));
      if (found != values.end()) {
        out += Written(found->second, language, quoted);
        i = end;
        continue;
      }
    }
    if (text[i] == '\\' && quoted && i + 1 < text.size())
      out += text[i++];
    else if (text[i] == '"')
      quoted = !quoted;
    else if (text[i] == '\n')
      quoted = false;
    out += text[i];
  }
  return out;
}

std::string FilledBody(const ConfigTemplate& row, const ConfigValues& values, const std::vector<ConfigValues>& items) {
  const absl::string_view body = row.body();
  const size_t at = body.find(kItems);
  std::string text = Filled(body.substr(0, at), values, row.language());
  if (at == absl::string_view::npos) return text;
  for (size_t i = 0; i < items.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? "" : row.separator(), Filled(row.item(), items[i], row.language()));
  }
  return text + Filled(body.substr(at + kItems.size()), values, row.language());
}

// The field of the language.
std::string* TextOf(ConfigLanguage language, metapowers::v1::ConfigSnippet& snippet) {
  switch (language) {
    case knowledge::v1::CONFIG_LANGUAGE_YAML:
      return snippet.mutable_yaml();
    case knowledge::v1::CONFIG_LANGUAGE_JSON:
      return snippet.mutable_json();
    case knowledge::v1::CONFIG_LANGUAGE_HCL:
      return snippet.mutable_hcl();
    case knowledge::v1::CONFIG_LANGUAGE_REGO:
      return snippet.mutable_rego();
    case knowledge::v1::CONFIG_LANGUAGE_NGINX:
      return snippet.mutable_nginx();
    default:
      return snippet.mutable_conf();
  }
}

// The fence of the code block brings its own line end.
std::string Trimmed(std::string text) {
  absl::StripTrailingAsciiWhitespace(&text);
  return text;
}

bool SaysWord(const ProductConfig& row, absl::string_view text) {
  const std::string lower = absl::AsciiStrToLower(text);
  return std::any_of(row.words().begin(), row.words().end(),
                     [&](const std::string& word) { return absl::StrContains(lower, word); });
}

}  // namespace

metapowers::v1::ConfigSnippet FillConfig(const ConfigTemplate& row, const ConfigValues& values,
                                         const std::vector<ConfigValues>& items) {
  metapowers::v1::ConfigSnippet snippet;
  snippet.set_title(Filled(row.title(), values, kProse));
  snippet.set_file(Filled(row.file(), values, kProse));
  snippet.set_note(Filled(row.note(), values, kProse));
  *TextOf(row.language(), snippet) = Trimmed(FilledBody(row, values, items));
  return snippet;
}

metapowers::v1::ConfigSnippet YamlConfig(std::string title, const std::vector<ConfigNode>& documents) {
  metapowers::v1::ConfigSnippet snippet;
  snippet.set_title(std::move(title));
  snippet.set_yaml(Trimmed(ToYaml(documents)));
  return snippet;
}

std::vector<const ProductConfig*> ConfigsFor(absl::string_view topic, const model::v1::Component& component) {
  const std::string text = absl::StrCat(component.name(), " ", component.description(), " ", component.version());
  std::vector<const ProductConfig*> rows;
  for (const ProductConfig& row : knowledge::KeyAndAccessRules().configs()) {
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

std::vector<const ProductConfig*> ConfigsFor(absl::string_view topic, absl::string_view text) {
  std::vector<const ProductConfig*> rows;
  for (const ProductConfig& row : knowledge::KeyAndAccessRules().configs()) {
    if (row.topic() == topic && SaysWord(row, text)) rows.push_back(&row);
  }
  return rows;
}

}  // namespace metapowers::commands
