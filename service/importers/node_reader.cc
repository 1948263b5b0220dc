#include "service/importers/node_reader.h"

#include <cmath>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/base/ids.h"
#include "service/importers/id_table.h"
#include "service/importers/source.h"
#include "service/model/faults.h"

namespace metapowers::importers {

using model::YamlNode;

namespace {

absl::string_view FormOf(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::kMap:
      return "a mapping";
    case YamlNode::Kind::kList:
      return "a list";
    case YamlNode::Kind::kScalar:
      return "a single value";
    case YamlNode::Kind::kNull:
      break;
  }
  return "nothing";
}

}  // namespace

std::string CutText(absl::string_view text, size_t size) {
  constexpr absl::string_view kCut = "…";
  if (text.size() <= size) return std::string(text);
  size_t end = size - kCut.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat(text.substr(0, end), kCut);
}

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

Spot NodeReader::SpotOf(const Section& in, absl::string_view key) const {
  const YamlNode* value = in.node->Find(key);
  return document_.At(value == nullptr ? *in.node : *value);
}

// Keys in camel case are names too.
std::string NodeReader::PathOf(const Section& in, absl::string_view key) const {
  const bool name = !key.empty() && key.size() <= kMaxLine && absl::c_all_of(key, absl::ascii_isalnum);
  return name ? model::AppendPath(in.path, key) : model::AppendKey(in.path, key);
}

void NodeReader::Fault(const Section& in, absl::string_view key, absl::string_view what) {
  if (told_.emplace(in.node, std::string(key)).second) faults_.Add(SpotOf(in, key), PathOf(in, key), what);
}

const YamlNode* NodeReader::Find(const Section& in, absl::string_view key, YamlNode::Kind kind,
                                 absl::string_view form) {
  const YamlNode* value = in.node->Find(key);
  if (value == nullptr || value->kind == YamlNode::Kind::kNull) return nullptr;
  if (value->kind == kind) return value;
  Fault(in, key, absl::StrCat("must be ", form, ", not ", FormOf(value->kind)));
  return nullptr;
}

std::optional<Section> NodeReader::Map(const Section& in, absl::string_view key) {
  const YamlNode* value = Find(in, key, YamlNode::Kind::kMap, "a mapping");
  if (value == nullptr) return std::nullopt;
  return Section{value, PathOf(in, key)};
}

std::vector<Section> NodeReader::Maps(const Section& in, absl::string_view key) {
  std::vector<Section> out;
  const YamlNode* list = Find(in, key, YamlNode::Kind::kList, "a list of mappings");
  if (list == nullptr) return out;
  for (size_t i = 0; i < list->items.size(); ++i) {
    const YamlNode& item = *list->items[i];
    const std::string path = absl::StrCat(PathOf(in, key), "[", i, "]");
    if (item.kind == YamlNode::Kind::kMap) {
      out.push_back({&item, path});
    } else if (item.kind != YamlNode::Kind::kNull && told_.emplace(&item, "").second) {
      faults_.Add(document_.At(item), path, absl::StrCat("must be a mapping, not ", FormOf(item.kind)));
    }
  }
  return out;
}

std::vector<Entry> NodeReader::Lines(const Section& in, absl::string_view key) {
  std::vector<Entry> out;
  const YamlNode* list = Find(in, key, YamlNode::Kind::kList, "a list of single values");
  if (list == nullptr) return out;
  for (size_t i = 0; i < list->items.size(); ++i) {
    const YamlNode& item = *list->items[i];
    const std::string path = absl::StrCat(PathOf(in, key), "[", i, "]");
    if (item.kind == YamlNode::Kind::kScalar) {
      const std::string text = CutText(OneLineOf(item.text), kMaxLine);
      if (!text.empty()) out.push_back({text, document_.At(item), path});
    } else if (item.kind != YamlNode::Kind::kNull && told_.emplace(&item, "").second) {
      faults_.Add(document_.At(item), path, absl::StrCat("must be a single value, not ", FormOf(item.kind)));
    }
  }
  return out;
}

std::string NodeReader::Raw(const Section& in, absl::string_view key) {
  const YamlNode* value = Find(in, key, YamlNode::Kind::kScalar, "a single value");
  return value == nullptr ? "" : value->text;
}

std::string NodeReader::Line(const Section& in, absl::string_view key) {
  return CutText(OneLineOf(PlainText(Raw(in, key))), kMaxLine);
}

std::string NodeReader::Prose(const Section& in, absl::string_view key) {
  return CutText(PlainText(Raw(in, key)), kMaxProse);
}

std::optional<bool> NodeReader::Flag(const Section& in, absl::string_view key) {
  const YamlNode* value = Find(in, key, YamlNode::Kind::kScalar, "true or false");
  if (value == nullptr) return std::nullopt;
  const std::optional<bool> flag = FlagOf(value);
  if (!flag.has_value()) Fault(in, key, absl::StrCat("must be true or false, not ", model::Quote(value->text)));
  return flag;
}

std::optional<double> NodeReader::Number(const Section& in, absl::string_view key) {
  const YamlNode* value = Find(in, key, YamlNode::Kind::kScalar, "a number");
  if (value == nullptr) return std::nullopt;
  const std::optional<double> number = NumberOf(value);
  if (!number.has_value()) Fault(in, key, absl::StrCat("must be a number, not ", model::Quote(value->text)));
  return number;
}

NamePlan::NamePlan(absl::string_view file, absl::string_view kind, IdUse use)
    : prefix_(absl::StrCat(file, "#", kind, "/")), use_(use) {}

// Tools make UUIDs, people cannot read them.
bool NamePlan::IsName(absl::string_view id) const { return use_ == IdUse::kReadable && IsSlug(id) && !IsUuid(id); }

bool NamePlan::Add(const std::string& id, const std::string& title) {
  if (!titles_.try_emplace(id, title).second) return false;
  ++used_[NearestSlug(title)];
  if (IsName(id) && NearestSlug(title) != id) ++used_[id];
  return true;
}

std::string NamePlan::NameOf(const std::string& id) const {
  const std::string& title = titles_.at(id);
  if (IsName(id)) return id;
  if (title.empty()) return id;
  if (used_.at(NearestSlug(title)) == 1) return title;
  return absl::StrCat(title, " ", ShortDigest(id));
}

std::vector<std::string> NamePlan::NamesOf(const std::string& id) const {
  std::vector<std::string> names = {HandleOf(id)};
  const std::string& title = titles_.at(id);
  if (!title.empty() && title != NameOf(id) && used_.at(NearestSlug(title)) == 1) names.push_back(title);
  return names;
}

std::string NamePlan::HandleOf(const std::string& id) const { return MakeHandle(prefix_, id); }

std::string MakeHandle(absl::string_view prefix, absl::string_view id) {
  return absl::StrCat(prefix, id, " ", ShortDigest(id));
}

}  // namespace metapowers::importers
