#include "service/workspace/commit.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/workspace/errors.h"
#include "service/workspace/object.h"

namespace metapowers::workspace {
namespace {

absl::Status CommitInvalidError(absl::string_view why) {
  return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat("cannot make a commit: ", why),
                   {.reason = "ARGUMENT_INVALID"});
}

// A name or e-mail as Git can store it: one line, no angle brackets, not fenced by what Git would strip.
std::string CleanIdentityPart(absl::string_view text) {
  std::string line = OneLine(text);
  line.erase(std::remove_if(line.begin(), line.end(), [](char c) { return c == '<' || c == '>'; }), line.end());
  absl::string_view view = line;
  const auto strippable = [](char c) { return absl::StrContains(" .,:;\"'\\", c); };
  while (!view.empty() && strippable(view.front())) view.remove_prefix(1);
  while (!view.empty() && strippable(view.back())) view.remove_suffix(1);
  return std::string(view);
}

absl::StatusOr<std::string> FormatIdentity(absl::string_view role, const Identity& identity, absl::Time time) {
  const std::string name = CleanIdentityPart(identity.name);
  const std::string email = CleanIdentityPart(identity.email);
  if (name.empty()) return CommitInvalidError(absl::StrCat("the ", role, " has no name"));
  if (email.empty()) return CommitInvalidError(absl::StrCat("the ", role, " has no e-mail address"));
  const int64_t seconds = std::max<int64_t>(0, absl::ToUnixSeconds(time));
  return absl::StrCat(role, " ", name, " <", email, "> ", seconds, " +0000\n");
}

// Control characters but line ends and tabs go, so do blank lines at the ends.
std::string CleanMessage(absl::string_view message) {
  std::string clean;
  for (const char c : message) {
    const bool control = absl::ascii_iscntrl(c) && c != '\n' && c != '\t';
    if (!control) clean += c;
  }
  return std::string(absl::StripAsciiWhitespace(clean));
}

// Foreign commits may hold any bytes; what leaves here is UTF-8.
std::string Readable(absl::string_view text) {
  std::string out(text);
  if (IsUtf8(text)) return out;
  for (char& c : out) {
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  }
  return out;
}

bool ParseIdentity(absl::string_view line, Identity& identity, absl::Time& time) {
  const size_t open = line.rfind('<');
  const size_t close = line.rfind('>');
  if (open == absl::string_view::npos || close == absl::string_view::npos || close < open) return false;
  identity.name = OneLine(Readable(absl::StripAsciiWhitespace(line.substr(0, open))));
  identity.email = OneLine(Readable(line.substr(open + 1, close - open - 1)));
  const std::vector<absl::string_view> when = absl::StrSplit(line.substr(close + 1), ' ', absl::SkipEmpty());
  int64_t seconds = 0;
  if (!when.empty() && !absl::SimpleAtoi(when[0], &seconds)) return false;
  time = absl::FromUnixSeconds(seconds);
  return true;
}

bool ParseTrailer(absl::string_view line, std::pair<std::string, std::string>& trailer) {
  const size_t colon = line.find(": ");
  if (colon == absl::string_view::npos || colon == 0) return false;
  const absl::string_view key = line.substr(0, colon);
  if (!std::all_of(key.begin(), key.end(), [](char c) { return absl::ascii_isalnum(c) || c == '-'; })) return false;
  trailer = {std::string(key), OneLine(absl::StripAsciiWhitespace(line.substr(colon + 2)))};
  return true;
}

// The last paragraph is a block of trailers when every line of it is one.
Trailers ParseTrailers(absl::string_view paragraph) {
  Trailers trailers;
  for (const absl::string_view line : absl::StrSplit(paragraph, '\n')) {
    std::pair<std::string, std::string> trailer;
    if (!ParseTrailer(line, trailer)) return {};
    trailers.push_back(std::move(trailer));
  }
  return trailers;
}

void ParseMessage(absl::string_view message, CommitInfo& info) {
  constexpr absl::string_view kBlankLine = "\n\n";
  const std::string text = Readable(absl::StripAsciiWhitespace(message));
  absl::string_view rest = text;
  info.subject = OneLine(rest.substr(0, rest.find(kBlankLine)));
  rest.remove_prefix(std::min(rest.find(kBlankLine), rest.size()));
  rest = absl::StripAsciiWhitespace(rest);
  if (rest.empty()) return;
  const size_t last = rest.rfind(kBlankLine);
  info.trailers = ParseTrailers(absl::StripAsciiWhitespace(last == rest.npos ? rest : rest.substr(last)));
  if (!info.trailers.empty()) rest = last == rest.npos ? "" : rest.substr(0, last);
  info.body = std::string(absl::StripAsciiWhitespace(rest));
}

absl::Status MalformedHeader() { return ObjectCorruptError("(commit)", "malformed header"); }

}  // namespace

