// Secrets as credentials, and those in the file itself: see compose_file_project.h. Only their names are kept.
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "service/importers/compose_file_project.h"
#include "service/importers/compose_file_text.h"
#include "service/importers/settings.h"

namespace metapowers::importers::compose_file {

namespace pb = model::v1;

namespace {

std::string NameOf(const Field& item) { return TextOf(item.is_map() ? item["source"] : item); }

// The text of a setting as the container gets it, but with `$$` for each `$` that is no variable.
std::string EscapedText(const Field& field) {
  if (!field.is_scalar()) return "";
  return std::string(absl::StripAsciiWhitespace(Interpolate(absl::StrReplaceAll(field.Text(), {{"$$", "$$$$"}}))));
}

}  // namespace

std::vector<std::pair<std::string, Field>> SecretsIn(const Service& service) {
  std::vector<std::pair<std::string, Field>> secrets;
  for (const Setting& setting : service.settings) {
    if (setting.value.empty()) continue;
    std::string value = EscapedText(setting.field);
    if (setting.value != TextOf(setting.field)) value.erase(0, value.find('=') + 1);  // `NAME=value`
    if (HoldsSecret(setting.name, value)) secrets.emplace_back(setting.name, setting.field);
  }
  const Field args = service.Find("build", "args");
  for (const Field& item : args.is_list() ? args.Items() : std::vector<Field>()) {
    const std::string text = EscapedText(item);
    const size_t equals = text.find('=');
    if (equals != std::string::npos && HoldsSecret(text.substr(0, equals), text.substr(equals + 1))) {
      secrets.emplace_back(text.substr(0, equals), item);
    }
  }
  for (const auto& [name, field] : args.is_map() ? args.Entries() : std::vector<std::pair<std::string, Field>>()) {
    if (HoldsSecret(name, EscapedText(field))) secrets.emplace_back(name, field);
  }
  for (const char* key : {"command", "entrypoint"}) {
    if (const std::string option = SecretOption(WordsOf(service, key)); !option.empty()) {
      secrets.emplace_back(absl::StrCat(option, " of its ", key), service.Find(key));
    }
  }
  return secrets;
}

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
