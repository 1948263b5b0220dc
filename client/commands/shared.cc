#include "client/commands/shared.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/output.h"
#include "metapowers/v1/document_service.grpc.pb.h"
#include "service/base/ids.h"

namespace metapowers::client {
namespace {

// What the service takes; larger input need not be sent to be refused.
constexpr size_t kMaxModelBytes = 4 << 20;
// Pages read to find an abbreviated id: 10,000 commits.
constexpr int kPageSize = 1000;
constexpr int kMaxPages = 10;

bool IsHex(absl::string_view text) {
  for (const char c : text) {
    if (!absl::ascii_isxdigit(c)) return false;
  }
  return !text.empty();
}

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

std::string ShortId(const std::string& commit) { return commit.substr(0, 7); }

bool ReadInput(Session& session, const std::string& path, std::string* bytes, int* exit_code) {
  const bool standard_input = path == "-";
  const std::string name = standard_input ? "standard input" : absl::StrCat("'", path, "'");
  std::FILE* file = standard_input ? stdin : std::fopen(path.c_str(), "rb");
  std::string problem = file == nullptr ? std::strerror(errno) : "";
  bytes->clear();
  char chunk[64 << 10];
  while (file != nullptr && bytes->size() <= kMaxModelBytes) {
    const size_t count = std::fread(chunk, 1, sizeof(chunk), file);
    bytes->append(chunk, count);
    if (count > 0) continue;
    if (std::ferror(file) != 0) problem = std::strerror(errno);
    break;
  }
  if (file != nullptr && !standard_input) std::fclose(file);
  if (!problem.empty()) {
    *exit_code = session.Fail(kExitInvalid, absl::StrCat("cannot read ", name, ": ", problem),
                              "name a file that you may read, or - for standard input");
  } else if (bytes->empty()) {
    *exit_code = session.Fail(kExitInvalid, absl::StrCat(name, " is empty"),
                              "name a file that holds a system model; 'metapowers init --help' shows how to start one");
  } else if (bytes->size() > kMaxModelBytes) {
    *exit_code = session.Fail(kExitInvalid, absl::StrCat(name, " is larger than a system model may be, 4 MiB"),
                              "describe parts of the system as topics of their own");
  } else {
    session.set_model_source(standard_input ? "<stdin>" : path);
    return true;
  }
  return false;
}

metapowers::v1::CommandContext NewCommandContext(Session& session, const std::string& topic,
                                                 const std::string& request_id) {
  metapowers::v1::CommandContext context;
  context.set_topic(session.TopicName(topic));
  context.set_request_id(request_id.empty() ? NewUuid() : request_id);
  // As git does; in local mode the service falls back to the repository's user.name and user.email.
  std::string name = Environment("GIT_AUTHOR_NAME");
  std::string email = Environment("GIT_AUTHOR_EMAIL");
  if (session.remote() && name.empty()) name = Environment("USER");
  if (session.remote() && email.empty() && !name.empty()) {
    char host[256] = "localhost";
    (void)gethostname(host, sizeof(host) - 1);
    email = absl::StrCat(name, "@", host);
  }
  if (!name.empty()) {
    context.mutable_author()->set_name(name);
    context.mutable_author()->set_email(email);
  }
  return context;
}

bool ResolveRevision(Session& session, const std::string& topic, const std::string& revision, std::string* commit,
                     int* exit_code) {
  if (revision.empty() || (revision.size() == 40 && IsHex(revision))) {
    *commit = revision;
    return true;
  }
  int back = -1;
  if (revision == "HEAD") back = 0;
  if (absl::StartsWith(revision, "HEAD~") && (!absl::SimpleAtoi(revision.substr(5), &back) || back < 0)) back = -1;
  if (back < 0 && (revision.size() < 4 || !IsHex(revision))) {
    *exit_code = session.Fail(kExitUsage, absl::StrCat("'", revision, "' is not a revision"),
                              "use a commit id of 4 to 40 digits, HEAD or HEAD~N");
    return false;
  }
  const std::shared_ptr<grpc::Channel> channel = session.Channel(exit_code);
  if (channel == nullptr) return false;
  const auto documents = metapowers::v1::DocumentService::NewStub(channel);
  metapowers::v1::ListRevisionsRequest request;
  request.set_parent(session.TopicName(topic));
  request.set_page_size(kPageSize);
  std::vector<std::string> found;
  int seen = 0;
  for (int page = 0; page < kMaxPages; ++page) {
    metapowers::v1::ListRevisionsResponse response;
    const auto context = session.NewContext();
    if (const grpc::Status status = documents->ListRevisions(context.get(), request, &response); !status.ok()) {
      *exit_code = session.Fail(status);
      return false;
    }
    for (const auto& entry : response.revisions()) {
      const bool match = back >= 0 ? seen == back : absl::StartsWith(entry.commit(), absl::AsciiStrToLower(revision));
      if (match) found.push_back(entry.commit());
      ++seen;
    }
    if (response.next_page_token().empty() || (back >= 0 && !found.empty())) break;
    request.set_page_token(response.next_page_token());
  }
  if (found.size() == 1) {
    *commit = found.front();
    return true;
  }
  *exit_code = found.empty()
                   ? session.Fail(kExitNotFound, absl::StrCat("no revision '", revision, "' of topic '", topic, "'"),
                                  absl::StrCat("metapowers log ", topic))
                   : session.Fail(kExitUsage, absl::StrCat("'", revision, "' names ", found.size(), " revisions"),
                                  "give more digits");
  return false;
}

void PrintDiff(Session& session, const std::string& diff) {
  for (absl::string_view line : absl::StrSplit(absl::StripSuffix(diff, "\n"), '\n')) {
    const std::string safe = ForTerminal(line);
    if (absl::StartsWith(line, "+++") || absl::StartsWith(line, "---")) {
      session.out() << session.Styled("1", safe);
    } else if (absl::StartsWith(line, "@@")) {
      session.out() << session.Styled("36", safe);
    } else if (absl::StartsWith(line, "+")) {
      session.out() << session.Styled("32", safe);
    } else if (absl::StartsWith(line, "-")) {
      session.out() << session.Styled("31", safe);
    } else {
      session.out() << safe;
    }
    session.out() << '\n';
  }
}

std::string OutcomeLine(Session& session, const metapowers::v1::CommandOutcome& outcome) {
  if (!outcome.changed()) return session.Styled("2", "unchanged");
  if (outcome.commit().empty()) return session.Styled("33", "would change");
  return session.Styled("32", absl::StrCat("committed ", ShortId(outcome.commit())));
}

}  // namespace metapowers::client
