#include "service/model/text_spans.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/model/model.h"
#include "service/model/yaml_events.h"

namespace metapowers::model {
namespace {

// Bytes of code points.
class Offsets {
 public:
  Offsets(absl::string_view text, size_t skipped) {
    bytes_.reserve(text.size() + 1);
    for (absl::string_view rest = text; !rest.empty(); TakeCodePoint(rest)) {
      bytes_.push_back(static_cast<uint32_t>(skipped + text.size() - rest.size()));
    }
    bytes_.push_back(static_cast<uint32_t>(skipped + text.size()));
  }
  size_t Of(size_t code_point) const { return bytes_[std::min(code_point, bytes_.size() - 1)]; }

 private:
  std::vector<uint32_t> bytes_;
};

class SpanReader {
 public:
  SpanReader(absl::string_view text, absl::string_view safe)
      : text_(text), offsets_(safe, text.size() - safe.size()), events_(safe) {}

  std::unique_ptr<TextNode> Read(Faults& faults) {
    std::unique_ptr<TextNode> root;
    if (Next() && Next() && events_.kind() == YamlKind::kDocument && Next()) root = ReadNode(0);
    if (root == nullptr) {
      faults.Add(events_.at(), "", events_.syntax_error().empty() ? "is no mapping of fields" : events_.syntax_error());
    }
    return root;
  }

 private:
  bool Next() { return events_.Next(); }

  // From the first event of a node to its last; nullptr at an error.
  std::unique_ptr<TextNode> ReadNode(int depth) {
    if (depth > kMaxModelDepth) return nullptr;
    auto node = std::make_unique<TextNode>();
    node->begin = offsets_.Of(events_.begin());
    switch (events_.kind()) {
      case YamlKind::kScalar:
      case YamlKind::kAlias:
        node->end = EndOfScalar(node->begin, offsets_.Of(events_.end()));
        return node;
      case YamlKind::kList:
        node->kind = TextNode::Kind::kList;
        break;
      case YamlKind::kMap:
        node->kind = TextNode::Kind::kMap;
        break;
      default:
        return nullptr;
    }
    node->flow = node->begin < text_.size() && (text_[node->begin] == '[' || text_[node->begin] == '{');
    node->end = node->begin;
    const bool read = node->kind == TextNode::Kind::kList ? ReadItems(*node, depth) : ReadEntries(*node, depth);
    if (!read) return nullptr;
    if (node->flow) node->end = offsets_.Of(events_.end());
    return node;
  }

  bool ReadItems(TextNode& node, int depth) {
    while (Next()) {
      if (events_.kind() == YamlKind::kListEnd) return true;
      std::unique_ptr<TextNode> item = ReadNode(depth + 1);
      if (item == nullptr) return false;
      node.end = item->end;
      node.items.push_back(std::move(item));
    }
    return false;
  }

  bool ReadEntries(TextNode& node, int depth) {
    while (Next()) {
      if (events_.kind() == YamlKind::kMapEnd) return true;
      if (events_.kind() != YamlKind::kScalar) return false;
      TextNode::Entry entry{std::string(events_.scalar()), offsets_.Of(events_.begin()), nullptr};
      if (!Next()) return false;
      entry.value = ReadNode(depth + 1);
      if (entry.value == nullptr) return false;
      node.end = entry.value->end;
      node.entries.push_back(std::move(entry));
    }
    return false;
  }

  // A block scalar ends, for libyaml, where the next token begins.
  size_t EndOfScalar(size_t begin, size_t end) const {
    while (end > begin && absl::ascii_isspace(static_cast<unsigned char>(text_[end - 1]))) --end;
    return end;
  }

  const absl::string_view text_;
  const Offsets offsets_;
  YamlEvents events_;
};

}  // namespace

const TextNode::Entry* TextNode::Find(absl::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

std::unique_ptr<TextNode> FindSpans(absl::string_view text, Faults& faults) {
  const std::optional<std::string> safe = CheckText(text, faults);
  if (!safe.has_value() || !faults.empty()) return nullptr;
  return SpanReader(text, *safe).Read(faults);
}

size_t LineBegin(absl::string_view text, size_t at) {
  while (at > 0 && text[at - 1] != '\n') --at;
  return at;
}

size_t LineEnd(absl::string_view text, size_t at) {
  while (at < text.size() && text[at] != '\n') ++at;
  return at > 0 && at <= text.size() && text[at - 1] == '\r' ? at - 1 : at;
}

}  // namespace metapowers::model
