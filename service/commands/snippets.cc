#include "service/commands/snippets.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

namespace metapowers::commands {
namespace {

std::string Escaped(absl::string_view value, absl::string_view language) {
  std::string out;
  for (size_t i = 0; i < value.size(); ++i) {
    const unsigned char c = value[i];
    if (c == '"' || c == '\\') {
      out += {'\\', static_cast<char>(c)};
    } else if (c == '\n' || c == '\t') {
      out += ' ';
    } else if (c >= 0x20 && c != 0x7f) {
      out += static_cast<char>(c);
      // "${" and "%{" start an expression in HCL; doubled, they are text.
      const bool opens = (c == '$' || c == '%') && i + 1 < value.size() && value[i + 1] == '{';
      if (opens && language == "hcl") out += static_cast<char>(c);
    }
  }
  return out;
}

}  // namespace

SnippetValues& SnippetValues::Text(absl::string_view name, absl::string_view value) {
  texts_[std::string(name)] = std::string(value);
  return *this;
}

SnippetValues& SnippetValues::Number(absl::string_view name, int64_t value) {
  numbers_[std::string(name)] = value;
  return *this;
}

SnippetValues& SnippetValues::List(absl::string_view name, const std::vector<std::string>& values) {
  lists_[std::string(name)] = values;
  return *this;
}

std::optional<std::string> SnippetValues::Find(absl::string_view tag, absl::string_view language) const {
  if (const auto text = texts_.find(tag); text != texts_.end()) return Escaped(text->second, language);
  absl::string_view name = tag;
  if (absl::ConsumeSuffix(&name, "#")) {
    const auto number = numbers_.find(name);
    return number == numbers_.end() ? std::nullopt : std::optional(absl::StrCat(number->second));
  }
  if (!absl::ConsumeSuffix(&name, "[]")) return std::nullopt;
  const auto list = lists_.find(name);
  if (list == lists_.end()) return std::nullopt;
  std::vector<std::string> quoted;
  for (const std::string& each : list->second) quoted.push_back(absl::StrCat("\"", Escaped(each, language), "\""));
  return absl::StrCat("[", absl::StrJoin(quoted, ", "), "]");
}

std::string FillSnippet(absl::string_view text, const SnippetValues& values, absl::string_view language) {
  std::string out;
  while (!text.empty()) {
    const size_t at = text.find('@');
    absl::StrAppend(&out, text.substr(0, at));
    if (at == absl::string_view::npos) break;
    text.remove_prefix(at + 1);
    const size_t end = text.find('@');
    const std::optional<std::string> value =
        end == absl::string_view::npos ? std::nullopt : values.Find(text.substr(0, end), language);
    absl::StrAppend(&out, value.value_or("@"));
    if (value.has_value()) text.remove_prefix(end + 1);
  }
  return out;
}

metapowers::v1::ConfigFile MakeConfig(const knowledge::v1::Snippet& snippet, absl::string_view product,
                                      const SnippetValues& values, const std::vector<SnippetValues>& items) {
  std::string text = FillSnippet(snippet.head(), values, snippet.language());
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) text += snippet.separator();
    text += FillSnippet(snippet.item(), items[i], snippet.language());
  }
  text += FillSnippet(snippet.tail(), values, snippet.language());
  absl::StripTrailingAsciiWhitespace(&text);  // the fence of the code block brings its own line end
  metapowers::v1::ConfigFile file;
  file.set_name(FillSnippet(snippet.file(), values, snippet.language()));
  file.set_product(std::string(product));
  file.set_use(snippet.use());
  const auto* field = file.GetDescriptor()->FindFieldByName(snippet.language());
  file.GetReflection()->SetString(&file, field, std::move(text));
  return file;
}

}  // namespace metapowers::commands
