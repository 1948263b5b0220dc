#include "service/commands/gateway_snippets.h"

#include <set>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/commands/api_wording.h"
#include "service/commands/config_snippets.h"

namespace metapowers::commands {
namespace {

using model::v1::ConsumerClass;

// A path in the filter language of the edge: a parameter is any text.
std::string PathFilter(const std::string& path) {
  std::string pattern;
  bool parameter = false;
  for (const char c : path) {
    if (c == '{') {
      parameter = true;
      pattern += '*';
    } else if (c == '}') {
      parameter = false;
    } else if (!parameter) {
      if (c == '"' || c == '\\') pattern += '\\';
      pattern += c;
    }
  }
  const char* const compare = pattern.find('*') == std::string::npos ? "eq" : "wildcard";
  return absl::StrCat("http.request.uri.path ", compare, " \"", pattern, "\"");
}

// The operations of these interfaces that the class may call without credentials, as a filter.
std::string OpenPaths(const std::vector<const analysis::ReviewedApi*>& apis, const ConsumerClass& consumer) {
  std::set<std::string> paths;
  for (const analysis::ReviewedApi* api : apis) {
    if (!absl::c_linear_search(api->consumers, &consumer)) continue;
    for (const analysis::EntryPoint* operation : api->operations) {
      if (operation->endpoint->authenticated() == model::v1::TRISTATE_NO) {
        paths.insert(PathFilter(operation->endpoint->path()));
      }
    }
  }
  return absl::StrJoin(paths, " or ");
}

}  // namespace

std::optional<metapowers::v1::ConfigSnippet> LimitSnippet(const model::Model& model,
                                                          const analysis::LimitingComponent& gateway) {
  if (gateway.product == nullptr) return std::nullopt;
  std::set<std::string> classes;
  for (const analysis::ReviewedApi* api : gateway.apis) {
    for (const ConsumerClass* consumer : api->consumers) classes.insert(consumer->id());
  }
  std::vector<ConfigValues> items;
  for (const std::string& id : classes) {
    const auto& consumer = *model.Find<ConsumerClass>(id);
    if (!consumer.has_requests_per_minute()) continue;
    if (!gateway.product->counts_consumers() && consumer.authenticated()) continue;
    const std::string match = OpenPaths(gateway.apis, consumer);
    if (!gateway.product->counts_consumers() && match.empty()) continue;
    items.push_back({{"id", id},
                     {"consumer", consumer.name()},
                     {"scope", LimitScope(consumer)},
                     {"match", match},
                     {"identifier", consumer.authenticated() ? "consumer" : "ip"},
                     {"limit", consumer.requests_per_minute()}});
  }
  if (items.empty()) return std::nullopt;
  metapowers::v1::ConfigSnippet snippet =
      FillConfig(gateway.product->config(), {{"system", model.proto().name()}}, items);
  snippet.set_title(gateway.product->name());
  snippet.add_elements(gateway.component->id());
  return snippet;
}

}  // namespace metapowers::commands
