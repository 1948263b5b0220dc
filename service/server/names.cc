#include "service/server/names.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/base/error.h"
#include "service/base/ids.h"
#include "service/base/status_macros.h"

namespace metapowers::server {
namespace {

constexpr absl::string_view kForms[] = {"workspaces/{workspace}", "workspaces/{workspace}/topics/{topic}",
                                        "workspaces/{workspace}/topics/{topic}/documents/{document}"};

absl::Status Invalid(absl::string_view name, absl::string_view why) {
  return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat("name \"", Printable(name), "\": ", why),
                   {"NAME_INVALID",
                    {{"name", Printable(name)}},
                    {},
                    "build names of ids such as workspaces/default/topics/api-platform"});
}

// Lower-case letters, digits and hyphens before ".md": every document that the service writes.
bool IsDocumentFile(absl::string_view file) {
  if (!absl::ConsumeSuffix(&file, ".md") || file.empty() || file.size() > 60 || file.front() == '-') return false;
  for (const char c : file) {
    if (!absl::ascii_islower(c) && !absl::ascii_isdigit(c) && c != '-') return false;
  }
  return true;
}

// `depth` is the number of parts wanted, 0 for any.
absl::StatusOr<ResourceName> Parse(absl::string_view name, size_t depth) {
  constexpr absl::string_view kCollections[] = {"workspaces", "topics", "documents"};
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  const size_t found = parts.size() / 2;
  const bool shaped = parts.size() % 2 == 0 && found >= 1 && found <= 3 && (depth == 0 || found == depth);
  const std::string form(kForms[depth == 0 ? 2 : depth - 1]);
  if (!shaped) return Invalid(name, absl::StrCat("must be ", form));
  ResourceName parsed;
  std::string* const targets[] = {&parsed.workspace, &parsed.topic, &parsed.document};
  for (size_t i = 0; i < found; ++i) {
    const absl::string_view id = parts[2 * i + 1];
    if (parts[2 * i] != kCollections[i]) return Invalid(name, absl::StrCat("must be ", form));
    if (i == 2 && !IsDocumentFile(id)) {
      return Invalid(name, "the document must be the name of a file, e.g. 01-identify.md");
    }
    if (i < 2 && !IsSlug(id)) {
      return Invalid(name, absl::StrCat("the ", i == 0 ? "workspace" : "topic", " must be ", kSlugRule));
    }
    targets[i]->assign(id.data(), id.size());
  }
  return parsed;
}

}  // namespace

std::string ResourceName::ToString() const {
  std::string name = absl::StrCat("workspaces/", workspace);
  if (!topic.empty()) absl::StrAppend(&name, "/topics/", topic);
  if (!document.empty()) absl::StrAppend(&name, "/documents/", document);
  return name;
}

std::string ResourceName::Path() const {
  if (topic.empty()) return "";
  return document.empty() ? absl::StrCat(kDomainPath, "/", topic) : PathOf(document);
}

std::string ResourceName::PathOf(absl::string_view file) const {
  return absl::StrCat(kDomainPath, "/", topic, "/", file);
}

std::string ResourceName::NameOf(absl::string_view document_file) const {
  return absl::StrCat("workspaces/", workspace, "/topics/", topic, "/documents/", document_file);
}

absl::StatusOr<ResourceName> ParseWorkspaceName(absl::string_view name) { return Parse(name, 1); }
absl::StatusOr<ResourceName> ParseTopicName(absl::string_view name) { return Parse(name, 2); }
absl::StatusOr<ResourceName> ParseDocumentName(absl::string_view name) { return Parse(name, 3); }
absl::StatusOr<ResourceName> ParseName(absl::string_view name) { return Parse(name, 0); }

absl::Status CheckSlug(absl::string_view id, absl::string_view what) {
  return IsSlug(id) ? absl::OkStatus() : Invalid(id, absl::StrCat("the ", what, " must be ", kSlugRule));
}

std::string Printable(absl::string_view text) {
  std::string printable = absl::CHexEscape(text.substr(0, 120));
  if (printable.size() > 120) printable = absl::StrCat(printable.substr(0, 117), "...");
  return printable;
}

}  // namespace metapowers::server
