#include "client/commands/revision_line.h"

#include <ostream>

#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "client/commands/shared.h"
#include "client/output.h"

namespace metapowers::client {

using metapowers::v1::Revision;

std::string WhatOf(const Revision& revision) {
  const std::string subject = ForTerminal(revision.subject());
  const size_t colon = subject.find(": ");
  return revision.topic().empty() || colon == std::string::npos ? subject : subject.substr(colon + 2);
}

std::string TimeOf(const Revision& revision, const char* format) {
  return absl::FormatTime(format, absl::FromUnixSeconds(revision.time().seconds()), absl::UTCTimeZone());
}

std::vector<std::string> RevisionRow(Session& session, const Revision& revision, bool with_topic) {
  std::vector<std::string> row = {session.Styled("33", ShortId(revision.commit())), TimeOf(revision)};
  if (with_topic) row.push_back(ForTerminal(revision.topic()));
  row.push_back(WhatOf(revision));
  row.push_back(ForTerminal(revision.author().name()));
  row.push_back(ForTerminal(revision.summary()));
  return row;
}

void PrintRevisionLine(Session& session, const Revision& revision, bool with_topic) {
  std::vector<std::string> row = RevisionRow(session, revision, with_topic);
  if (row.back().empty()) row.pop_back();
  session.out() << absl::StrJoin(row, "  ") << '\n';
}

}  // namespace metapowers::client
