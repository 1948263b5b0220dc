#include "service/document/merge.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/document/line_ends.h"
#include "service/document/line_pairs.h"
#include "service/document/merge_order.h"
#include "service/document/orphaned_notes.h"
#include "service/document/outline.h"
#include "service/document/part_pairs.h"
#include "service/document/sections.h"

namespace metapowers::document {
namespace {

// A stretch of the merged section.
struct Piece {
  enum Kind { kGenerated, kPerson, kConflict };
  Kind kind = kGenerated;
  std::string text;            // of a conflict: empty
  std::string keep;            // of a conflict
  std::string take;            // of a conflict
  EditConflict conflict = {};  // of a conflict
};

class Merger {
 public:
  explicit Merger(EditChoice choice) : choice_(choice) {}

  SectionMerge Merge(const OutlinePart& before, const OutlinePart& standing, const OutlinePart& generated) {
    MergePart(before, standing, generated, true);
    return Assemble();
  }

 private:
  void Emit(Piece::Kind kind, absl::string_view text) { pieces_.push_back({kind, std::string(text), "", "", {}}); }
  void EmitConflict(EditConflict conflict, std::string keep, std::string take) {
    pieces_.push_back({Piece::kConflict, "", std::move(keep), std::move(take), std::move(conflict)});
  }

  void MergePart(const OutlinePart& before, const OutlinePart& standing, const OutlinePart& generated, bool top) {
    MergeLines(before, standing, generated);
    const std::vector<int> standing_of = PairParts(before.parts, standing.parts, Editor::kPerson);
    const std::vector<int> generated_of = PairParts(before.parts, generated.parts, Editor::kGenerator);
    std::vector<Node> nodes = NodesOf(standing_of, generated_of, standing.parts.size(), generated.parts.size());
    for (Node& node : nodes) {  // new on both sides
      if (node.before >= 0 || node.standing < 0) continue;
      for (Node& other : nodes) {
        const bool both = other.before < 0 && other.standing < 0 && other.alive &&
                          generated.parts[other.generated].title == standing.parts[node.standing].title;
        if (!both) continue;
        node.generated = other.generated;
        other.alive = false;
        other.generated = -1;
        break;
      }
    }
    for (Node& node : nodes) {
      if (node.standing < 0 && node.generated < 0) {
        node.alive = false;
      } else if (node.before >= 0 && node.standing >= 0 && node.generated < 0) {
        const OutlinePart& was = before.parts[node.before];
        const OutlinePart& is = standing.parts[node.standing];
        node.alive = !SameText(was.raw, is.raw) && Rewrites(was, is);
        if (!node.alive || choice_ == EditChoice::kTake) CollectNotes(was, is);
      } else if (node.before >= 0 && node.standing < 0) {
        node.alive = !SameText(before.parts[node.before].raw, generated.parts[node.generated].raw);
        if (!node.alive) ++deleted_;
      }
    }
    std::vector<const Node*> order = InOrder(nodes, standing.parts.size(), generated.parts.size());
    if (top) {  // notes that were orphaned before stay last
      std::stable_partition(order.begin(), order.end(), [&](const Node* node) {
        return node->generated >= 0 || standing.parts[node->standing].title != kOrphanedNotes;
      });
    }
    for (const Node* node : order) EmitPart(*node, before, standing, generated);
  }

  void EmitPart(const Node& node, const OutlinePart& before, const OutlinePart& standing,
                const OutlinePart& generated) {
    const OutlinePart* was = node.before < 0 ? nullptr : &before.parts[node.before];
    const OutlinePart* is = node.standing < 0 ? nullptr : &standing.parts[node.standing];
    const OutlinePart* made = node.generated < 0 ? nullptr : &generated.parts[node.generated];
    if (was != nullptr && is != nullptr && made != nullptr) return MergePart(*was, *is, *made, false);
    if (was == nullptr && is == nullptr) return Emit(Piece::kGenerated, made->raw);
    if (was == nullptr && made == nullptr) return Emit(Piece::kPerson, is->raw);
    if (is != nullptr && made != nullptr && SameText(is->raw, made->raw)) return Emit(Piece::kGenerated, is->raw);
    const auto raw = [](const OutlinePart* part) { return std::string(part == nullptr ? "" : part->raw); };
    const int line = is != nullptr ? is->lines[0].number : standing.lines.back().number;
    EmitConflict({line, std::string((is != nullptr ? is : made)->title), raw(was), raw(is), raw(made)}, raw(is),
                 raw(made));
  }

