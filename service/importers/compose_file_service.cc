// A service as a component: see compose_file_project.h.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/importers/compose_file_project.h"
#include "service/importers/container_host.h"
#include "service/importers/known_images.h"
#include "service/importers/settings.h"

namespace metapowers::importers::compose_file {

namespace pb = model::v1;

namespace {

constexpr int kMaxReplicas = 100'000;

bool IsTrue(const Field& field) { return absl::EqualsIgnoreCase(TextOf(field), "true"); }

// Whether a limit is one: `0` and `-1` are none, and what `${X}` is nobody knows.
bool IsLimit(const Field& field) {
  const std::string text = TextOf(field);
  double number = 0;
  return absl::SimpleAtod(text.substr(0, text.find_first_not_of("0123456789.")), &number) && number > 0 &&
         !absl::StrContains(text, '$');
}

// Whether the `type` of a mount says that its source is no path of the host.
bool IsVolume(const Field& type) {
  const std::string text = TextOf(type);
  return text == "volume" || text == "tmpfs" || text == "image" || text == "cluster";
}

constexpr absl::string_view kHardening = "container_hardening";
constexpr absl::string_view kIsolation = "runtime_isolation";

class ServiceReader {
 public:
  ServiceReader(const Service& service, const Project& project)
      : service_(service), inventory_(*project.inventory), project_(project) {}

  void Read() {
    out_.name = service_.name;
    out_.scope = project_.scope;
    out_.spot = service_.own().spot();
    out_.value.set_name(service_.name);
    out_.value.set_machine(pb::MACHINE_CONTAINER);
    ReadImage();
    ReadStore();
    ReadNames();
    ReadContainer();
    ReadIsolation();
    ReadReplicas();
    ReadMounts();
    ReadSecrets();
    if (const auto zone = project_.zones.find(ZoneOf(service_, project_)); zone != project_.zones.end()) {
      out_.Refers("zone", {zone->second.name, zone->second.scope, out_.spot});
    }
    for (const Field& profile : service_.Items("profiles")) {
      out_.value.add_tags(absl::AsciiStrToLower(absl::StrCat("profile:", profile.Line())));
    }
    SettlePosture();
    inventory_.components.push_back(std::move(out_));
  }

  // Ports that others than the host can reach; true when there is one.
  bool ReadPorts() {
    std::vector<std::string> open;
    absl::flat_hash_set<std::string> known;  // what is told of a port, which is all that tells host ports apart
    for (const Field& item : service_.Items("ports")) {
      const std::optional<Port> port = PortOf(item);
      if (!port.has_value()) {
        item.Fault(item.is_map() ? "is no port; write `target: 80` and `published: 8080`"
                                 : "is no port; write `host:container`, e.g. `8080:80`");
        continue;
      }
      targets_.emplace_back(port->target, item.spot());
      if (port->is_loopback()) continue;
      const std::string published = port->Published();
      if (!known.insert(published).second) continue;
      const bool is_plain = port->last == 0 && port->variable.empty() && port->open_target.empty();
      AddNewHostPort(port->published, item.spot(), out_, is_plain ? "" : published);
      open.push_back(published);
    }
    const bool host = TextOf(service_.Find("network_mode")) == "host";
    if (host) open = {"every port that it listens on"};
    if (open.empty()) return false;
    const Field ports = service_.Find(host ? "network_mode" : "ports");
    if (host) AddHostPort(0, ports.spot(), out_);
    inventory_.Note(v1::IMPORT_NOTE_KIND_QUESTION, ports.spot(), ports.path(),
                    absl::StrCat(service_.name, " is open on the network of its host (", host ? "" : "published: ",
                                 ShortListOf(open), "); the file does not say whether the internet reaches that host"));
    return true;
  }

 private:
  void ReadImage() {
    const Field build = service_.Find("build");
    const Field image = service_.Find("image");
    if (build.exists()) {
      out_.value.set_custom_code(true);
      out_.Assumed("custom_code", build.spot(), "its image is built here, of code or of another image alone");
      out_.value.set_kind(pb::COMPONENT_KIND_PROCESS);
      out_.Observed("kind", build.spot());  // a container of it is a process
    } else if (image.exists()) {
      const std::string reference = TextOf(image);
      DescribeImage(reference, image.spot(), out_);
      DescribeVersion(reference, image.spot(), out_);
      Keep(image, absl::StrCat("runs the image ", reference));
    } else if (project_.roots.size() == 1) {
      out_.value.set_kind(pb::COMPONENT_KIND_PROCESS);
      out_.Assumed("kind", out_.spot, "the file names neither image nor build");
    }
  }

