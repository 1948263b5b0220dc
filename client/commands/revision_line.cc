#include "client/commands/revision_line.h"

#include <ostream>
#include <string>

#include "absl/time/time.h"
#include "client/commands/shared.h"
#include "client/output.h"

namespace metapowers::client {

void PrintRevision(Session& session, const metapowers::v1::Revision& revision) {
  const absl::Time time = absl::FromUnixSeconds(revision.time().seconds());
  session.out() << session.Styled("33", ShortId(revision.commit())) << "  "
                << absl::FormatTime("%Y-%m-%d %H:%M", time, absl::UTCTimeZone()) << "  "
                << ForTerminal(revision.author().name()) << "  " << ForTerminal(revision.subject()) << '\n';
  const std::string first_line = revision.body().substr(0, revision.body().find('\n'));
  if (!first_line.empty()) session.out() << "         " << ForTerminal(first_line) << '\n';
}

}  // namespace metapowers::client
