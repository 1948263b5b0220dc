#include "service/model/text_marks.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/base/strings.h"
#include "service/model/faults.h"
#include "service/model/text_spans.h"

namespace metapowers::model {

std::vector<std::string> WithMarks(std::vector<std::string> lines, const google::protobuf::Message& message,
                                   const std::function<std::string(absl::string_view path)>& mark) {
  const std::string text = absl::StrJoin(lines, "\n");
  Faults faults;
  const std::unique_ptr<TextNode> root = FindSpans(text, faults);
  if (root == nullptr) return lines;
  const auto line_of = [&text](size_t at) {
    return std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(at), '\n');
  };
  const auto walk = [&](const TextNode& node, const std::string& path, const auto& self) -> void {
    for (size_t i = 0; i < node.items.size(); ++i) {
      if (!node.flow) self(*node.items[i], absl::StrCat(path, "[", i, "]"), self);
    }
    for (const TextNode::Entry& entry : node.entries) {
      const std::string below = AppendPath(path, entry.key);
      const TextNode& value = *entry.value;
      const bool leaf = value.kind == TextNode::Kind::kScalar || value.flow;
      if (!leaf) {
        self(value, below, self);
        continue;
      }
      const auto line = static_cast<size_t>(line_of(entry.begin));
      if (text.find('\n', entry.begin) < value.end) continue;
      if (const std::string said = mark(below); !said.empty()) absl::StrAppend(&lines[line], "  # ", OneLine(said));
    }
  };
  walk(*root, "", walk);
  return lines;
}

}  // namespace metapowers::model
