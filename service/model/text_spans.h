// Where the nodes of a YAML text begin and end, for editing it in place. Internal to model/.
#ifndef METAPOWERS_SERVICE_MODEL_TEXT_SPANS_H_
#define METAPOWERS_SERVICE_MODEL_TEXT_SPANS_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/model/faults.h"

namespace metapowers::model {

// Offsets are bytes of the text. A block node ends with the last character of its last value, so comments and empty
// lines behind it are not in it.
struct TextNode {
  struct Entry;

  enum class Kind { kScalar, kList, kMap };

  Kind kind = Kind::kScalar;
  bool flow = false;  // a list or mapping in brackets
  size_t begin = 0;
  size_t end = 0;
  std::vector<std::unique_ptr<TextNode>> items;  // of a list
  std::vector<Entry> entries;                    // of a mapping

  const Entry* Find(absl::string_view key) const;
};

struct TextNode::Entry {
  std::string key;
  size_t begin;  // of the key
  std::unique_ptr<TextNode> value;
};

// The root of the one document of `text`; nullptr after a fault, which is one of syntax or depth. Aliases are scalars.
std::unique_ptr<TextNode> FindSpans(absl::string_view text, Faults& faults);

// Offset of the first character of the line that `at` is in, and of the line's end without its line break.
size_t LineBegin(absl::string_view text, size_t at);
size_t LineEnd(absl::string_view text, size_t at);

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_TEXT_SPANS_H_
