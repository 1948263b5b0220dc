// skip-log.md: the append-only record of gates that were bypassed. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_DOCUMENT_SKIP_LOG_H_
#define METAPOWERS_SERVICE_DOCUMENT_SKIP_LOG_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace metapowers::document {

struct SkipRow {
  absl::Time time;      // written in UTC, to the second
  std::string command;  // e.g. "threat-model"
  std::string missing;  // the prerequisite that was not there, e.g. "00-govern.md"
  std::string actor;    // who bypassed it, as authenticated
  std::string reason;   // their words; any text
};

// `document` with one more row at the end of its log table. The table is created at the end of the document,
// and the document with it, when it is not there. No byte of `document` is lost or changed.
std::string AppendSkip(absl::string_view document, const SkipRow& row);

}  // namespace metapowers::document

#endif  // METAPOWERS_SERVICE_DOCUMENT_SKIP_LOG_H_
