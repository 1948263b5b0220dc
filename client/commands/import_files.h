// The files of other tools that an import sends.
#ifndef METAPOWERS_CLIENT_COMMANDS_IMPORT_FILES_H_
#define METAPOWERS_CLIENT_COMMANDS_IMPORT_FILES_H_

#include <string>
#include <vector>

#include "client/session.h"
#include "google/protobuf/repeated_field.h"
#include "metapowers/v1/model_service.pb.h"

namespace metapowers::client {

// Files to read, and what of the folders named is left out with a reason.
struct ImportPaths {
  std::vector<std::string> files;  // in the order named, those of a folder sorted; once each
  // Their names in a model and in messages, likewise: as they were named where that is below the current folder, else
  // from the folder named on, so that no model tells where somebody's files lie. Each is another.
  std::vector<std::string> names;
  std::vector<metapowers::v1::SkippedItem> skipped;
  std::string problem;  // why there is no answer; empty when there is one
};

// Follows `paths` into folders, where the names that end in .yaml, .yml and .json are taken; hidden ones, node_modules
// and links are not. Links that lead out of the folder named are told. A file named itself is taken whatever its name;
// "-" is standard input. More than `limit` files are a problem.
ImportPaths FindImportFiles(const std::vector<std::string>& paths, size_t limit);

// Reads the files that `paths` name into `files`, and tells in `skipped` what was left out here. On a failure prints
// it and returns false.
bool ReadImportFiles(Session& session, const std::vector<std::string>& paths,
                     google::protobuf::RepeatedPtrField<metapowers::v1::ImportFile>* files,
                     std::vector<metapowers::v1::SkippedItem>* skipped, int* exit_code);

// Has the server draft a model from the files that `paths` name. On a failure prints it and returns false.
bool ImportFrom(Session& session, const std::vector<std::string>& paths, const std::string& topic,
                metapowers::v1::ImportModelResponse* imported, int* exit_code);

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_COMMANDS_IMPORT_FILES_H_
