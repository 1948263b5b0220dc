#include "client/commands/shared.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "service/base/ids.h"

namespace metapowers::client {
namespace {

// What the service takes; larger input need not be sent to be refused.
constexpr size_t kMaxModelBytes = 4 << 20;
std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

std::string ShortId(const std::string& commit) { return commit.substr(0, 7); }

std::string ReadBytes(const std::string& path, size_t limit, std::string* bytes) {
  const bool standard_input = path == "-";
  std::FILE* file = standard_input ? stdin : std::fopen(path.c_str(), "rb");
  if (file == nullptr) return std::strerror(errno);
  std::string problem;
  bytes->clear();
  char chunk[64 << 10];
  while (bytes->size() <= limit) {
    const size_t count = std::fread(chunk, 1, sizeof(chunk), file);
    bytes->append(chunk, count);
    if (count > 0) continue;
    if (std::ferror(file) != 0) problem = std::strerror(errno);
    break;
  }
  if (!standard_input) std::fclose(file);
  return problem;
}

bool ReadInput(Session& session, const std::string& path, std::string* bytes, int* exit_code) {
  const bool standard_input = path == "-";
  const std::string name = standard_input ? "standard input" : absl::StrCat("'", path, "'");
  if (const std::string problem = ReadBytes(path, kMaxModelBytes, bytes); !problem.empty()) {
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

std::string OutcomeLine(Session& session, const metapowers::v1::CommandOutcome& outcome) {
  if (!outcome.changed()) return session.Styled("2", "unchanged");
  if (outcome.commit().empty()) return session.Styled("33", "would change");
  return session.Styled("32", absl::StrCat("committed ", ShortId(outcome.commit())));
}

}  // namespace metapowers::client
