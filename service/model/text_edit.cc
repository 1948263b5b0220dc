#include "service/model/text_edit.h"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "service/base/status_macros.h"
#include "service/model/faults.h"
#include "service/model/schema.h"
#include "service/model/text_render.h"
#include "service/model/text_spans.h"
#include "service/model/yaml_scalar.h"

namespace metapowers::model {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

constexpr absl::string_view kFile = "system-model.yaml";

// Text that takes the place of a range. Of those at one place, what belongs to inner nodes comes first.
struct Splice {
  size_t begin;
  size_t end;
  std::string text;
  size_t depth;
  int order;  // of what is at one place and depth
};

// Depth of what belongs to the end of a line, before all that comes on new lines.
constexpr size_t kInnermost = std::numeric_limits<size_t>::max();

// A node that holds others, and which of them is meant: an entry of a mapping or an item of a list.
struct Level {
  const TextNode* holder;
  size_t position;
  const Message* message;  // that a mapping is; nullptr for a list
};

// Parts of a node that say something: `unknown` and `false` may stand in a mapping and do not.
size_t SayingParts(const Level& level) {
  if (level.message == nullptr) return level.holder->items.size();
  return static_cast<size_t>(
      std::count_if(level.holder->entries.begin(), level.holder->entries.end(), [&level](const TextNode::Entry& entry) {
        const FieldDescriptor* field = level.message->GetDescriptor()->FindFieldByName(entry.key);
        return field != nullptr && IsSet(*level.message, *field);
      }));
}

// Fields that a mapping lacks, or has as an empty list, with all that the edits put there.
struct Missing {
  const TextNode* holder;
  const TextNode::Entry* instead_of = nullptr;
  const FieldDescriptor* field;
  std::unique_ptr<Message> part;  // of the type that the mapping is, with this field only
  size_t depth;
  std::map<std::string, std::string> marks;  // by path below `part`
};

std::string MarkOf(const TextEdit& edit) {
  const auto mark = edit.marks.find("");
  return mark == edit.marks.end() ? std::string() : mark->second;
}

// `marks` with paths below `path`.
void AddMarks(const std::map<std::string, std::string>& marks, const std::string& path,
              std::map<std::string, std::string>& out) {
  for (const auto& [below, mark] : marks) {
    out[below.empty() ? path : absl::StrCat(path, below.front() == '[' ? "" : ".", below)] = mark;
  }
}

// What stands behind a value on its line, without outer spaces.
absl::string_view RestOfLine(absl::string_view text, size_t end) {
  return absl::StripAsciiWhitespace(text.substr(end, LineEnd(text, end) - end));
}

class Editor {
 public:
  Editor(absl::string_view text, const TextNode& root, const Message& message)
      : text_(text), root_(root), message_(message) {}

  absl::StatusOr<std::string> Apply(const std::vector<TextEdit>& edits) {
    for (const TextEdit& edit : edits) {
      if (!Edit(edit)) return Refusal(edit);
    }
    for (const Missing& missing : missing_) {
      if (!Write(missing)) return Refusal(*missing.holder);
    }
    for (const auto& [head, mark] : heads_) MoveHead(*head, mark);
    Remove();
    return Spliced();
  }

 private:
  // The mapping or list that an edit is about, from the root down.
  bool Edit(const TextEdit& edit) {
    const TextNode* node = &root_;
    const Message* at = &message_;
    std::vector<Level> levels;
    for (size_t i = 0; i < edit.path.size(); ++i) {
      const ValueStep& step = edit.path[i];
      const bool last = i + 1 == edit.path.size();
      const TextNode::Entry* entry = node->Find(step.field->name());
      const bool empty_list = entry != nullptr && step.index >= 0 && entry->value->items.empty();
      if (edit.from != nullptr) inserted_.insert(node);
      if (entry == nullptr || empty_list)
        return edit.from == nullptr || Lacks(edit, i, *node, *at, entry, levels.size());
      levels.push_back({node, static_cast<size_t>(entry - node->entries.data()), at});
      last&& step.index < 0 ? void(changed_.insert(entry)) : NoteHead(*entry);
      if (last && step.index < 0) return EditField(edit, *node, *entry, std::move(levels));
      if (step.index < 0) {
        at = &at->GetReflection()->GetMessage(*at, step.field);
      } else {
        const auto index = static_cast<size_t>(step.index);
        if (edit.from != nullptr) inserted_.insert(entry->value.get());
        if (index >= entry->value->items.size()) return last && AddItem(edit, *entry->value, levels.size());
        levels.push_back({entry->value.get(), index, nullptr});
        if (last) changed_items_.insert(entry->value->items[index].get());
        if (last) return EditItem(edit, *entry->value, index, std::move(levels));
        at = &at->GetReflection()->GetRepeatedMessage(*at, step.field, step.index);
        node = entry->value->items[index].get();
        continue;
      }
      node = entry->value.get();
    }
    return false;
  }

