#include "service/importers/threagile_part.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/base/strings.h"
#include "service/importers/plain_text.h"
#include "service/model/schema.h"
#include "service/model/yaml_tree.h"

namespace metapowers::importers::threagile {

using model::AppendKey;
using model::Quote;
using model::YamlEntry;

namespace {

constexpr size_t kMaxWord = 64;  // longer words are not compared with names

std::string Hint(absl::string_view word, const std::vector<std::string>& candidates) {
  return word.size() > kMaxWord ? "" : DidYouMean(absl::AsciiStrToLower(word), candidates);
}

}  // namespace

Reading ReadingOf(Findings& findings) {
  return {Conventions{.place = Conventions::Place::kValue, .has_html = true, .max_line = std::string::npos},
          [&findings](const Spot& spot, absl::string_view path, absl::string_view what) {
            findings.Fault({spot.at, std::string(path)}, what);
          }};
}

std::string ListOf(absl::Span<const Word> words) {
  return absl::StrJoin(words, ", ", [](std::string* out, const Word& word) { absl::StrAppend(out, word.text); });
}

Place Part::PlaceOf(absl::string_view key) const {
  const Field value = field_[key];
  return {field_.HasKey(key) ? value.spot().at : place_.at, value.path()};
}

Field Part::Take(absl::string_view key) {
  known_.emplace_back(key);
  return field_[key];
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
  for (const Field& item : Take(key).Items()) {
    const std::string text = item.is_scalar() ? item.Text() : "";
    if (text.empty()) {
      item.Fault("must be text");
    } else {
      items.push_back({text, {item.spot().at, item.path()}});
    }
  }
  return items;
}

std::vector<Titled> Part::Elements(absl::string_view key) {
  std::vector<Titled> elements;
  for (auto& [raw, field] : Take(key).Entries()) {
    Place place{field.key_spot().at, field.path()};
    const std::string title = OneLineOf(PlainText(raw));
    if (!field.is_map()) {
      findings_->Fault(place, absl::StrCat("must be a mapping of fields, not ", field.form()));
    } else if (title.empty()) {
      findings_->Fault(place, "needs a title");
    } else {
      elements.push_back({title, raw, Part(std::move(field), std::move(place), *findings_)});
    }
  }
  return elements;
}

std::vector<Titled> Part::Listed(absl::string_view key, absl::string_view title_key) {
  if (!field_[key].is_list()) return Elements(key);
  std::vector<Titled> elements;
  for (Field& item : Take(key).Items()) {
    if (!item.is_map()) {
      item.Fault(absl::StrCat("must be a mapping of fields, not ", item.form()));
      continue;
    }
    Place place{item.spot().at, item.path()};
    Part part(std::move(item), std::move(place), *findings_);
    const std::string raw = part.Raw(title_key);
    elements.push_back({OneLineOf(PlainText(raw)), raw, std::move(part)});
  }
  return elements;
}

std::vector<TitledText> Part::Texts(absl::string_view key) {
  std::vector<TitledText> texts;
  for (const auto& [title, field] : Take(key).Entries()) {
    const Place place{field.key_spot().at, field.path()};
    if (field.is_list() || field.is_map()) {
      findings_->Fault(place, absl::StrCat("must be text, not ", field.form()));
    } else {
      texts.push_back({OneLineOf(PlainText(title)), field.Line(), place});
    }
  }
  return texts;
}

std::optional<Part> Part::Inner(absl::string_view key) {
  Field map = Take(key).Map();
  if (!map.exists()) return std::nullopt;
  Place place{map.spot().at, map.path()};
  return Part(std::move(map), std::move(place), *findings_);
}

std::vector<std::string> Part::KeysOf(absl::string_view key) const {
  std::vector<std::string> keys;
  const Field map = field_[key];
  if (!map.is_map()) return keys;
  for (const YamlEntry& entry : map.node().entries) keys.push_back(entry.key);
  return keys;
}

void Part::Ignore(absl::Span<const absl::string_view> keys) {
  for (const absl::string_view key : keys) known_.emplace_back(key);
}

void Part::ReportUnknown() {
  for (const YamlEntry& entry : field_.node().entries) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    findings_->Warn({entry.at, AppendKey(place_.path, entry.key)},
                    "is not a field that is known here; it was not imported", [&] { return Hint(entry.key, known_); });
  }
}

}  // namespace metapowers::importers::threagile