  void ReadStore() {
    for (const Field& item : service_.Items("expose")) DescribePort(ParsePortNumber(TextOf(item)), item.spot(), out_);
    for (const auto& [port, spot] : targets_) DescribePort(port, spot, out_);
    // A client has the names of the server's settings too, beside those of the server itself.
    const auto names_server = [](const Setting& setting) {
      return NamesHost(setting.name) && !absl::EndsWith(setting.name, "_ROOT_HOST");
    };
    const bool client = service_.Find("depends_on").exists() || service_.Find("links").exists() ||
                        std::any_of(service_.settings.begin(), service_.settings.end(), names_server);
    for (const Setting& setting : service_.settings) {
      if (!client) DescribeSetting(setting.name, setting.field.spot(), out_);
    }
    const Field image = service_.Find("build").exists() ? Field() : service_.Find("image");
    DescribeName(service_.name, TextOf(image), out_.spot, out_);
    CheckAuthentication();
  }

  void CheckAuthentication() {
    std::vector<NamedValue> settings;
    for (const Setting& setting : service_.settings) {
      settings.emplace_back(setting.name, setting.passed ? "$" : setting.value);
    }
    const bool has_unread = service_.Find("env_file").exists();
    const std::optional<Opening> opening = FindOpening(settings, out_.value, has_unread);
    if (!opening.has_value()) return;
    const Field& field = service_.settings[opening->setting].field;
    inventory_.Note(opening->asks ? v1::IMPORT_NOTE_KIND_QUESTION : v1::IMPORT_NOTE_KIND_WARNING, field.spot(),
                    field.path(), absl::StrCat(service_.name, ": ", opening->told));
    if (!opening->asks) absent_["authn_source"].emplace_back(field.spot(), opening->told);
  }

  // Names by which other files may know it, unless another service has the name.
  void ReadNames() {
    if (const auto found = project_.aliases.find(service_.name); found != project_.aliases.end()) {
      out_.names = found->second;
    }
    const Field image = service_.Find("image");
    if (!image.exists()) return;
    const std::string reference = TextOf(image);
    if (absl::StrContains(reference, '$') || FindKnownImage(reference) != nullptr) return;
    const ImageName name = ParseImageName(reference);
    if (const auto count = project_.images.find(name.repository); count->second > 1) return;
    for (const std::string& each : {name.repository, name.Last()}) {
      const bool official = absl::StartsWith(each, "library/");
      if (!each.empty() && !official && project_.ServiceOf(each).empty()) out_.names.push_back(each);
    }
  }

  void Set(absl::string_view field, const Field& from, pb::Tristate value,
           void (pb::ContainerSettings::*set)(pb::Tristate)) {
    (out_.value.mutable_container()->*set)(value);
    out_.Observed(absl::StrCat("container.", field), from.spot());
  }

  void ReadContainer() {
    using Container = pb::ContainerSettings;
    if (const Field user = service_.Find("user"); user.exists()) {
      const std::string text = TextOf(user);
      const std::string name = text.substr(0, text.find(':'));
      int id = -1;
      if (!absl::StrContains(name, '$') && !name.empty()) {
        const bool root = name == "root" || (absl::SimpleAtoi(name, &id) && id == 0);
        Set("runs_as_non_root", user, root ? pb::TRISTATE_NO : pb::TRISTATE_YES, &Container::set_runs_as_non_root);
      }
    }
    if (const Field field = service_.Find("read_only"); field.exists() && !absl::StrContains(TextOf(field), '$')) {
      Set("read_only_root", field, IsTrue(field) ? pb::TRISTATE_YES : pb::TRISTATE_NO, &Container::set_read_only_root);
    }
    for (const Field& option : service_.Items("security_opt")) {
      const std::string text = absl::AsciiStrToLower(TextOf(option));
      if (!absl::StartsWith(text, "no-new-privileges")) {
        if (absl::EndsWith(text, "unconfined") || absl::EndsWith(text, "disable")) {
          Weaken(kHardening, option, absl::StrCat("switches a guard of the kernel off (", option.Line(), ")"));
        }
        continue;
      }
      const bool off = absl::EndsWith(text, "false");
      Set("privilege_escalation", option, off ? pb::TRISTATE_YES : pb::TRISTATE_NO,
          &Container::set_privilege_escalation);
    }
    ReadCapabilities();
    ReadLimits();
    const Field privileged = service_.Find("privileged");
    if (!IsTrue(privileged)) return;
    Set("privilege_escalation", privileged, pb::TRISTATE_YES, &Container::set_privilege_escalation);
    Set("drops_capabilities", privileged, pb::TRISTATE_NO, &Container::set_drops_capabilities);
    Weaken(kHardening, privileged, "is privileged: it has all rights of the host's root");
    AddNodeAccess(pb::NODE_ACCESS_KIND_PRIVILEGED, "privileged container", privileged.spot(), out_);
  }

