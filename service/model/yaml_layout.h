// The text of a model as people laid it out: its values in their order, with the comments and empty lines between them.
#ifndef METAPOWERS_SERVICE_MODEL_YAML_LAYOUT_H_
#define METAPOWERS_SERVICE_MODEL_YAML_LAYOUT_H_

#include <deque>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers::model {

struct LayoutEntry;

// A value.
struct LayoutNode {
  enum class Kind { kScalar, kList, kMap };

  Kind kind = Kind::kScalar;
  std::string text;       // of a scalar, as YAML means it
  bool plain = false;     // a scalar without quotes
  bool folded = false;    // a scalar after `>`
  bool flow = false;      // a list or mapping in brackets
  bool one_line = false;  // begins and ends on one line
  bool filled = false;    // of one in brackets: its first entry stands on the line of the bracket
  std::vector<LayoutEntry*> entries;
  std::vector<std::string> after;  // comments after its last entry, with their `#`; "" is an empty line

  // Where it stands.
  size_t begin = 0;  // in code points
  size_t end = 0;
  size_t column = 0;             // of the entries of one that is not in brackets, from 0
  LayoutEntry* owner = nullptr;  // nullptr for the root
};

// A key and its value, or a value in a list.
struct LayoutEntry {
  std::string key;
  std::vector<std::string> before;  // comments above it, as LayoutNode::after
  std::string beside;               // comment on its line; may be empty
  LayoutNode* value = nullptr;
  LayoutNode* parent = nullptr;
  size_t begin = 0;  // in code points
};

struct Layout {
  std::vector<std::string> opening;  // comments at the start of the file, as LayoutNode::after
  LayoutNode* root = nullptr;
  std::deque<LayoutNode> nodes;  // stable addresses
  std::deque<LayoutEntry> entries;
};

// The layout of a text that ReadYaml() has read without a fault. Each comment stands in exactly one place of it: beside
// what is before it on its line, else before what follows, or after the entries of what it is indented with.
Layout ReadLayout(absl::string_view text);

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_YAML_LAYOUT_H_