  // What the path needs from step `i` on is not there, or is an empty list: collected, since several edits may need it.
  bool Lacks(const TextEdit& edit, size_t i, const TextNode& holder, const Message& at, const TextNode::Entry* entry,
             size_t depth) {
    const FieldDescriptor* field = edit.path[i].field;
    const auto [known, is_new] = missing_at_.try_emplace({&holder, field}, missing_.size());
    if (is_new) missing_.push_back({&holder, entry, field, std::unique_ptr<Message>(at.New()), depth, {}});
    Missing& missing = missing_[known->second];
    Message* into = missing.part.get();
    std::string path;
    for (size_t k = i; k < edit.path.size(); ++k) {
      const ValueStep& step = edit.path[k];
      const auto& reflection = *into->GetReflection();
      path = AppendPath(path, step.field->name());
      if (step.index >= 0) {
        const int position = reflection.FieldSize(*into, step.field);
        into = reflection.AddMessage(into, step.field);
        if (k + 1 == edit.path.size()) into->CopyFrom(*edit.from);
        absl::StrAppend(&path, "[", IdOf(*into).empty() ? absl::StrCat(position) : IdOf(*into), "]");
      } else if (k + 1 == edit.path.size()) {
        CopyField(*edit.from, *step.field, *into);
      } else {
        into = reflection.MutableMessage(into, step.field);
      }
    }
    AddMarks(edit.marks, path, missing.marks);
    return true;
  }

  // What stands behind the key of a part on its line.
  absl::string_view BehindKey(const TextNode::Entry& entry) const {
    const size_t begin = entry.begin + entry.key.size();
    const size_t colon = text_.find(':', begin);
    const size_t end = LineEnd(text_, entry.begin);
    return colon < end ? absl::StripAsciiWhitespace(text_.substr(colon + 1, end - colon - 1)) : "";
  }

  // The mark at the head of a part says of all in it what is not true of a changed value.
  void NoteHead(const TextNode::Entry& entry) {
    if (entry.value->flow || entry.value->kind == TextNode::Kind::kScalar) return;
    if (const absl::string_view mark = BehindKey(entry); IsMark(mark)) heads_.emplace(&entry, mark);
  }

  void MoveHead(const TextNode::Entry& head, absl::string_view mark) {
    const size_t begin = static_cast<size_t>(mark.data() - text_.data());
    size_t from = begin;
    while (from > 0 && (text_[from - 1] == ' ' || text_[from - 1] == '\t')) --from;
    splices_.push_back({from, begin + mark.size(), "", 0, 0});
    MarkEach(*head.value, mark);
  }

  // Puts the mark beside each value that stays as it is and has none.
  void MarkEach(const TextNode& part, absl::string_view mark) {
    for (const auto& item : part.items) {
      if (!changed_items_.contains(item.get())) MarkEach(*item, mark);
    }
    for (const TextNode::Entry& entry : part.entries) {
      if (changed_.contains(&entry) || heads_.contains(&entry)) continue;
      const bool one_line = entry.value->flow || entry.value->kind == TextNode::Kind::kScalar;
      if (!one_line) {
        MarkEach(*entry.value, mark);
        continue;
      }
      const size_t from = entry.value->end;
      const bool fits = !absl::StrContains(text_.substr(entry.begin, from - entry.begin), '\n');
      if (!fits || !RestOfLine(text_, from).empty()) continue;
      splices_.push_back({from, LineEnd(text_, from), absl::StrCat("  ", mark), kInnermost, 0});
    }
  }