  void ReadCapabilities() {
    const Field dropped = service_.Find("cap_drop");
    const Field added = service_.Find("cap_add");
    if (!dropped.exists() && !added.exists()) return;
    const auto name = [](const Field& field) {
      return std::string(absl::StripPrefix(absl::AsciiStrToUpper(TextOf(field)), "CAP_"));
    };
    bool all = false;
    for (const Field& each : service_.Items("cap_drop")) all = all || name(each) == "ALL";
    // The one right that a hardened container may keep.
    for (const Field& each : service_.Items("cap_add")) all = all && name(each) == "NET_BIND_SERVICE";
    Set("drops_capabilities", dropped.exists() ? dropped : added, all ? pb::TRISTATE_YES : pb::TRISTATE_NO,
        &pb::ContainerSettings::set_drops_capabilities);
    for (const Field& each : service_.Items("cap_add")) {
      for (const absl::string_view strong :
           {"ALL", "SYS_ADMIN", "SYS_PTRACE", "SYS_MODULE", "NET_ADMIN", "DAC_READ_SEARCH"}) {
        if (name(each) == strong) Weaken(kHardening, each, absl::StrCat("is given the right ", strong));
      }
    }
  }

  void ReadLimits() {
    const Field limits = service_.Find("deploy", "resources")["limits"];
    const Field memory = limits["memory"].exists() ? limits["memory"] : service_.Find("mem_limit");
    const Field cpus = limits["cpus"].exists()          ? limits["cpus"]
                       : service_.Find("cpus").exists() ? service_.Find("cpus")
                                                        : service_.Find("cpu_quota");
    // One of the two leaves the other open, and the file does not say that it is unlimited.
    if (!IsLimit(memory) || !IsLimit(cpus)) return;
    Set("resource_limits", memory, pb::TRISTATE_YES, &pb::ContainerSettings::set_resource_limits);
  }

  void ReadIsolation() {
    for (const absl::string_view key : {"pid", "ipc", "userns_mode", "uts", "cgroup"}) {
      if (const Field field = service_.Find(key); field.is_scalar() && TextOf(field) == "host") {
        Weaken(kIsolation, field, absl::StrCat("shares a namespace of its host (", key, ")"));
        if (key == "pid") AddNodeAccess(pb::NODE_ACCESS_KIND_HOST_PROCESSES, "pid: host", field.spot(), out_);
        if (key == "ipc") AddNodeAccess(pb::NODE_ACCESS_KIND_HOST_MEMORY, "ipc: host", field.spot(), out_);
      }
    }
    if (const Field devices = service_.Find("devices"); devices.exists()) {
      Weaken(kIsolation, devices, "has access to devices of its host");
    }
    if (const Field mode = service_.Find("network_mode"); TextOf(mode) == "host") {
      Weaken(kIsolation, mode, "shares the network of its host");
      AddNodeAccess(pb::NODE_ACCESS_KIND_HOST_NETWORK, "network_mode: host", mode.spot(), out_);
    }
  }

  void ReadReplicas() {
    const Field deploy = service_.Find("deploy", "replicas");
    const Field field = deploy.exists() ? deploy : service_.Find("scale");
    if (!field.exists()) return;
    const std::string text = TextOf(field);
    int count = 0;
    if (absl::SimpleAtoi(text, &count) && count >= 0 && count <= kMaxReplicas) {
      out_.value.set_replicas(count);
      out_.Observed("replicas", field.spot());
    } else if (!absl::StrContains(text, '$')) {
      field.Fault("must be a number of containers");
    }
  }

