#include "service/importers/compose_file.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/importers/compose_file_project.h"
#include "service/importers/compose_file_text.h"
#include "service/importers/known_images.h"

namespace metapowers::importers {

using compose_file::LayerTag;
using compose_file::Project;
using compose_file::Service;
using model::YamlEntry;
using model::YamlNode;

namespace {

constexpr int kMaxExtends = 16;                          // services that extend one another
constexpr uint64_t kMaxExtended = model::kMaxTreeNodes;  // nodes of what all services extend
constexpr absl::string_view kReset = "!reset";
constexpr absl::string_view kTags[] = {kReset, "!override"};

bool IsMap(const YamlNode* node) { return node != nullptr && node->kind == YamlNode::Kind::kMap; }

// Keys that a service has in compose files and that mappings of other tools under `services` rarely have.
bool LooksLikeService(const YamlNode& node) {
  for (const absl::string_view key :
       {"image",        "build",      "extends",  "container_name", "depends_on",  "network_mode", "environment",
        "env_file",     "volumes",    "ports",    "deploy",         "healthcheck", "command",      "entrypoint",
        "profiles",     "restart",    "networks", "privileged",     "user",        "cap_add",      "cap_drop",
        "security_opt", "stdin_open", "tty",      "logging",        "develop",     "mem_limit",    "links",
        "expose",       "secrets",    "configs",  "sysctls"}) {
    if (node.Find(key) != nullptr) return true;
  }
  return false;
}

bool Claims(const YamlNode& root) {
  if (!IsMap(&root)) return false;
  for (const absl::string_view other : {"apiVersion", "kind", "openapi", "swagger", "bomFormat", "otmVersion"}) {
    if (root.Find(other) != nullptr) return false;
  }
  const YamlNode* services = root.Find("services");
  if (services == nullptr) {
    const YamlNode* include = root.Find("include");
    return include != nullptr && include->kind == YamlNode::Kind::kList && root.Find("stages") == nullptr &&
           std::all_of(root.entries.begin(), root.entries.end(), [](const YamlEntry& entry) {
             return entry.key == "include" || entry.key == "name" || entry.key == "version" ||
                    absl::StartsWith(entry.key, "x-");
           });
  }
  if (!IsMap(services)) return false;
  return std::any_of(services->entries.begin(), services->entries.end(),
                     [](const YamlEntry& entry) { return IsMap(entry.value) && LooksLikeService(*entry.value); });
}

// `deploy/` and `compose.prod` of `deploy/compose.prod.yaml`.
std::pair<std::string, std::string> FolderAndStem(absl::string_view file) {
  const size_t slash = file.find_last_of("/\\");
  const size_t begin = slash == absl::string_view::npos ? 0 : slash + 1;
  const absl::string_view name = file.substr(begin);
  return {std::string(file.substr(0, begin)), std::string(name.substr(0, name.rfind('.')))};
}

// A path beside a file, without `.` and `..`.
std::string Beside(absl::string_view file, absl::string_view path) {
  std::vector<absl::string_view> parts;
  const std::string whole = absl::StrCat(FolderAndStem(file).first, path);
  for (const absl::string_view part : absl::StrSplit(whole, absl::ByAnyChar("/\\"), absl::SkipEmpty())) {
    if (part == ".") continue;
    if (part == ".." && !parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else {
      parts.push_back(part);
    }
  }
  std::string out(absl::StartsWith(whole, "/") ? "/" : "");
  for (const absl::string_view part : parts) absl::StrAppend(&out, out.empty() || out == "/" ? "" : "/", part);
  return out;
}

// Nodes of a file whose tags are read.
std::set<const YamlNode*> TagPlaces(const YamlNode& root) {
  std::set<const YamlNode*> places;
  const auto add_entries = [&](const YamlNode& node) {
    for (const YamlEntry& entry : node.entries) places.insert(entry.value);
  };
  for (const absl::string_view part : {"services", "networks", "secrets"}) {
    const YamlNode* node = root.Find(part);
    if (node == nullptr) continue;
    places.insert(node);
    add_entries(*node);
    if (part != "services") continue;
    for (const YamlEntry& service : node->entries) {
      add_entries(*service.value);
      for (const YamlEntry& setting : service.value->entries) add_entries(*setting.value);
    }
  }
  return places;
}

class ComposeImporter {
 public:
  ComposeImporter(absl::Span<const Document> documents, Inventory& inventory, FileFaults& faults)
      : reading_(Conventions(), faults), inventory_(inventory) {
    for (const Document& document : documents) {
      ReadTags(document);
      const Field root(document, reading_);
      files_.insert(Beside("", document.file));
      if (!IsKnownVersion(root)) continue;
      roots_.push_back(root);
      stems_.emplace(FolderAndStem(document.file), document.file);
      for (auto& [name, field] : root["services"].Entries()) {
        services_.emplace(std::make_pair(Beside("", document.file), name), field);
      }
    }
  }

  void Import() {
    std::map<std::string, std::vector<Field>> variants;  // by the file that they are variants of
    std::vector<Field> bases;
    for (const Field& root : roots_) {
      const std::string base = BaseOf(root.document().file);
      base.empty() ? bases.push_back(root) : variants[base].push_back(root);
    }
    for (const Field& root : bases) {
      Project project;
      project.scope = absl::StrCat("compose:", root.document().file);
      project.roots.push_back(root);
      project.tags = &tags_;
      project.inventory = &inventory_;
      AddVariants(variants[root.document().file], project);
      ImportProject(project);
    }
  }

 private:
  void ReadTags(const Document& document) {
    if (document.tree == nullptr) return;
    const std::set<const YamlNode*> places = TagPlaces(*document.root);
    std::vector<std::string> others;
    Spot first;
    for (const model::YamlTagged& tagged : document.tree->tagged()) {
      tags_[tagged.node] = tagged.tag == kReset ? LayerTag::kReset : LayerTag::kOverride;
      if (places.count(tagged.node) != 0) continue;
      if (others.empty()) first = {document.file, tagged.at};
      others.push_back(absl::StrCat(tagged.tag, " of ", tagged.path.empty() ? "a value" : tagged.path));
    }
    if (!document.tree->tagged().empty()) tagged_.insert(document.file);
    if (others.empty()) return;
    inventory_.Skip(first, absl::StrCat(others.size() == 1 ? "tag " : "tags ", compose_file::ShortListOf(others)),
                    "tags are read of services, of their settings and of the entries of these, and of `services`, "
                    "`networks`, `secrets` and their entries: write `!override` there. Here an item of a list that "
                    "has `!reset` is left out, and what it would take back stands");
  }

  bool IsKnownVersion(const Field& root) {
    const std::string version = root["version"].Text();
    if (version.empty() || version[0] == '2' || version[0] == '3') return true;
    inventory_.Skip(root["version"].spot(), absl::StrCat("compose file of version ", root["version"].Line()),
                    "versions 2 and 3 and files without version are read; write it as one of them");
    return false;
  }

  // The file that another one is a variant of: `compose.yaml` for `compose.prod.yaml`; "" for one that is none.
  std::string BaseOf(const std::string& file) const {
    auto [folder, stem] = FolderAndStem(file);
    for (size_t dot = stem.find('.'); dot != std::string::npos; dot = stem.find('.', dot + 1)) {
      const auto base = stems_.find({folder, stem.substr(0, dot)});
      if (base != stems_.end()) return base->second;
    }
    return "";
  }

  // Variants in the order of the request. An override stands before its base, as the tool reads it; so does each file
  // that has tags, since they say what becomes of the values below.
  void AddVariants(const std::vector<Field>& variants, Project& project) {
    const std::string base = project.roots.front().document().file;
    for (const Field& root : variants) {
      const std::string& file = root.document().file;
      const bool wins = absl::EndsWith(FolderAndStem(file).second, ".override") || tagged_.count(file) != 0;
      project.roots.insert(wins ? project.roots.begin() : project.roots.end(), root);
      inventory_.Note(
          v1::IMPORT_NOTE_KIND_KEPT, {file, {0, 0}}, "",
          absl::StrCat("read as a variant of ", base, ": where they differ, ", wins ? file : base, " stands"));
    }
  }

  void ImportProject(Project& project) {
    for (const Field& root : project.roots) {
      const std::string name = compose_file::TextOf(root["name"]);
      if (inventory_.name.empty() && !absl::StrContains(name, '$')) inventory_.name = name;
    }
    for (const auto& [service, field] : project.Entries("services")) AddLayers(project, service, field);
    for (const auto& [network, field] : project.Entries("networks")) {
      const auto [at, is_new] = project.networks.emplace(network, field);
      if (!is_new && !at->second.exists()) at->second = field;
    }
    for (const Field& root : project.roots) {
      for (const Field& item : root["include"].Items()) CheckInclude(item);
    }
    for (Service& service : project.services) {
      compose_file::ReadSettings(service);
      ++project.images[ParseImageName(compose_file::TextOf(service.Find("image"))).repository];
    }
    AddHosts(project);
    AddNetworks(project);
    for (const Service& service : project.services) {
      inventory_.Count("workloads");
      if (AddService(service, project)) inventory_.Count("exposed_services");
    }
    AddFlows(project);
    AddSecrets(project);
    TellVariables(project);
  }

  void TellVariables(const Project& project) {
    std::set<std::string> names;
    std::set<const YamlNode*> known;  // what an alias stands for is shared
    std::vector<const YamlNode*> open;
    Spot first;
    for (const Field& root : project.roots) {
      const Field services = root["services"];
      if (!services.exists()) continue;
      if (open.empty()) first = services.spot();
      open.push_back(&services.node());
    }
    while (!open.empty()) {
      const YamlNode& node = *open.back();
      open.pop_back();
      if (!known.insert(&node).second) continue;
      for (std::string& name : compose_file::OpenVariables(node.text)) names.insert(std::move(name));
      open.insert(open.end(), node.items.begin(), node.items.end());
      for (const YamlEntry& entry : node.entries) open.push_back(entry.value);
    }
    if (names.empty()) return;
    inventory_.Skip(first, absl::StrCat(names.size() == 1 ? "variable " : "variables ", model::ShortListOf(names)),
                    "the file has no default for what they stand for, and neither the environment nor a file `.env` is "
                    "read; give defaults (`${A:-b}`) or import what `docker compose config` prints");
  }

  void AddLayers(Project& project, const std::string& name, const Field& field) {
    if (field.exists() && !field.is_map()) return field.Fault("must be a mapping of the service's settings");
    const auto [at, is_new] = project.by_name.emplace(name, project.services.size());
    if (is_new) project.services.push_back({name, {}, {}, &tags_});
    std::vector<Field>& layers = project.services[at->second].layers;
    compose_file::CheckForms(field, tags_);
    layers.push_back(field);
    for (int i = 0; layers.back()["extends"].exists(); ++i) {
      const Field extends = layers.back()["extends"];
      const std::optional<Field> base = Extended(extends);
      if (!base.has_value() || IsTooMuch(*base, extends)) return;
      if (i == kMaxExtends || IsLayer(layers, *base)) return extends.Fault("services extend one another in a circle");
      layers.push_back(*base);
    }
  }

  // Whether the services extend more than is read, of which each has its own copy. Told once.
  bool IsTooMuch(const Field& base, const Field& extends) {
    const bool was_told = extended_ > kMaxExtended;
    extended_ += base.node().weight;
    if (extended_ <= kMaxExtended) return false;
    if (was_told) return true;
    inventory_.Skip(extends.spot(), absl::StrCat("services extended beyond ", kMaxExtended, " values"),
                    "what services extend is more than is read, here and below; import fewer files at a time");
    return true;
  }

  static bool IsLayer(const std::vector<Field>& layers, const Field& field) {
    return std::any_of(layers.begin(), layers.end(),
                       [&](const Field& layer) { return layer.exists() && &layer.node() == &field.node(); });
  }

  // What `extends` names, where the file is among those that are imported.
  std::optional<Field> Extended(const Field& extends) {
    const bool map = extends.is_map();
    const std::string name = compose_file::TextOf(map ? extends["service"] : extends);
    const std::string path = map ? compose_file::TextOf(extends["file"]) : "";
    const std::string& own = extends.document().file;
    const auto found = services_.find({path.empty() ? Beside("", own) : Beside(own, path), name});
    if (found != services_.end() && found->second.is_map()) return found->second;
    inventory_.Skip(extends.spot(), absl::StrCat("extends ", path, path.empty() ? "" : " ", name),
                    "no such service is in the files that are imported; import its file too");
    return std::nullopt;
  }

  void CheckInclude(const Field& item) {
    const Field paths = item.is_map() ? item["path"] : item;
    const std::vector<Field> all = paths.is_list() ? paths.Items() : std::vector<Field>{paths};
    for (const Field& each : all) {
      const std::string path = compose_file::TextOf(each);
      if (files_.count(Beside(each.document().file, path)) != 0) continue;
      inventory_.Skip(each.spot(), absl::StrCat("include ", path),
                      "the file is not among those that are imported; import it too");
    }
  }

  static std::vector<Field> AliasesOf(const Field& network) {
    const Field aliases = network["aliases"];
    return aliases.is_list() ? aliases.Items() : std::vector<Field>();
  }

  // By which names containers find the services; the name of a service is no other's.
  static void AddHosts(Project& project) {
    for (const Service& service : project.services) project.hosts[service.name] = service.name;
    const auto add = [&](const std::string& host, const std::string& service) {
      if (host.empty() || absl::StrContains(host, '$')) return;
      if (project.hosts.emplace(host, service).second) project.aliases[service].push_back(host);
    };
    for (const Service& service : project.services) {
      add(compose_file::TextOf(service.Find("container_name")), service.name);
      add(compose_file::TextOf(service.Find("hostname")), service.name);
      for (const auto& [network, field] : service.Entries("networks")) {
        for (const Field& alias : AliasesOf(field)) add(compose_file::TextOf(alias), service.name);
      }
      for (const Field& link : service.Items("links")) {
        const std::vector<std::string> parts = absl::StrSplit(compose_file::TextOf(link), ':');
        if (parts.size() == 2 && project.Find(parts[0]) != nullptr) add(parts[1], parts[0]);
      }
    }
  }

  uint64_t extended_ = 0;
  Reading reading_;
  Inventory& inventory_;
  compose_file::LayerTags tags_;
  std::set<std::string> tagged_;  // files that have tags
  std::vector<Field> roots_;
  std::set<std::string> files_;
  std::map<std::pair<std::string, std::string>, std::string> stems_;  // folder and stem -> file
  std::map<std::pair<std::string, std::string>, Field> services_;     // file and name -> service
};

void Import(absl::Span<const Document> documents, Inventory& inventory, FileFaults& faults) {
  ComposeImporter(documents, inventory, faults).Import();
}

}  // namespace

const Format kComposeFile = {"compose", Claims, Import, kTags};

}  // namespace metapowers::importers
