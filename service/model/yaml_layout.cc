#include "service/model/yaml_layout.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "service/model/faults.h"
#include "service/model/yaml_events.h"

namespace metapowers::model {
namespace {

// Stands first in the file: editors look for it there.
constexpr absl::string_view kEditorLine = "# yaml-language-server:";

// A comment, or an empty line.
struct Remark {
  size_t at = 0;  // in code points
  size_t line = 0;
  size_t column = 0;
  std::string text;       // with its `#`; "" for an empty line
  bool own_line = false;  // nothing but blanks before it
};

// What stands before a comment on its line.
struct Mark {
  size_t end = 0;
  LayoutEntry* entry = nullptr;
};

bool IsLineEnd(char32_t c) { return c == '\n' || c == '\r'; }
bool IsBlank(char32_t c) { return c == ' ' || c == '\t'; }

class LayoutReader {
 public:
  LayoutReader(absl::string_view text, Layout& layout) : layout_(layout), events_(text) {
    line_starts_.push_back(0);
    for (absl::string_view rest = text; !rest.empty();) {
      text_.push_back(static_cast<char32_t>(TakeCodePoint(rest)));
      const bool crlf = text_.back() == '\r' && !rest.empty() && rest.front() == '\n';
      if (IsLineEnd(text_.back()) && !crlf) line_starts_.push_back(text_.size());
    }
  }

  void Read() {
    while (events_.Next() && events_.kind() != YamlKind::kStreamEnd) {
      if (events_.kind() == YamlKind::kMap) {
        layout_.root = ReadNode(nullptr);
        break;
      }
    }
    if (layout_.root == nullptr) return;
    const std::vector<Remark> remarks = FindRemarks();
    for (size_t i = 0; i < remarks.size(); ++i)
      Place(remarks[i], i + 1 < remarks.size() ? remarks[i + 1].at : text_.size());
    TakeOpening();
  }

 private:
  LayoutNode* ReadNode(LayoutEntry* owner) {
    LayoutNode& node = layout_.nodes.emplace_back();
    node.owner = owner;
    node.begin = events_.begin();
    if (events_.kind() == YamlKind::kScalar) {
      ReadScalar(node);
    } else {
      node.flow = node.begin < text_.size() && (text_[node.begin] == '[' || text_[node.begin] == '{');
      node.column = node.begin - line_starts_[LineOf(node.begin)];
      events_.kind() == YamlKind::kMap ? ReadMap(node) : ReadList(node);
      node.end = events_.end();
      if (node.flow) AddMark(node.end, owner);
    }
    node.filled = node.flow && !node.entries.empty() && LineOf(node.entries.front()->begin) == LineOf(node.begin);
    node.one_line = LineOf(node.begin) == LineOf(node.end == node.begin ? node.end : node.end - 1);
    return &node;
  }

  void ReadScalar(LayoutNode& node) {
    node.text = std::string(events_.scalar());
    node.plain = events_.is_plain();
    node.end = events_.end();
    if (events_.is_block()) {
      // As the reader takes it.
      while (!node.text.empty() && node.text.back() == '\n') node.text.pop_back();
      node.folded = text_[node.begin] == '>';
      // A comment may stand after the indicator.
      size_t at = node.begin;
      while (at < node.end && !IsBlank(text_[at]) && !IsLineEnd(text_[at])) ++at;
      AddMark(at, node.owner);
      while (at < node.end && !IsLineEnd(text_[at])) ++at;
      // The empty lines after it belong to what follows.
      while (node.end > at && (IsBlank(text_[node.end - 1]) || IsLineEnd(text_[node.end - 1]))) --node.end;
      scalars_.emplace_back(at, node.end);
      return;
    }
    scalars_.emplace_back(node.begin, node.end);
    AddMark(node.end, node.owner);
  }

  void ReadMap(LayoutNode& node) {
    node.kind = LayoutNode::Kind::kMap;
    while (events_.Next() && events_.kind() != YamlKind::kMapEnd) {
      LayoutEntry& entry = AddEntry(node);
      entry.key = std::string(events_.scalar());
      scalars_.emplace_back(events_.begin(), events_.end());
      AddMark(events_.end(), &entry);
      events_.Next();
      entry.value = ReadNode(&entry);
    }
  }

  void ReadList(LayoutNode& node) {
    node.kind = LayoutNode::Kind::kList;
    while (events_.Next() && events_.kind() != YamlKind::kListEnd) {
      LayoutEntry& entry = AddEntry(node);
      entry.value = ReadNode(&entry);
    }
  }

  LayoutEntry& AddEntry(LayoutNode& parent) {
    LayoutEntry& entry = layout_.entries.emplace_back();
    entry.parent = &parent;
    entry.begin = events_.begin();
    parent.entries.push_back(&entry);
    return entry;
  }

  void AddMark(size_t end, LayoutEntry* entry) {
    if (entry != nullptr) marks_.push_back({end, entry});
  }

  size_t LineOf(size_t at) const {
    return static_cast<size_t>(std::upper_bound(line_starts_.begin(), line_starts_.end(), at) - line_starts_.begin()) -
           1;
  }

