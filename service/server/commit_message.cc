#include "service/server/commit_message.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/base/ids.h"
#include "service/base/strings.h"

namespace metapowers::server {
namespace {

constexpr absl::string_view kDomain = "security";
constexpr size_t kMaxSummaryLines = 12;  // the rest is in the response and in the document

}  // namespace

std::string CommitMessage::Format() const {
  std::string text =
      topic.empty() ? absl::StrCat(kDomain, ": ", what, "\n") : absl::StrCat(kDomain, "(", topic, "): ", what, "\n");
  if (!summary.empty()) text += '\n';
  for (size_t i = 0; i < summary.size() && i < kMaxSummaryLines; ++i) {
    absl::StrAppend(&text, OneLine(summary[i]), "\n");
  }
  if (!skipped_gate.empty()) {
    absl::StrAppend(&text, summary.empty() ? "\n" : "", "Passed over the missing ", skipped_gate, ": ",
                    OneLine(skip_reason), "\n");
  }
  text += '\n';
  const std::pair<const char*, const std::string*> trailers[] = {
      {kCommandTrailer, &command},
      {kActionTrailer, &action},
      {kRevertsTrailer, &reverts},
      {kModelTrailer, &model},
      {kCatalogueTrailer, &catalogue},
      {kEngineTrailer, &engine},
      {"Metapowers-Request-Id", &request_id},
      {"Metapowers-Skip-Checks", &skipped_gate},
  };
  for (const auto& [key, value] : trailers) {
    if (!value->empty()) absl::StrAppend(&text, key, ": ", OneLine(*value), "\n");
  }
  return text;
}

std::string CommandOf(const workspace::CommitInfo& commit) {
  const std::string trailer = commit.Trailer(kCommandTrailer);
  absl::string_view command = trailer;
  if (!absl::ConsumePrefix(&command, "security:")) return "";
  return std::string(command);
}

std::string SummaryOf(const workspace::CommitInfo& commit) {
  const std::vector<absl::string_view> lines = absl::StrSplit(commit.body, '\n');
  for (const absl::string_view line : lines) {
    if (absl::StartsWith(line, kFindingsLabel)) return std::string(line);
  }
  return std::string(lines.front());
}

std::string TopicOf(const workspace::CommitInfo& commit) {
  if (commit.Trailer(kCommandTrailer).empty() && commit.Trailer(kActionTrailer).empty()) return "";
  absl::string_view subject = commit.subject;
  if (!absl::ConsumePrefix(&subject, "security(")) return "";
  subject = subject.substr(0, subject.find(')'));
  return IsSlug(subject) ? std::string(subject) : "";
}

}  // namespace metapowers::server
