// RefreshMarks() of text_edit.h.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/model/faults.h"
#include "service/model/schema.h"
#include "service/model/text_edit.h"
#include "service/model/text_render.h"
#include "service/model/text_spans.h"

namespace metapowers::model {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

class Marker {
 public:
  Marker(absl::string_view text, const std::map<std::string, std::string>& marks) : text_(text), marks_(marks) {}

  void Walk(const TextNode& node, const Message& message, const std::string& path) {
    if (node.flow) return;
    for (const TextNode::Entry& entry : node.entries) {
      const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(entry.key);
      if (field == nullptr || !IsSet(message, *field)) continue;
      const std::string at = AppendPath(path, field->name());
      const bool one_line = entry.value->flow || entry.value->kind == TextNode::Kind::kScalar;
      // The head of a part stands behind its key, the mark of a value behind the value.
      Replace(one_line ? entry.value->end : entry.begin + entry.key.size() + 1, at, !one_line);
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
      const std::vector<const Message*> parts = MessagesIn(message, *field);
      if (!field->is_repeated()) {
        Walk(*entry.value, *parts.front(), at);
        continue;
      }
      for (size_t i = 0; i < std::min(parts.size(), entry.value->items.size()); ++i) {
        const std::string& id = IdOf(*parts[i]);
        if (!id.empty()) Walk(*entry.value->items[i], *parts[i], absl::StrCat(at, "[", id, "]"));
      }
    }
  }

  std::string Text() && {
    std::sort(changes_.begin(), changes_.end());
    std::string out;
    size_t at = 0;
    for (const auto& [begin, change] : changes_) {
      absl::StrAppend(&out, text_.substr(at, begin - at), change.second);
      at = begin + change.first;
    }
    absl::StrAppend(&out, text_.substr(at));
    return out;
  }

 private:
  void Replace(size_t from, const std::string& path, bool head) {
    const size_t end = LineEnd(text_, from);
    if (from >= end) return;
    const absl::string_view comment = absl::StripAsciiWhitespace(text_.substr(from, end - from));
    if (!IsMark(comment)) return;
    const std::string mark = head ? MarkOfAll(path) : MarkOf(path);
    if (mark.empty() || comment.substr(1) == absl::StrCat(" ", mark)) return;
    const size_t begin = static_cast<size_t>(comment.data() - text_.data());
    changes_.push_back({begin, {comment.size(), absl::StrCat("# ", mark)}});
  }

  std::string MarkOf(const std::string& path) const {
    const auto found = marks_.find(path);
    return found == marks_.end() ? std::string() : found->second;
  }

  // The mark that all values of a part have; empty when they differ.
  std::string MarkOfAll(const std::string& path) const {
    std::string mark;
    for (auto at = marks_.lower_bound(path); at != marks_.end() && absl::StartsWith(at->first, path); ++at) {
      const std::string& full = at->first;
      if (full.size() > path.size() && full[path.size()] != '.' && full[path.size()] != '[') continue;
      if (!mark.empty() && mark != at->second) return "";
      mark = at->second;
    }
    return mark;
  }

  const absl::string_view text_;
  const std::map<std::string, std::string>& marks_;
  std::vector<std::pair<size_t, std::pair<size_t, std::string>>> changes_;  // begin -> size and new text
};

}  // namespace

std::string RefreshMarks(absl::string_view yaml, const Message& message,
                         const std::map<std::string, std::string>& marks) {
  if (marks.empty()) return std::string(yaml);
  Faults faults;
  const std::unique_ptr<TextNode> root = FindSpans(yaml, faults);
  if (root == nullptr) return std::string(yaml);
  Marker marker(yaml, marks);
  marker.Walk(*root, message, "");
  return std::move(marker).Text();
}

}  // namespace metapowers::model
