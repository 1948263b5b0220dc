#include "service/importers/source.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/base/strings.h"
#include "service/model/schema.h"

namespace metapowers::importers {

using model::AppendKey;
using model::Quote;
using model::YamlEntry;
using model::YamlNode;

namespace {

constexpr size_t kMaxWord = 64;  // longer words are not compared with names

// Formatting that reports of other tools allow in texts.
bool IsFormatting(absl::string_view tag) {
  static constexpr absl::string_view kTags[] = {"a",  "b", "br",  "code", "em",     "i", "li",
                                                "ol", "p", "pre", "span", "strong", "u", "ul"};
  absl::ConsumePrefix(&tag, "/");
  size_t size = 0;
  while (size < tag.size() && absl::ascii_isalnum(tag[size])) ++size;
  const std::string name = absl::AsciiStrToLower(tag.substr(0, size));
  return std::find(std::begin(kTags), std::end(kTags), name) != std::end(kTags);
}

bool BreaksLine(absl::string_view tag) {
  const std::string name = absl::AsciiStrToLower(tag);
  return absl::StartsWith(name, "br") || absl::StartsWith(name, "p") || absl::StartsWith(name, "li");
}

const char* KindName(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::kNull:
      return "nothing";
    case YamlNode::Kind::kScalar:
      return "text";
    case YamlNode::Kind::kList:
      return "a list";
    case YamlNode::Kind::kMap:
      break;
  }
  return "a mapping";
}

std::string Hint(absl::string_view word, const std::vector<std::string>& candidates) {
  return word.size() > kMaxWord ? "" : DidYouMean(absl::AsciiStrToLower(word), candidates);
}

}  // namespace

std::string PlainText(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t open = text.find('<');
    absl::StrAppend(&out, text.substr(0, open));
    if (open == absl::string_view::npos) break;
    text.remove_prefix(open);
    const size_t close = text.substr(0, 200).find('>');
    const absl::string_view tag = close == absl::string_view::npos ? "" : text.substr(1, close - 1);
    if (!tag.empty() && IsFormatting(tag)) {
      if (BreaksLine(tag)) out += ' ';
      text.remove_prefix(close + 1);
    } else {
      out += '<';
      text.remove_prefix(1);
    }
  }
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(out, absl::ByAnyChar("\n\r"))) {
    lines.emplace_back(absl::StripTrailingAsciiWhitespace(line));
  }
  return std::string(absl::StripAsciiWhitespace(absl::StrJoin(lines, "\n")));
}

std::string OneLineOf(absl::string_view text) {
  return absl::StrJoin(absl::StrSplit(text, absl::ByAnyChar(" \t\r\n"), absl::SkipEmpty()), " ");
}

std::string ListOf(absl::Span<const Word> words) {
  return absl::StrJoin(words, ", ", [](std::string* out, const Word& word) { absl::StrAppend(out, word.text); });
}

Place Part::PlaceOf(absl::string_view key) const {
  const YamlNode* value = node_->Find(key);
  return {value == nullptr ? place_.at : value->at, AppendKey(place_.path, key)};
}

bool Part::Has(absl::string_view key) const {
  const YamlNode* value = node_->Find(key);
  return value != nullptr && value->kind != YamlNode::Kind::kNull;
}

const YamlNode* Part::Take(absl::string_view key) {
  known_.emplace_back(key);
  return Has(key) ? node_->Find(key) : nullptr;
}

bool Part::IsKnown(absl::string_view key) const { return std::find(known_.begin(), known_.end(), key) != known_.end(); }

const YamlNode* Part::Scalar(absl::string_view key) {
  const bool again = IsKnown(key);
  const YamlNode* value = Take(key);
  if (value == nullptr || value->kind == YamlNode::Kind::kScalar) return value;
  if (!again) findings_->Fault(PlaceOf(key), absl::StrCat("must be text, not ", KindName(value->kind)));
  return nullptr;
}

std::string Part::Raw(absl::string_view key) {
  const YamlNode* value = Scalar(key);
  return value == nullptr ? "" : std::string(absl::StripAsciiWhitespace(value->text));
}

std::string Part::Text(absl::string_view key) { return PlainText(Raw(key)); }

std::string Part::Line(absl::string_view key) { return OneLineOf(Text(key)); }

std::optional<bool> Part::Flag(absl::string_view key) {
  const std::string text = absl::AsciiStrToLower(Raw(key));
  if (text.empty()) return std::nullopt;
  for (const char* yes : {"true", "yes", "on", "y"}) {
    if (text == yes) return true;
  }
  for (const char* no : {"false", "no", "off", "n"}) {
    if (text == no) return false;
  }
  findings_->Fault(PlaceOf(key), absl::StrCat("must be true or false, not ", Quote(text)));
  return std::nullopt;
}

int Part::Choice(absl::string_view key, absl::Span<const Word> words) {
  const std::string text = Raw(key);
  if (text.empty()) return 0;
  for (const Word& word : words) {
    if (absl::EqualsIgnoreCase(word.text, text)) return word.value;
  }
  findings_->Fault(PlaceOf(key), absl::StrCat("must be one of ", ListOf(words), ", not ", Quote(text)), [text, words] {
    std::vector<std::string> candidates;
    for (const Word& word : words) candidates.emplace_back(word.text);
    return Hint(text, candidates);
  });
  return 0;
}

