#include "service/server/context.h"

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/base/ids.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/workspace/object.h"

namespace metapowers::server {
namespace {

constexpr size_t kMaxReasonBytes = 500;
constexpr size_t kMaxPersonBytes = 200;
constexpr int64_t kMaxSeconds = 253402300799;  // 9999-12-31T23:59:59Z

bool IsEtag(absl::string_view text) {
  if (text.size() < 3 || text.front() != '"' || text.back() != '"') return false;
  text = text.substr(1, text.size() - 2);
  return text == "0" || workspace::IsObjectId(text);
}

// `text` on one line without spaces around it.
std::string Clean(absl::string_view text) {
  std::string line = OneLine(text);
  absl::StripAsciiWhitespace(&line);
  return line;
}

void CheckPerson(const v1::Person& person, workspace::Identity& author, std::vector<Violation>& wrong) {
  author = {Clean(person.name()), Clean(person.email())};
  for (const auto& [field, text] :
       {std::pair("context.author.name", &author.name), std::pair("context.author.email", &author.email)}) {
    if (text->empty()) wrong.push_back({field, "must not be empty when an author is given", ""});
    if (text->size() > kMaxPersonBytes) wrong.push_back({field, "must have at most 200 bytes", ""});
  }
}

document::EditChoice CheckEditChoice(const v1::CommandContext& context, std::vector<Violation>& wrong) {
  switch (context.edit_choice()) {
    case v1::EDIT_CHOICE_UNSPECIFIED:
      return document::EditChoice::kRefuse;
    case v1::EDIT_CHOICE_KEEP:
      return document::EditChoice::kKeep;
    case v1::EDIT_CHOICE_TAKE:
      return document::EditChoice::kTake;
    case v1::EDIT_CHOICE_MARKERS:
      if (!context.validate_only()) {
        wrong.push_back(
            {"context.edit_choice", "must not be markers without validate_only: they are shown, not written", ""});
      }
      return document::EditChoice::kMarkers;
    default:
      wrong.push_back({"context.edit_choice", "must be a choice that this server knows", ""});
      return document::EditChoice::kRefuse;
  }
}

}  // namespace

absl::StatusOr<CheckedContext> CheckContext(const v1::CommandContext& context, const Clock& clock) {
  CheckedContext checked;
  ASSIGN_OR_RETURN(checked.topic, ParseTopicName(context.topic()));
  std::vector<Violation> wrong;
  checked.request_id = absl::AsciiStrToLower(context.request_id());
  if (!checked.request_id.empty() && !IsUuid(checked.request_id)) {
    wrong.push_back({"context.request_id", "must be a UUID, e.g. 123e4567-e89b-42d3-a456-426614174000", ""});
  }
  checked.topic_etag = context.topic_etag();
  if (!checked.topic_etag.empty() && !IsEtag(checked.topic_etag)) {
    wrong.push_back({"context.topic_etag", "must be an etag that this server gave, with its quotes, or \"0\"", ""});
  }
  checked.expected_head = context.expected_head();
  if (!checked.expected_head.empty() && !workspace::IsObjectId(checked.expected_head)) {
    wrong.push_back({"context.expected_head", "must be a full commit id: 40 lower-case hex digits", ""});
  }
  checked.validate_only = context.validate_only();
  checked.skip_checks = context.skip_checks();
  checked.skip_reason = Clean(context.skip_reason());
  if (checked.skip_checks == checked.skip_reason.empty()) {
    wrong.push_back({"context.skip_reason",
                     checked.skip_checks ? "must say why the checks are skipped" : "must be empty without skip_checks",
                     ""});
  }
  if (checked.skip_reason.size() > kMaxReasonBytes) {
    wrong.push_back({"context.skip_reason", absl::StrCat("must have at most ", kMaxReasonBytes, " bytes"), ""});
  }
  checked.edit_choice = CheckEditChoice(context, wrong);
  if (context.has_author()) CheckPerson(context.author(), checked.author, wrong);
  checked.time = absl::FromUnixSeconds(absl::ToUnixSeconds(clock.Now()));
  if (context.has_commit_time()) {
    const int64_t seconds = context.commit_time().seconds();
    if (seconds < 0 || seconds > kMaxSeconds) {
      wrong.push_back({"context.commit_time", "must lie between the years 1970 and 9999", ""});
    } else {
      checked.time = absl::FromUnixSeconds(seconds);
    }
  }
  checked.model_yaml = context.model_yaml();
  for (int i = 0; i < context.attachments_size(); ++i) {
    const v1::Attachment& attachment = context.attachments(i);
    const std::string field = absl::StrCat("context.attachments[", i, "].");
    if (attachment.content().empty()) wrong.push_back({field + "content", "must not be empty", ""});
    if (!checked.attachments.emplace(attachment.path(), &attachment).second) {
      wrong.push_back({field + "path", "is the path of another attachment too", ""});
    }
  }
  if (wrong.empty()) return checked;
  const std::string message =
      absl::StrCat(wrong.front().field, " ", wrong.front().description, wrong.size() > 1 ? " (and more)" : "");
  return MakeError(absl::StatusCode::kInvalidArgument, message,
                   {"ARGUMENT_INVALID", {}, std::move(wrong), "correct the fields named, nothing was committed"});
}

absl::StatusOr<std::shared_ptr<const workspace::Snapshot>> BaseOf(const CheckedContext& context, absl::string_view uid,
                                                                  workspace::Engine& engine) {
  ASSIGN_OR_RETURN(auto base, context.validate_only ? engine.Head(uid) : engine.Tip(uid));
  if (context.expected_head.empty() || context.expected_head == base->commit()) return base;
  return MakeError(absl::StatusCode::kAborted, absl::StrCat("the head of the workspace is not ", context.expected_head),
                   {"HEAD_MOVED",
                    {{"expected", context.expected_head}, {"actual", base->commit()}},
                    {},
                    "look at what changed, then call again with the new head"});
}

std::string TopicEtag(absl::string_view tree) { return tree.empty() ? "\"0\"" : absl::StrCat("\"", tree, "\""); }

absl::Status CheckTopicEtag(const CheckedContext& context, absl::string_view tree) {
  const std::string etag = TopicEtag(tree);
  if (context.topic_etag.empty() || context.topic_etag == etag) return absl::OkStatus();
  return MakeError(absl::StatusCode::kAborted,
                   absl::StrCat("topic \"", context.topic.topic, "\" has changed since it was read"),
                   {"TOPIC_CHANGED",
                    {{"expected", context.topic_etag}, {"actual", etag}},
                    {},
                    "look at what changed, then call again with the new etag"});
}

}  // namespace metapowers::server
