// Changes single values in the text of a message: every other byte stays, comments and the order of keys included.
#ifndef METAPOWERS_SERVICE_MODEL_TEXT_EDIT_H_
#define METAPOWERS_SERVICE_MODEL_TEXT_EDIT_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace metapowers::model {

// A step from a message to what it holds: a field, or the entry of a list of messages at a position.
struct ValueStep {
  const google::protobuf::FieldDescriptor* field = nullptr;
  int index = -1;
};

// One change. What the path leads through and the text does not have yet is written too.
struct TextEdit {
  // To a field, or to an entry of a list; a position behind the last entry adds one.
  std::vector<ValueStep> path;
  // What has the new value: of a field, a message of the type that holds it; of an entry, the entry itself. nullptr
  // takes the field or the entry out; the last entry of a list takes the list with it. Must live until EditText().
  const google::protobuf::Message* from = nullptr;
  // What values rest on (see import_mark.h), by path below that of the edit, "" for the value itself: comments beside
  // them, as YamlComments has it.
  std::map<std::string, std::string> marks;
};

// `yaml`, which reads as `message` (entries in the order of the text), with the edits: no two of one value, and none
// inside of what another takes out. A mark that stands beside a changed value goes, since it told of the old one, and
// one at the head of a part with a changed value comes to stand beside the others; comments of people stay, those of
// what is taken out in its place. New fields follow those that come before them in the schema, new entries are last.
// INVALID_ARGUMENT MODEL_INVALID when the text is no YAML, or has a value on one line where the new one needs several.
// Pure; thread-safe.
absl::StatusOr<std::string> EditText(absl::string_view yaml, const google::protobuf::Message& message,
                                     const std::vector<TextEdit>& edits);

// `yaml`, which reads as `message`, with the marks that stand in it as `marks` have them now, by path from the root; a
// value without a mark gets none. Lists without ids are left as they are. `yaml` itself when it is no YAML. Pure;
// thread-safe.
std::string RefreshMarks(absl::string_view yaml, const google::protobuf::Message& message,
                         const std::map<std::string, std::string>& marks);

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_TEXT_EDIT_H_
