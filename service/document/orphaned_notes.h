// Notes of people on what is generated no more, under a heading at the end of a section; internal.
#ifndef METAPOWERS_SERVICE_DOCUMENT_ORPHANED_NOTES_H_
#define METAPOWERS_SERVICE_DOCUMENT_ORPHANED_NOTES_H_

#include <string>

#include "absl/strings/string_view.h"
#include "service/document/outline.h"

namespace metapowers::document {

class OrphanedNotes {
 public:
  // A note that stood in `part`, behind `item` where that is given. Blank lines are none.
  void Add(const OutlinePart& part, const OutlineLine* item, absl::string_view text);

  int count() const { return count_; }

  // Puts them at the end of `section`, below those that were orphaned before.
  void AppendTo(std::string& section) const;

 private:
  std::string text_;
  int count_ = 0;
};

}  // namespace metapowers::document

#endif  // METAPOWERS_SERVICE_DOCUMENT_ORPHANED_NOTES_H_
