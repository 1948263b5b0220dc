// Secrets as credentials: see compose_file_project.h. Only their names are read.
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/importers/compose_file_project.h"
#include "service/importers/settings.h"

namespace metapowers::importers::compose_file {

namespace pb = model::v1;

namespace {

std::string NameOf(const Field& item) { return TextOf(item.is_map() ? item["source"] : item); }

}  // namespace

void AddSecrets(const Project& project) {
  Inventory& inventory = *project.inventory;
  std::set<std::string> known;
  std::map<std::string, std::vector<std::pair<std::string, Spot>>> users;  // by secret
  for (const Service& service : project.services) {
    for (const Field& item : service.Items("secrets")) users[NameOf(item)].emplace_back(service.name, item.spot());
  }
  const auto add = [&](const std::string& name, const Field& field) {
    if (name.empty() || !known.insert(name).second) return;
    Shown<pb::Credential> secret;
    secret.name = name;
    secret.scope = project.scope;
    secret.spot = field.spot();
    secret.value.set_name(name);
    secret.value.set_kind(CredentialKindOf(name));
    secret.Assumed("kind", field.spot(), "the name of a secret is all that a compose file says of it");
    for (const auto& [service, spot] : users[name]) secret.Refers("used_by", project.To(service, spot));
    inventory.Count("secrets");
    inventory.credentials.push_back(std::move(secret));
  };
  for (const auto& [name, field] : project.Entries("secrets")) add(name, field);
  for (const Service& service : project.services) {
    for (const Field& item : service.Items("secrets")) {
      const std::string name = NameOf(item);
      if (known.count(name) == 0) {
        inventory.Note(v1::IMPORT_NOTE_KIND_WARNING, item.spot(), item.path(),
                       absl::StrCat("secret ", model::Quote(name), " is not declared under `secrets`"));
      }
      add(name, item);
    }
  }
}

}  // namespace metapowers::importers::compose_file