std::string CommitInfo::Trailer(absl::string_view key) const {
  for (auto trailer = trailers.rbegin(); trailer != trailers.rend(); ++trailer) {
    if (trailer->first == key) return trailer->second;
  }
  return "";
}

absl::StatusOr<std::string> FormatCommit(const CommitSpec& spec, absl::string_view tree, absl::string_view parent) {
  if (!IsUtf8(spec.message)) return CommitInvalidError("the message is not UTF-8");
  const std::string message = CleanMessage(spec.message);
  if (message.empty()) return CommitInvalidError("the message is blank");
  ASSIGN_OR_RETURN(const std::string author, FormatIdentity("author", spec.author, spec.time));
  ASSIGN_OR_RETURN(const std::string committer, FormatIdentity("committer", spec.committer, spec.time));
  const std::string parent_line = parent.empty() ? "" : absl::StrCat("parent ", parent, "\n");
  return absl::StrCat("tree ", tree, "\n", parent_line, author, committer, "\n", message, "\n");
}

std::string AddSignature(absl::string_view body, absl::string_view signature) {
  const size_t headers = body.find("\n\n") + 1;
  const std::string lines = absl::StrReplaceAll(absl::StripTrailingAsciiWhitespace(signature), {{"\n", "\n "}});
  return absl::StrCat(body.substr(0, headers), "gpgsig ", lines, "\n", body.substr(headers));
}

absl::StatusOr<CommitLinks> ParseLinks(absl::string_view body) {
  // Git writes the tree first, then the parents.
  const auto take = [&body](absl::string_view key) -> std::string {
    absl::string_view rest = body;
    if (!absl::ConsumePrefix(&rest, key)) return "";
    const size_t end = std::min(rest.find('\n'), rest.size());
    body = rest.substr(std::min(end + 1, rest.size()));
    return std::string(rest.substr(0, end));
  };
  CommitLinks links{take("tree "), take("parent ")};
  const bool well_formed = IsObjectId(links.tree) && (links.first_parent.empty() || IsObjectId(links.first_parent));
  if (!well_formed) return MalformedHeader();
  return links;
}

absl::StatusOr<CommitInfo> ParseCommit(absl::string_view body) {
  ASSIGN_OR_RETURN(CommitLinks links, ParseLinks(body));
  CommitInfo info;
  info.tree = std::move(links.tree);
  info.first_parent = std::move(links.first_parent);
  absl::Time author_time;
  bool well_formed = true;
  bool committed = false;
  while (!body.empty() && body.front() != '\n') {
    absl::string_view line = body.substr(0, body.find('\n'));
    body.remove_prefix(std::min(body.size(), line.size() + 1));
    if (absl::ConsumePrefix(&line, "author ")) {
      well_formed &= ParseIdentity(line, info.author, author_time);
    } else if (absl::ConsumePrefix(&line, "committer ")) {
      committed = ParseIdentity(line, info.committer, info.time);
    }
  }
  if (!well_formed || !committed) return MalformedHeader();
  ParseMessage(body, info);
  return info;
}

}  // namespace metapowers::workspace
