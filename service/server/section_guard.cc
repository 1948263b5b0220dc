#include "service/server/section_guard.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/document/sections.h"
#include "service/server/commit_message.h"
#include "service/server/document_frame.h"
#include "service/server/topic_inputs.h"
#include "service/workspace/engine.h"

namespace metapowers::server {
namespace {

// The commit that is looked for is one of the first, mostly: pages grow.
constexpr int kFirstPage = 2;
constexpr int kLargestPage = 64;
constexpr int kMaxPages = 64;

// True when the section of `entry` at `commit` is `standing`.
absl::StatusOr<bool> StoodAt(Backend& backend, absl::string_view uid, const std::string& path,
                             const CommandEntry& entry, const std::string& commit, absl::string_view standing) {
  ASSIGN_OR_RETURN(const auto snapshot, backend.env.engine->At(uid, commit));
  ASSIGN_OR_RETURN(const auto document, snapshot->ReadFile(path));
  return document.has_value() && FindSection(*document, entry.spec->heading()) == standing;
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
      absl::StrCat("section \"", entry.spec->heading(), "\" of ", document, " was edited since it was generated; ",
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
  for (const document::Section& section : document::SplitSections(document).sections) {
    if (section.heading != heading) continue;
    const size_t note = section.text.find(absl::StrCat("\n", NoteLabel()));
    return absl::StripTrailingAsciiWhitespace(section.text.substr(0, note));
  }
  return absl::nullopt;
}

absl::StatusOr<std::optional<Made>> FindOrigin(Backend& backend, absl::string_view uid, const ResourceName& topic,
                                               const CommandEntry& entry, const workspace::Snapshot& head,
                                               absl::string_view standing) {
  const std::string path = topic.PathOf(entry.spec->document());
  std::string newest;  // commit that changed the document
  workspace::HistoryQuery query{head.commit(), path, kFirstPage, ""};
  for (int page_number = 0; page_number < kMaxPages; ++page_number) {
    ASSIGN_OR_RETURN(workspace::HistoryPage page, backend.env.engine->History(uid, query));
    for (const workspace::CommitInfo& commit : page.commits) {
      if (newest.empty()) {
        newest = commit.id;
        ASSIGN_OR_RETURN(std::optional<Made> made, MakeAt(backend, uid, topic, entry, newest));
        if (made.has_value() && absl::StripTrailingAsciiWhitespace(made->generated->section) == standing) return made;
      }
      if (CommandOf(commit) != entry.spec->id()) continue;
      ASSIGN_OR_RETURN(const bool same, StoodAt(backend, uid, path, entry, commit.id, standing));
      if (!same) return EditedError(topic, entry);
      return MakeAt(backend, uid, topic, entry, commit.id);
    }
    if (page.next_cursor.empty()) break;
    query.cursor = std::move(page.next_cursor);
    query.limit = std::min(2 * query.limit, kLargestPage);
  }
  return EditedError(topic, entry);
}

}  // namespace metapowers::server
