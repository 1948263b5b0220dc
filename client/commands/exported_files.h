// Writes files that the service has made into a folder of the caller.
#ifndef METAPOWERS_CLIENT_COMMANDS_EXPORTED_FILES_H_
#define METAPOWERS_CLIENT_COMMANDS_EXPORTED_FILES_H_

#include <string>

#include "client/session.h"
#include "metapowers/v1/export_service.pb.h"

namespace metapowers::client {

// Writes each file whole or not at all and prints its path on stdout; one that is there with the same text is left
// alone. A file without its mark is somebody else's: nothing at all is written then, unless `force`. Tells on stderr
// how many files were written, and which files of earlier exports are no part of this one: those with an ending that
// this one has too, and with its family mark. Returns the exit code.
int WriteExported(Session& session, const metapowers::v1::ExportResponse& exported, const std::string& folder,
                  bool force);

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_COMMANDS_EXPORTED_FILES_H_
