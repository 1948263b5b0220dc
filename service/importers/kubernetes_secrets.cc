// Credentials, by name: Secrets, and what looks like a secret where none should be. See kubernetes_cluster.h.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/importers/kubernetes_cluster.h"
#include "service/importers/kubernetes_pod.h"
#include "service/importers/kubernetes_settings.h"
#include "service/importers/settings.h"

namespace metapowers::importers::kubernetes {

namespace pb = model::v1;
using model::Quote;

namespace {

constexpr absl::string_view kStore = "kubernetes-secrets";
constexpr size_t kMaxLines = 20;  // of one file that are told

struct KindOfType {
  absl::string_view type;
  pb::CredentialKind kind;
};
constexpr KindOfType kTypes[] = {
    {"kubernetes.io/tls", pb::CREDENTIAL_KIND_PRIVATE_KEY},
    {"kubernetes.io/ssh-auth", pb::CREDENTIAL_KIND_PRIVATE_KEY},
    {"kubernetes.io/basic-auth", pb::CREDENTIAL_KIND_PASSWORD},
    {"kubernetes.io/dockerconfigjson", pb::CREDENTIAL_KIND_PASSWORD},
    {"kubernetes.io/dockercfg", pb::CREDENTIAL_KIND_PASSWORD},
    {"kubernetes.io/service-account-token", pb::CREDENTIAL_KIND_TOKEN},
    {"bootstrap.kubernetes.io/token", pb::CREDENTIAL_KIND_TOKEN},
};

void AssumeKind(absl::string_view name, const Spot& spot, Shown<pb::Credential>& credential) {
  credential.value.set_kind(CredentialKindOf(name));
  credential.Assumed("kind", spot, absl::StrCat("drawn from the name ", Quote(name)));
}

class CredentialFinder {
 public:
  explicit CredentialFinder(Cluster& cluster) : cluster_(cluster) {}

  void Find() {
    for (const Object* object : cluster_.objects.Of(Kind::kSecret)) AddSecret(*object);
    for (Workload& workload : cluster_.workloads.all()) {
      ForEachSecret(workload, [&](const SecretUse& use) { Use(workload, use); });
      ForEachSetting(workload, cluster_.objects, [&](const Setting& setting) { Check(workload, setting); });
    }
    for (const Object* object : cluster_.objects.Of(Kind::kConfigMap)) {
      cluster_.inventory.Count("config_maps");
      for (const auto& [key, value] : object->root["data"].Entries()) CheckKept(*object, key, value);
    }
    FindCertificates();
  }

 private:
  Shown<pb::Credential>& Add(const std::string& space, const std::string& name, const Spot& spot) {
    Shown<pb::Credential>& credential = cluster_.inventory.credentials.emplace_back();
    credential.name = name;
    credential.scope = ScopeOf(space);
    credential.spot = spot;
    credential.value.set_name(name);
    return credential;
  }

  void KeepInCluster(Shown<pb::Credential>& credential) {
    if (!has_store_) {
      has_store_ = true;
      Shown<pb::SecretStore>& store = cluster_.inventory.secret_stores.emplace_back();
      store.name = std::string(kStore);
      store.spot = credential.spot;
      store.value.set_name("Kubernetes Secrets");
    }
    credential.Refers("store", {std::string(kStore), "", credential.spot});
  }