  bool Write(const Missing& missing) {
    const TextNode& holder = *missing.holder;
    if (holder.flow && missing.instead_of != nullptr) {
      const TextNode& empty = *missing.instead_of->value;
      splices_.push_back({empty.begin, empty.end, FlowOf(*missing.part, *missing.field), missing.depth, 0});
      return FitsOneLine(splices_.back().text);
    }
    if (holder.flow) return InsertInFlow(holder, FlowEntry(*missing.part, *missing.field));
    if (holder.kind != TextNode::Kind::kMap || holder.entries.empty()) return false;
    const std::vector<std::string> lines = RenderField(*missing.part, missing.marks);
    if (missing.instead_of != nullptr) {
      Replace(*missing.instead_of, lines);
      return true;
    }
    // Behind the last field that comes before it in the schema, else behind the first.
    const TextNode::Entry* after = &holder.entries.front();
    int best = 0;
    for (const TextNode::Entry& entry : holder.entries) {
      const FieldDescriptor* field = missing.part->GetDescriptor()->FindFieldByName(entry.key);
      if (field == nullptr || field->number() > missing.field->number() || field->number() < best) continue;
      best = field->number();
      after = &entry;
    }
    const size_t at = LineEnd(text_, after->value->end);
    const bool part = missing.field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    const absl::string_view gap = missing.depth == 0 && part ? "\n\n" : "\n";
    splices_.push_back({at, at, absl::StrCat(gap, Indented(lines, ColumnOf(holder.entries.front().begin), true)),
                        missing.depth, missing.field->number()});
    return true;
  }

  bool EditField(const TextEdit& edit, const TextNode& holder, const TextNode::Entry& entry,
                 std::vector<Level> levels) {
    if (edit.from == nullptr) {
      removals_.push_back(std::move(levels));
      return true;
    }
    const FieldDescriptor& field = *edit.path.back().field;
    std::unique_ptr<Message> part(edit.from->New());
    CopyField(*edit.from, field, *part);
    if (holder.flow) {
      splices_.push_back({entry.value->begin, entry.value->end, FlowOf(*part, field), levels.size(), 0});
      return FitsOneLine(splices_.back().text);
    }
    std::map<std::string, std::string> marks;
    AddMarks(edit.marks, field.name(), marks);
    const absl::string_view old = text_.substr(entry.begin, entry.value->end - entry.begin);
    const std::vector<std::string> lines = RenderField(*part, marks);
    if (lines.size() > 1 || absl::StrContains(old, '\n')) {
      Replace(entry, lines);
      return true;
    }
    const std::string line = RenderField(*part, {}).front();
    Splice splice{entry.value->begin, entry.value->end, line.substr(field.name().size() + 2), levels.size(), 0};
    if (splice.begin > 0 && text_[splice.begin - 1] == ':') splice.text.insert(0, " ");
    const absl::string_view rest = RestOfLine(text_, splice.end);
    if (rest.empty() || IsMark(rest)) {
      splice.end = LineEnd(text_, splice.end);
      if (const std::string mark = MarkOf(edit); !mark.empty()) absl::StrAppend(&splice.text, "  # ", mark);
    }
    splices_.push_back(std::move(splice));
    return true;
  }

  // Puts lines in the place of a field of several lines, or that becomes one. Comments inside come before it.
  void Replace(const TextNode::Entry& entry, const std::vector<std::string>& lines) {
    std::vector<std::string> all = CommentsIn(text_, entry.begin + entry.key.size(), *entry.value);
    const absl::string_view rest = RestOfLine(text_, entry.value->end);
    if (!rest.empty() && !IsMark(rest)) all.emplace_back(rest);
    all.insert(all.end(), lines.begin(), lines.end());
    splices_.push_back(
        {entry.begin, LineEnd(text_, entry.value->end), Indented(all, ColumnOf(entry.begin), false), 0, 0});
  }

  bool EditItem(const TextEdit& edit, const TextNode& list, size_t index, std::vector<Level> levels) {
    if (edit.from == nullptr) {
      removals_.push_back(std::move(levels));
      return true;
    }
    const TextNode& item = *list.items[index];
    if (list.flow || item.flow) {
      splices_.push_back({item.begin, item.end, FlowOf(*edit.from), levels.size(), 0});
      return FitsOneLine(splices_.back().text);
    }
    const std::vector<std::string> lines = RenderItem(*edit.from, edit.marks);
    splices_.push_back({item.begin, LineEnd(text_, item.end), Indented(lines, ColumnOf(item.begin), false).substr(2),
                        levels.size(), 0});
    return true;
  }

  bool AddItem(const TextEdit& edit, const TextNode& list, size_t depth) {
    if (list.flow) return InsertInFlow(list, FlowOf(*edit.from));
    const TextNode& last = *list.items.back();
    const size_t at = LineEnd(text_, last.end);
    splices_.push_back({at, at,
                        absl::StrCat("\n", Indented(RenderItem(*edit.from, edit.marks), ColumnOf(DashOf(last)), true)),
                        depth, ++items_});
    return true;
  }