  // Comments and empty lines outside of scalars, in order. What is neither is structure: `-`, `:`, brackets, `---`.
  std::vector<Remark> FindRemarks() const {
    std::vector<Remark> remarks;
    auto scalar = scalars_.begin();
    for (size_t line = 0; line < line_starts_.size(); ++line) {
      bool empty = true;
      size_t at = line_starts_[line];
      const size_t end = line + 1 < line_starts_.size() ? line_starts_[line + 1] : text_.size();
      while (at < end) {
        while (scalar != scalars_.end() && scalar->second <= at) ++scalar;
        if (scalar != scalars_.end() && scalar->first <= at) {
          at = scalar->second;
          empty = false;
        } else if (text_[at] == '#') {
          remarks.push_back({at, line, at - line_starts_[line], CommentAt(at), empty});
          empty = false;
          break;
        } else {
          empty = empty && (IsBlank(text_[at]) || IsLineEnd(text_[at]));
          ++at;
        }
      }
      if (empty && line + 1 < line_starts_.size()) remarks.push_back({line_starts_[line], line, 0, "", true});
    }
    return remarks;
  }

  std::string CommentAt(size_t at) const {
    size_t end = at;
    while (end < text_.size() && !IsLineEnd(text_[end])) ++end;
    while (IsBlank(text_[end - 1])) --end;
    std::string comment;
    for (size_t i = at; i < end; ++i) AppendUtf8(text_[i], comment);
    return comment;
  }

  static void AppendUtf8(char32_t c, std::string& out) {
    const auto tail = [&out](char32_t bits) { out += static_cast<char>(0x80 | (bits & 0x3f)); };
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else if (c < 0x800) {
      out += static_cast<char>(0xc0 | (c >> 6));
      tail(c);
    } else if (c < 0x10000) {
      out += static_cast<char>(0xe0 | (c >> 12));
      tail(c >> 6);
      tail(c);
    } else {
      out += static_cast<char>(0xf0 | (c >> 18));
      tail(c >> 12);
      tail(c >> 6);
      tail(c);
    }
  }

  // `following` is where the remark after it stands.
  void Place(const Remark& remark, size_t following) {
    const size_t next =
        static_cast<size_t>(std::upper_bound(layout_.entries.begin(), layout_.entries.end(), remark.at,
                                             [](size_t at, const LayoutEntry& entry) { return at < entry.begin; }) -
                            layout_.entries.begin());
    if (remark.text.empty()) {
      // It goes with the comment or entry that follows it.
      if (next == layout_.entries.size() || following < layout_.entries[next].begin) {
        empty_line_ = true;
      } else {
        layout_.entries[next].before.emplace_back();
        empty_line_ = false;
      }
      return;
    }
    if (!remark.own_line) {
      if (LayoutEntry* entry = BeforeOnLine(remark); entry != nullptr) {
        if (entry->beside.empty()) {
          entry->beside = remark.text;
        } else {
          entry->before.push_back(remark.text);
        }
        return;
      }
    }
    LayoutNode* closed = ClosedAround(remark, next);
    std::vector<std::string>& lines = closed != nullptr ? closed->after : layout_.entries[next].before;
    if (std::exchange(empty_line_, false)) lines.emplace_back();
    lines.push_back(remark.text);
  }

  LayoutEntry* BeforeOnLine(const Remark& remark) const {
    const auto after = std::upper_bound(marks_.begin(), marks_.end(), remark.at,
                                        [](size_t at, const Mark& mark) { return at < mark.end; });
    if (after == marks_.begin()) return nullptr;
    const Mark& mark = *std::prev(after);
    return LineOf(mark.end) == remark.line ? mark.entry : nullptr;
  }

  // The innermost value that ends before the entry `next` and has the comment inside of it; nullptr when the comment
  // stands before that entry.
  LayoutNode* ClosedAround(const Remark& remark, size_t next) const {
    const bool last = next == layout_.entries.size();
    const LayoutNode* parent = last ? nullptr : layout_.entries[next].parent;
    if (next == 0) return last ? layout_.root : nullptr;
    const LayoutEntry& previous = layout_.entries[next - 1];
    LayoutNode* node = previous.value->kind == LayoutNode::Kind::kScalar ? previous.parent : previous.value;
    for (; node != nullptr && node != parent; node = node->owner == nullptr ? nullptr : node->owner->parent) {
      if (node->flow) {
        if (remark.at < node->end) return node;
        continue;
      }
      const bool deeper = last || (remark.own_line && remark.column > parent->column);
      if (node->owner == nullptr || (deeper && node->column <= remark.column)) return node;
    }
    return nullptr;
  }

  // Comments at the top of the file stay there, wherever its first entry goes: all above the last empty line, and what
  // is for editors.
  void TakeOpening() {
    if (layout_.entries.empty()) return;
    std::vector<std::string>& before = layout_.entries.front().before;
    auto end = before.begin();
    for (auto line = before.begin(); line != before.end(); ++line) {
      if (line->empty()) end = line;
      if (absl::StartsWith(*line, kEditorLine)) end = std::next(line);
    }
    layout_.opening.assign(before.begin(), end);
    if (end != before.end() && end->empty()) ++end;
    before.erase(before.begin(), end);
    while (!layout_.opening.empty() && layout_.opening.front().empty()) layout_.opening.erase(layout_.opening.begin());
  }

  Layout& layout_;
  YamlEvents events_;
  std::u32string text_;
  std::vector<size_t> line_starts_;
  std::vector<std::pair<size_t, size_t>> scalars_;  // what they span, in order
  std::vector<Mark> marks_;                         // in the order of the text
  bool empty_line_ = false;                         // one was seen since the last comment
};

}  // namespace

Layout ReadLayout(absl::string_view text) {
  Layout layout;
  Faults unused;
  const std::optional<std::string> safe = CheckText(text, unused);
  if (safe.has_value()) LayoutReader(*safe, layout).Read();
  return layout;
}

}  // namespace metapowers::model
