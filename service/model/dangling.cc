#include "service/model/dangling.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/model/schema.h"
#include "service/model/validate.h"

namespace metapowers::model {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::vector<Dangling> FindDangling(const v1::SystemModel& model, const SourceMap& map) {
  std::vector<Dangling> out;
  const Collections known = Collections::Of(model, map);
  std::vector<Dangling::Link> links;
  const auto walk = [&](const Message& message, const std::string& path, const auto& self) -> void {
    std::vector<const FieldDescriptor*> set;
    message.GetReflection()->ListFields(message, &set);
    for (const FieldDescriptor* field : set) {
      const std::string& collection = RuleOf(*field).refers_to();
      const std::string at = AppendPath(path, field->name());
      const int size = field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
      links.push_back({&message, field, nullptr});
      for (int i = 0; !collection.empty() && i < size; ++i) {
        std::string id = StringAt(message, *field, field->is_repeated() ? i : -1);
        if (!known.MayContain(collection, id)) out.push_back({at, collection, std::move(id), links});
      }
      size_t index = 0;
      for (const Message* inner : MessagesIn(message, *field)) {
        const std::string key = IdOf(*inner).empty() ? absl::StrCat(index) : IdOf(*inner);
        links.back().part = inner;
        self(*inner, field->is_repeated() ? absl::StrCat(at, "[", key, "]") : at, self);
        ++index;
      }
      links.pop_back();
    }
  };
  walk(model, "", walk);
  return out;
}

bool Holds(const Message& message, const Dangling& dangling) {
  const auto& type = *message.GetDescriptor();
  if (CollectionOf(type) == dangling.collection && IdOf(message) == dangling.id) return true;
  for (int i = 0; i < type.field_count(); ++i) {
    const std::vector<const Message*> parts = MessagesIn(message, *type.field(i));
    if (std::any_of(parts.begin(), parts.end(), [&](const Message* part) { return Holds(*part, dangling); }))
      return true;
  }
  return false;
}

}  // namespace metapowers::model
