// Merges what people wrote into a generated section with what is generated for it now. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_DOCUMENT_MERGE_H_
#define METAPOWERS_SERVICE_DOCUMENT_MERGE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers::document {

// What becomes of lines that both sides changed.
enum class EditChoice {
  kRefuse,   // nothing is merged
  kKeep,     // the standing version
  kTake,     // the generated version
  kMarkers,  // both, between Git's conflict markers
};

// Lines that both sides changed. A version is empty where that side has no such lines.
struct EditConflict {
  int line = 0;         // in the standing section, from 1: the first of them, or the one they would stand after
  std::string heading;  // of the part that holds them
  std::string before;   // as they were last generated
  std::string standing;
  std::string generated;

  bool operator==(const EditConflict&) const = default;
};

struct SectionMerge {
  std::string text;                     // the merged section; the standing one when it is refused
  std::vector<EditConflict> conflicts;  // in the order of the section, also when the choice resolves them
  int kept = 0;                         // places where the text differs from the generated one because of a person
  int orphaned_notes = 0;               // notes that were moved under kOrphanedNotes
};

// Heading of the last part of a section: notes of people on what is generated no more, each with where it stood.
inline constexpr char kOrphanedNotes[] = "Orphaned notes";

// `standing` is what became of `before`, the section as it was last generated; `generated` is what it is made of now.
// Each begins with its `## ` heading and has no other one.
//
// Parts are told by their headings, or where one was renamed by what stands below it; rows of a table by their first
// cells; other lines by what they say. Two changes meet where they change the same cell, the same line outside of
// tables, or one of them removes what the other changes. Everything else is merged:
//   - what a person added stays behind what it stood behind; what one moved stays where it was moved to;
//   - what a person deleted and the generator did not change stays deleted;
//   - lines that a person added to a list item or a part that is generated no more become orphaned notes.
// When nothing is generated anew the standing section stays as it is, byte for byte. Edits of different places give
// the same bytes, whether they were made before or after the other changes. Lines may end with CRLF: a section most of
// whose lines do keeps them.
//
// Costs about n log n in the size of the texts: where searching further would be dear, lines count as different.
SectionMerge MergeSection(absl::string_view before, absl::string_view standing, absl::string_view generated,
                          EditChoice choice);

}  // namespace metapowers::document

#endif  // METAPOWERS_SERVICE_DOCUMENT_MERGE_H_
