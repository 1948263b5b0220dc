// The command line: arguments in, exit code out.
#ifndef METAPOWERS_CLIENT_CLI_H_
#define METAPOWERS_CLIENT_CLI_H_

#include <string>
#include <vector>

#include "client/session.h"

namespace metapowers::client {

// Runs `metapowers ARGUMENTS…` (without the program's name).
int RunCli(const std::vector<std::string>& arguments, const Streams& streams);

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_CLI_H_
