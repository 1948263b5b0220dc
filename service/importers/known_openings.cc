// Which settings let callers in without authentication: see known_images.h.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "service/importers/known_images.h"

namespace metapowers::importers {
namespace {

// Settings that let callers in without authentication, by the pages of the official images on Docker Hub, those of
// Bitnami, and the documentation of Elasticsearch and OpenSearch.
struct OpeningSetting {
  absl::string_view name;
  absl::string_view value;  // `true` and `false` stand for `yes`, `1`, `no` and `0` too
  absl::string_view what;
  bool store_only = false;  // clients of a store are given settings of its server too
  enum class Unless { kNever, kRootPassword, kPassword } unless = Unless::kNever;
};
using Unless = OpeningSetting::Unless;
constexpr absl::string_view kNoRootPassword = "the database accepts its administrator without a password";
constexpr absl::string_view kNoPlugin = "its security plugin, which authenticates callers, is switched off";
constexpr OpeningSetting kOpeningSettings[] = {
    {"ALLOW_ANONYMOUS_LOGIN", "true", "it accepts callers that do not authenticate"},
    {"ALLOW_EMPTY_PASSWORD", "true", "it may run without a password, and none is set", false, Unless::kPassword},
    {"DISABLE_SECURITY_PLUGIN", "true", kNoPlugin},
    {"MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "true", kNoRootPassword, true, Unless::kRootPassword},
    {"MYSQL_ALLOW_EMPTY_PASSWORD", "true", kNoRootPassword, true, Unless::kRootPassword},
    {"POSTGRES_HOST_AUTH_METHOD", "trust", "the database accepts every user without a password", true},
    {"plugins.security.disabled", "true", kNoPlugin},
    {"xpack.security.enabled", "false", "its security features, which authenticate callers, are switched off"},
};

// Whether a value is what an opening setting must be.
bool IsValue(absl::string_view value, absl::string_view wanted) {
  const std::string text = absl::AsciiStrToLower(value);
  return text == wanted || (wanted == "true" && (text == "yes" || text == "1")) ||
         (wanted == "false" && (text == "no" || text == "0"));
}

// Whether a setting gives the password that keeps an opening closed.
bool Closes(const NamedValue& setting, const OpeningSetting& opening) {
  if (setting.second.empty() || opening.unless == Unless::kNever) return false;
  if (SetsRootPassword(setting.first)) return true;
  const absl::string_view name = absl::StripSuffix(setting.first, "_FILE");
  return opening.unless == Unless::kPassword && absl::EndsWith(name, "_PASSWORD") && name != opening.name;
}

}  // namespace

std::optional<Opening> FindOpening(const std::vector<NamedValue>& settings, model::v1::ComponentKind kind) {
  for (size_t i = 0; i < settings.size(); ++i) {
    for (const OpeningSetting& opening : kOpeningSettings) {
      if (settings[i].first != opening.name || !IsValue(settings[i].second, opening.value)) continue;
      const bool closed = std::any_of(settings.begin(), settings.end(),
                                      [&](const NamedValue& setting) { return Closes(setting, opening); });
      if (!closed && (!opening.store_only || kind == model::v1::COMPONENT_KIND_DATASTORE))
        return Opening{i, opening.what};
    }
  }
  return std::nullopt;
}

}  // namespace metapowers::importers
