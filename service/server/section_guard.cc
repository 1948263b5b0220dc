#include "service/server/section_guard.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/document/splice.h"
#include "service/server/commit_message.h"
#include "service/server/document_frame.h"
#include "service/server/pristine_copy.h"
#include "service/server/topic_inputs.h"
#include "service/workspace/engine.h"

namespace metapowers::server {
namespace {

// The commit that is looked for is one of the first, mostly: pages grow.
constexpr int kFirstPage = 2;
constexpr int kLargestPage = 64;
constexpr int kMaxPages = 64;

// The section of `entry` as it was generated in `commit`, which is one of its command; nothing when it has none.
absl::StatusOr<std::optional<std::string>> GeneratedIn(Backend& backend, absl::string_view uid,
                                                       const ResourceName& topic, const CommandEntry& entry,
                                                       const std::string& commit) {
  ASSIGN_OR_RETURN(const auto snapshot, backend.env.engine->At(uid, commit));
  ASSIGN_OR_RETURN(std::optional<std::string> copy, PristineSection(*snapshot, topic, *entry.spec));
  if (copy.has_value()) return copy;
  ASSIGN_OR_RETURN(const auto document, snapshot->ReadFile(topic.PathOf(entry.spec->document())));
  if (!document.has_value()) return std::nullopt;
  const auto section = FindSection(*document, entry.spec->heading());
  return section.has_value() ? std::make_optional(std::string(*section)) : std::nullopt;
}

// What this version makes of the inputs at `commit`; nothing when it does not accept them.
absl::StatusOr<std::optional<Made>> MakeAt(Backend& backend, absl::string_view uid, const ResourceName& topic,
                                           const CommandEntry& entry, const std::string& commit) {
  ASSIGN_OR_RETURN(const auto snapshot, backend.env.engine->At(uid, commit));
  const auto refused = [](const absl::Status& status) {
    return absl::IsInvalidArgument(status) || absl::IsFailedPrecondition(status);
  };
  absl::StatusOr<Inputs> inputs = ReadInputs(backend.generator, *snapshot, topic);
  if (refused(inputs.status())) return std::nullopt;
  RETURN_IF_ERROR(inputs.status());
  auto generated = backend.generator.Generate(entry, *inputs);
  if (refused(generated.status())) return std::nullopt;
  RETURN_IF_ERROR(generated.status());
  return Made{*std::move(inputs), *std::move(generated)};
}

absl::Status EditedError(const ResourceName& topic, const CommandEntry& entry) {
  const std::string& document = entry.spec->document();
  return MakeError(
      absl::StatusCode::kAborted,
      absl::StrCat("section \"", entry.spec->heading(), "\" of ", document,
                   " was edited since it was generated, and what was "
                   "generated is not known; ",
                   entry.spec->id(), " would overwrite the edit"),
      {"SECTION_EDITED",
       {{"document", topic.NameOf(document)}, {"section", entry.spec->heading()}},
       {},
       absl::StrCat("move your text out of the section, for example under a heading of your own, and restore or "
                    "delete the section; then run ",
                    entry.spec->id(), " again")});
}

}  // namespace

absl::optional<absl::string_view> FindSection(absl::string_view document, absl::string_view heading) {
  static const auto* const layout = new document::Layout{"", "", std::string(NoteLabel()), {}};
  return document::FindSection(document, *layout, heading);
}

absl::StatusOr<Origin> FindOrigin(Backend& backend, absl::string_view uid, const ResourceName& topic,
                                  const CommandEntry& entry, const workspace::Snapshot& head,
                                  absl::string_view standing, const std::optional<std::string>& copy) {
  const auto made_in = [&](const std::string& commit, std::string generated) -> absl::StatusOr<Origin> {
    ASSIGN_OR_RETURN(std::optional<Made> made, MakeAt(backend, uid, topic, entry, commit));
    return Origin{std::move(generated), std::move(made)};
  };
  const std::string path = topic.PathOf(entry.spec->document());
  bool newest = true;   // of the commits that changed the document
  bool undone = false;  // a newer commit has brought back what an older one of the command wrote, maybe
  std::optional<std::pair<std::string, std::string>> last;  // commit of the command, and what it generated
  workspace::HistoryQuery query{head.commit(), path, kFirstPage, ""};
  for (int page_number = 0; page_number < kMaxPages; ++page_number) {
    ASSIGN_OR_RETURN(workspace::HistoryPage page, backend.env.engine->History(uid, query));
    for (const workspace::CommitInfo& commit : page.commits) {
      if (std::exchange(newest, false) && !copy.has_value()) {
        ASSIGN_OR_RETURN(std::optional<Made> made, MakeAt(backend, uid, topic, entry, commit.id));
        const bool same = made.has_value() && absl::StripTrailingAsciiWhitespace(made->generated->section) == standing;
        if (same) return Origin{std::string(standing), std::move(made)};
      }
      undone = undone || !commit.Trailer(kRevertsTrailer).empty();
      if (CommandOf(commit) != entry.spec->id()) continue;
      std::optional<std::string> generated = copy;
      if (!copy.has_value()) {
        ASSIGN_OR_RETURN(generated, GeneratedIn(backend, uid, topic, entry, commit.id));
      }
      if (generated.has_value() && (copy.has_value() || !undone || *generated == standing)) {
        return made_in(commit.id, *std::move(generated));
      }
      if (!undone) return EditedError(topic, entry);
      if (generated.has_value() && !last.has_value()) last = {commit.id, *std::move(generated)};
    }
    if (page.next_cursor.empty()) break;
    query.cursor = std::move(page.next_cursor);
    query.limit = std::min(2 * query.limit, kLargestPage);
  }
  if (last.has_value()) return made_in(last->first, std::move(last->second));
  return EditedError(topic, entry);
}

}  // namespace metapowers::server
