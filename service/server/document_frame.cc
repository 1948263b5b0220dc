#include "service/server/document_frame.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "metapowers/v1/document_frame.pb.h"
#include "service/base/embedded_file.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/knowledge/knowledge.h"
#include "service/render/template.h"
#include "service/server/command_index.h"

namespace metapowers::server {

extern const EmbeddedFile kDocumentFrame[];

namespace {

// A phase's document is named after the phase, a utility's after its only section.
std::string TitleOf(const std::vector<const CommandEntry*>& commands) {
  if (commands.size() == 1) return commands.front()->spec->heading();
  std::string title = commands.front()->spec->phase();
  title[0] = absl::ascii_toupper(title[0]);
  return title;
}

}  // namespace

absl::StatusOr<document::Layout> LayoutOf(absl::string_view document, absl::string_view topic, absl::string_view text) {
  static const auto* const frame_template =
      new absl::StatusOr<render::Template>(render::Template::Parse(kDocumentFrame[0].text, "document_frame.md"));
  RETURN_IF_ERROR(frame_template->status());
  const CommandIndex& index = CommandIndex::Get();
  v1::DocumentFrame frame;
  frame.set_title(TitleOf(index.CommandsOf(document)));
  frame.set_topic(std::string(topic));
  frame.set_catalogue_version(knowledge::Catalogue().version());
  for (const knowledge::v1::Framework* cited : knowledge::FrameworksCitedIn(text)) {
    v1::CitedFramework& framework = *frame.add_frameworks();
    framework.set_name(cited->short_name());
    framework.set_edition(cited->version());
  }
  ASSIGN_OR_RETURN(const std::string rendered, (*frame_template)->Render(frame));
  document::Layout layout;
  for (absl::string_view line : absl::StrSplit(rendered, '\n', absl::SkipWhitespace())) {
    if (absl::ConsumePrefix(&line, "# ")) {
      layout.title = std::string(line);
    } else {
      (absl::StartsWith(line, "> Basis: ") ? layout.basis : layout.note) = std::string(line);
    }
  }
  layout.headings = index.Headings(document);
  return layout;
}

absl::StatusOr<std::string> SpliceSection(absl::string_view before, const v1::Command& spec, absl::string_view topic,
                                          absl::string_view section) {
  ASSIGN_OR_RETURN(document::Layout layout, LayoutOf(spec.document(), topic, ""));
  const absl::StatusOr<std::string> spliced = document::Splice(before, layout, spec.heading(), section);
  if (ErrorDetails details = DetailsOf(spliced.status()); details.reason == "DOCUMENT_MALFORMED") {
    details.metadata["document"] = spec.document();
    return MakeError(spliced.status().code(), absl::StrCat(spec.document(), ": ", spliced.status().message()), details);
  }
  RETURN_IF_ERROR(spliced.status());
  ASSIGN_OR_RETURN(layout, LayoutOf(spec.document(), topic, *spliced));
  return document::WithBasis(*spliced, layout);
}

absl::string_view NoteLabel() {
  static const auto* const label = [] {
    const absl::StatusOr<document::Layout> layout =
        LayoutOf(CommandIndex::Get().commands().front().spec->document(), "", "");
    const std::string note = layout.ok() ? layout->note : "";
    return new std::string(note.substr(0, note.find(':') + 1));
  }();
  return *label;
}

}  // namespace metapowers::server
