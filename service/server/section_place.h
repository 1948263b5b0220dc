// Which section of which workspace a call is about.
#ifndef METAPOWERS_SERVICE_SERVER_SECTION_PLACE_H_
#define METAPOWERS_SERVICE_SERVER_SECTION_PLACE_H_

#include "absl/strings/string_view.h"
#include "service/server/backend.h"
#include "service/server/call.h"
#include "service/server/command_index.h"
#include "service/server/names.h"
#include "service/workspace/snapshot.h"

namespace metapowers::server {

// What it refers to must outlive it.
struct SectionPlace {
  Backend& backend;
  const Call& call;
  absl::string_view uid;  // of the workspace
  const ResourceName& topic;
  const CommandEntry& entry;
  const workspace::Snapshot& head;   // whose history tells what was generated
  const workspace::Snapshot& state;  // what the section is generated on: the head, and what is staged on it
};

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_SECTION_PLACE_H_
