// What an export is made of, and how its files are told from those of others.
#ifndef METAPOWERS_SERVICE_EXPORT_FILE_H_
#define METAPOWERS_SERVICE_EXPORT_FILE_H_

#include <google/protobuf/message.h>

#include <string>

#include "absl/strings/string_view.h"
#include "metapowers/v1/command_options.pb.h"

namespace metapowers::exporting {

// A file, and a part of its text that is the same in every export of it.
struct File {
  std::string name;
  std::string text;
  std::string mark;
};

// What a command made. Both outlive it.
struct CommandResult {
  const v1::Command* command = nullptr;
  const google::protobuf::Message* message = nullptr;
};

// The namespace of all ids below. Never changes, or every platform would take everything for new.
inline constexpr absl::string_view kExportNamespace = "3f0c7c54-9d0e-5a7b-8a58-6b1d4c2e9f60";

// The UUID of version 5 of a name within that namespace: what has the same name gets the same id in every export.
std::string ExportId(absl::string_view name);

}  // namespace metapowers::exporting

#endif  // METAPOWERS_SERVICE_EXPORT_FILE_H_
