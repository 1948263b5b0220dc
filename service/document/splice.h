// Puts one generated section into a document that people edit too. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_DOCUMENT_SPLICE_H_
#define METAPOWERS_SERVICE_DOCUMENT_SPLICE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace metapowers::document {

// What a document of one kind is made of, besides its sections.
struct Layout {
  std::string title;                  // without "# "
  std::string basis;                  // one line "> Basis: ...", or empty for none
  std::string note;                   // one line that closes the document, or empty for none
  std::vector<std::string> headings;  // of all generated sections, in contract order, without "## "
};

// `document` with `section` in it. `section` is "## " + `heading` + LF and its body, without another
// `## ` heading; `heading` is one of layout.headings.
//
// An empty document is created whole: title, basis, section, note. In an existing one the section of that
// heading is replaced where it stands; a missing one is inserted in contract order. The basis line of the
// preamble and the note are brought up to date where they stand in their generated form ("> Basis: " and,
// for the note, its words up to the first ':'). Every other byte is kept; blank lines are added only where
// the section would touch its neighbours. In a document most of whose lines end with CRLF, so do those of the section.
// Any order of calls gives the same bytes; so does a repeated call.
//
// Errors: FAILED_PRECONDITION, reason DOCUMENT_MALFORMED, metadata "lines", when `heading` stands more than once
// or a code fence or comment is never closed; the message names the lines. INTERNAL, reason
// SECTION_INVALID, when `section` is not as above.
absl::StatusOr<std::string> Splice(absl::string_view document, const Layout& layout, absl::string_view heading,
                                   absl::string_view section);

// The section `heading` of `document`, the first of them, as Splice() would replace it: without the note that closes
// the document and what follows that, and without blank lines at its end. nullopt when it has none.
absl::optional<absl::string_view> FindSection(absl::string_view document, const Layout& layout,
                                              absl::string_view heading);

// `document` with the basis line of its preamble brought up to date, as Splice() does it.
std::string WithBasis(absl::string_view document, const Layout& layout);

}  // namespace metapowers::document

#endif  // METAPOWERS_SERVICE_DOCUMENT_SPLICE_H_
