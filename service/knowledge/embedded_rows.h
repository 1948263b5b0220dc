// How this layer reads its rows from the files that the binary holds. Each is read once and never destroyed, since
// others may look up while exiting.
#ifndef METAPOWERS_SERVICE_KNOWLEDGE_EMBEDDED_ROWS_H_
#define METAPOWERS_SERVICE_KNOWLEDGE_EMBEDDED_ROWS_H_

#include <google/protobuf/message.h>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "service/base/embedded_file.h"

namespace metapowers::knowledge {

// Ends the process. The build has checked the files, so that a failure is a broken binary and not a state to recover
// from.
[[noreturn]] void BrokenRows(absl::string_view what);

// Adds the rows of the file, which holds the wire format, to `rows`.
void MergeRows(const EmbeddedFile& file, google::protobuf::Message& rows);

// The rows of all files whose path `takes` takes, merged in the order of the files; there must be one.
template <class Rows, class Takes>
const Rows* LoadRows(absl::Span<const EmbeddedFile> files, const Takes& takes) {
  auto* const all = new Rows();
  bool found = false;
  for (const EmbeddedFile& file : files) {
    if (!takes(file.path)) continue;
    MergeRows(file, *all);
    found = true;
  }
  if (!found) BrokenRows(Rows::descriptor()->name());
  return all;
}

// The rows of one file.
template <class Rows>
const Rows* LoadFile(absl::Span<const EmbeddedFile> files, absl::string_view path) {
  return LoadRows<Rows>(files, [path](absl::string_view each) { return each == path; });
}

}  // namespace metapowers::knowledge

#endif  // METAPOWERS_SERVICE_KNOWLEDGE_EMBEDDED_ROWS_H_
