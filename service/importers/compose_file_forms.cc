// Which form the values of a service have: see compose_file_project.h.
#include <string>

#include "absl/strings/str_cat.h"
#include "service/importers/compose_file_project.h"

namespace metapowers::importers::compose_file {
namespace {

enum Form { kText = 1, kList = 2, kMap = 4 };

struct Key {
  absl::string_view name;
  int forms;
  int items = kText;  // forms of the items of a list
};

// The keys that are read. Others may be anything.
constexpr Key kKeys[] = {
    {"build", kText | kMap},
    {"cap_add", kList},
    {"cap_drop", kList},
    {"command", kText | kList},
    {"configs", kList, kText | kMap},
    {"container_name", kText},
    {"depends_on", kList | kMap},
    {"deploy", kMap},
    {"devices", kList, kText | kMap},
    {"entrypoint", kText | kList},
    {"env_file", kText | kList, kText | kMap},
    {"environment", kList | kMap},
    {"extends", kText | kMap},
    {"hostname", kText},
    {"image", kText},
    {"labels", kList | kMap},
    {"links", kList},
    {"network_mode", kText},
    {"networks", kList | kMap},
    {"ports", kList, kText | kMap},
    {"privileged", kText},
    {"profiles", kList},
    {"read_only", kText},
    {"scale", kText},
    {"secrets", kList, kText | kMap},
    {"security_opt", kList},
    {"user", kText},
    {"volumes", kList, kText | kMap},
};

bool Fits(const Field& field, int forms) {
  return (field.is_scalar() && (forms & kText) != 0) || (field.is_list() && (forms & kList) != 0) ||
         (field.is_map() && (forms & kMap) != 0);
}

std::string NameOf(int forms) {
  std::string name;
  const auto add = [&](int form, absl::string_view text) {
    if ((forms & form) != 0) absl::StrAppend(&name, name.empty() ? "" : " or ", text);
  };
  add(kText, "text");
  add(kList, "a list");
  add(kMap, "a mapping");
  return name;
}

}  // namespace

void CheckForms(const Field& service, const LayerTags& tags) {
  for (const Key& key : kKeys) {
    const Field field = service[key.name];
    if (!field.exists() || IsReset(tags, field)) continue;
    if (!Fits(field, key.forms)) {
      field.Fault(absl::StrCat("must be ", NameOf(key.forms)));
    } else if (field.is_list()) {
      for (const Field& item : field.Items()) {
        if (!Fits(item, key.items)) item.Fault(absl::StrCat("must be ", NameOf(key.items)));
      }
    }
  }
}

}  // namespace metapowers::importers::compose_file
