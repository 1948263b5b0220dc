// Long output on a terminal goes through a pager.
#ifndef METAPOWERS_CLIENT_PAGER_H_
#define METAPOWERS_CLIENT_PAGER_H_

#include <ostream>
#include <sstream>
#include <string>

#include "client/session.h"

namespace metapowers::client {

// Collects what is written to the session's out() while it lives, and then shows it: through $PAGER (`less -FRX` where
// it is not set) when stdout is a terminal with fewer lines, else as it is. With --no-pager, off a terminal, and for
// JSON and YAML nothing is collected.
class PagedOutput {
 public:
  explicit PagedOutput(Session& session);
  ~PagedOutput();
  PagedOutput(const PagedOutput&) = delete;
  PagedOutput& operator=(const PagedOutput&) = delete;

 private:
  Session& session_;
  std::ostringstream collected_;
  std::ostream* real_ = nullptr;  // where the output goes in the end; nullptr when nothing is collected
};

// Whether `text` takes more lines than the terminal has, long ones filling several. Pure.
bool NeedsPager(absl::string_view text, size_t columns, size_t lines);

// Whether a pager has the terminal, and interrupts are its own. Thread-safe.
bool PagerIsOpen();

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_PAGER_H_
