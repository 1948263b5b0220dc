#include "service/importers/compose_file_project.h"

#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace metapowers::importers::compose_file {

bool IsReset(const LayerTags& tags, const Field& value) {
  const auto tag = tags.find(&value.node());
  return tag != tags.end() && tag->second == LayerTag::kReset;
}

std::vector<Field> Service::Values(absl::string_view key) const {
  std::vector<Field> values;
  for (const Field& layer : layers) {
    if (!layer.HasKey(key)) continue;
    const Field field = layer[key];
    if (IsReset(field)) break;
    if (field.exists()) values.push_back(field);
    if (tags->count(&field.node()) != 0) break;
  }
  return values;
}

Field Service::Find(absl::string_view key) const {
  const std::vector<Field> values = Values(key);
  return values.empty() ? Field() : values.front();
}

Field Service::Find(absl::string_view key, absl::string_view inner) const {
  for (const Field& value : Values(key)) {
    if (!value.HasKey(inner)) continue;
    const Field field = value[inner];
    if (IsReset(field)) break;
    if (field.exists()) return field;
  }
  return Field();
}

std::vector<Field> Service::Items(absl::string_view key) const {
  std::vector<Field> items;
  for (const Field& field : Values(key)) {
    // One value may stand without its list.
    if (field.is_scalar()) {
      items.push_back(field);
    } else if (field.is_list()) {
      for (Field& item : field.Items()) {
        if (!IsReset(item)) items.push_back(std::move(item));
      }
    }
  }
  return items;
}

std::vector<std::pair<std::string, Field>> Service::Entries(absl::string_view key) const {
  std::vector<std::pair<std::string, Field>> entries;
  std::set<std::string> known;
  for (const Field& field : Values(key)) {
    if (!field.is_map()) continue;
    for (auto& entry : field.Entries()) {
      if (known.insert(entry.first).second && !IsReset(entry.second)) entries.push_back(std::move(entry));
    }
  }
  return entries;
}

std::vector<std::pair<std::string, Field>> Service::Names(absl::string_view key) const {
  std::vector<std::pair<std::string, Field>> names = Entries(key);
  std::set<std::string> known;
  for (const auto& [each, field] : names) known.insert(each);
  for (const Field& item : Items(key)) {
    std::string text = TextOf(item);
    if (!text.empty() && known.insert(text).second) names.emplace_back(std::move(text), item);
  }
  return names;
}

std::vector<std::pair<std::string, Field>> Project::Entries(absl::string_view part) const {
  std::vector<std::pair<std::string, Field>> entries;
  std::set<std::string> closed;  // names for which files further down do not count
  for (const Field& root : roots) {
    if (!root.HasKey(part)) continue;
    const Field field = root[part];
    if (IsReset(*tags, field)) break;
    for (auto& entry : field.Entries()) {
      if (closed.count(entry.first) != 0) continue;
      if (tags->count(&entry.second.node()) != 0) closed.insert(entry.first);
      if (!IsReset(*tags, entry.second)) entries.push_back(std::move(entry));
    }
    if (tags->count(&field.node()) != 0) break;
  }
  return entries;
}

const Service* Project::Find(const std::string& name) const {
  const auto found = by_name.find(name);
  return found == by_name.end() ? nullptr : &services[found->second];
}

std::string Project::ServiceOf(const std::string& host) const {
  const auto found = hosts.find(host);
  return found == hosts.end() ? "" : found->second;
}

std::string TextOf(const Field& field) {
  return field.is_scalar() ? std::string(absl::StripAsciiWhitespace(Interpolate(field.Text()))) : "";
}

std::vector<std::string> WordsOf(const Service& service, absl::string_view key) {
  const Field field = service.Find(key);
  if (field.is_scalar()) return absl::StrSplit(TextOf(field), absl::ByAnyChar(" \t\r\n"), absl::SkipEmpty());
  std::vector<std::string> words;
  if (!field.is_list()) return words;
  for (const Field& item : field.Items()) words.push_back(TextOf(item));
  return words;
}

std::optional<Port> PortOf(const Field& item) {
  if (!item.is_map()) return ParsePort(TextOf(item));
  Port port;
  const std::string target = TextOf(item["target"]);
  const std::string published = TextOf(item["published"]);
  port.host_ip = TextOf(item["host_ip"]);
  port.target = ParsePortNumber(target);
  port.is_udp = absl::EqualsIgnoreCase(TextOf(item["protocol"]), "udp");
  // As in the short form, a variable may stand for the number.
  if (port.target == 0 && !absl::StartsWith(target, "$")) return std::nullopt;
  if (published.empty() && port.target == 0) port.open_target = target;
  return SetPublished(published, port) ? std::optional<Port>(port) : std::nullopt;
}

void ReadSettings(Service& service) {
  std::set<std::string> known;
  const auto add = [&](const std::string& key, const std::string& value, const Field& field, bool passed) {
    if (!key.empty() && known.insert(key).second) service.settings.push_back({key, value, field, passed});
  };
  for (const Field& environment : service.Values("environment")) {
    if (environment.is_map()) {
      for (const auto& [name, field] : environment.Entries()) {
        if (service.IsReset(field)) {
          known.insert(name);
        } else {
          add(name, TextOf(field), field, !field.exists());
        }
      }
    } else if (environment.is_list()) {
      for (const Field& item : environment.Items()) {
        if (service.IsReset(item)) continue;
        const std::string text = TextOf(item);
        const size_t equals = text.find('=');
        const bool passed = equals == std::string::npos;
        add(text.substr(0, equals), passed ? "" : text.substr(equals + 1), item, passed);
      }
    }
  }
}

}  // namespace metapowers::importers::compose_file
