#include "service/export/left_out.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "service/model/schema.h"

namespace metapowers::exporting {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::vector<std::string> LeftOut(const model::v1::SystemModel& model, const SaidFields& said) {
  std::vector<std::string> left;
  const auto& type = *model::v1::SystemModel::descriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!model::IsSet(model, field)) continue;
    const auto found = said.find(field.name());
    if (found == said.end()) {
      left.push_back(field.name());
      continue;
    }
    const std::vector<const Message*> parts = model::MessagesIn(model, field);
    for (int j = 0; !parts.empty() && j < field.message_type()->field_count(); ++j) {
      const FieldDescriptor& inner = *field.message_type()->field(j);
      if (found->second.count(inner.name()) > 0) continue;
      if (std::any_of(parts.begin(), parts.end(), [&](const Message* part) { return model::IsSet(*part, inner); })) {
        left.push_back(absl::StrCat(field.name(), ".", inner.name()));
      }
    }
  }
  return left;
}

}  // namespace metapowers::exporting
