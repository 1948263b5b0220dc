// Settings that workloads are given: environment variables, arguments, and files of ConfigMaps; and the Secrets that
// they are given. Values may be secrets: they are looked at and never kept.
#ifndef METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_SETTINGS_H_
#define METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_SETTINGS_H_

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "service/importers/kubernetes_objects.h"
#include "service/importers/kubernetes_workloads.h"

namespace metapowers::importers::kubernetes {

struct Setting {
  enum class Kind {
    kVariable,
    kArgument,
    kText,  // a script or a file: only what is declared is taken from it
  };
  Kind kind = Kind::kVariable;
  std::string name;   // of the variable, of the option, or empty
  std::string value;  // what of it is known
  Field at;
  const Object* config_map = nullptr;  // that has it
  bool whole = false;                  // the workload is given all that the ConfigMap has, not this by its name
};

// Calls `take` for each setting of all containers of a workload.
void ForEachSetting(const Workload& workload, const Objects& objects, const std::function<void(const Setting&)>& take);

// The ConfigMaps of the files of which a workload is given all, as variables or as files; each once.
std::set<const Object*> WholeConfigMaps(const Workload& workload, const Objects& objects);

// What a workload takes of settings and no file shows, for people, with where it says so: `all of ConfigMap env`,
// `all of Secret env`, `DB_HOST of Secret db`. Of single ones those that tell a host by their name.
std::vector<std::pair<std::string, Field>> AbsentSettings(const Workload& workload, const Objects& objects);

struct SecretUse {
  std::string name;
  std::string key;  // empty when all of it is used
  Field at;
  bool pulls_images = false;  // by the node, not by the workload
  bool only_public = false;   // as files of keys that hold what may be public, as their names go
};

// Calls `take` for each Secret that a workload is given.
void ForEachSecret(const Workload& workload, const std::function<void(const SecretUse&)>& take);

}  // namespace metapowers::importers::kubernetes

#endif  // METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_SETTINGS_H_