  void AddSecret(const Object& object) {
    const Field type = object.root["type"];
    const std::string name = type.Raw();
    if (name == "helm.sh/release.v1") {
      cluster_.inventory.Skip(object.spot, object.Title(), "it is a record of Helm and no secret of the system");
      return;
    }
    cluster_.inventory.Count("secrets");
    Shown<pb::Credential>& credential = Add(object.space, object.name, object.spot);
    secrets_[{object.space, object.name}] = &credential;
    const auto* const known =
        std::find_if(std::begin(kTypes), std::end(kTypes), [&](const KindOfType& each) { return each.type == name; });
    bool has_values = false;
    std::string keys;
    for (const char* part : {"data", "stringData"}) {
      for (const auto& [key, value] : object.root[part].Entries()) {
        has_values |= value.exists();
        absl::StrAppend(&keys, keys.empty() ? "" : " ", key.substr(0, 64));
      }
    }
    if (known != std::end(kTypes)) {
      credential.value.set_kind(known->kind);
      credential.Observed("kind", type.spot());
    } else {
      AssumeKind(keys.empty() ? object.name : keys, object.spot, credential);
    }
    if (!has_values) return KeepInCluster(credential);
    cluster_.inventory.Note(v1::IMPORT_NOTE_KIND_WARNING, object.spot, "",
                            absl::StrCat(object.Title(),
                                         " has its values in this file: whoever reads the file has the "
                                         "secret; keep the file out of the repository, and change it"));
  }

  void Use(const Workload& workload, const SecretUse& use) {
    Shown<pb::Credential>*& credential = secrets_[{workload.object->space, use.name}];
    if (credential == nullptr) {
      credential = &Add(workload.object->space, use.name, use.at.spot());
      if (use.pulls_images) {
        credential->value.set_kind(pb::CREDENTIAL_KIND_PASSWORD);
        credential->Observed("kind", use.at.spot());
      } else {
        AssumeKind(use.key.empty() ? use.name : use.key, use.at.spot(), *credential);
      }
      KeepInCluster(*credential);
    }
    if (use.only_public) {
      cluster_.inventory.Note(v1::IMPORT_NOTE_KIND_KEPT, use.at.spot(), use.at.path(),
                              absl::StrCat(workload.object->Title(), " is given only what is public of Secret ",
                                           use.name, ", as the names of the keys go: it does not count as a user"));
      return;
    }
    if (!use.pulls_images) UsedBy(workload, *credential, use.at.spot());
  }

  void UsedBy(const Workload& workload, Shown<pb::Credential>& credential, const Spot& spot) {
    if (used_.emplace(&credential, &workload).second) credential.Refers("used_by", workload.Ref(spot));
  }

  // A secret that stands in clear in what a workload is given.
  void Check(const Workload& workload, const Setting& setting) {
    if (setting.config_map != nullptr) {
      for (Shown<pb::Credential>* kept : Kept(*setting.config_map, setting.at)) {
        UsedBy(workload, *kept, setting.at.spot());
        SetAbsent("secrets_external", kept->spot, *workload.component);
      }
      return;
    }
    if (!HoldsSecret(setting.name, setting.value)) return;
    const std::string name = setting.name.empty() ? "argument" : setting.name.substr(0, 128);
    Shown<pb::Credential>*& credential = literal_[&setting.at.node()];
    if (credential == nullptr) {
      credential = &Add(workload.object->space, absl::StrCat(workload.component->name, " ", name), setting.at.spot());
      AssumeKind(name, setting.at.spot(), *credential);
      Warn(workload.object->Title(), name, setting.at);
    }
    UsedBy(workload, *credential, setting.at.spot());
    SetAbsent("secrets_external", setting.at.spot(), *workload.component);
  }

  void Warn(const std::string& title, const std::string& name, const Field& at) {
    cluster_.inventory.Note(v1::IMPORT_NOTE_KIND_WARNING, at.spot(), at.path(),
                            absl::StrCat(title, " has the secret ", Quote(name),
                                         " in clear: whoever reads this file or the object has it; move it to a Secret "
                                         "that is kept elsewhere, and change it"));
  }

  // Secrets in the entry `at` of a ConfigMap. Told once.
  const std::vector<Shown<pb::Credential>*>& Kept(const Object& map, const Field& at) {
    const auto [found, added] = kept_.try_emplace(&at.node());
    if (!added || at.node().kind != model::YamlNode::Kind::kScalar) return found->second;
    for (const auto& [key, value] : map.root["data"].Entries()) {
      if (&value.node() == &at.node()) found->second = FindKept(map, key, value);
    }
    return found->second;
  }
  void CheckKept(const Object& map, const std::string& key, const Field& value) {
    if (value.node().kind != model::YamlNode::Kind::kScalar || !kept_.try_emplace(&value.node()).second) return;
    kept_[&value.node()] = FindKept(map, key, value);
  }

