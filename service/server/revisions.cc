#include "service/server/revisions.h"

#include <string>

#include "service/server/commit_message.h"

namespace metapowers::server {
namespace {

constexpr size_t kMaxTextBytes = 2 << 10;  // of a text that is cut

// Ends no text inside a UTF-8 sequence.
void Cut(std::string& text) {
  if (text.size() <= kMaxTextBytes) return;
  size_t end = kMaxTextBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
}

}  // namespace

void DescribeRevision(const workspace::CommitInfo& commit, v1::Revision& out) {
  out.set_commit(commit.id);
  out.set_revision(commit.revision);
  out.set_subject(commit.subject);
  out.set_body(commit.body);
  out.set_command(CommandOf(commit));
  out.set_topic(TopicOf(commit));
  out.mutable_author()->set_name(commit.author.name);
  out.mutable_author()->set_email(commit.author.email);
  out.mutable_time()->set_seconds(absl::ToUnixSeconds(commit.time));
  for (const auto& [key, value] : commit.trailers) {
    v1::Trailer& trailer = *out.add_trailers();
    trailer.set_key(key);
    trailer.set_value(value);
  }
}

void LimitRevision(size_t limit, v1::Revision& revision) {
  if (revision.ByteSizeLong() <= limit) return;
  revision.clear_body();
  revision.clear_trailers();
  for (std::string* text : {revision.mutable_subject(), revision.mutable_command(),
                            revision.mutable_author()->mutable_name(), revision.mutable_author()->mutable_email()}) {
    Cut(*text);
  }
}

}  // namespace metapowers::server