  void ReadMounts() {
    std::vector<std::string> kept;
    const Field volumes = service_.Find("volumes");
    for (const Field& item : service_.Items("volumes")) {
      Mount mount;
      if (item.is_map()) {
        mount = {TextOf(item["source"]), TextOf(item["target"]), IsTrue(item["read_only"]), IsVolume(item["type"])};
      } else {
        mount = ParseMount(TextOf(item));
      }
      if (mount.host_path() != mount.source && mount.is_host_system()) {
        AssumeAccess(mount, item);
      } else if (mount.is_engine_socket()) {
        Weaken(kIsolation, item, "has the socket of the container engine, which gives all rights on the host");
        AddNodeAccess(pb::NODE_ACCESS_KIND_ENGINE_SOCKET, mount.source, item.spot(), out_);
      } else if (mount.is_host_path() && mount.is_host_system()) {
        Weaken(kIsolation, item,
               absl::StrCat("has ", mount.source, " of its host", mount.read_only ? ", read-only" : ""));
        AddNodeAccess(pb::NODE_ACCESS_KIND_HOST_PATH, absl::StrCat(mount.source, mount.read_only ? ", read-only" : ""),
                      item.spot(), out_);
      }
      const std::string source = mount.source.empty() ? "an anonymous volume" : mount.source;
      kept.push_back(absl::StrCat(source, " at ", mount.target, mount.read_only ? " (read-only)" : ""));
    }
    if (!kept.empty()) Keep(volumes, absl::StrCat("mounts ", ShortListOf(kept)));
    std::vector<std::string> configs;
    for (const Field& item : service_.Items("configs")) {
      configs.push_back(item.is_map() ? TextOf(item["source"]) : TextOf(item));
    }
    if (!configs.empty()) Keep(service_.Find("configs"), absl::StrCat("reads the configs ", ShortListOf(configs)));
    for (const Field& file : service_.Values("env_file")) {
      inventory_.Skip(file.spot(), absl::StrCat("env_file of ", service_.name),
                      "settings in further files are not read; name what the service connects to in the model");
    }
  }

  // What a variable mounts, by where it is mounted.
  void AssumeAccess(const Mount& mount, const Field& item) {
    const bool socket = mount.is_engine_socket();
    const std::string what = absl::StrCat(mount.source, " at ", mount.target, mount.read_only ? ", read-only" : "");
    const std::string usual =
        socket ? "the socket of the container engine" : absl::StrCat(mount.host_path(), " of its host");
    AddNodeAccess(socket ? pb::NODE_ACCESS_KIND_ENGINE_SOCKET : pb::NODE_ACCESS_KIND_HOST_PATH, what, item.spot(), out_,
                  absl::StrCat("a variable says what is mounted, and its place is the usual one of ", usual));
    inventory_.Note(v1::IMPORT_NOTE_KIND_WARNING, item.spot(), item.path(),
                    absl::StrCat(service_.name, " mounts ", what, ", which is the usual place of ", usual,
                                 socket ? ": it gives all rights on the host" : ""));
    inventory_.Note(v1::IMPORT_NOTE_KIND_QUESTION, item.spot(), item.path(),
                    absl::StrCat(service_.name, ": which path of its host does ", mount.source, " set?"));
  }

  void ReadSecrets() {
    std::vector<std::string> names;
    for (const auto& [name, field] : SecretsIn(service_)) {
      names.push_back(name);
      absent_["secrets_external"].emplace_back(field.spot(), name);
    }
    if (names.empty()) return;
    inventory_.Note(v1::IMPORT_NOTE_KIND_WARNING, absent_["secrets_external"].front().first, service_.own().path(),
                    absl::StrCat(service_.name, " has secrets in the file itself: ", ShortListOf(names),
                                 "; their values were not copied. Change them and hand them over as secrets"));
  }

  // What takes walls of the container away.
  void Weaken(absl::string_view control, const Field& field, const std::string& what) {
    inventory_.Note(v1::IMPORT_NOTE_KIND_WARNING, field.spot(), field.path(), absl::StrCat(service_.name, " ", what));
    absent_[control].emplace_back(field.spot(), what);
  }

  void SettlePosture() {
    for (const auto& [control, found] : absent_) {
      std::vector<std::string> places;
      for (const auto& [spot, what] : found) places.push_back(absl::StrCat(LocationOf(spot), " ", what));
      pb::ControlPosture& posture = *out_.value.add_posture();
      posture.set_control(std::string(control));
      posture.set_state(pb::POSTURE_STATE_ABSENT);
      posture.set_evidence(ShortListOf(places, "; "));
      out_.Observed("posture", found.front().first);
    }
  }

  void Keep(const Field& field, absl::string_view text) {
    inventory_.Note(v1::IMPORT_NOTE_KIND_KEPT, field.spot(), field.path(), absl::StrCat(service_.name, " ", text));
  }

  const Service& service_;
  Inventory& inventory_;
  const Project& project_;
  Shown<pb::Component> out_;
  std::vector<std::pair<int, Spot>> targets_;  // ports of the container that `ports` names
  // By control that is absent: where it shows, and what.
  std::map<absl::string_view, std::vector<std::pair<Spot, std::string>>> absent_;
};

}  // namespace

bool AddService(const Service& service, const Project& project) {
  ServiceReader reader(service, project);
  const bool open = reader.ReadPorts();
  reader.Read();
  return open;
}

}  // namespace metapowers::importers::compose_file
