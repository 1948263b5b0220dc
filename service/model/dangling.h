// References that lead to nothing. Internal to model/. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_MODEL_DANGLING_H_
#define METAPOWERS_SERVICE_MODEL_DANGLING_H_

#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "service/model/faults.h"

namespace metapowers::model {

// A reference that leads to nothing.
struct Dangling {
  // A message on the way to it, and what of it leads on.
  struct Link {
    const google::protobuf::Message* holder;
    const google::protobuf::FieldDescriptor* field;
    const google::protobuf::Message* part;  // nullptr for the field that has the reference
  };

  std::string path;  // of the field that has it
  std::string collection;
  std::string id;
  std::vector<Link> links;  // from the root
};

// All of a model that was read with `map`.
std::vector<Dangling> FindDangling(const v1::SystemModel& model, const SourceMap& map);

// Whether a message is, or has, the element that is referred to.
bool Holds(const google::protobuf::Message& message, const Dangling& dangling);

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_DANGLING_H_
