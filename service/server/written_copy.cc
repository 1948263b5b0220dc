#include "service/server/written_copy.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/server/commit_message.h"
#include "service/server/pristine_copy.h"
#include "service/server/section_guard.h"
#include "service/server/section_history.h"

namespace metapowers::server {
namespace {

absl::Status TooFarBack(const SectionPlace& place, const std::string& path, int most) {
  const v1::Command& spec = *place.entry.spec;
  return MakeError(
      absl::StatusCode::kAborted,
      absl::StrCat("section \"", spec.heading(), "\" of ", spec.document(),
                   " was edited since it was generated, and what was generated is not known: none of the newest ", most,
                   " commits of ", path, " is one in which the service wrote its copy"),
      {"SECTION_EDITED",
       {{"document", place.topic.NameOf(spec.document())}, {"section", spec.heading()}},
       {},
       absl::StrCat("delete \"## ", spec.heading(), "\" from ", path,
                    " and commit that, so that the history of the document tells; then run ", spec.id(), " again")});
}

}  // namespace

absl::StatusOr<std::optional<std::string>> WrittenCopy(const SectionPlace& place, int most) {
  const v1::Command& spec = *place.entry.spec;
  ASSIGN_OR_RETURN(std::optional<std::string> copy, PristineSection(place.state, place.topic, spec));
  if (!copy.has_value()) return copy;
  ASSIGN_OR_RETURN(const std::optional<std::string> in_head, PristineSection(place.head, place.topic, spec));
  if (copy != in_head) return copy;  // this call has staged it

  const std::string path = PristinePath(place.topic, spec);
  SectionHistory history(place.backend, place.uid, path, place.entry, place.head.commit());
  std::string brought_by;                             // the commit that made the copy what it is
  std::optional<std::optional<std::string>> written;  // what the service left last
  std::optional<std::string> first;
  while (true) {
    // Other sections of the document have their copies in the same file: what was written last may lie far back.
    const int bound = written.has_value() ? std::min(most, kMaxCommitsLookedAt) : most;
    ASSIGN_OR_RETURN(std::optional<SectionChange> change, history.Next(place.call, bound));
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
  if (written.has_value()) return *std::move(written);
  if (!history.next().empty()) return TooFarBack(place, path, most);
  return first;
}

}  // namespace metapowers::server
