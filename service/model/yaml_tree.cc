#include "service/model/yaml_tree.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/model/model.h"
#include "service/model/yaml_events.h"

namespace metapowers::model {
namespace {

// Tags that say what a value without them is too.
bool IsCoreTag(absl::string_view tag) {
  static constexpr absl::string_view kNames[] = {"str", "int", "float", "bool", "null", "map", "seq"};
  return absl::ConsumePrefix(&tag, "tag:yaml.org,2002:") &&
         std::find(std::begin(kNames), std::end(kNames), tag) != std::end(kNames);
}

bool IsNullWord(absl::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

}  // namespace

std::string AppendKey(absl::string_view path, absl::string_view key) {
  constexpr size_t kMaxName = 64;
  const bool name = !key.empty() && key.size() <= kMaxName && std::all_of(key.begin(), key.end(), [](char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_';
  });
  return AppendPath(path, name ? std::string(key) : Quote(key));
}

const YamlNode* YamlNode::Find(absl::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const YamlEntry& e) { return e.key == key; });
  return found == entries.end() ? nullptr : found->value;
}

// Recursive descent, as deep as kMaxModelDepth. A node is read from its first event (the current one when a
// Read… function is entered) to its last.
class YamlTreeReader {
 public:
  // `foreign` texts are read as ParseAll() says.
  YamlTreeReader(YamlEvents& events, uint64_t max_nodes, bool foreign, Faults& faults)
      : events_(events), max_nodes_(max_nodes), foreign_(foreign), faults_(faults) {}

  // Moves to the first document; false when there is none.
  bool Start() {
    Advance();  // start of the stream
    Advance();
    return HasMore();
  }
  bool HasMore() const { return !stopped_ && events_.kind() == YamlKind::kDocument; }
  bool stopped() const { return stopped_; }

  // The next document, as far as it can be read.
  std::unique_ptr<YamlTree> Read() {
    std::unique_ptr<YamlTree> tree(new YamlTree());
    nodes_ = &tree->nodes_;
    tagged_ = &tree->tagged_;
    Advance();
    tree->root_ = ReadNode(0);
    Advance();  // end of the document
    Advance();
    used_ += tree->root_->weight;
    anchors_.clear();
    return tree;
  }

  // A document without content.
  std::unique_ptr<YamlTree> Nothing() {
    std::unique_ptr<YamlTree> tree(new YamlTree());
    nodes_ = &tree->nodes_;
    tree->root_ = &Add();
    return tree;
  }

  void Stop(absl::string_view why) {
    Fault(why);
    stopped_ = true;
  }

 private:
  YamlNode& Add() {
    nodes_->emplace_back();
    nodes_->back().at = events_.at();
    return nodes_->back();
  }

  bool Advance() {
    if (stopped_) return false;
    if (!events_.Next()) Stop(events_.syntax_error());
    return !stopped_;
  }

  void Fault(absl::string_view what) { faults_.Add(events_.at(), path_, what); }

  const YamlNode* ReadNode(int depth) {
    if (stopped_) return &Add();
    if (events_.kind() == YamlKind::kAlias) return Resolve();
    const std::string anchor(events_.anchor());
    YamlNode& node = Add();
    if (events_.has_tag()) TakeTag(node);
    if (nodes_->size() + used_ > max_nodes_) {
      Stop(absl::StrCat("is one value too many; the limit is ", max_nodes_));
    } else if (events_.kind() == YamlKind::kScalar) {
      ReadScalar(node);
    } else if (depth == kMaxModelDepth) {
      Stop(absl::StrCat("is nested more than ", kMaxModelDepth, " levels deep"));
    } else if (events_.kind() == YamlKind::kList) {
      ReadList(node, depth);
    } else {
      ReadMap(node, depth);
    }
    // Only now, so that no node can hold itself.
    if (!anchor.empty()) anchors_[anchor] = &node;
    return &node;
  }

  void TakeTag(const YamlNode& node) {
    constexpr size_t kMaxTag = 64;
    const absl::string_view tag = events_.tag();
    if (foreign_ && IsCoreTag(tag)) return;
    if (foreign_ && absl::StartsWith(tag, "!") && tag.size() <= kMaxTag) {
      tagged_->push_back({&node, std::string(tag), events_.at(), tags_++ < kMaxTagPaths ? path_ : ""});
    } else {
      Fault("tags (!) are not understood here");
    }
  }

  const YamlNode* Resolve() {
    const auto found = anchors_.find(events_.anchor());
    if (found != anchors_.end()) return found->second;
    Fault(absl::StrCat("alias ", Quote(absl::StrCat("*", events_.anchor())), " names no anchor that ends before it"));
    return &Add();
  }

  void ReadScalar(YamlNode& node) {
    node.plain = events_.is_plain() && !absl::EndsWith(events_.tag(), ":str");
    if (node.plain && IsNullWord(events_.scalar())) return;
    node.kind = YamlNode::Kind::kScalar;
    node.text = foreign_ ? WithAllowedCharacters(events_.scalar()) : std::string(events_.scalar());
    for (absl::string_view rest = node.text; !rest.empty();) {
      const uint32_t code_point = TakeCodePoint(rest);
      if (IsAllowed(code_point)) continue;
      Fault(absl::StrCat("character ", CodePointName(code_point), " is not allowed"));
      node.text.clear();
      return;
    }
  }

