#include "service/document/splice.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/document/line_ends.h"
#include "service/document/line_scanner.h"
#include "service/document/sections.h"

namespace metapowers::document {
namespace {

constexpr size_t kNone = absl::string_view::npos;
constexpr char kBasis[] = "> Basis: ";

// A run of bytes of the document that moves as one.
struct Part {
  int order = -1;         // in the contract; -1 for what is not a generated section
  bool note = false;      // starts with the closing note
  bool preamble = false;  // before the first section
  std::string text;
};

// What the note is known by again when its wording moved on: all up to its first ':', else the whole.
absl::string_view NoteStart(const Layout& layout) {
  const size_t colon = layout.note.find(':');
  return absl::string_view(layout.note).substr(0, colon == kNone ? kNone : colon + 1);
}

bool IsNote(absl::string_view line, const Layout& layout) {
  if (layout.note.empty()) return false;
  return layout.note.find(':') == kNone ? line == layout.note : absl::StartsWith(line, NoteStart(layout));
}

int OrderOf(absl::string_view heading, const Layout& layout) {
  const auto found = std::find(layout.headings.begin(), layout.headings.end(), heading);
  return found == layout.headings.end() ? -1 : static_cast<int>(found - layout.headings.begin());
}

// Replaces the bytes of `line`, without its end, by `now`.
void ReplaceLine(std::string& text, const Line& line, absl::string_view now) {
  text.replace(line.begin, line.text.size(), now.data(), now.size());
}

void UpdateBasis(std::string& preamble, const Layout& layout) {
  if (layout.basis.empty()) return;
  const std::string copy = preamble;
  LineScanner scanner(copy);
  for (Line line; scanner.Next(line);) {
    if (!line.plain || !absl::StartsWith(line.text, kBasis)) continue;
    ReplaceLine(preamble, line, layout.basis);
    return;
  }
}

// Finds the first line of `part` that is the note.
bool FindNote(absl::string_view part, const Layout& layout, Line& line) {
  if (layout.note.empty() || !absl::StrContains(part, NoteStart(layout))) return false;
  LineScanner scanner(part);
  while (scanner.Next(line)) {
    if (line.plain && IsNote(line.text, layout)) return true;
  }
  return false;
}

// The parts of a document: preamble, sections, and from a note on what follows it up to the next section.
std::vector<Part> Split(const Sections& sections, const Layout& layout) {
  std::vector<Part> parts;
  bool noted = false;
  const auto add = [&](Part part) {
    Line line;
    if (FindNote(part.text, layout, line)) {
      std::string tail = part.text.substr(line.begin);
      if (!noted) tail.replace(0, line.text.size(), layout.note);
      part.text.resize(line.begin);
      if (!part.text.empty()) parts.push_back(std::move(part));
      parts.push_back({-1, !noted, false, std::move(tail)});
      noted = true;
    } else if (!part.text.empty()) {
      parts.push_back(std::move(part));
    }
  };
  add({-1, false, true, std::string(sections.preamble)});
  for (const Section& section : sections.sections) {
    add({OrderOf(section.heading, layout), false, false, std::string(section.text)});
  }
  return parts;
}

absl::Status Malformed(std::string message, std::string lines, absl::string_view mend) {
  return MakeError(absl::StatusCode::kFailedPrecondition, message,
                   {.reason = "DOCUMENT_MALFORMED",
                    .metadata = {{"lines", std::move(lines)}},
                    .violations = {},
                    .next_step = absl::StrCat(mend, " and commit the document, then run the command again")});
}

absl::Status CheckDocument(const Sections& sections, absl::string_view heading) {
  if (sections.unclosed_line > 0) {
    const std::string line = absl::StrCat(sections.unclosed_line);
    return Malformed(absl::StrCat("the code fence or comment opened in line ", line, " is never closed"), line,
                     "close it");
  }
  std::vector<int> lines;
  for (const Section& section : sections.sections) {
    if (section.heading == heading) lines.push_back(section.line);
  }
  if (lines.size() < 2) return absl::OkStatus();
  return Malformed(absl::StrCat("the heading '## ", heading, "' stands in lines ", absl::StrJoin(lines, ", "),
                                ", so which section to replace is not known"),
                   absl::StrJoin(lines, ","), "remove the copy, or give it a heading of its own,");
}

absl::Status CheckSection(absl::string_view section, const Layout& layout, absl::string_view heading) {
  const Sections own = SplitSections(section);
  std::string what;
  if (OrderOf(heading, layout) < 0) {
    what = "its heading is not in the layout";
  } else if (!own.preamble.empty() || own.sections.size() != 1 || own.sections[0].heading != heading) {
    what = "it is not one '## ' section of that heading";
  } else if (own.unclosed_line > 0) {
    what = absl::StrCat("the code fence or comment opened in its line ", own.unclosed_line, " is never closed");
  } else if (absl::StrContains(section, NoteStart(layout))) {
    for (const absl::string_view line : absl::StrSplit(section, '\n')) {
      if (IsNote(line, layout)) what = "it contains the note that closes the document";
    }
  }
  if (what.empty()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInternal, absl::StrCat("cannot splice the section '", heading, "': ", what),
                   {.reason = "SECTION_INVALID", .metadata = {}, .violations = {}, .next_step = ""});
}

// Before the first section that comes later in the contract; else after the last that comes earlier; else
// at the end, before the note.
size_t InsertAt(const std::vector<Part>& parts, int order) {
  size_t after = kNone;
  size_t end = parts.size();
  for (size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].order > order) return i;
    if (parts[i].order >= 0) after = i + 1;
    if (parts[i].note) end = i;
  }
  return after == kNone ? end : after;
}

