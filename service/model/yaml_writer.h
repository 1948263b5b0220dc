// A message as YAML that people read and ReadYaml() reads back.
#ifndef METAPOWERS_SERVICE_MODEL_YAML_WRITER_H_
#define METAPOWERS_SERVICE_MODEL_YAML_WRITER_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace metapowers::model {

// Comments of a text. A line may hold anything; it is made one line of allowed characters.
struct YamlComments {
  std::vector<std::string> opening;
  std::vector<std::string> closing;
  // At the end of the line that a value begins on, by path: `components[web].replicas`, a part by its key, and an
  // entry of a list without an id by its index.
  std::map<std::string, std::string> beside;
};

// `message` in block style, fields in the order of the proto, unset ones left out. Each list and part of the root
// has an empty line and the proto's own comment before it. Lists of short words stand on one line.
//
// Reading the text gives an equal message for every message that was itself read from YAML. Of others, text is
// changed where YAML could not hold it: characters that are not allowed become U+FFFD, line ends at its end are
// left out.
std::string WriteYaml(const google::protobuf::Message& message, const YamlComments& comments = {});

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_YAML_WRITER_H_
