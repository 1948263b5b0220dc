#include "service/server/hand_edits.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/document/conflict_markers.h"
#include "service/document/sections.h"
#include "service/server/edit_authors.h"
#include "service/server/pristine_copy.h"
#include "service/server/section_guard.h"

namespace metapowers::server {
namespace {

constexpr double kRenamed = 0.5;  // share of the lines of a section that is the same under another heading
constexpr size_t kMaxConflicts = 20;
constexpr size_t kMaxShown = 180;  // of each version
constexpr char kConflictPayload[] = "metapowers/section-conflict";
constexpr size_t kMaxConflictBytes = 2 << 20;

std::string Count(int count, absl::string_view one, absl::string_view more) {
  return absl::StrCat(count, " ", count == 1 ? one : more);
}

// A version of some lines on one line.
std::string Shown(absl::string_view text) {
  std::string line = OneLine(absl::StripTrailingAsciiWhitespace(text));
  if (line.size() <= kMaxShown) return absl::StrCat("\"", line, "\"");
  size_t end = kMaxShown;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) --end;
  return absl::StrCat("\"", line.substr(0, end), "…\"");
}

std::string Describe(const document::EditConflict& conflict, const std::vector<std::string>& authors) {
  const std::string who = authors.empty() ? "somebody" : absl::StrJoin(authors, " and ");
  return absl::StrCat(
      who, conflict.standing.empty() ? " deleted it" : absl::StrCat(" wrote ", Shown(conflict.standing)),
      "; generated ", conflict.generated.empty() ? "no more" : absl::StrCat("now: ", Shown(conflict.generated)));
}

// Line of the section in the document, from 1.
int LineOfSection(absl::string_view document, absl::string_view heading) {
  for (const document::Section& section : document::SplitSections(document).sections) {
    if (section.heading == heading) return section.line;
  }
  return 1;
}

// The conflicts for programs; `first` is the line of the section.
v1::SectionConflict InFull(const SectionPlace& place, int first, const std::vector<document::EditConflict>& conflicts,
                           const std::vector<std::vector<std::string>>& authors) {
  const auto text = [](const std::string& bytes) { return IsUtf8(bytes) ? bytes : absl::CHexEscape(bytes); };
  const v1::Command& spec = *place.entry.spec;
  v1::SectionConflict full;
  full.set_command(spec.id());
  full.set_document(place.topic.NameOf(spec.document()));
  full.set_section(spec.heading());
  size_t bytes = 0;
  for (size_t i = 0; i < conflicts.size(); ++i) {
    v1::SectionConflict::Place out;
    out.set_line(first + conflicts[i].line - 1);
    out.set_heading(text(conflicts[i].heading));
    out.set_before(text(conflicts[i].before));
    out.set_standing(text(conflicts[i].standing));
    out.set_generated(text(conflicts[i].generated));
    for (const std::string& author : authors[i]) out.add_authors(author);
    bytes += out.ByteSizeLong();
    if (bytes > kMaxConflictBytes) {
      full.set_more_places(static_cast<int>(conflicts.size() - i));
      break;
    }
    *full.add_places() = std::move(out);
  }
  return full;
}

absl::Status ConflictError(const SectionPlace& place, absl::string_view document,
                           const std::vector<document::EditConflict>& conflicts) {
  const v1::Command& spec = *place.entry.spec;
  ASSIGN_OR_RETURN(const auto authors, EditAuthors(place, conflicts));
  std::vector<std::string> all;
  std::vector<Violation> violations;
  const int first = LineOfSection(document, spec.heading());
  for (size_t i = 0; i < conflicts.size(); ++i) {
    for (const std::string& author : authors[i]) {
      if (std::find(all.begin(), all.end(), author) == all.end()) all.push_back(author);
    }
    if (i >= kMaxConflicts) continue;
    violations.push_back({conflicts[i].heading, Describe(conflicts[i], authors[i]),
                          absl::StrCat(spec.document(), ":", first + conflicts[i].line - 1)});
  }
  const std::string command = absl::StrCat(" ", spec.id(), " ", place.topic.topic, " --edits ");
  absl::Status error = MakeError(
      absl::StatusCode::kAborted,
      absl::StrCat("section \"", spec.heading(), "\" of ", spec.document(), ": ",
                   Count(static_cast<int>(conflicts.size()), "edit", "edits"), all.empty() ? "" : " of ",
                   absl::StrJoin(all, ", "), " and what is generated now changed the same lines; nothing was written"),
      {"SECTION_CONFLICT",
       {{"document", place.topic.NameOf(spec.document())},
        {"section", spec.heading()},
        {"authors", absl::StrJoin(all, ", ")},
        {"conflicts", absl::StrCat(conflicts.size())}},
       std::move(violations),
       absl::StrCat("to see both: metapowers plan", command,
                    "markers; to keep the edits, or what was merged by hand and committed: metapowers run", command,
                    "keep; to take what is generated: metapowers run", command, "take")});
  error.SetPayload(kConflictPayload, absl::Cord(InFull(place, first, conflicts, authors).SerializeAsString()));
  return error;
}

absl::Status CheckMarkers(const SectionPlace& place, absl::string_view document, absl::string_view standing) {
  const std::vector<int> lines = document::ConflictMarkerLines(standing);
  if (lines.empty()) return absl::OkStatus();
  const v1::Command& spec = *place.entry.spec;
  const int first = LineOfSection(document, spec.heading());
  const auto number = [first](std::string* out, int line) { absl::StrAppend(out, first + line - 1); };
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("Git's conflict markers stand in section \"", spec.heading(), "\" of ", spec.document(),
                                ", lines ", absl::StrJoin(lines, ", ", number)),
                   {"CONFLICT_MARKERS",
                    {{"document", place.topic.NameOf(spec.document())},
                     {"section", spec.heading()},
                     {"lines", absl::StrJoin(lines, ",", number)}},
                    {},
                    "resolve the conflict in the document and commit it, then run the command again"});
}

