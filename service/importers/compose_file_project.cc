#include "service/importers/compose_file_project.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "service/importers/compose_file_text.h"

namespace metapowers::importers::compose_file {

Field Service::Find(absl::string_view key) const {
  for (const Field& layer : layers) {
    if (const Field field = layer[key]; field.exists()) return field;
  }
  return own()[key];
}

Field Service::Find(absl::string_view key, absl::string_view inner) const {
  for (const Field& layer : layers) {
    if (const Field field = layer[key][inner]; field.exists()) return field;
  }
  return own()[key][inner];
}

std::vector<Field> Service::Items(absl::string_view key) const {
  std::vector<Field> items;
  for (const Field& layer : layers) {
    const Field field = layer[key];
    // One value may stand without its list.
    if (field.is_scalar()) {
      items.push_back(field);
    } else if (field.is_list()) {
      for (Field& item : field.Items()) items.push_back(std::move(item));
    }
  }
  return items;
}

std::vector<std::pair<std::string, Field>> Service::Entries(absl::string_view key) const {
  std::vector<std::pair<std::string, Field>> entries;
  for (const Field& layer : layers) {
    const Field field = layer[key];
    if (!field.is_map()) continue;
    for (auto& entry : field.Entries()) {
      const bool known =
          std::any_of(entries.begin(), entries.end(), [&](const auto& each) { return each.first == entry.first; });
      if (!known) entries.push_back(std::move(entry));
    }
  }
  return entries;
}

std::vector<std::pair<std::string, Field>> Service::Names(absl::string_view key) const {
  std::vector<std::pair<std::string, Field>> names = Entries(key);
  for (const Field& item : Items(key)) {
    std::string text = TextOf(item);
    const bool known = std::any_of(names.begin(), names.end(), [&](const auto& each) { return each.first == text; });
    if (!known && !text.empty()) names.emplace_back(std::move(text), item);
  }
  return names;
}

bool Project::IsDeclared(absl::string_view collection, absl::string_view name) const {
  return std::any_of(roots.begin(), roots.end(), [&](const Field& root) { return root[collection].Has(name); });
}

std::string Project::ServiceOf(absl::string_view host) const {
  const auto found = hosts.find(std::string(host));
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

void ReadSettings(Service& service) {
  const auto add = [&](std::string key, std::string value, const Field& field) {
    const bool known = std::any_of(service.settings.begin(), service.settings.end(),
                                   [&](const Setting& each) { return each.name == key; });
    if (!known && !key.empty()) service.settings.push_back({std::move(key), std::move(value), field});
  };
  for (const Field& layer : service.layers) {
    const Field environment = layer["environment"];
    if (environment.is_map()) {
      for (const auto& [name, field] : environment.Entries()) add(name, TextOf(field), field);
    } else if (environment.is_list()) {
      for (const Field& item : environment.Items()) {
        const std::string text = TextOf(item);
        const size_t equals = text.find('=');
        add(text.substr(0, equals), equals == std::string::npos ? "" : text.substr(equals + 1), item);
      }
    }
  }
}

}  // namespace metapowers::importers::compose_file
