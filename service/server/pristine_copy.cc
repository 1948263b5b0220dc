#include "service/server/pristine_copy.h"

#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/base/status_macros.h"
#include "service/document/sections.h"
#include "service/server/command_index.h"

namespace metapowers::server {
namespace {

constexpr char kCopiesPath[] = ".metapowers/.generated";
constexpr char kAttributes[] = "* linguist-generated\n";

}  // namespace

std::string PristineFolder(const ResourceName& topic) { return absl::StrCat(kCopiesPath, "/", topic.topic); }

std::string PristinePath(const ResourceName& topic, const v1::Command& spec) {
  return absl::StrCat(PristineFolder(topic), "/", spec.document());
}

absl::Status MarkGenerated(const workspace::Snapshot& snapshot, std::vector<workspace::FileChange>& changes) {
  const std::string attributes = absl::StrCat(kCopiesPath, "/.gitattributes");
  ASSIGN_OR_RETURN(const std::string marked, snapshot.BlobId(attributes));
  if (marked.empty()) changes.push_back({attributes, kAttributes, workspace::Origin::kMade});
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> PristineSection(const workspace::Snapshot& snapshot,
                                                           const ResourceName& topic, const v1::Command& spec) {
  ASSIGN_OR_RETURN(const std::optional<std::string> copy, snapshot.ReadFile(PristinePath(topic, spec)));
  if (!copy.has_value()) return std::nullopt;
  const document::Sections sections = document::SplitSections(*copy);
  if (sections.unclosed_line > 0) return std::nullopt;
  std::optional<std::string> found;
  for (const document::Section& section : sections.sections) {
    if (section.heading != spec.heading()) continue;
    if (found.has_value()) return std::nullopt;
    found = std::string(absl::StripTrailingAsciiWhitespace(section.text));
  }
  return found;
}

absl::StatusOr<std::vector<workspace::FileChange>> KeepPristine(const workspace::Snapshot& snapshot,
                                                                const ResourceName& topic, const v1::Command& spec,
                                                                std::optional<absl::string_view> generated) {
  const std::string path = PristinePath(topic, spec);
  ASSIGN_OR_RETURN(const std::optional<std::string> file, snapshot.ReadFile(path));
  std::vector<workspace::FileChange> changes;
  if (!file.has_value() && !generated.has_value()) return changes;
  const std::string old = file.value_or("");
  std::map<absl::string_view, absl::string_view> kept;
  for (const document::Section& section : document::SplitSections(old).sections) {
    kept[section.heading] = section.text;
  }
  kept.erase(spec.heading());
  if (generated.has_value()) kept[spec.heading()] = *generated;
  std::string text;
  for (const std::string& heading : CommandIndex::Get().Headings(spec.document())) {
    const auto section = kept.find(heading);
    if (section == kept.end()) continue;
    absl::StrAppend(&text, text.empty() ? "" : "\n", absl::StripTrailingAsciiWhitespace(section->second), "\n");
  }
  if (text == old) return changes;
  if (text.empty()) {
    changes.push_back({path, std::nullopt});
    return changes;
  }
  changes.push_back({path, std::move(text), workspace::Origin::kMade});
  RETURN_IF_ERROR(MarkGenerated(snapshot, changes));
  return changes;
}

}  // namespace metapowers::server