// The section is not in the document: it must not stand there under another heading.
absl::Status CheckNotRenamed(const SectionPlace& place, absl::string_view document, absl::string_view generated) {
  const v1::Command& spec = *place.entry.spec;
  const std::vector<std::string> own = CommandIndex::Get().Headings(spec.document());
  std::optional<std::string> copy;
  bool copy_read = false;
  for (const document::Section& section : document::SplitSections(document).sections) {
    if (std::find(own.begin(), own.end(), section.heading) != own.end()) continue;
    if (!std::exchange(copy_read, true)) {
      ASSIGN_OR_RETURN(copy, PristineSection(place.state, place.topic, spec));
    }
    const bool renamed = document::BodyLikeness(section.text, generated) >= kRenamed ||
                         document::BodyLikeness(section.text, copy.value_or("")) >= kRenamed;
    if (!renamed) continue;
    const std::string now = Printable(section.heading);
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat(spec.document(), " has no section \"", spec.heading(), "\", and line ", section.line,
                                  ", \"## ", now, "\", seems to be its heading"),
                     {"DOCUMENT_MALFORMED",
                      {{"document", place.topic.NameOf(spec.document())}, {"lines", absl::StrCat(section.line)}},
                      {},
                      absl::StrCat("restore the heading \"## ", spec.heading(),
                                   "\"; or have the section generated anew beside it: ", "metapowers run ", spec.id(),
                                   " ", place.topic.topic, " --edits take")});
  }
  return absl::OkStatus();
}

absl::StatusOr<Regenerated> Merge(const SectionPlace& place, absl::string_view document, absl::string_view standing,
                                  absl::string_view generated, document::EditChoice choice, Origin origin) {
  RETURN_IF_ERROR(CheckMarkers(place, document, standing));
  document::SectionMerge merge = document::MergeSection(origin.generated, standing, generated, choice);
  if (!merge.conflicts.empty() && choice == document::EditChoice::kRefuse) {
    return ConflictError(place, document, merge.conflicts);
  }
  Regenerated out;
  out.edits.emplace();
  out.edits->set_kept(merge.kept);
  out.edits->set_orphaned_notes(merge.orphaned_notes);
  out.edits->set_conflicts_resolved(static_cast<int>(merge.conflicts.size()));
  out.section = std::move(merge.text);
  if (origin.generated != generated) out.origin = std::move(origin.made);
  // Until something is generated anew, the history tells what was generated.
  if (out.section == generated) {
    ASSIGN_OR_RETURN(out.copies, KeepPristine(place.state, place.topic, *place.entry.spec, std::nullopt));
  } else if (origin.generated != generated) {
    ASSIGN_OR_RETURN(out.copies, KeepPristine(place.state, place.topic, *place.entry.spec, generated));
  }
  return out;
}

}  // namespace

absl::StatusOr<Regenerated> Regenerate(const SectionPlace& place, absl::string_view document,
                                       absl::string_view generated, document::EditChoice choice) {
  const v1::Command& spec = *place.entry.spec;
  generated = absl::StripTrailingAsciiWhitespace(generated);
  Regenerated out;
  out.section = std::string(generated);
  const std::optional<std::string> standing = StandingSection(document, spec.heading());
  if (!standing.has_value()) {
    if (choice != document::EditChoice::kTake) RETURN_IF_ERROR(CheckNotRenamed(place, document, generated));
  } else if (*standing != generated) {
    ASSIGN_OR_RETURN(Origin origin, FindOrigin(place, *standing));
    if (origin.generated != *standing) {
      return Merge(place, document, *standing, generated, choice, std::move(origin));
    }
    out.origin = std::move(origin.made);
  }
  ASSIGN_OR_RETURN(out.copies, KeepPristine(place.state, place.topic, spec, std::nullopt));
  return out;
}

std::optional<v1::SectionConflict> ConflictOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kConflictPayload);
  v1::SectionConflict conflict;
  if (!payload.has_value() || !conflict.ParseFromString(std::string(*payload))) return std::nullopt;
  return conflict;
}

void CopyConflict(const absl::Status& from, absl::Status& to) {
  if (const auto payload = from.GetPayload(kConflictPayload); payload.has_value()) {
    to.SetPayload(kConflictPayload, *payload);
  }
}

std::vector<std::string> NoticesOf(const v1::HandEdits& edits, document::EditChoice choice) {
  std::vector<std::string> notices;
  if (edits.conflicts_resolved() > 0) {
    const absl::string_view what = choice == document::EditChoice::kKeep   ? "what was written by hand was kept"
                                   : choice == document::EditChoice::kTake ? "what is generated took the place of edits"
                                                                           : "both versions stand between markers";
    notices.push_back(absl::StrCat(Count(edits.conflicts_resolved(), "conflict", "conflicts"), ": ", what));
  }
  if (edits.orphaned_notes() > 0) {
    notices.push_back(absl::StrCat(Count(edits.orphaned_notes(), "note", "notes"),
                                   " on what is generated no more: see \"", document::kOrphanedNotes,
                                   "\" at the end of the section"));
  }
  if (edits.kept() > 0) notices.push_back(absl::StrCat(Count(edits.kept(), "edit", "edits"), " by hand kept"));
  return notices;
}

}  // namespace metapowers::server
