#include "service/model/proto_comments.h"

#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/descriptor.pb.h"
#include "service/model/model_descriptors.h"

namespace metapowers::model {

using google::protobuf::DescriptorProto;
using google::protobuf::FileDescriptorProto;

namespace {

std::map<std::string, std::string> ReadComments() {
  google::protobuf::FileDescriptorSet set;
  set.ParseFromArray(kModelDescriptors, static_cast<int>(kModelDescriptorsSize));
  std::map<std::string, std::string> comments;
  for (const FileDescriptorProto& file : set.file()) {
    for (const auto& location : file.source_code_info().location()) {
      const auto& path = location.path();
      if (path.size() != 2 && path.size() != 4) continue;
      std::string name;
      if (path[0] == FileDescriptorProto::kMessageTypeFieldNumber) {
        const DescriptorProto& message = file.message_type(path[1]);
        name = absl::StrCat(file.package(), ".", message.name());
        if (path.size() == 4) {
          if (path[2] != DescriptorProto::kFieldFieldNumber) continue;
          absl::StrAppend(&name, ".", message.field(path[3]).name());
        }
      } else if (path[0] == FileDescriptorProto::kEnumTypeFieldNumber) {
        const google::protobuf::EnumDescriptorProto& type = file.enum_type(path[1]);
        // In C++ and protobuf, a value's scope is that of its enum.
        name = absl::StrCat(file.package(), ".", path.size() == 4 ? type.value(path[3]).name() : type.name());
      } else {
        continue;
      }
      std::string comment = absl::StrReplaceAll(location.leading_comments(), {{"\n ", " "}, {"\n", " "}});
      comments[name] = std::string(absl::StripAsciiWhitespace(comment));
    }
  }
  return comments;
}

}  // namespace

const std::string& ProtoComment(const std::string& full_name) {
  static const auto* const comments = new std::map<std::string, std::string>(ReadComments());
  static const auto* const none = new std::string();
  const auto found = comments->find(full_name);
  return found == comments->end() ? *none : found->second;
}

}  // namespace metapowers::model
