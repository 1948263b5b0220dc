// Title, basis line and closing note of the documents; the wording is service/commands/document_frame.md.
#ifndef METAPOWERS_SERVICE_SERVER_DOCUMENT_FRAME_H_
#define METAPOWERS_SERVICE_SERVER_DOCUMENT_FRAME_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "metapowers/v1/command_options.pb.h"
#include "service/document/splice.h"

namespace metapowers::server {

// The layout of `document`, e.g. "01-identify.md", of `topic`; its basis names the frameworks that `text` cites.
// INTERNAL when the template is wrong, which a test keeps from happening. Thread-safe.
absl::StatusOr<document::Layout> LayoutOf(absl::string_view document, absl::string_view topic, absl::string_view text);

// document::Splice() of the section of `spec` into `before`, with a basis that names the frameworks which the whole
// document cites afterwards. Its errors, and those of LayoutOf(). Thread-safe.
absl::StatusOr<std::string> SpliceSection(absl::string_view before, const v1::Command& spec, absl::string_view topic,
                                          absl::string_view section);

// What every closing note starts with, e.g. "> Planning assistance:", as document::Splice knows it. Thread-safe.
absl::string_view NoteLabel();

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_DOCUMENT_FRAME_H_