  void MergeLines(const OutlinePart& before, const OutlinePart& standing, const OutlinePart& generated) {
    const std::vector<int> standing_of = PairLines(before.lines, standing.lines, Editor::kPerson);
    const std::vector<int> generated_of = PairLines(before.lines, generated.lines, Editor::kGenerator);
    std::vector<Node> nodes = NodesOf(standing_of, generated_of, standing.lines.size(), generated.lines.size());
    JoinNewLines(standing, generated, nodes);
    bool deleting = false;
    for (Node& node : nodes) {
      const bool was_deleting = std::exchange(deleting, false);
      if (node.standing < 0 && node.generated < 0) {
        node.alive = false;
      } else if (node.before >= 0 && node.generated < 0) {
        const OutlineLine& was = before.lines[node.before];
        const OutlineLine& is = standing.lines[node.standing];
        node.alive = !SaySame(was, is) && !AddsTo(was, is);
        if (!node.alive && !SaySame(was, is)) notes_.Add(standing, nullptr, is.raw);
      } else if (node.before >= 0 && node.standing < 0) {
        const OutlineLine& was = before.lines[node.before];
        node.alive = !SaySame(was, generated.lines[node.generated]);
        deleting = !node.alive && (was.kind != LineKind::kBlank || was_deleting);
        if (deleting && !was_deleting) ++deleted_;
      }
    }
    OrphanItemNotes(before, standing, nodes);
    for (const Node* node : InOrder(nodes, standing.lines.size(), generated.lines.size())) {
      EmitLine(*node, before, standing, generated);
    }
  }

  // Makes one node of lines that are new on both sides and the same.
  static void JoinNewLines(const OutlinePart& standing, const OutlinePart& generated, std::vector<Node>& nodes) {
    std::vector<bool> standing_new(standing.lines.size(), false);
    std::vector<bool> generated_new(generated.lines.size(), false);
    std::vector<Node*> of_generated(generated.lines.size(), nullptr);
    for (Node& node : nodes) {
      if (node.before >= 0) continue;
      if (node.standing >= 0) standing_new[node.standing] = true;
      if (node.generated >= 0) generated_new[node.generated] = true;
      if (node.generated >= 0) of_generated[node.generated] = &node;
    }
    std::vector<int> pairs = PairNewLines(standing.lines, standing_new, generated.lines, generated_new);
    for (size_t i = 1; i < pairs.size(); ++i) {  // a blank line belongs to what is above it
      if (!standing_new[i] || standing.lines[i].kind != LineKind::kBlank || pairs[i - 1] < 0) continue;
      const size_t below = static_cast<size_t>(pairs[i - 1]) + 1;
      const bool blank =
          below < generated_new.size() && generated_new[below] && generated.lines[below].kind == LineKind::kBlank;
      if (blank) pairs[i] = static_cast<int>(below);
    }
    for (Node& node : nodes) {
      if (node.before >= 0 || node.standing < 0 || pairs[node.standing] < 0) continue;
      node.generated = pairs[node.standing];
      of_generated[node.generated]->generated = -1;
    }
  }

  void EmitLine(const Node& node, const OutlinePart& before, const OutlinePart& standing,
                const OutlinePart& generated) {
    const OutlineLine* was = node.before < 0 ? nullptr : &before.lines[node.before];
    const OutlineLine* is = node.standing < 0 ? nullptr : &standing.lines[node.standing];
    const OutlineLine* made = node.generated < 0 ? nullptr : &generated.lines[node.generated];
    if (was == nullptr && is == nullptr) return Emit(Piece::kGenerated, made->raw);
    if (was == nullptr && made == nullptr) return Emit(Piece::kPerson, is->raw);
    if (is != nullptr && made != nullptr) {
      const bool untouched = was != nullptr && was->text == is->text;
      if (!untouched && SaySame(*is, *made)) return Emit(node.moved ? Piece::kPerson : Piece::kGenerated, is->raw);
      if (was != nullptr && SaySame(*was, *is)) {
        return Emit(node.moved ? Piece::kPerson : Piece::kGenerated, made->raw);
      }
      if (was != nullptr && SaySame(*was, *made)) return Emit(Piece::kPerson, is->raw);
    }
    std::string keep(is == nullptr ? "" : is->raw);
    std::string take(made == nullptr ? "" : made->raw);
    if (was != nullptr && is != nullptr && made != nullptr) {
      if (const std::optional<BlendedRow> row = BlendRows(*was, *is, *made); row.has_value()) {
        const absl::string_view end = is->raw.substr(is->text.size());
        if (!row->conflict) return Emit(Piece::kPerson, absl::StrCat(row->keep, end));
        keep = absl::StrCat(row->keep, end);
        take = absl::StrCat(row->take, end);
      }
    }
    const auto raw = [](const OutlineLine* line) { return std::string(line == nullptr ? "" : line->raw); };
    EmitConflict({LineOf(node, before, standing), std::string(standing.title), raw(was), raw(is), raw(made)},
                 std::move(keep), std::move(take));
  }

