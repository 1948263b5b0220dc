// YAML and JSON of other tools as a tree. Unlike the reader of our own files it knows no schema, and takes what such
// files use: anchors, aliases and merge keys (`<<`). What an alias stands for is shared, not copied, and the
// size of the text with everything written out is bounded.
#ifndef METAPOWERS_SERVICE_MODEL_YAML_TREE_H_
#define METAPOWERS_SERVICE_MODEL_YAML_TREE_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/model/faults.h"

namespace metapowers::model {

// Nodes of one document that Parse() reads, each alias counted as what it stands for.
inline constexpr uint64_t kMaxTreeNodes = 400'000;

// Tags of applications in one text whose paths are kept: a path may be much longer than the text of its node.
inline constexpr size_t kMaxTagPaths = 1'000;

struct YamlEntry;

struct YamlNode {
  enum class Kind { kNull, kScalar, kList, kMap };

  Kind kind = Kind::kNull;
  Position at;
  std::string text;                    // of a scalar, as YAML means it; never with characters that are not allowed
  bool plain = false;                  // a scalar without quotes
  std::vector<const YamlNode*> items;  // of a list
  std::vector<YamlEntry> entries;      // of a mapping, in the order of the text; merged ones last
  uint64_t weight = 1;                 // nodes in it, itself included

  // The value of a key; nullptr when the node is no mapping or has no such key.
  const YamlNode* Find(absl::string_view key) const;
};

struct YamlEntry {
  std::string key;
  Position at;  // of the key
  const YamlNode* value;
};

// `path` with a key appended, e.g. `technical_assets.'Web Shop'.technology`: in quotes and cut to a readable length
// unless it looks like the name of a field.
std::string AppendKey(absl::string_view path, absl::string_view key);

// A node with a tag of an application: `ports: !reset []`.
struct YamlTagged {
  const YamlNode* node;
  std::string tag;   // `!reset`
  Position at;       // of the tag
  std::string path;  // of the node; "" past the first kMaxTagPaths of a text
};

// Immutable; thread-safe.
class YamlTree {
 public:
  // The tree of one document. Nothing, after a fault, when the text cannot be read as a whole: syntax, size, depth
  // (kMaxModelDepth), several documents. Other faults (duplicate keys, keys that are no scalars, unknown aliases,
  // tags, characters that are not allowed) are added to `faults`, and the rest is read.
  static std::unique_ptr<const YamlTree> Parse(absl::string_view text, Faults& faults);

  // The trees of all documents of a text, in order, empty ones included. A text that begins with `{` or `[` is read
  // as JSON, where it is JSON: its escapes and lines are right then. `max_nodes` bounds all documents together; the
  // size of the text is the caller's to bound. Characters that are not allowed become U+FFFD, tags of the core schema
  // (`!!str`) are read, those of applications (`!reset`) are in tagged(), and what else Parse() calls a fault is one
  // here. After one that makes the rest unreadable, the documents before it are given, and of the one that it is in
  // what was read so far.
  static std::vector<std::unique_ptr<const YamlTree>> ParseAll(absl::string_view text, uint64_t max_nodes,
                                                               Faults& faults);

  // Makes a tree node by node, of what is neither YAML nor JSON. Not thread-safe.
  class Builder {
   public:
    Builder() : tree_(new YamlTree()) {}
    // A node without value, which stays where it is.
    YamlNode& Add(Position at);
    // A scalar; `plain` of a number.
    YamlNode& Add(Position at, absl::string_view text, bool plain = false);
    // Nodes so far.
    uint64_t size() const { return tree_->nodes_.size(); }
    // The tree below `root`, whose weight is that of all nodes. Once.
    std::unique_ptr<const YamlTree> Take(YamlNode& root);

   private:
    std::unique_ptr<YamlTree> tree_;
  };

  YamlTree(const YamlTree&) = delete;
  YamlTree& operator=(const YamlTree&) = delete;

  // Null for an empty text.
  const YamlNode& root() const { return *root_; }
  // Of ParseAll(): the nodes that a tag of an application gives a meaning which the tree does not have, in the order of
  // the text. Whoever does not know the tags must not read on as if there were none.
  const std::vector<YamlTagged>& tagged() const { return tagged_; }

 private:
  friend class YamlTreeReader;
  friend class JsonTreeReader;
  YamlTree() = default;

  // Nothing when the text is no JSON; else its tree, with faults where there are any.
  static std::unique_ptr<const YamlTree> ParseJson(absl::string_view text, uint64_t max_nodes, Faults& faults);

  std::deque<YamlNode> nodes_;  // stable addresses
  std::vector<YamlTagged> tagged_;
  const YamlNode* root_ = nullptr;
};

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_YAML_TREE_H_