  static std::string FlowEntry(const Message& part, const FieldDescriptor& field) {
    return absl::StrCat(field.name(), ": ", FlowOf(part, field));
  }

  // Written by Remove(), when it is known what stays before it.
  bool InsertInFlow(const TextNode& holder, const std::string& text) {
    flow_inserts_[&holder].push_back(text);
    if (FitsOneLine(text)) return true;
    splices_.push_back({holder.end - 1, holder.end - 1, "", 0, 0});  // where the refusal points
    return false;
  }

  // Takes out what is to go, and what would be left empty by it; nothing that gets something new is left empty.
  void Remove() {
    std::map<const TextNode*, std::set<size_t>> gone;
    std::set<const TextNode*> emptied;  // go with what holds them
    for (const std::vector<Level>& levels : removals_) {
      for (size_t i = levels.size(); i-- > 0;) {
        const Level& level = levels[i];
        std::set<size_t>& here = gone[level.holder];
        here.insert(level.position);
        if (i == 0 || here.size() < SayingParts(level) || inserted_.contains(level.holder)) break;
        emptied.insert(level.holder);
      }
    }
    for (const auto& flow : flow_inserts_) gone.try_emplace(flow.first);
    for (const auto& [holder, positions] : gone) {
      if (emptied.contains(holder)) continue;
      if (holder->flow) {
        ChangeFlow(*holder, positions);
        continue;
      }
      for (const size_t position : positions) Cut(*holder, position);
    }
  }

  // What people wrote in the lines and beside them stays in their place.
  void Cut(const TextNode& holder, size_t position) {
    const bool list = holder.kind == TextNode::Kind::kList;
    const TextNode& value = list ? *holder.items[position] : *holder.entries[position].value;
    const size_t first = list ? DashOf(value) : holder.entries[position].begin;
    const size_t end = LineEnd(text_, value.end);
    const size_t key_end = list ? std::min(first + 1, value.begin) : first + holder.entries[position].key.size();
    std::vector<std::string> comments = CommentsIn(text_, key_end, value);
    for (std::string& comment : CommentsBeside(text_, value)) comments.push_back(std::move(comment));
    if (!comments.empty()) {
      splices_.push_back({first, end, Indented(comments, ColumnOf(first), false), 0, 0});
      return;
    }
    size_t begin = LineBegin(text_, first);
    const absl::string_view before = absl::StripAsciiWhitespace(text_.substr(begin, first - begin));
    if (!before.empty()) {  // the dash of an item, which stays
      begin = text_.rfind('-', first) + 1;
    } else if (begin > 0) {
      begin -= begin > 1 && text_[begin - 2] == '\r' ? 2 : 1;
    }
    splices_.push_back({begin, end, "", 0, 0});
  }

  // Takes parts out of brackets and puts new ones behind the last.
  void ChangeFlow(const TextNode& holder, const std::set<size_t>& gone) {
    const bool list = holder.kind == TextNode::Kind::kList;
    const auto begin = [&](size_t i) { return list ? holder.items[i]->begin : holder.entries[i].begin; };
    const auto end = [&](size_t i) { return list ? holder.items[i]->end : holder.entries[i].value->end; };
    const size_t size = list ? holder.items.size() : holder.entries.size();
    size_t kept = size;  // behind the last that stays
    while (kept > 0 && gone.contains(kept - 1)) --kept;
    for (const size_t position : gone) {
      if (position < kept) CutFlow(holder, position, begin(position), begin(position + 1));
    }
    const size_t comma = size == 0 ? std::string::npos : TrailingComma(end(size - 1), holder.end - 1);
    const bool ends_with_comma = kept > 0 && comma != std::string::npos;
    if (kept < size) {
      const size_t last = kept == 0 && comma != std::string::npos ? comma + 1 : end(size - 1);
      const size_t from = kept == 0 ? begin(0) : end(kept - 1);
      for (size_t i = kept; i < size; ++i) {
        CutFlow(holder, i, i == kept ? from : begin(i), i + 1 == size ? last : begin(i + 1));
      }
    }
    const auto inserts = flow_inserts_.find(&holder);
    if (inserts == flow_inserts_.end()) return;
    const size_t at = ends_with_comma ? comma + 1 : holder.end - 1;
    const absl::string_view before = kept == 0 ? "" : ends_with_comma ? " " : ", ";
    splices_.push_back({at, at, absl::StrCat(before, absl::StrJoin(inserts->second, ", ")), 0, 0});
  }

