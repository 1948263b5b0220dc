// Writes files that the service has made into a folder of the caller.
#ifndef METAPOWERS_CLIENT_COMMANDS_EXPORTED_FILES_H_
#define METAPOWERS_CLIENT_COMMANDS_EXPORTED_FILES_H_

#include <string>

#include "client/session.h"
#include "google/protobuf/repeated_field.h"
#include "metapowers/v1/export_service.pb.h"

namespace metapowers::client {

// Writes each file whole or not at all and prints its path on stdout; one that is there with the same text is left
// alone. A file without its mark is somebody else's: nothing at all is written then, unless `force`. Tells on stderr
// how many files were written, and which files of earlier exports are no part of this one. Returns the exit code.
int WriteExported(Session& session, const google::protobuf::RepeatedPtrField<metapowers::v1::ExportedFile>& files,
                  const std::string& folder, bool force);

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_COMMANDS_EXPORTED_FILES_H_