  // Where a line stands, or after which one it would.
  int LineOf(const Node& node, const OutlinePart& before, const OutlinePart& standing) const {
    if (node.standing >= 0) return standing.lines[node.standing].number;
    for (auto piece = pieces_.rbegin(); piece != pieces_.rend(); ++piece) {
      if (piece->kind == Piece::kConflict) return piece->conflict.line;
    }
    return standing.lines[0].number;
  }

  // Lines that a person added to a list item which is generated no more.
  void OrphanItemNotes(const OutlinePart& before, const OutlinePart& standing, std::vector<Node>& nodes) {
    std::vector<Node*> of_standing(standing.lines.size(), nullptr);
    for (Node& node : nodes) {
      if (node.standing >= 0) of_standing[node.standing] = &node;
    }
    const OutlineLine* item = nullptr;  // the generated item that lines may belong to
    bool dropped = false;               // whether it is generated no more
    std::string note;
    const auto close = [&] {
      if (!note.empty()) notes_.Add(standing, item, note);
      note.clear();
    };
    for (size_t i = 0; i < standing.lines.size(); ++i) {
      const OutlineLine& line = standing.lines[i];
      if (of_standing[i]->before >= 0) {
        if (line.kind == LineKind::kBlank) continue;
        const bool inside = item != nullptr && line.indent > item->indent;
        if (inside && line.kind != LineKind::kItem) continue;
        close();
        item = line.kind == LineKind::kItem ? &line : nullptr;
        dropped = item != nullptr && !of_standing[i]->alive;
        continue;
      }
      if (of_standing[i]->generated >= 0 || line.kind == LineKind::kBlank || item == nullptr) continue;
      const bool follows =
          standing.lines[i - 1].kind != LineKind::kBlank && line.kind != LineKind::kItem && line.kind != LineKind::kRow;
      if (line.indent <= item->indent && !follows) {
        close();
        item = nullptr;
      } else if (dropped) {
        absl::StrAppend(&note, line.raw);
        of_standing[i]->alive = false;
      }
    }
    close();
  }

  // What people added to a part that is generated no more.
  void CollectNotes(const OutlinePart& before, const OutlinePart& standing) {
    const std::vector<int> lines = PairLines(before.lines, standing.lines, Editor::kPerson);
    std::vector<bool> foreign(standing.lines.size(), true);
    for (size_t i = 0; i < lines.size(); ++i) {
      if (lines[i] >= 0) foreign[lines[i]] = !SaySame(before.lines[i], standing.lines[lines[i]]);
    }
    std::string note;
    for (size_t i = 0; i <= standing.lines.size(); ++i) {
      if (i < standing.lines.size() && foreign[i]) {
        absl::StrAppend(&note, standing.lines[i].raw);
        continue;
      }
      notes_.Add(standing, nullptr, note);
      note.clear();
    }
    const std::vector<int> parts = PairParts(before.parts, standing.parts, Editor::kPerson);
    std::vector<int> back(standing.parts.size(), -1);
    for (size_t i = 0; i < parts.size(); ++i) {
      if (parts[i] >= 0) back[parts[i]] = static_cast<int>(i);
    }
    for (size_t i = 0; i < standing.parts.size(); ++i) {
      if (back[i] >= 0) {
        CollectNotes(before.parts[back[i]], standing.parts[i]);
      } else {
        notes_.Add(standing, nullptr, standing.parts[i].raw);
      }
    }
  }