  void ReadList(YamlNode& node, int depth) {
    node.kind = YamlNode::Kind::kList;
    const std::string path = path_;
    while (Advance() && events_.kind() != YamlKind::kListEnd) {
      path_ = absl::StrCat(path, "[", node.items.size(), "]");
      node.items.push_back(ReadNode(depth + 1));
      AddWeight(node, *node.items.back());
    }
    path_ = path;
  }

  void ReadMap(YamlNode& node, int depth) {
    node.kind = YamlNode::Kind::kMap;
    const std::string path = path_;
    absl::flat_hash_map<std::string, int> lines;  // of the keys so far
    const YamlNode* merged = nullptr;
    while (Advance() && events_.kind() != YamlKind::kMapEnd) {
      const Position at = events_.at();
      const bool merge = events_.is_plain() && events_.scalar() == "<<";
      const std::string key = ReadKey(depth);
      path_ = AppendKey(path, key);
      const auto [first, is_new] = lines.try_emplace(key, at.line);
      if (!is_new) Fault(absl::StrCat("is written twice; the first time on line ", first->second));
      if (!Advance()) break;
      const YamlNode* value = ReadNode(depth + 1);
      if (merge) {
        merged = value;
      } else if (is_new) {
        node.entries.push_back({key, at, value});
        AddWeight(node, *value);
      }
      path_ = path;
    }
    if (merged != nullptr) Merge(*merged, node, lines);
    path_ = path;
  }

  // Text of the key; the node is read to its end in any case.
  std::string ReadKey(int depth) {
    if (events_.kind() == YamlKind::kScalar) {
      YamlNode key;  // no value of its own
      ReadScalar(key);
      return std::move(key.text);
    }
    Fault("a key must be text");
    ReadNode(depth + 1);
    return "";
  }

  // Adds what `<<` brings and the mapping does not say itself; of several mappings the first one wins.
  void Merge(const YamlNode& from, YamlNode& into, absl::flat_hash_map<std::string, int>& lines) {
    std::vector<const YamlNode*> maps = from.items;
    if (from.kind != YamlNode::Kind::kList) maps = {&from};
    for (const YamlNode* map : maps) {
      if (map->kind != YamlNode::Kind::kMap) {
        Fault("'<<' must name a mapping or a list of mappings");
        continue;
      }
      for (const YamlEntry& entry : map->entries) {
        if (!lines.try_emplace(entry.key, entry.at.line).second) continue;
        into.entries.push_back(entry);
        AddWeight(into, *entry.value);
        if (stopped_) return;
      }
    }
  }

  void AddWeight(YamlNode& node, const YamlNode& part) {
    node.weight += part.weight;
    if (node.weight + used_ > max_nodes_ && !stopped_) {
      Stop(absl::StrCat("is too large: with every alias written out it has more than ", max_nodes_, " values"));
    }
  }

  YamlEvents& events_;
  const uint64_t max_nodes_;
  const bool foreign_;
  Faults& faults_;
  std::deque<YamlNode>* nodes_ = nullptr;      // of the document that is read
  std::vector<YamlTagged>* tagged_ = nullptr;  // likewise
  uint64_t used_ = 0;                          // nodes of the documents before it
  size_t tags_ = 0;                            // of applications, in all documents
  absl::flat_hash_map<std::string, const YamlNode*> anchors_;
  std::string path_;
  bool stopped_ = false;
};

YamlNode& YamlTree::Builder::Add(Position at) {
  YamlNode& node = tree_->nodes_.emplace_back();
  node.at = at;
  return node;
}

YamlNode& YamlTree::Builder::Add(Position at, absl::string_view text, bool plain) {
  YamlNode& node = Add(at);
  node.kind = YamlNode::Kind::kScalar;
  node.text = WithAllowedCharacters(text);
  node.plain = plain;
  return node;
}

std::unique_ptr<const YamlTree> YamlTree::Builder::Take(YamlNode& root) {
  tree_->root_ = &root;
  root.weight = size();
  return std::move(tree_);
}

std::unique_ptr<const YamlTree> YamlTree::Parse(absl::string_view text, Faults& faults) {
  const std::optional<std::string> safe = CheckText(text, faults);
  if (!safe.has_value()) return nullptr;
  YamlEvents events(*safe);
  YamlTreeReader reader(events, kMaxTreeNodes, false, faults);
  if (!reader.Start()) return reader.stopped() ? nullptr : reader.Nothing();
  std::unique_ptr<const YamlTree> tree = reader.Read();
  if (reader.HasMore()) reader.Stop("a second document starts here; one is read");
  return reader.stopped() ? nullptr : std::move(tree);
}

std::vector<std::unique_ptr<const YamlTree>> YamlTree::ParseAll(absl::string_view text, uint64_t max_nodes,
                                                                Faults& faults) {
  std::vector<std::unique_ptr<const YamlTree>> trees;
  absl::ConsumePrefix(&text, kByteOrderMark);
  const absl::string_view start = absl::StripLeadingAsciiWhitespace(text);
  if (absl::StartsWith(start, "{") || absl::StartsWith(start, "[")) {
    if (auto tree = ParseJson(text, max_nodes, faults)) {
      trees.push_back(std::move(tree));
      return trees;
    }
  }
  const std::optional<std::string> safe = CheckForeignText(text, faults);
  if (!safe.has_value()) return trees;
  YamlEvents events(*safe);
  YamlTreeReader reader(events, max_nodes, true, faults);
  for (bool more = reader.Start(); more; more = reader.HasMore()) trees.push_back(reader.Read());
  return trees;
}

}  // namespace metapowers::model
