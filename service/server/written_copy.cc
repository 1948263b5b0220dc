#include "service/server/written_copy.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "service/base/status_macros.h"
#include "service/server/commit_message.h"
#include "service/server/pristine_copy.h"
#include "service/server/section_guard.h"
#include "service/server/section_history.h"

namespace metapowers::server {

absl::StatusOr<std::optional<std::string>> WrittenCopy(const SectionPlace& place) {
  const v1::Command& spec = *place.entry.spec;
  ASSIGN_OR_RETURN(std::optional<std::string> copy, PristineSection(place.state, place.topic, spec));
  if (!copy.has_value()) return copy;
  ASSIGN_OR_RETURN(const std::optional<std::string> in_head, PristineSection(place.head, place.topic, spec));
  if (copy != in_head) return copy;  // this call has staged it

  SectionHistory history(place.backend, place.uid, PristinePath(place.topic, spec), place.entry, place.head.commit());
  std::string brought_by;                             // the commit that made the copy what it is
  std::optional<std::optional<std::string>> written;  // what the service left last
  std::optional<std::string> first;
  while (true) {
    ASSIGN_OR_RETURN(std::optional<SectionChange> change, history.Next(place.call));
    if (!change.has_value()) break;
    if (brought_by.empty()) brought_by = change->commit.id;
    if (TopicOf(change->commit) == place.topic.topic) {
      if (change->after == copy) return copy;
      if (!written.has_value()) written = change->after;
    }
    first = std::move(change->after);
  }
  if (!brought_by.empty()) {
    ASSIGN_OR_RETURN(const std::optional<Made> made, MakeAt(place, brought_by));
    if (made.has_value() && absl::StripTrailingAsciiWhitespace(made->generated->section) == *copy) return copy;
  }
  return written.has_value() ? *std::move(written) : std::move(first);
}

}  // namespace metapowers::server
