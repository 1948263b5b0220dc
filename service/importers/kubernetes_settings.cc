#include "service/importers/kubernetes_settings.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/importers/kubernetes_pod.h"
#include "service/importers/settings.h"

namespace metapowers::importers::kubernetes {
namespace {

constexpr size_t kMaxValue = 64 << 10;
// What a secret of a command is called where the word before it may hold a part of it: `-psecret`.
constexpr absl::string_view kSecretArgument = "secret argument of its command";

std::string TextOf(const Field& value) {
  // Numbers and switches are scalars too; what is none is not for us to judge in data.
  const bool scalar = value.exists() && value.node().kind == model::YamlNode::Kind::kScalar;
  return scalar ? value.node().text.substr(0, kMaxValue) : "";
}

// `value` with each `$(NAME)` of a variable before it written out.
std::string Expand(const std::string& value, const std::map<std::string, std::string>& before) {
  std::string out;
  absl::string_view rest = value;
  for (size_t open = rest.find("$("); open != absl::string_view::npos; open = rest.find("$(")) {
    const size_t close = rest.find(')', open);
    if (close == absl::string_view::npos) break;
    const auto known = before.find(std::string(rest.substr(open + 2, close - open - 2)));
    const bool fits = known != before.end() && out.size() + known->second.size() <= kMaxValue;
    absl::StrAppend(&out, rest.substr(0, open),
                    fits ? absl::string_view(known->second) : rest.substr(open, close + 1 - open));
    rest.remove_prefix(close + 1);
  }
  return absl::StrCat(out, rest);
}

// The ConfigMap that a reference in a workload names; nullptr where the files have none of that name.
const Object* ConfigMapOf(const Field& reference, const Workload& workload, const Objects& objects) {
  return objects.Find(Kind::kConfigMap, workload.object->space, reference["name"].Raw());
}

// Those whose values are files of its containers, in the order of the volumes.
std::vector<const Object*> MountedConfigMaps(const Workload& workload, const Objects& objects) {
  std::vector<const Object*> maps;
  const auto add = [&](const Field& from) {
    const Field reference = from["configMap"];
    if (reference["name"].Raw().empty()) return;
    if (const Object* map = ConfigMapOf(reference, workload, objects); map != nullptr) maps.push_back(map);
  };
  for (const Field& volume : workload.pod["volumes"].Items()) {
    add(volume);
    for (const Field& source : volume["projected"]["sources"].Items()) add(source);
  }
  return maps;
}

class SettingsReader {
 public:
  SettingsReader(const Workload& workload, const Objects& objects, const std::function<void(const Setting&)>& take)
      : workload_(workload), objects_(objects), take_(take) {}

  void Read() {
    for (const Field& container : ContainersOf(workload_.pod)) {
      known_.clear();
      for (const Field& from : container["envFrom"].Items()) ReadAll(from);
      for (const Field& variable : container["env"].Items()) ReadVariable(variable);
      for (const char* key : {"command", "args"}) ReadArguments(container[key]);
    }
    std::set<const Object*> read;
    for (const Object* map : MountedConfigMaps(workload_, objects_)) {
      if (read.insert(map).second) ReadFiles(*map);
    }
  }

 private:
  void Take(Setting setting) {
    setting.value = Expand(setting.value, known_);
    if (!NamesSecret(setting.name) && setting.kind == Setting::Kind::kVariable) known_[setting.name] = setting.value;
    take_(setting);
  }

  // `word` has the name.
  void TakeArgument(absl::string_view word, absl::string_view name, absl::string_view value, const Field& at) {
    Setting setting = {Setting::Kind::kArgument, std::string(name), Expand(std::string(value), known_), at, nullptr};
    const bool secret = !name.empty() && HoldsSecret(name, setting.value);
    if (secret && !HasOptionName(word)) {
      setting.name = HoldsSecret("", setting.value) ? "" : std::string(kSecretArgument);
    }
    take_(setting);
  }

  void ReadAll(const Field& from) {
    const Object* map = ConfigMapOf(from["configMapRef"], workload_, objects_);
    if (map == nullptr) return;
    const std::string prefix = from["prefix"].Raw();
    for (const auto& [key, value] : map->root["data"].Entries()) {
      Take({Setting::Kind::kVariable, absl::StrCat(prefix, key), TextOf(value), value, map, true});
    }
  }

  void ReadVariable(const Field& variable) {
    const std::string name = variable["name"].Raw();
    const Field value = variable["value"];
    if (value.exists()) return Take({Setting::Kind::kVariable, name, TextOf(value), value, nullptr});
    const Field from = variable["valueFrom"]["configMapKeyRef"];
    const Object* map = ConfigMapOf(from, workload_, objects_);
    if (map == nullptr) return;
    const Field kept = map->root["data"][from["key"].Raw()];
    if (kept.exists()) Take({Setting::Kind::kVariable, name, TextOf(kept), kept, map});
  }

  // `--name=value`, `--name value` and scripts.
  void ReadArguments(const Field& arguments) {
    std::string option;  // the word before, where it is one
    for (const Field& argument : arguments.Items()) {
      const std::string text = TextOf(argument);
      if (text.find_first_of(" \n") != std::string::npos) {
        Take({Setting::Kind::kText, "", text, argument, nullptr});
        option.clear();
        continue;
      }
      const size_t equals = text.find('=');
      const bool dashed = absl::StartsWith(text, "-");
      if (dashed && equals == std::string::npos) {
        option = text;
        continue;
      }
      const absl::string_view name = NameOf(absl::string_view(text).substr(0, equals));
      if (equals != std::string::npos && !absl::StrContains(name, "/")) {
        TakeArgument(text, name, absl::string_view(text).substr(equals + 1), argument);
      } else {
        TakeArgument(option, NameOf(option), text, argument);
      }
      option.clear();
    }
  }

