#include "service/document/undo.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/document/sections.h"
#include "service/document/text_diff.h"

namespace metapowers::document {
namespace {

using Lines = std::vector<absl::string_view>;

// For each line of `base`, where it stands in `side`; kNewLine where it does not.
std::vector<int> PlacesIn(absl::string_view base, absl::string_view side, size_t lines) {
  std::vector<int> places(lines, kNewLine);
  const std::vector<int> kept = KeptLines(base, side);
  for (size_t i = 0; i < kept.size(); ++i) {
    if (kept[i] != kNewLine) places[static_cast<size_t>(kept[i])] = static_cast<int>(i);
  }
  return places;
}

// The lines from `at` up to `end` as one text, which are lines beside each other of one text.
std::string Take(const Lines& lines, size_t& at, size_t end) {
  std::string text = absl::StrJoin(lines.begin() + static_cast<std::ptrdiff_t>(at),
                                   lines.begin() + static_cast<std::ptrdiff_t>(end), "");
  at = end;
  return text;
}

// A preamble, a section or the closing note.
struct Part {
  std::string key;  // of a section "## " and its heading
  absl::string_view text;
};

constexpr char kPreamble[] = "";
constexpr char kNote[] = ">";

// The parts of `document`, which are it byte for byte; nullopt when a heading stands twice, so that nobody knows which
// section is which.
std::optional<std::vector<Part>> SplitParts(absl::string_view document, absl::string_view note) {
  if (document.empty()) return std::vector<Part>();
  const Sections split = SplitSections(document);
  std::vector<Part> parts;
  const auto add = [&](std::string key, absl::string_view text) {
    const size_t end = note.empty() ? absl::string_view::npos : text.find(absl::StrCat("\n", note));
    parts.push_back({std::move(key), text.substr(0, end == absl::string_view::npos ? end : end + 1)});
    if (end != absl::string_view::npos) parts.push_back({kNote, text.substr(end + 1)});
  };
  add(kPreamble, split.preamble);
  for (const Section& section : split.sections) add(absl::StrCat("## ", section.heading), section.text);
  for (size_t i = 0; i < parts.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (parts[i].key == parts[j].key) return std::nullopt;
    }
  }
  return parts;
}

const Part* Find(const std::vector<Part>& parts, absl::string_view key) {
  const auto found = std::find_if(parts.begin(), parts.end(), [&](const Part& part) { return part.key == key; });
  return found == parts.end() ? nullptr : &*found;
}

// Blank lines between parts belong to neither.
bool Same(absl::string_view a, absl::string_view b) {
  return absl::StripTrailingAsciiWhitespace(a) == absl::StripTrailingAsciiWhitespace(b);
}

bool IsFrame(absl::string_view key) { return key == kPreamble || key == kNote; }

// One document being put together again.
class Reassembly {
 public:
  // What the change made of a part that stands now; false on a conflict.
  bool Keep(const Part& now, const Part* before, const Part* after) {
    if (after == nullptr || (before != nullptr && Same(before->text, after->text))) return Add(now.key, now.text);
    if (before == nullptr) {
      if (IsFrame(now.key)) return Add(now.key, now.text);  // goes with the last section
      return Same(now.text, after->text);                   // the change added it
    }
    if (Same(now.text, after->text)) return Add(now.key, before->text);
    std::optional<std::string> merged = MergeLines(after->text, now.text, before->text);
    return merged.has_value() && Add(now.key, *merged);
  }

  // Puts a part that the change removed behind the one that it stood behind.
  void Restore(const std::vector<Part>& before, const Part& part) {
    size_t place = 0;
    for (const Part& other : before) {
      if (other.key == part.key) break;
      for (size_t i = 0; i < parts_.size(); ++i) {
        if (parts_[i].first == other.key) place = i + 1;
      }
    }
    parts_.insert(parts_.begin() + static_cast<std::ptrdiff_t>(place), {part.key, std::string(part.text)});
  }

  // Whether no section is left.
  bool Bare() const {
    return std::all_of(parts_.begin(), parts_.end(), [](const auto& part) { return IsFrame(part.first); });
  }

  // One blank line between parts whose neighbours are new; the end as `now` has it.
  std::string Text(const std::vector<Part>& now) const {
    std::string text;
    for (size_t i = 0; i < parts_.size(); ++i) {
      const auto& [key, bytes] = parts_[i];
      const Part* stood = Find(now, key);
      const bool last = i + 1 == parts_.size();
      const bool in_place = stood != nullptr && stood->text == bytes && (last == (stood == &now.back()));
      absl::StrAppend(&text, in_place ? absl::string_view(bytes) : absl::StripTrailingAsciiWhitespace(bytes));
      if (!in_place && !bytes.empty()) text += last ? "\n" : "\n\n";
    }
    return text;
  }

 private:
  bool Add(const std::string& key, absl::string_view text) {
    parts_.emplace_back(key, text);
    return true;
  }

  std::vector<std::pair<std::string, std::string>> parts_;
};

}  // namespace

std::optional<std::string> MergeLines(absl::string_view base, absl::string_view ours, absl::string_view theirs) {
  const Lines lines = SplitLines(base);
  const Lines our_lines = SplitLines(ours);
  const Lines their_lines = SplitLines(theirs);
  const std::vector<int> in_ours = PlacesIn(base, ours, lines.size());
  const std::vector<int> in_theirs = PlacesIn(base, theirs, lines.size());
  std::string merged;
  size_t at = 0;
  size_t our_at = 0;
  size_t their_at = 0;
  for (size_t next = 0; next <= lines.size(); ++next) {
    const bool end = next == lines.size();
    if (!end && (in_ours[next] == kNewLine || in_theirs[next] == kNewLine)) continue;
    // All three have the line `next`; what stands before it differs in one of them at most.
    const std::string old = Take(lines, at, next);
    std::string mine = Take(our_lines, our_at, end ? our_lines.size() : static_cast<size_t>(in_ours[next]));
    std::string other = Take(their_lines, their_at, end ? their_lines.size() : static_cast<size_t>(in_theirs[next]));
    if (mine != old && other != old && mine != other) return std::nullopt;
    merged += mine == old ? other : mine;
    if (end) break;
    absl::StrAppend(&merged, lines[next]);
    ++at, ++our_at, ++their_at;
  }
  return merged;
}

std::optional<std::string> UndoChange(absl::string_view before, absl::string_view after, absl::string_view now) {
  return MergeLines(after, now, before);
}

std::optional<std::string> UndoDocumentChange(absl::string_view before, absl::string_view after, absl::string_view now,
                                              absl::string_view note) {
  if (now == after) return std::string(before);
  const auto old_parts = SplitParts(before, note);
  const auto new_parts = SplitParts(after, note);
  const auto parts = SplitParts(now, note);
  if (!old_parts.has_value() || !new_parts.has_value() || !parts.has_value()) return UndoChange(before, after, now);
  Reassembly result;
  for (const Part& part : *parts) {
    if (!result.Keep(part, Find(*old_parts, part.key), Find(*new_parts, part.key))) return std::nullopt;
  }
  for (const Part& part : *old_parts) {
    if (Find(*parts, part.key) != nullptr) continue;
    const Part* after_part = Find(*new_parts, part.key);
    if (after_part == nullptr) {
      result.Restore(*old_parts, part);
    } else if (!Same(part.text, after_part->text)) {
      return std::nullopt;  // somebody removed it after the change
    }
  }
  return before.empty() && result.Bare() ? std::string() : result.Text(*parts);
}

}  // namespace metapowers::document
