#include "service/server/section_guard.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/document/line_ends.h"
#include "service/document/splice.h"
#include "service/server/commit_message.h"
#include "service/server/document_frame.h"
#include "service/server/pristine_copy.h"
#include "service/server/topic_inputs.h"
#include "service/server/written_copy.h"
#include "service/workspace/engine.h"

namespace metapowers::server {
namespace {

// The commit that is looked for is one of the first, mostly: pages grow.
constexpr int kFirstPage = 1;
constexpr int kLargestPage = 64;
constexpr int kMaxPages = 64;

// The section as it was generated in `commit`, which is one of its command; nothing when it has none.
absl::StatusOr<std::optional<std::string>> GeneratedIn(const SectionPlace& place, const std::string& commit) {
  const v1::Command& spec = *place.entry.spec;
  ASSIGN_OR_RETURN(const auto snapshot, place.backend.env.engine->At(place.uid, commit));
  ASSIGN_OR_RETURN(std::optional<std::string> copy, PristineSection(*snapshot, place.topic, spec));
  if (copy.has_value()) return copy;
  ASSIGN_OR_RETURN(const auto document, snapshot->ReadFile(place.topic.PathOf(spec.document())));
  if (!document.has_value()) return std::nullopt;
  return StandingSection(*document, spec.heading());
}

absl::Status EditedError(const SectionPlace& place) {
  const v1::Command& spec = *place.entry.spec;
  return MakeError(
      absl::StatusCode::kAborted,
      absl::StrCat("section \"", spec.heading(), "\" of ", spec.document(),
                   " was edited since it was generated, and what was "
                   "generated is not known; ",
                   spec.id(), " would overwrite the edit"),
      {"SECTION_EDITED",
       {{"document", place.topic.NameOf(spec.document())}, {"section", spec.heading()}},
       {},
       absl::StrCat("move your text out of the section, for example under a heading of your own, and restore or "
                    "delete the section; then run ",
                    spec.id(), " again")});
}

}  // namespace

absl::optional<absl::string_view> FindSection(absl::string_view document, absl::string_view heading) {
  static const auto* const layout = new document::Layout{"", "", std::string(NoteLabel()), {}};
  return document::FindSection(document, *layout, heading);
}

std::optional<std::string> StandingSection(absl::string_view document, absl::string_view heading) {
  const auto section = FindSection(document, heading);
  if (!section.has_value()) return std::nullopt;
  return document::MostlyCrlf(document) ? document::WithLf(*section) : std::string(*section);
}

absl::StatusOr<std::optional<Made>> MakeAt(const SectionPlace& place, const std::string& commit) {
  ASSIGN_OR_RETURN(const auto snapshot, place.backend.env.engine->At(place.uid, commit));
  const auto refused = [](const absl::Status& status) {
    return absl::IsInvalidArgument(status) || absl::IsFailedPrecondition(status);
  };
  absl::StatusOr<Inputs> inputs = ReadInputs(place.backend.generator, *snapshot, place.topic);
  if (refused(inputs.status())) return std::nullopt;
  RETURN_IF_ERROR(inputs.status());
  auto generated = place.backend.generator.Generate(place.entry, *inputs);
  if (refused(generated.status())) return std::nullopt;
  RETURN_IF_ERROR(generated.status());
  return Made{*std::move(inputs), *std::move(generated)};
}

absl::StatusOr<Origin> FindOrigin(const SectionPlace& place, absl::string_view standing) {
  ASSIGN_OR_RETURN(const std::optional<std::string> copy, WrittenCopy(place));
  const auto made_in = [&](const std::string& commit, std::string generated) -> absl::StatusOr<Origin> {
    ASSIGN_OR_RETURN(std::optional<Made> made, MakeAt(place, commit));
    return Origin{std::move(generated), std::move(made)};
  };
  bool newest = true;   // of the commits that changed the document
  bool undone = false;  // a newer commit has brought back what an older one of the command wrote, maybe
  std::optional<std::pair<std::string, std::string>> last;  // commit of the command, and what it generated
  workspace::HistoryQuery query{place.head.commit(), place.topic.PathOf(place.entry.spec->document()), kFirstPage, ""};
  for (int page_number = 0; page_number < kMaxPages; ++page_number) {
    RETURN_IF_ERROR(place.call.CheckAlive());
    ASSIGN_OR_RETURN(workspace::HistoryPage page, place.backend.env.engine->History(place.uid, query));
    for (const workspace::CommitInfo& commit : page.commits) {
      if (std::exchange(newest, false) && !copy.has_value()) {
        ASSIGN_OR_RETURN(std::optional<Made> made, MakeAt(place, commit.id));
        const bool same = made.has_value() && absl::StripTrailingAsciiWhitespace(made->generated->section) == standing;
        if (same) return Origin{std::string(standing), std::move(made)};
      }
      undone = undone || !commit.Trailer(kRevertsTrailer).empty();
      if (CommandOf(commit) != place.entry.spec->id()) continue;
      std::optional<std::string> generated = copy;
      if (!copy.has_value()) {
        ASSIGN_OR_RETURN(generated, GeneratedIn(place, commit.id));
      }
      if (generated.has_value() && (copy.has_value() || !undone || *generated == standing)) {
        return made_in(commit.id, *std::move(generated));
      }
      if (!undone) return EditedError(place);
      if (generated.has_value() && !last.has_value()) last = {commit.id, *std::move(generated)};
    }
    if (page.next_cursor.empty()) break;
    query.cursor = std::move(page.next_cursor);
    query.limit = std::min(2 * query.limit, kLargestPage);
  }
  if (last.has_value()) return made_in(last->first, std::move(last->second));
  if (copy.has_value()) return Origin{*copy, std::nullopt};
  return EditedError(place);
}

}  // namespace metapowers::server
