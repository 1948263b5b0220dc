#include "service/commands/tls_snippets.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "service/analysis/handling.h"
#include "service/analysis/terms.h"
#include "service/commands/config_snippets.h"
#include "service/commands/wording.h"
#include "service/knowledge/key_and_access.h"

namespace metapowers::commands {
namespace {

namespace kb = knowledge::v1;
using model::v1::Component;
using model::v1::Flow;

// The strictest floor that the policy or a flow into the component declares.
model::v1::TlsVersion FloorOf(const model::Model& model, const Component& component) {
  if (model.proto().policy_parameters().min_tls() != model::v1::TLS_VERSION_UNSPECIFIED) {
    return std::max(model.proto().policy_parameters().min_tls(), model::v1::TLS_VERSION_TLS_1_2);
  }
  model::v1::TlsVersion floor = model::v1::TLS_VERSION_TLS_1_2;
  for (const Flow& flow : model.proto().flows()) {
    if (flow.target() == component.id()) floor = std::max(floor, flow.min_tls());
  }
  return floor;
}

// A socket of the same machine has no use for TLS.
bool IsReachedLocallyAlone(const model::Model& model, const Component& component) {
  bool local = false;
  for (const Flow& flow : model.proto().flows()) {
    if (flow.target() != component.id()) continue;
    if (flow.transport_security() != model::v1::TRANSPORT_SECURITY_LOCAL) return false;
    local = true;
  }
  return local;
}

ConfigValues TlsValues(const model::Model& model, const Component& component) {
  const bool newest = FloorOf(model, component) == model::v1::TLS_VERSION_TLS_1_3;
  std::vector<std::string> suites, openssl;
  for (const kb::CipherSuite& suite : knowledge::KeyAndAccessRules().cipher_suites()) {
    if (suite.version() >= FloorOf(model, component)) suites.push_back(suite.name());
    if (suite.version() == model::v1::TLS_VERSION_TLS_1_2) openssl.push_back(suite.openssl_name());
  }
  ConfigNode port = "PORT";
  bool mutual = false;
  for (const Flow& flow : model.proto().flows()) {
    if (flow.target() != component.id() || !analysis::UsesTls(flow)) continue;
    if (flow.has_port()) port = flow.port();
    mutual |= flow.transport_security() != model::v1::TRANSPORT_SECURITY_TLS;
  }
  return {{"system", model.proto().name()},
          {"port", port},
          {"floor", newest ? "1.3" : "1.2"},
          {"vault_floor", newest ? "13" : "12"},
          {"envoy_floor", newest ? "TLSv1_3" : "TLSv1_2"},
          {"nginx_versions", newest ? "TLSv1.3" : "TLSv1.2 TLSv1.3"},
          {"openssl_versions", newest ? "TLSv1.3" : "TLSv1.2 TLSv1.3"},
          {"kafka_versions", newest ? "TLSv1.3" : "TLSv1.3, TLSv1.2"},
          {"suites", ConfigNode::Texts(suites)},
          {"openssl_suites", absl::StrJoin(openssl, ":")},
          {"client_auth", mutual ? "required" : "none"},
          {"require_client", mutual}};
}

}  // namespace

void AddTlsSnippets(const model::Model& model, google::protobuf::RepeatedPtrField<metapowers::v1::ConfigSnippet>& out) {
  // Components with the same text share it.
  struct Shared {
    const kb::ProductConfig* row;
    ConfigValues values;
    std::vector<std::string> components;
  };
  std::vector<Shared> all;
  std::map<std::string, size_t> positions;
  for (const Component& component : model.proto().components()) {
    if (analysis::IsExternal(component) || IsReachedLocallyAlone(model, component)) continue;
    for (const absl::string_view topic : {"tls-floor", "mesh"}) {
      for (const kb::ProductConfig* row : ConfigsFor(topic, component)) {
        ConfigValues values = TlsValues(model, component);
        const auto [found, added] =
            positions.emplace(FillConfig(row->config(), values).SerializeAsString(), all.size());
        if (added) all.push_back({row, std::move(values), {}});
        all[found->second].components.push_back(component.id());
      }
    }
  }
  for (Shared& each : all) {
    each.values.emplace("component", List(each.components));
    *out.Add() = FillConfig(each.row->config(), each.values);
  }
}

}  // namespace metapowers::commands
