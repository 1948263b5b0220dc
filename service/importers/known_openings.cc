// Which settings let callers in without authentication: see known_images.h.
#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/strings/substitute.h"
#include "service/importers/known_images.h"
#include "service/importers/settings.h"

namespace metapowers::importers {
namespace {

// Settings that let callers in without authentication, by the pages of the official images on Docker Hub, those of
// Bitnami, and the documentation of Elasticsearch and OpenSearch.
struct OpeningSetting {
  absl::string_view name;
  absl::string_view value;  // `true` and `false` stand for `yes`, `1`, `no` and `0` too; empty: any value that is one
  absl::string_view what;
  bool store_only = false;  // clients of a store are given settings of its server too
  enum class Unless { kNever, kRootPassword, kPassword } unless = Unless::kNever;
};
using Unless = OpeningSetting::Unless;
constexpr absl::string_view kNoneShown =
    "it may run without a password, and none is shown ($0): do the settings that are not read give it one?";
constexpr absl::string_view kNoRootPassword = "the database accepts its administrator without a password";
constexpr absl::string_view kNoPlugin = "its security plugin, which authenticates callers, is switched off";
constexpr OpeningSetting kOpeningSettings[] = {
    {"ALLOW_ANONYMOUS_LOGIN", "true", "it accepts callers that do not authenticate"},
    {"ALLOW_EMPTY_PASSWORD", "true", "it may run without a password, and none is set", false, Unless::kPassword},
    {"DISABLE_SECURITY_PLUGIN", "true", kNoPlugin},
    {"MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "", kNoRootPassword, true, Unless::kRootPassword},
    {"MYSQL_ALLOW_EMPTY_PASSWORD", "", kNoRootPassword, true, Unless::kRootPassword},
    {"POSTGRES_HOST_AUTH_METHOD", "trust", "the database accepts every user without a password", true},
    {"plugins.security.disabled", "true", kNoPlugin},
    {"xpack.security.enabled", "false", "its security features, which authenticate callers, are switched off"},
};
constexpr absl::string_view kRootPasswords[] = {"MARIADB_RANDOM_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD",
                                                "MARIADB_ROOT_PASSWORD_HASH", "MYSQL_RANDOM_ROOT_PASSWORD",
                                                "MYSQL_ROOT_PASSWORD"};

// Whether a value is what an opening setting must be. What a variable gives is not known.
bool IsValue(absl::string_view value, absl::string_view wanted) {
  const std::string text = absl::AsciiStrToLower(value);
  if (wanted.empty()) return !text.empty() && !absl::StartsWith(text, "$");
  return text == wanted || (wanted == "true" && (text == "yes" || text == "1")) ||
         (wanted == "false" && (text == "no" || text == "0"));
}

// Whether a setting gives a password to what a component runs, as its prefix says: `REDIS_PASSWORD` to Redis and
// `POSTGRES_PASSWORD` to PostgreSQL. Of a component that may run anything, any prefix says so.
bool SetsPassword(absl::string_view name, const model::v1::Component& component) {
  name = absl::StripSuffix(name, "_FILE");
  if (!absl::EndsWith(name, "_PASSWORD") || absl::StrContains(name, "ALLOW_EMPTY_")) return false;
  const std::string prefix = absl::AsciiStrToLower(name.substr(0, name.find('_')));
  return component.technology_size() == 0 || absl::StartsWith(component.technology(0), prefix);
}

// What the settings of a container say of its passwords.
struct Passwords {
  bool root = false;    // the administrator of the database has one
  bool any = false;     // what runs has one
  bool client = false;  // it is no server: a setting names the one that it calls
};

Passwords PasswordsIn(const std::vector<NamedValue>& settings, const model::v1::Component& component) {
  Passwords passwords;
  passwords.client =
      component.kind() != model::v1::COMPONENT_KIND_DATASTORE &&
      std::any_of(settings.begin(), settings.end(), [](const NamedValue& setting) { return NamesHost(setting.first); });
  for (const auto& [name, value] : settings) {
    if (value.empty()) continue;
    passwords.root = passwords.root || SetsRootPassword(name);
    passwords.any = passwords.any || SetsPassword(name, component);
  }
  return passwords;
}

bool IsClosed(const OpeningSetting& opening, const Passwords& passwords) {
  return opening.unless == Unless::kRootPassword ? passwords.root : passwords.any || passwords.client;
}

}  // namespace

bool SetsRootPassword(absl::string_view name) {
  const absl::string_view plain = absl::StripSuffix(name, "_FILE");
  return std::find(std::begin(kRootPasswords), std::end(kRootPasswords), plain) != std::end(kRootPasswords);
}

std::optional<Opening> FindOpening(const std::vector<NamedValue>& settings, const model::v1::Component& component,
                                   bool has_unread) {
  std::optional<Passwords> passwords;  // sought once, and only where a setting asks for them
  const bool is_store = component.kind() == model::v1::COMPONENT_KIND_DATASTORE;
  for (size_t i = 0; i < settings.size(); ++i) {
    for (const OpeningSetting& opening : kOpeningSettings) {
      if (settings[i].first != opening.name || !IsValue(settings[i].second, opening.value)) continue;
      if (opening.store_only && !is_store) continue;
      if (opening.unless != Unless::kNever) {
        if (!passwords.has_value()) passwords = PasswordsIn(settings, component);
        if (IsClosed(opening, *passwords)) continue;
        if (has_unread) return Opening{i, absl::Substitute(kNoneShown, opening.name), true};
      }
      return Opening{i, absl::StrCat(opening.what, " (", opening.name, ")")};
    }
  }
  return std::nullopt;
}

}  // namespace metapowers::importers
