#include "service/importers/compose_file.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/importers/compose_file_project.h"

namespace metapowers::importers {

using compose_file::Project;
using compose_file::Service;
using model::YamlEntry;
using model::YamlNode;

namespace {

constexpr int kMaxExtends = 16;  // services that extend one another

bool IsMap(const YamlNode* node) { return node != nullptr && node->kind == YamlNode::Kind::kMap; }

// Keys that a service has in compose files and that mappings of other tools under `services` rarely have.
bool LooksLikeService(const YamlNode& node) {
  for (const absl::string_view key : {"image", "build", "extends", "container_name", "depends_on", "network_mode",
                                      "environment", "env_file", "volumes", "ports", "deploy", "healthcheck"}) {
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

// Whether a file is a variant of another one: `compose.prod.yaml` of `compose.yaml`.
bool IsVariantOf(absl::string_view file, absl::string_view other) {
  const auto [folder, stem] = FolderAndStem(file);
  const auto [other_folder, other_stem] = FolderAndStem(other);
  return folder == other_folder && absl::StartsWith(stem, absl::StrCat(other_stem, "."));
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

class ComposeImporter {
 public:
  ComposeImporter(absl::Span<const Document> documents, Inventory& inventory, FileFaults& faults)
      : inventory_(inventory) {
    for (const Document& document : documents) roots_.emplace_back(document, faults);
  }

  void Import() {
    for (const Field& root : roots_) {
      const std::string version = root["version"].Text();
      if (!version.empty() && version[0] != '2' && version[0] != '3') {
        inventory_.Skip(root["version"].spot(), absl::StrCat("compose file of version ", root["version"].Line()),
                        "versions 2 and 3 and files without version are read; write it as one of them");
        continue;
      }
      Place(root);
    }
    for (Project& project : projects_) ImportProject(project);
  }

 private:
  // Puts a file into the project that it is a variant of, or makes one of it.
  void Place(const Field& root) {
    const std::string& file = root.document().file;
    for (const Field& base : roots_) {
      if (!IsVariantOf(file, base.document().file)) continue;
      variants_.push_back(root);
      return;
    }
    Project& project = projects_.emplace_back();
    project.scope = absl::StrCat("compose:", file);
    project.roots.push_back(root);
    project.inventory = &inventory_;
  }

  // Variants in the order of their names, an override before its base as the tool reads it.
  void AddVariants(Project& project) {
    const std::string base = project.roots.front().document().file;
    for (const Field& root : variants_) {
      const std::string& file = root.document().file;
      if (!IsVariantOf(file, base)) continue;
      const bool wins = absl::EndsWith(FolderAndStem(file).second, ".override");
      project.roots.insert(wins ? project.roots.begin() : project.roots.end(), root);
      inventory_.Note(
          v1::IMPORT_NOTE_KIND_KEPT, {file, {0, 0}}, "",
          absl::StrCat("read as a variant of ", base, ": where they differ, ", wins ? file : base, " stands"));
    }
  }

  void ImportProject(Project& project) {
    AddVariants(project);
    for (const Field& root : project.roots) {
      const std::string name = compose_file::TextOf(root["name"]);
      if (inventory_.name.empty() && !absl::StrContains(name, '$')) inventory_.name = name;
      for (auto& [service, field] : root["services"].Entries()) AddLayers(project, service, field);
      for (const Field& item : root["include"].Items()) CheckInclude(item);
    }
    for (Service& service : project.services) compose_file::ReadSettings(service);
    AddHosts(project);
    AddNetworks(project);
    for (const Service& service : project.services) {
      inventory_.Count("workloads");
      if (AddService(service, project)) inventory_.Count("exposed_services");
    }
    AddFlows(project);
    AddSecrets(project);
  }

  void AddLayers(Project& project, const std::string& name, const Field& field) {
    if (field.exists() && !field.is_map()) return field.Fault("must be a mapping of the service's settings");
    auto service = std::find_if(project.services.begin(), project.services.end(),
                                [&](const Service& each) { return each.name == name; });
    if (service == project.services.end()) {
      service = project.services.insert(service, Service());
      service->name = name;
    }
    compose_file::CheckForms(field);
    service->layers.push_back(field);
    for (int i = 0; service->layers.back()["extends"].exists(); ++i) {
      const Field extends = service->layers.back()["extends"];
      const std::optional<Field> base = Extended(extends);
      if (!base.has_value()) return;
      if (i == kMaxExtends || IsLayer(*service, *base)) return extends.Fault("services extend one another in a circle");
      service->layers.push_back(*base);
    }
  }

  static bool IsLayer(const Service& service, const Field& field) {
    return std::any_of(service.layers.begin(), service.layers.end(),
                       [&](const Field& layer) { return layer.exists() && &layer.node() == &field.node(); });
  }

  // What `extends` names, where the file is among those that are imported.
  std::optional<Field> Extended(const Field& extends) {
    const bool map = extends.is_map();
    const std::string name = compose_file::TextOf(map ? extends["service"] : extends);
    const std::string path = map ? compose_file::TextOf(extends["file"]) : "";
    const std::string file = path.empty() ? extends.document().file : Beside(extends.document().file, path);
    for (const Field& root : roots_) {
      if (Beside("", root.document().file) != Beside("", file)) continue;
      const Field base = root["services"][name];
      if (base.exists()) return base;
    }
    inventory_.Skip(extends.spot(), absl::StrCat("extends ", path, path.empty() ? "" : " ", name),
                    "no such service is in the files that are imported; import its file too");
    return std::nullopt;
  }

  void CheckInclude(const Field& item) {
    const Field paths = item.is_map() ? item["path"] : item;
    const std::vector<Field> all = paths.is_list() ? paths.Items() : std::vector<Field>{paths};
    for (const Field& each : all) {
      const std::string path = compose_file::TextOf(each);
      const std::string file = Beside(each.document().file, path);
      const bool given = std::any_of(roots_.begin(), roots_.end(),
                                     [&](const Field& root) { return Beside("", root.document().file) == file; });
      if (given) continue;
      inventory_.Skip(each.spot(), absl::StrCat("include ", path),
                      "the file is not among those that are imported; import it too");
    }
  }

  static std::vector<Field> AliasesOf(const Field& network) {
    const Field aliases = network["aliases"];
    return aliases.is_list() ? aliases.Items() : std::vector<Field>();
  }

  static void AddHosts(Project& project) {
    for (const Service& service : project.services) project.hosts[service.name] = service.name;
    for (const Service& service : project.services) {
      std::vector<std::string> names = {compose_file::TextOf(service.Find("container_name")),
                                        compose_file::TextOf(service.Find("hostname"))};
      for (const auto& [network, field] : service.Entries("networks")) {
        for (const Field& alias : AliasesOf(field)) names.push_back(compose_file::TextOf(alias));
      }
      for (const std::string& name : names) {
        if (!name.empty() && !absl::StrContains(name, '$')) project.hosts.emplace(name, service.name);
      }
      for (const Field& link : service.Items("links")) {
        const std::vector<std::string> parts = absl::StrSplit(compose_file::TextOf(link), ':');
        if (parts.size() == 2 && project.hosts.count(parts[0]) != 0) {
          project.hosts.emplace(parts[1], project.hosts[parts[0]]);
        }
      }
    }
  }

  Inventory& inventory_;
  std::vector<Field> roots_;
  std::vector<Field> variants_;
  std::vector<Project> projects_;
};

void Import(absl::Span<const Document> documents, Inventory& inventory, FileFaults& faults) {
  ComposeImporter(documents, inventory, faults).Import();
}

}  // namespace

const Format kComposeFile = {"compose", Claims, Import};

}  // namespace metapowers::importers