  static absl::string_view NameOf(absl::string_view option) {
    return absl::StripPrefix(absl::StripPrefix(option, "-"), "-");
  }

  void ReadFiles(const Object& map) {
    for (const auto& [key, value] : map.root["data"].Entries()) {
      Take({Setting::Kind::kText, "", TextOf(value), value, &map, true});
    }
  }

  const Workload& workload_;
  const Objects& objects_;
  const std::function<void(const Setting&)>& take_;
  std::map<std::string, std::string> known_;  // variables of the container so far
};

// Whether a key of a Secret holds what may be public, as its name goes: `jwt.key.pub`, `tls.crt`, `ca.pem`.
bool IsPublicKey(absl::string_view key) {
  const std::string name = absl::AsciiStrToLower(key);
  if (absl::EndsWith(name, ".pub") || absl::EndsWith(name, ".crt") || absl::StrContains(name, "public")) return true;
  const bool has_private = absl::StrContains(name, "key") || absl::EndsWith(name, ".p12") ||
                           absl::EndsWith(name, ".pfx") || absl::EndsWith(name, ".jks");
  return absl::StartsWith(name, "ca.") && !has_private;
}

// Of the keys of a Secret that a volume has; without any it has all of them.
bool TakesOnlyPublic(const Field& items) {
  const std::vector<Field> keys = items.Items();
  return !keys.empty() &&
         std::all_of(keys.begin(), keys.end(), [](const Field& item) { return IsPublicKey(item["key"].Raw()); });
}

}  // namespace

void ForEachSetting(const Workload& workload, const Objects& objects, const std::function<void(const Setting&)>& take) {
  SettingsReader(workload, objects, take).Read();
}

std::set<const Object*> WholeConfigMaps(const Workload& workload, const Objects& objects) {
  const std::vector<const Object*> mounted = MountedConfigMaps(workload, objects);
  std::set<const Object*> maps(mounted.begin(), mounted.end());
  for (const Field& container : ContainersOf(workload.pod)) {
    for (const Field& from : container["envFrom"].Items()) {
      const Object* map = ConfigMapOf(from["configMapRef"], workload, objects);
      if (map != nullptr) maps.insert(map);
    }
  }
  return maps;
}

std::vector<std::pair<std::string, Field>> AbsentSettings(const Workload& workload, const Objects& objects) {
  std::vector<std::pair<std::string, Field>> absent;
  std::set<std::string> known;
  const auto add = [&](const std::string& what, const Field& from) {
    constexpr size_t kMost = 20;
    if (absent.size() < kMost && known.insert(what).second) absent.emplace_back(what, from);
  };
  for (const Field& container : ContainersOf(workload.pod)) {
    for (const Field& from : container["envFrom"].Items()) {
      const Field map = from["configMapRef"];
      if (map.exists() && ConfigMapOf(map, workload, objects) == nullptr) {
        add(absl::StrCat("all of ConfigMap ", map["name"].Raw()), map);
      }
      const Field secret = from["secretRef"];
      const bool kept = objects.Find(Kind::kSecret, workload.object->space, secret["name"].Raw()) != nullptr;
      if (secret.exists() && !kept) add(absl::StrCat("all of Secret ", secret["name"].Raw()), secret);
    }
    for (const Field& variable : container["env"].Items()) {
      const std::string name = variable["name"].Raw();
      if (!NamesHost(name)) continue;
      const Field map = variable["valueFrom"]["configMapKeyRef"];
      const Field secret = variable["valueFrom"]["secretKeyRef"];
      if (map.exists() && ConfigMapOf(map, workload, objects) == nullptr) {
        add(absl::StrCat(name, " of ConfigMap ", map["name"].Raw()), map);
      }
      if (secret.exists()) add(absl::StrCat(name, " of Secret ", secret["name"].Raw()), secret);
    }
  }
  return absent;
}

void ForEachSecret(const Workload& workload, const std::function<void(const SecretUse&)>& take) {
  const auto give = [&](const Field& name, std::string key, bool pulls_images = false, bool only_public = false) {
    const std::string text = name.Raw();
    if (!text.empty()) take({text, std::move(key), name, pulls_images, only_public});
  };
  for (const Field& container : ContainersOf(workload.pod)) {
    for (const Field& from : container["envFrom"].Items()) give(from["secretRef"]["name"], "");
    for (const Field& variable : container["env"].Items()) {
      const Field from = variable["valueFrom"]["secretKeyRef"];
      give(from["name"], from["key"].Raw());
    }
  }
  for (const Field& volume : workload.pod["volumes"].Items()) {
    const Field secret = volume["secret"];
    give(secret["secretName"], "", false, TakesOnlyPublic(secret["items"]));
    for (const Field& source : volume["projected"]["sources"].Items()) {
      const Field part = source["secret"];
      give(part["name"], "", false, TakesOnlyPublic(part["items"]));
    }
  }
  for (const Field& secret : workload.pod["imagePullSecrets"].Items()) give(secret["name"], "", true);
}

}  // namespace metapowers::importers::kubernetes
