#include "service/document/orphaned_notes.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/document/merge.h"

namespace metapowers::document {
namespace {

constexpr size_t kMaxShown = 100;

// At most kMaxShown bytes of `text`, not ending inside a character.
absl::string_view Shown(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  size_t end = std::min(text.size(), kMaxShown);
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace

void OrphanedNotes::Add(const OutlinePart& part, const OutlineLine* item, absl::string_view text) {
  if (absl::StripAsciiWhitespace(text).empty()) return;
  while (absl::StartsWith(text, "\n") || absl::StartsWith(text, "\r\n")) text.remove_prefix(text[0] == '\r' ? 2 : 1);
  absl::StrAppend(&text_, "\nStood in \"", Shown(part.title), "\"");
  if (item != nullptr) absl::StrAppend(&text_, ", after \"", Shown(item->text), "\"");
  absl::StrAppend(&text_, ":\n\n", absl::StripTrailingAsciiWhitespace(text), "\n");
  ++count_;
}

void OrphanedNotes::AppendTo(std::string& section) const {
  if (count_ == 0) return;
  section.resize(absl::StripTrailingAsciiWhitespace(section).size());
  section += '\n';
  const OutlinePart outline = OutlineOf(section);
  const bool there = !outline.parts.empty() && outline.parts.back().title == kOrphanedNotes;
  if (!there) absl::StrAppend(&section, "\n### ", kOrphanedNotes, "\n");
  section += text_;
}

}  // namespace metapowers::document