  // The range is that of a part with the comma before or behind it. People's comments need a line for each.
  void CutFlow(const TextNode& holder, size_t position, size_t begin, size_t end) {
    const bool list = holder.kind == TextNode::Kind::kList;
    const TextNode& value = list ? *holder.items[position] : *holder.entries[position].value;
    const size_t first = list ? value.begin : holder.entries[position].begin;
    const size_t key_end = list ? first : first + holder.entries[position].key.size();
    std::vector<std::string> comments = CommentsBetween(text_, begin, first);
    for (std::string& comment : CommentsIn(text_, key_end, value)) comments.push_back(std::move(comment));
    for (std::string& comment : CommentsBetween(text_, value.end, end)) comments.push_back(std::move(comment));
    std::string text;
    if (!comments.empty()) {
      const size_t column = ColumnOf(first);
      text = absl::StrCat(" ", Indented(comments, column, false), "\n", std::string(column, ' '));
    }
    splices_.push_back({begin, end, std::move(text), 0, 0});
  }

  // The comma between two places that has no part behind it.
  size_t TrailingComma(size_t at, size_t end) const {
    for (; at < end; ++at) {
      if (text_[at] == ',') return at;
      if (text_[at] == '#') at = LineEnd(text_, at);
    }
    return std::string::npos;
  }

  // Where the dash of a block item stands.
  size_t DashOf(const TextNode& item) const {
    for (size_t at = item.begin; at > 0;) {
      const size_t line = LineBegin(text_, at);
      const size_t text = std::min(text_.find_first_not_of(' ', line), text_.size());
      if (text < item.begin && text_[text] == '-') return text;
      at = line == 0 ? 0 : line - 1;
    }
    return item.begin;
  }

  size_t ColumnOf(size_t at) const { return at - LineBegin(text_, at); }

  std::string Spliced() {
    std::stable_sort(splices_.begin(), splices_.end(), [](const Splice& a, const Splice& b) {
      if (a.begin != b.begin) return a.begin < b.begin;
      if ((a.begin == a.end) != (b.begin == b.end)) return a.begin == a.end;
      return a.depth != b.depth ? a.depth > b.depth : a.order < b.order;
    });
    const bool crlf = absl::StrContains(text_, "\r\n");
    std::string out;
    size_t at = 0;
    for (const Splice& splice : splices_) {
      if (splice.begin > at) out.append(text_.data() + at, splice.begin - at);
      out += crlf ? absl::StrReplaceAll(splice.text, {{"\n", "\r\n"}}) : splice.text;
      at = std::max(at, splice.end);
    }
    out.append(text_.data() + at, text_.size() - at);
    return out;
  }

  absl::Status Refuse(size_t at, absl::string_view field) const {
    Faults faults;
    Position position;
    for (size_t i = 0; i < at; ++i) position.line += text_[i] == '\n' ? 1 : 0;
    faults.Add(position, field,
               "cannot be changed where it stands, on one line; lay the text out with 'metapowers model fmt' first");
    return faults.ToStatus(kFile);
  }
  absl::Status Refusal(const TextEdit& edit) const {
    return Refuse(splices_.empty() ? 0 : splices_.back().begin,
                  edit.path.empty() ? "" : edit.path.back().field->name());
  }
  absl::Status Refusal(const TextNode& holder) const { return Refuse(holder.begin, ""); }

  const absl::string_view text_;
  const TextNode& root_;
  const Message& message_;
  std::vector<Splice> splices_;
  std::vector<Missing> missing_;
  std::map<std::pair<const TextNode*, const FieldDescriptor*>, size_t> missing_at_;
  std::set<const TextNode::Entry*> changed_;  // fields that an edit is about
  std::set<const TextNode*> changed_items_;   // entries of lists likewise
  std::map<const TextNode::Entry*, absl::string_view> heads_;
  std::vector<std::vector<Level>> removals_;
  std::set<const TextNode*> inserted_;  // get something new
  std::map<const TextNode*, std::vector<std::string>> flow_inserts_;
  int items_ = 0;  // added so far
};

}  // namespace

absl::StatusOr<std::string> EditText(absl::string_view yaml, const Message& message,
                                     const std::vector<TextEdit>& edits) {
  Faults faults;
  const std::unique_ptr<TextNode> root = FindSpans(yaml, faults);
  RETURN_IF_ERROR(faults.ToStatus(kFile));
  return Editor(yaml, *root, message).Apply(edits);
}

}  // namespace metapowers::model
