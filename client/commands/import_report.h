// What is told of an import.
#ifndef METAPOWERS_CLIENT_COMMANDS_IMPORT_REPORT_H_
#define METAPOWERS_CLIENT_COMMANDS_IMPORT_REPORT_H_

#include <ostream>

#include "metapowers/v1/model_service.pb.h"

namespace metapowers::client {

// What was imported and what not, with the reason once for all that have it, what is assumed and how much is open.
void PrintImport(std::ostream& out, const metapowers::v1::ImportModelResponse& imported);

// The warnings, a line each; of many the first.
void PrintImportWarnings(std::ostream& err, const metapowers::v1::ImportModelResponse& imported);

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_COMMANDS_IMPORT_REPORT_H_
