#include "service/importers/fields.h"

#include <cmath>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/importers/plain_text.h"
#include "service/importers/settings.h"

namespace metapowers::importers {

using model::YamlEntry;
using model::YamlNode;

namespace {

std::optional<bool> YamlFlagOf(absl::string_view text) {
  const std::string lower = absl::AsciiStrToLower(text);
  for (const char* yes : {"true", "yes", "on", "y"}) {
    if (lower == yes) return true;
  }
  for (const char* no : {"false", "no", "off", "n"}) {
    if (lower == no) return false;
  }
  return std::nullopt;
}

}  // namespace

std::optional<double> NumberOf(const YamlNode* node) {
  double number = 0;
  if (node == nullptr || node->kind != YamlNode::Kind::kScalar) return std::nullopt;
  if (!absl::SimpleAtod(node->text, &number) || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::optional<bool> FlagOf(const YamlNode* node) {
  if (node == nullptr || node->kind != YamlNode::Kind::kScalar) return std::nullopt;
  if (node->text == "true") return true;
  if (node->text == "false") return false;
  return std::nullopt;
}

Reading::Reading(const Conventions& conventions, FileFaults& faults)
    : Reading(conventions, [&faults](const Spot& spot, absl::string_view path, absl::string_view what) {
        faults.Add(spot, path, what);
      }) {}

void Reading::Fault(const YamlNode* node, const Spot& spot, absl::string_view path, absl::string_view what) {
  if (node == nullptr || told_.insert({node, {spot.at.line, spot.at.column}}).second) tell_(spot, path, what);
}

Field::Field(const Field& in, const YamlNode* node, model::Position at, model::Position key, std::string path)
    : document_(in.document_), reading_(in.reading_), node_(node), at_(at), key_(key), path_(std::move(path)) {}

absl::string_view Field::form() const {
  switch (node_ == nullptr ? YamlNode::Kind::kNull : node_->kind) {
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

void Field::Fault(absl::string_view what) const { reading_->Fault(node_, spot(), path_, what); }

void Field::FaultOfValue(absl::string_view what) const {
  Fault(conventions().quotes_values && !HoldsSecret(path_, node_->text)
            ? absl::StrCat("must be ", what, ", not ", model::Quote(node_->text))
            : absl::StrCat("must be ", what));
}

bool Field::Is(YamlNode::Kind kind, absl::string_view what) const {
  if (!exists()) return false;
  if (node_->kind == kind) return true;
  Fault(absl::StrCat("must be ", what, ", not ", form()));
  return false;
}

std::string Field::PathOf(absl::string_view key) const {
  constexpr size_t kMaxName = 200;
  const bool name =
      conventions().camel_case && !key.empty() && key.size() <= kMaxName && absl::c_all_of(key, absl::ascii_isalnum);
  return name ? model::AppendPath(path_, key) : model::AppendKey(path_, key);
}

Field Field::Child(const YamlEntry& entry) const {
  const bool at_key = conventions().place == Conventions::Place::kKey;
  return Field(*this, entry.value, at_key ? entry.at : entry.value->at, entry.at, PathOf(entry.key));
}

Field Field::operator[](absl::string_view key) const {
  if (document_ == nullptr) return {};
  if (conventions().strict_keys ? Is(YamlNode::Kind::kMap, "a mapping") : is_map()) {
    for (const YamlEntry& entry : node_->entries) {
      if (entry.key == key) return Child(entry);
    }
  }
  return Field(*this, nullptr, at_, at_, PathOf(key));
}

Field Field::Map() const {
  return Is(YamlNode::Kind::kMap, "a mapping") || document_ == nullptr ? *this
                                                                       : Field(*this, nullptr, at_, key_, path_);
}

std::vector<std::pair<std::string, Field>> Field::Entries() const {
  std::vector<std::pair<std::string, Field>> entries;
  if (!Is(YamlNode::Kind::kMap, "a mapping")) return entries;
  for (const YamlEntry& entry : node_->entries) entries.emplace_back(entry.key, Child(entry));
  return entries;
}

std::vector<Field> Field::Items() const {
  std::vector<Field> items;
  if (!Is(YamlNode::Kind::kList, "a list")) return items;
  for (size_t i = 0; i < node_->items.size(); ++i) {
    const model::Position at = node_->items[i]->at;
    items.push_back(Field(*this, node_->items[i], at, at, absl::StrCat(path_, "[", i, "]")));
  }
  return items;
}

std::vector<Field> Field::Maps() const {
  std::vector<Field> maps;
  for (Field& item : Items()) {
    if (item.Is(YamlNode::Kind::kMap, "a mapping")) maps.push_back(std::move(item));
  }
  return maps;
}

std::vector<std::pair<std::string, Field>> Field::Lines() const {
  std::vector<std::pair<std::string, Field>> lines;
  for (Field& item : Items()) {
    std::string line = CutText(OneLineOf(item.Raw()), conventions().max_line);
    if (!line.empty()) lines.emplace_back(std::move(line), std::move(item));
  }
  return lines;
}

std::vector<std::string> Field::Texts() const {
  std::vector<std::string> texts;
  for (const Field& item : Items()) {
    if (item.exists()) texts.push_back(item.Raw());
  }
  return texts;
}

std::map<std::string, std::string> Field::TextMap() const {
  std::map<std::string, std::string> texts;
  for (const auto& [key, value] : Entries()) texts[key] = value.Raw();
  return texts;
}

std::string Field::Raw() const { return Is(YamlNode::Kind::kScalar, "text") ? node_->text : ""; }

std::string Field::Text() const { return std::string(absl::StripAsciiWhitespace(Raw())); }

std::string Field::Line() const {
  if (!exists()) return "";
  return CutText(OneLineOf(conventions().has_html ? PlainText(Raw()) : Raw()), conventions().max_line);
}

std::string Field::Prose() const {
  if (!exists()) return "";
  return CutText(conventions().has_html ? PlainText(Raw()) : Text(), conventions().max_prose);
}

std::optional<bool> Field::Flag() const {
  if (!Is(YamlNode::Kind::kScalar, "true or false")) return std::nullopt;
  const bool yaml = conventions().flags == Conventions::Flags::kYaml;
  const std::string text = Text();
  if (yaml && text.empty()) return std::nullopt;
  const std::optional<bool> flag = yaml ? YamlFlagOf(text) : FlagOf(node_);
  if (!flag.has_value()) FaultOfValue("true or false");
  return flag;
}

std::optional<double> Field::Number() const {
  if (!Is(YamlNode::Kind::kScalar, "a number")) return std::nullopt;
  const std::optional<double> number = NumberOf(node_);
  if (!number.has_value()) FaultOfValue("a number");
  return number;
}

std::optional<int64_t> Field::Whole() const {
  if (!Is(YamlNode::Kind::kScalar, "a whole number")) return std::nullopt;
  int64_t number = 0;
  if (absl::SimpleAtoi(node_->text, &number)) return number;
  FaultOfValue("a whole number");
  return std::nullopt;
}

}  // namespace metapowers::importers