std::string Part::Date(absl::string_view key) {
  std::string text = Raw(key);
  if (text.empty() || model::IsDate(text)) return text;
  findings_->Fault(PlaceOf(key), absl::StrCat(Quote(text), " is not a date of the calendar in the form YYYY-MM-DD"));
  return "";
}

std::vector<Item> Part::Items(absl::string_view key) {
  std::vector<Item> items;
  const YamlNode* list = Take(key);
  if (list == nullptr) return items;
  if (list->kind != YamlNode::Kind::kList) {
    findings_->Fault(PlaceOf(key), absl::StrCat("must be a list, not ", KindName(list->kind)));
    return items;
  }
  const std::string path = AppendKey(place_.path, key);
  for (size_t i = 0; i < list->items.size(); ++i) {
    const YamlNode& item = *list->items[i];
    const Place place{item.at, absl::StrCat(path, "[", i, "]")};
    const absl::string_view text = absl::StripAsciiWhitespace(item.text);
    if (item.kind != YamlNode::Kind::kScalar || text.empty()) {
      findings_->Fault(place, "must be text");
      continue;
    }
    items.push_back({std::string(text), place});
  }
  return items;
}

std::vector<Titled> Part::Elements(absl::string_view key) {
  std::vector<Titled> elements;
  const YamlNode* map = Take(key);
  if (map == nullptr) return elements;
  if (map->kind != YamlNode::Kind::kMap) {
    findings_->Fault(PlaceOf(key), absl::StrCat("must be a mapping of titles, not ", KindName(map->kind)));
    return elements;
  }
  for (const YamlEntry& entry : map->entries) {
    Place place{entry.at, AppendKey(AppendKey(place_.path, key), entry.key)};
    const std::string title = OneLineOf(PlainText(entry.key));
    if (entry.value->kind != YamlNode::Kind::kMap) {
      findings_->Fault(place, absl::StrCat("must be a mapping of fields, not ", KindName(entry.value->kind)));
    } else if (title.empty()) {
      findings_->Fault(place, "needs a title");
    } else {
      elements.push_back({title, entry.key, Part(*entry.value, std::move(place), *findings_)});
    }
  }
  return elements;
}

std::vector<Titled> Part::Listed(absl::string_view key, absl::string_view title_key) {
  const YamlNode* list = node_->Find(key);
  if (list == nullptr || list->kind != YamlNode::Kind::kList) return Elements(key);
  (void)Take(key);
  std::vector<Titled> elements;
  for (size_t i = 0; i < list->items.size(); ++i) {
    const YamlNode& item = *list->items[i];
    Place place{item.at, absl::StrCat(AppendKey(place_.path, key), "[", i, "]")};
    if (item.kind != YamlNode::Kind::kMap) {
      findings_->Fault(place, absl::StrCat("must be a mapping of fields, not ", KindName(item.kind)));
      continue;
    }
    Part part(item, std::move(place), *findings_);
    const std::string raw = part.Raw(title_key);
    elements.push_back({OneLineOf(PlainText(raw)), raw, std::move(part)});
  }
  return elements;
}

std::vector<TitledText> Part::Texts(absl::string_view key) {
  std::vector<TitledText> texts;
  const YamlNode* map = Take(key);
  if (map == nullptr) return texts;
  if (map->kind != YamlNode::Kind::kMap) {
    findings_->Fault(PlaceOf(key), absl::StrCat("must be a mapping of titles, not ", KindName(map->kind)));
    return texts;
  }
  for (const YamlEntry& entry : map->entries) {
    const Place place{entry.at, AppendKey(AppendKey(place_.path, key), entry.key)};
    if (entry.value->kind == YamlNode::Kind::kList || entry.value->kind == YamlNode::Kind::kMap) {
      findings_->Fault(place, absl::StrCat("must be text, not ", KindName(entry.value->kind)));
      continue;
    }
    texts.push_back({OneLineOf(PlainText(entry.key)), OneLineOf(PlainText(entry.value->text)), place});
  }
  return texts;
}

std::optional<Part> Part::Inner(absl::string_view key) {
  const YamlNode* map = Take(key);
  if (map == nullptr) return std::nullopt;
  if (map->kind == YamlNode::Kind::kMap) return Part(*map, {map->at, AppendKey(place_.path, key)}, *findings_);
  findings_->Fault(PlaceOf(key), absl::StrCat("must be a mapping of fields, not ", KindName(map->kind)));
  return std::nullopt;
}

std::vector<std::string> Part::KeysOf(absl::string_view key) const {
  std::vector<std::string> keys;
  const YamlNode* map = node_->Find(key);
  if (map == nullptr) return keys;
  for (const YamlEntry& entry : map->entries) keys.push_back(entry.key);
  return keys;
}

void Part::Ignore(absl::Span<const absl::string_view> keys) {
  for (const absl::string_view key : keys) known_.emplace_back(key);
}

void Part::ReportUnknown() {
  for (const YamlEntry& entry : node_->entries) {
    if (IsKnown(entry.key)) continue;
    findings_->Warn({entry.at, AppendKey(place_.path, entry.key)},
                    "is not a field that is known here; it was not imported", [&] { return Hint(entry.key, known_); });
  }
}

}  // namespace metapowers::importers
