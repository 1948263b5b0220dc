// What the client's commands take as the name of a document or section.
#ifndef METAPOWERS_CLIENT_COMMANDS_ADDRESS_H_
#define METAPOWERS_CLIENT_COMMANDS_ADDRESS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "client/session.h"

namespace metapowers::client {

// TOPIC[/DOCUMENT][#COMMAND][@REVISION]; what it lacks is empty.
struct Address {
  std::string topic, document, command, revision;
};

// Pure.
Address ParseAddress(absl::string_view text);

// The file of the document that the address names, or that holds the section of its command: `identify` and
// `01-identify` are short for `01-identify.md`. On a failure prints it and returns false.
bool FindDocument(Session& session, const Address& address, std::string* file, int* exit_code);

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_COMMANDS_ADDRESS_H_
