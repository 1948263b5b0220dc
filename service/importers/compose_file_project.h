// One project of compose files while it is imported.
#ifndef METAPOWERS_SERVICE_IMPORTERS_COMPOSE_FILE_PROJECT_H_
#define METAPOWERS_SERVICE_IMPORTERS_COMPOSE_FILE_PROJECT_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/importers/compose_file_text.h"
#include "service/importers/fields.h"
#include "service/importers/inventory.h"
#include "service/model/import_assumptions.h"

namespace metapowers::importers::compose_file {

// What an override does to the values below it, beside adding to them.
enum class LayerTag {
  kReset,     // `!reset`: there is none
  kOverride,  // `!override`: it stands alone
};
using LayerTags = std::map<const model::YamlNode*, LayerTag>;

// Whether a value takes back what stands below it.
bool IsReset(const LayerTags& tags, const Field& value);

// A setting of a service.
struct Setting {
  std::string name;
  std::string value;  // with variables replaced; may be a secret
  Field field;
  bool passed = false;  // only the caller's environment sets it
};

// A service as its own file has it, followed by what it extends.
struct Service {
  std::string name;
  std::vector<Field> layers;
  std::vector<Setting> settings;  // of `environment`, in either form

  const LayerTags* tags = nullptr;  // of all files

  const Field& own() const { return layers.front(); }
  // The values of a key in those layers that count for it, nearer ones first.
  std::vector<Field> Values(absl::string_view key) const;
  bool IsReset(const Field& value) const { return compose_file::IsReset(*tags, value); }
  // The value of the first layer that has the key; none when no layer has it.
  Field Find(absl::string_view key) const;
  // The same for a value further inside, e.g. {"deploy", "replicas"}.
  Field Find(absl::string_view key, absl::string_view inner) const;
  // Entries of lists, and entries of mappings by key, of all layers, without those that have `!reset`; nearer ones
  // first.
  std::vector<Field> Items(absl::string_view key) const;
  std::vector<std::pair<std::string, Field>> Entries(absl::string_view key) const;
  // Names in a list, or the keys of a mapping: `networks`, `depends_on`.
  std::vector<std::pair<std::string, Field>> Names(absl::string_view key) const;
};

// The services of files that are one project, with what their names mean. Not thread-safe.
struct Project {
  std::string scope;                                        // `compose:deploy/compose.yaml`
  std::vector<Field> roots;                                 // of its files, the one that stands first
  const LayerTags* tags = nullptr;                          // of all files
  std::vector<Service> services;                            // one for each name
  std::map<std::string, size_t> by_name;                    // indices of services
  std::map<std::string, std::string> hosts;                 // names that containers find services by -> services
  std::map<std::string, std::vector<std::string>> aliases;  // of those, the further names of a service
  std::map<std::string, int> images;                        // by repository: how many services run it
  std::map<std::string, Field> networks;                    // as the files declare them, also without value
  std::map<std::string, Reference> zones;                   // by network, those that services are in
  std::map<std::string, std::string> first_networks;        // by service, of those without `network_mode`
  Inventory* inventory = nullptr;

  // The entries of a part of the files (`services`, `networks`) that count: those of nearer files first, without what
  // a tag takes back or replaces.
  std::vector<std::pair<std::string, Field>> Entries(absl::string_view part) const;
  // nullptr when there is no service of that name.
  const Service* Find(const std::string& name) const;
  // The name of the service that a host is, or "".
  std::string ServiceOf(const std::string& host) const;
  Reference To(absl::string_view name, const Spot& spot) const { return {std::string(name), scope, spot}; }
};

// A file may have any number of names.
using model::ShortListOf;

// Text of a scalar with its variables replaced; "" for anything else.
std::string TextOf(const Field& field);

// The words of `command` or `entrypoint`, in either form.
std::vector<std::string> WordsOf(const Service& service, absl::string_view key);

// An item of `ports` in either form; nothing when it is none.
std::optional<Port> PortOf(const Field& item);

// Adds a fault for each value of a service that has not the form of its key (compose_file_forms.cc). What reads a
// service afterwards passes over such values.
void CheckForms(const Field& service, const LayerTags& tags);
// Sets the settings of a service from its layers.
void ReadSettings(Service& service);

// Adds the component of a service and its notes; whether others than its host can reach it (compose_file_service.cc).
bool AddService(const Service& service, const Project& project);
// Adds the flows that start at the services (compose_file_flows.cc).
void AddFlows(const Project& project);
// Adds the networks that services are in as zones, and sets `first_networks` (compose_file_networks.cc).
void AddNetworks(Project& project);
// What holds a secret in the file itself, by its name, in settings, arguments of the build and commands of a service
// (compose_file_secrets.cc).
std::vector<std::pair<std::string, Field>> SecretsIn(const Service& service);
// Adds secrets as credentials (compose_file_secrets.cc).
void AddSecrets(const Project& project);
// The zone of a service: the first of its networks; "" when it has none. After AddNetworks().
std::string ZoneOf(const Service& service, const Project& project);

}  // namespace metapowers::importers::compose_file

#endif  // METAPOWERS_SERVICE_IMPORTERS_COMPOSE_FILE_PROJECT_H_
