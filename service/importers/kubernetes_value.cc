#include "service/importers/kubernetes_value.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace metapowers::importers::kubernetes {

using Kind = model::YamlNode::Kind;

void Complaints::Add(const Spot& spot, const model::YamlNode& node, absl::string_view path, absl::string_view what) {
  if (told_.insert(&node).second) faults_.Add(spot, path, what);
}

Spot Value::spot() const {
  if (document_ == nullptr) return {};
  return {document_->file, node_ == nullptr ? around_ : node_->at};
}

Value Value::Part(const model::YamlNode* node, std::string path) const {
  Value part;
  part.document_ = document_;
  part.node_ = node;
  part.complaints_ = complaints_;
  part.path_ = std::move(path);
  part.around_ = node_ == nullptr ? around_ : node_->at;
  return part;
}

void Value::Complain(absl::string_view what) const {
  if (node_ != nullptr) complaints_->Add(spot(), *node_, path_, what);
}

bool Value::Is(Kind kind, absl::string_view what) const {
  if (!exists()) return false;
  if (node_->kind == kind) return true;
  Complain(absl::StrCat("must be ", what));
  return false;
}

Value Value::operator[](absl::string_view key) const {
  if (document_ == nullptr) return {};
  const model::YamlNode* found = Is(Kind::kMap, "a mapping") ? node_->Find(key) : nullptr;
  return Part(found, found == nullptr ? path_ : model::AppendKey(path_, key));
}

std::vector<std::pair<std::string, Value>> Value::Entries() const {
  std::vector<std::pair<std::string, Value>> entries;
  if (!Is(Kind::kMap, "a mapping")) return entries;
  for (const model::YamlEntry& entry : node_->entries) {
    entries.emplace_back(entry.key, Part(entry.value, model::AppendKey(path_, entry.key)));
  }
  return entries;
}

std::vector<Value> Value::Items() const {
  std::vector<Value> items;
  if (!Is(Kind::kList, "a list")) return items;
  for (size_t i = 0; i < node_->items.size(); ++i) {
    items.push_back(Part(node_->items[i], absl::StrCat(path_, "[", i, "]")));
  }
  return items;
}

std::string Value::Text() const { return Is(Kind::kScalar, "text") ? node_->text : ""; }

std::optional<int64_t> Value::Number() const {
  if (!Is(Kind::kScalar, "a whole number")) return std::nullopt;
  int64_t number = 0;
  if (absl::SimpleAtoi(node_->text, &number)) return number;
  Complain("must be a whole number");
  return std::nullopt;
}

std::optional<bool> Value::Flag() const {
  if (!Is(Kind::kScalar, "true or false")) return std::nullopt;
  const std::string text = absl::AsciiStrToLower(node_->text);
  if (text == "true" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "no" || text == "off") return false;
  Complain("must be true or false");
  return std::nullopt;
}

std::vector<std::string> Value::Texts() const {
  std::vector<std::string> texts;
  for (const Value& item : Items()) {
    if (item.exists()) texts.push_back(item.Text());
  }
  return texts;
}

Labels Value::TextMap() const {
  Labels labels;
  for (const auto& [key, value] : Entries()) labels[key] = value.exists() ? value.Text() : "";
  return labels;
}

}  // namespace metapowers::importers::kubernetes
