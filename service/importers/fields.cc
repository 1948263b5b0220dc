#include "service/importers/fields.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/importers/source.h"

namespace metapowers::importers {

using model::YamlEntry;
using model::YamlNode;

namespace {

constexpr size_t kMaxLine = 500;

const YamlNode* NotNull(const YamlNode* node) {
  return node == nullptr || node->kind == YamlNode::Kind::kNull ? nullptr : node;
}

absl::string_view KindName(const YamlNode& node) {
  switch (node.kind) {
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

// Cuts between characters of UTF-8.
std::string CutTo(std::string text, size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return absl::StrCat(text.substr(0, size), "…");
}

}  // namespace

Field::Field(const Document& document, FileFaults& faults)
    : document_(&document), faults_(&faults), node_(NotNull(document.root)), at_(document.root->at) {}

Field::Field(const Field& parent, const YamlNode* node, model::Position at, std::string path)
    : document_(parent.document_), faults_(parent.faults_), node_(NotNull(node)), at_(at), path_(std::move(path)) {}

Field Field::operator[](absl::string_view key) const {
  if (is_map()) {
    for (const YamlEntry& entry : node_->entries) {
      if (entry.key == key) return Field(*this, entry.value, entry.at, model::AppendKey(path_, key));
    }
  }
  return Field(*this, nullptr, at_, model::AppendKey(path_, key));
}

std::vector<std::pair<std::string, Field>> Field::Entries() const {
  std::vector<std::pair<std::string, Field>> entries;
  if (!exists()) return entries;
  if (!is_map()) {
    Fault(absl::StrCat("must be a mapping, not ", KindName(*node_)));
    return entries;
  }
  for (const YamlEntry& entry : node_->entries) {
    entries.emplace_back(entry.key, Field(*this, entry.value, entry.at, model::AppendKey(path_, entry.key)));
  }
  return entries;
}

std::vector<Field> Field::Items() const {
  std::vector<Field> items;
  if (!exists()) return items;
  if (!is_list()) {
    Fault(absl::StrCat("must be a list, not ", KindName(*node_)));
    return items;
  }
  for (size_t i = 0; i < node_->items.size(); ++i) {
    items.push_back(Field(*this, node_->items[i], node_->items[i]->at, absl::StrCat(path_, "[", i, "]")));
  }
  return items;
}

std::string Field::Text() const {
  if (!exists()) return "";
  if (is_scalar()) return std::string(absl::StripAsciiWhitespace(node_->text));
  Fault(absl::StrCat("must be text, not ", KindName(*node_)));
  return "";
}

std::string Field::Line() const { return CutTo(OneLineOf(Text()), kMaxLine); }

std::optional<bool> Field::Flag() const {
  const std::string text = absl::AsciiStrToLower(Text());
  if (text.empty()) return std::nullopt;
  for (const char* yes : {"true", "yes", "on", "y"}) {
    if (text == yes) return true;
  }
  for (const char* no : {"false", "no", "off", "n"}) {
    if (text == no) return false;
  }
  Fault(absl::StrCat("must be true or false, not ", model::Quote(text)));
  return std::nullopt;
}

}  // namespace metapowers::importers