bool EndsBlank(absl::string_view text) {
  if (!absl::EndsWith(text, "\n")) return false;
  text.remove_suffix(1);
  if (absl::EndsWith(text, "\r")) text.remove_suffix(1);
  return text.empty() || absl::EndsWith(text, "\n");
}

void EndWithBlank(std::string& text, absl::string_view line_end) {
  if (!text.empty() && !absl::EndsWith(text, "\n")) absl::StrAppend(&text, line_end);
  if (!EndsBlank(text)) absl::StrAppend(&text, line_end);
}

}  // namespace

absl::optional<absl::string_view> FindSection(absl::string_view document, const Layout& layout,
                                              absl::string_view heading) {
  for (const Section& section : SplitSections(document).sections) {
    if (section.heading != heading) continue;
    Line note;
    const bool noted = FindNote(section.text, layout, note);
    return absl::StripTrailingAsciiWhitespace(section.text.substr(0, noted ? note.begin : kNone));
  }
  return absl::nullopt;
}

std::string WithBasis(absl::string_view document, const Layout& layout) {
  const absl::string_view preamble = PreambleOf(document);
  std::string updated(preamble);
  UpdateBasis(updated, layout);
  return absl::StrCat(updated, document.substr(preamble.size()));
}

absl::StatusOr<std::string> Splice(absl::string_view document, const Layout& layout, absl::string_view heading,
                                   absl::string_view section) {
  RETURN_IF_ERROR(CheckSection(section, layout, heading));
  std::string created;
  if (absl::StripAsciiWhitespace(document).empty()) {
    created = absl::StrCat("# ", layout.title, "\n\n");
    if (!layout.basis.empty()) absl::StrAppend(&created, layout.basis, "\n\n");
    if (!layout.note.empty()) absl::StrAppend(&created, layout.note, "\n");
    document = created;
  }
  const Sections sections = SplitSections(document);
  RETURN_IF_ERROR(CheckDocument(sections, heading));
  const bool crlf = MostlyCrlf(document);
  const absl::string_view line_end = crlf ? "\r\n" : "\n";
  std::vector<Part> parts = Split(sections, layout);
  for (Part& part : parts) {
    if (part.preamble) UpdateBasis(part.text, layout);
  }
  const int order = OrderOf(heading, layout);
  auto own = std::find_if(parts.begin(), parts.end(), [&](const Part& part) { return part.order == order; });
  if (own == parts.end()) {
    own = parts.insert(parts.begin() + static_cast<std::ptrdiff_t>(InsertAt(parts, order)),
                       Part{order, false, false, ""});
    if (own != parts.begin()) EndWithBlank(std::prev(own)->text, line_end);
  }
  own->text = absl::StrCat(absl::StripTrailingAsciiWhitespace(section), "\n");
  if (std::next(own) != parts.end()) own->text += '\n';
  if (crlf) own->text = WithCrlf(own->text);
  std::string out;
  for (const Part& part : parts) out += part.text;
  return out;
}

}  // namespace metapowers::document