  std::vector<Shown<pb::Credential>*> FindKept(const Object& map, const std::string& key, const Field& value) {
    std::set<std::string> names;
    const std::string& text = value.node().text;
    const bool lines = absl::StrContains(text, '\n');
    if (HoldsSecret(lines ? "" : key, text)) names.insert(key);
    if (lines) {
      for (const absl::string_view line : absl::StrSplit(text, '\n')) {
        const size_t end = line.find_first_of(":=");
        if (end == absl::string_view::npos || names.size() >= kMaxLines) continue;
        const auto bare = [](absl::string_view part) {
          while (!part.empty() && absl::StrContains(" \t\r\"',-", part.front())) part.remove_prefix(1);
          while (!part.empty() && absl::StrContains(" \t\r\"',", part.back())) part.remove_suffix(1);
          return part;
        };
        const absl::string_view name = bare(line.substr(0, end));
        // What stands before is a name, or it is no setting.
        const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
          return absl::ascii_isalnum(c) || c == '_' || c == '-' || c == '.';
        });
        if (plain && HoldsSecret(name, bare(line.substr(end + 1)))) names.insert(absl::StrCat(key, " ", name));
      }
    }
    std::vector<Shown<pb::Credential>*> found;
    for (const std::string& name : names) {
      Shown<pb::Credential>& credential =
          Add(map.space, absl::StrCat(map.name, " ", name.substr(0, 128)), value.spot());
      AssumeKind(name.substr(0, 128), value.spot(), credential);
      Warn(map.Title(), name.substr(0, 128), value);
      found.push_back(&credential);
    }
    return found;
  }

  // Certificates that Ingresses and gateways serve.
  void FindCertificates() {
    const auto take = [&](const std::string& space, const Field& name) {
      if (name.Raw().empty()) return;
      Shown<pb::Credential>*& credential = secrets_[{space, name.Raw()}];
      if (credential != nullptr) return;
      credential = &Add(space, name.Raw(), name.spot());
      credential->value.set_kind(pb::CREDENTIAL_KIND_PRIVATE_KEY);
      credential->Observed("kind", name.spot());
      KeepInCluster(*credential);
    };
    for (const Object* ingress : cluster_.objects.Of(Kind::kIngress)) {
      for (const Field& tls : ingress->spec["tls"].Items()) take(ingress->space, tls["secretName"]);
    }
    for (const Kind kind : {Kind::kTraefikRoute, Kind::kTraefikTcpRoute, Kind::kDomainMapping}) {
      for (const Object* route : cluster_.objects.Of(kind)) take(route->space, route->spec["tls"]["secretName"]);
    }
    for (const Object* gateway : cluster_.objects.Of(Kind::kIstioGateway)) {
      for (const Field& server : gateway->spec["servers"].Items()) {
        take(gateway->space, server["tls"]["credentialName"]);
      }
    }
    for (const Object* gateway : cluster_.objects.Of(Kind::kGateway)) {
      for (const Field& listener : gateway->spec["listeners"].Items()) {
        for (const Field& reference : listener["tls"]["certificateRefs"].Items()) {
          const std::string space = reference["namespace"].Raw();
          take(space.empty() ? gateway->space : space, reference["name"]);
        }
      }
    }
  }

  Cluster& cluster_;
  bool has_store_ = false;
  std::map<std::pair<std::string, std::string>, Shown<pb::Credential>*> secrets_;  // namespace, name
  std::map<const model::YamlNode*, Shown<pb::Credential>*> literal_;
  std::map<const model::YamlNode*, std::vector<Shown<pb::Credential>*>> kept_;  // by the entry of a ConfigMap
  std::set<std::pair<const Shown<pb::Credential>*, const Workload*>> used_;
};

}  // namespace

void FindCredentials(Cluster& cluster) { CredentialFinder(cluster).Find(); }

}  // namespace metapowers::importers::kubernetes
