// Long output on a terminal goes through a pager.
#ifndef METAPOWERS_CLIENT_PAGER_H_
#define METAPOWERS_CLIENT_PAGER_H_

#include <ostream>
#include <sstream>
#include <string>

#include "client/session.h"

namespace metapowers::client {

// Collects what is written to the session's out() while it lives, and shows it: through $PAGER (`less -FRX` where it is
// not set) when stdout is a terminal with fewer lines, else as it is. With --no-pager, off a terminal, and for JSON and
// YAML nothing is collected.
class PagedOutput {
 public:
  explicit PagedOutput(Session& session);
  ~PagedOutput();
  PagedOutput(const PagedOutput&) = delete;
  PagedOutput& operator=(const PagedOutput&) = delete;

  // Hands on what was written so far, once it is more than a screen, so that long output can be read while it is made.
  // False when whoever reads it has read enough.
  bool HandOn();

 private:
  // Starts the pager; false when there is none.
  bool Start();
  // Waits for its end; false when there is no such pager, and nothing was shown.
  bool Finish();

  Session& session_;
  std::string pager_;  // command; "" for none
  std::ostringstream collected_;
  std::ostream* real_ = nullptr;  // where the output goes in the end; nullptr when nothing is collected
  std::string text_;              // all that was collected
  int input_ = -1;                // of the pager, once it runs
  int process_ = -1;
};

// Whether `text` takes more lines than the terminal has, long ones filling several. Pure.
bool NeedsPager(absl::string_view text, size_t columns, size_t lines);

// Whether a pager has the terminal, and interrupts are its own. Thread-safe.
bool PagerIsOpen();

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_PAGER_H_