  SectionMerge Assemble() {
    SectionMerge merge;
    merge.kept = deleted_;
    merge.orphaned_notes = notes_.count();
    for (size_t i = 0; i < pieces_.size();) {
      Piece& piece = pieces_[i];
      size_t end = i + 1;
      while (end < pieces_.size() && pieces_[end].kind == piece.kind) ++end;
      if (piece.kind == Piece::kConflict) {
        AppendConflict(i, end, merge);
      } else {
        if (piece.kind == Piece::kPerson) ++merge.kept;
        for (size_t j = i; j < end; ++j) merge.text += pieces_[j].text;
      }
      i = end;
    }
    notes_.AppendTo(merge.text);
    return merge;
  }

  // Adjacent conflicts are one.
  void AppendConflict(size_t begin, size_t end, SectionMerge& merge) {
    EditConflict conflict = pieces_[begin].conflict;
    std::string keep = pieces_[begin].keep;
    std::string take = pieces_[begin].take;
    for (size_t i = begin + 1; i < end; ++i) {
      conflict.before += pieces_[i].conflict.before;
      conflict.standing += pieces_[i].conflict.standing;
      conflict.generated += pieces_[i].conflict.generated;
      keep += pieces_[i].keep;
      take += pieces_[i].take;
    }
    if (choice_ == EditChoice::kTake) {
      merge.text += take;
    } else if (choice_ == EditChoice::kMarkers) {
      absl::StrAppend(&merge.text, "<<<<<<< edited by hand\n", conflict.standing, "=======\n", conflict.generated,
                      ">>>>>>> generated\n");
    } else {
      merge.text += keep;
      ++merge.kept;
    }
    merge.conflicts.push_back(std::move(conflict));
  }

  const EditChoice choice_;
  std::vector<Piece> pieces_;
  OrphanedNotes notes_;
  int deleted_ = 0;
};

// The section with a blank line at its end, as its inner parts have one.
std::string Padded(absl::string_view section) {
  return absl::StrCat(absl::StripTrailingAsciiWhitespace(section), "\n\n");
}

bool IsOneSection(absl::string_view text, absl::string_view heading) {
  const Sections sections = SplitSections(text);
  return sections.preamble.empty() && sections.sections.size() == 1 && sections.sections[0].heading == heading &&
         sections.unclosed_line == 0;
}

// Where merging by parts would leave no section, e.g. with code that is never closed: all of it is one conflict.
SectionMerge MergeAsOne(absl::string_view before, absl::string_view standing, absl::string_view generated,
                        EditChoice choice) {
  const std::string heading(SplitSections(standing).sections[0].heading);
  SectionMerge merge;
  merge.conflicts.push_back({1, heading, std::string(before), std::string(standing), std::string(generated)});
  merge.kept = choice == EditChoice::kKeep ? 1 : 0;
  merge.text = std::string(choice == EditChoice::kTake ? generated : standing);
  if (choice == EditChoice::kMarkers) {
    merge.text = absl::StrCat("## ", heading, "\n\n<<<<<<< edited by hand\n", standing.substr(standing.find('\n') + 1),
                              "\n=======\n", generated.substr(generated.find('\n') + 1), "\n>>>>>>> generated");
  }
  return merge;
}

}  // namespace

SectionMerge MergeSection(absl::string_view before, absl::string_view standing, absl::string_view generated,
                          EditChoice choice) {
  before = absl::StripTrailingAsciiWhitespace(before);
  standing = absl::StripTrailingAsciiWhitespace(standing);
  generated = absl::StripTrailingAsciiWhitespace(generated);
  const bool crlf = MostlyCrlf(standing);
  const std::string was = Padded(before);
  const std::string is = crlf ? WithLf(Padded(standing)) : Padded(standing);
  const std::string made = Padded(generated);
  SectionMerge merge = Merger(choice).Merge(OutlineOf(was), OutlineOf(is), OutlineOf(made));
  merge.text.resize(absl::StripTrailingAsciiWhitespace(merge.text).size());
  if (before == generated) {
    merge.text = std::string(standing);
    return merge;
  }
  const absl::string_view heading = SplitSections(generated).sections[0].heading;
  if (!IsOneSection(merge.text, heading)) merge = MergeAsOne(before, standing, generated, choice);
  if (!merge.conflicts.empty() && choice == EditChoice::kRefuse) {
    merge.text = std::string(standing);
  } else if (crlf) {
    merge.text = WithCrlf(merge.text);
  }
  return merge;
}

}  // namespace metapowers::document
