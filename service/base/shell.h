// Command lines that a person copies into a shell. Pure.
#ifndef METAPOWERS_SERVICE_BASE_SHELL_H_
#define METAPOWERS_SERVICE_BASE_SHELL_H_

#include <string>

#include "absl/strings/string_view.h"

namespace metapowers {

// The text as one word of a command: as it is where a shell reads nothing into it, else in single quotes.
std::string ShellWord(absl::string_view text);

}  // namespace metapowers

#endif  // METAPOWERS_SERVICE_BASE_SHELL_H_
