#include "service/analysis/api_access.h"

#include <map>
#include <set>

#include "absl/algorithm/container.h"
#include "service/analysis/terms.h"
#include "service/knowledge/reviews.h"

namespace metapowers::analysis {
namespace {

using model::v1::ConsumerClass;
using model::v1::Credential;
using model::v1::FlowAuthentication;

void Add(const ReviewedApi& api, ConsumerFact& fact) {
  fact.apis.push_back(&api);
  for (const EntryPoint* operation : api.operations) {
    if (operation->endpoint->authenticated() != model::v1::TRISTATE_NO) continue;
    ++fact.open;
    if (operation->endpoint->state_changing()) fact.changes.push_back(operation->endpoint);
  }
}

void AddThreats(const ReviewedApi& api, std::set<std::string>& threats) {
  for (const ApiRiskFact& risk : api.risks) {
    if (risk.risk != knowledge::v1::API_RISK_AUTHENTICATION) continue;
    for (const Threat* threat : risk.threats) threats.insert(threat->key());
  }
}

std::set<std::string> UsersOf(const Credential& credential, const ApiReview& review) {
  std::set<std::string> users;
  for (const ReviewedApi& api : review.apis) {
    const std::string& component = api.component->component->id();
    if (absl::c_linear_search(credential.used_by(), component)) users.insert(component);
    for (const model::v1::Flow* flow : api.arrivals) {
      if (flow->id() == credential.flow()) users.insert(api.api->id());
    }
  }
  for (const SupplierApi& api : review.supplier_apis) {
    if (!credential.flow().empty() && api.entry->flow->id() == credential.flow()) users.insert(credential.flow());
  }
  return users;
}

}  // namespace

CallerProof ProofOf(const ConsumerClass& consumer) {
  if (!consumer.authenticated()) return CallerProof::kNone;
  if (consumer.authentication().empty()) return CallerProof::kUnknown;
  const bool enough = absl::c_any_of(consumer.authentication(), [](int method) {
    return knowledge::ConsumerMethodOf(static_cast<FlowAuthentication>(method)).enough_alone();
  });
  return enough || consumer.authentication_size() > 1 ? CallerProof::kEnough : CallerProof::kWeak;
}

FlowProof ProofOf(const model::v1::Flow& flow) {
  switch (flow.authentication()) {
    case model::v1::FLOW_AUTHENTICATION_UNSPECIFIED:
      return FlowProof::kUnknown;
    case model::v1::FLOW_AUTHENTICATION_NONE:
      return FlowProof::kNone;
    case model::v1::FLOW_AUTHENTICATION_CREDENTIALS:
    case model::v1::FLOW_AUTHENTICATION_API_KEY:
      return FlowProof::kStaticSecret;
    case model::v1::FLOW_AUTHENTICATION_EXTERNALISED:
      return FlowProof::kInFront;
    default:
      return FlowProof::kProven;
  }
}

std::vector<ConsumerFact> Consumers(const model::Model& model, const ApiReview& review) {
  std::vector<ConsumerFact> consumers;
  for (const ConsumerClass& consumer : model.proto().consumer_classes()) {
    ConsumerFact& fact = consumers.emplace_back();
    fact.consumer = &consumer;
    fact.proof = ProofOf(consumer);
    std::set<std::string> threats;
    for (const ReviewedApi& api : review.apis) {
      if (!absl::c_linear_search(api.consumers, &consumer)) continue;
      Add(api, fact);
      AddThreats(api, threats);
    }
    fact.threats.assign(threats.begin(), threats.end());
  }
  return consumers;
}

TransportState TransportOf(const Facts& facts, const EntryPoint& entry) {
  switch (entry.transport) {
    case model::v1::TRANSPORT_SECURITY_NONE:
      return entry.vpn ? TransportState::kInVpn : TransportState::kClear;
    case model::v1::TRANSPORT_SECURITY_TLS:
    case model::v1::TRANSPORT_SECURITY_MTLS:
    case model::v1::TRANSPORT_SECURITY_MESH_MTLS:
      if (entry.min_tls == model::v1::TLS_VERSION_UNSPECIFIED) return TransportState::kUnknown;
      if (facts.model().proto().policy_parameters().min_tls() == model::v1::TLS_VERSION_UNSPECIFIED) {
        return TransportState::kNoFloor;
      }
      return BelowTlsFloor(facts, entry) ? TransportState::kBelowFloor : TransportState::kMeetsFloor;
    case model::v1::TRANSPORT_SECURITY_UNSPECIFIED:
      return TransportState::kUnknown;
    default:
      return TransportState::kOtherwise;
  }
}

std::vector<ApiCredential> ApiCredentials(const model::Model& model, const ApiReview& review) {
  std::map<std::string, std::set<std::string>> carried;  // interfaces by data class
  for (const ReviewedApi& api : review.apis) {
    for (const model::v1::Flow* flow : api.arrivals) {
      for (const auto* list : {&flow->sends(), &flow->receives()}) {
        for (const std::string& id : *list) carried[id].insert(api.api->id());
      }
    }
    for (const std::string& id : CarriedData(api.operations)) carried[id].insert(api.api->id());
  }
  std::vector<ApiCredential> credentials;
  for (const auto& [id, apis] : carried) {
    const auto* data = model.Find<model::v1::DataClass>(id);
    if (!HasCategory(*data, {model::v1::DATA_CATEGORY_CREDENTIALS})) continue;
    credentials.push_back({data, nullptr, {apis.begin(), apis.end()}});
  }
  for (const Credential& credential : model.proto().secrets().credentials()) {
    const auto* flow = model.Find<model::v1::Flow>(credential.flow());
    if (flow != nullptr && IsForOperations(*flow)) continue;
    const std::set<std::string> users = UsersOf(credential, review);
    if (!users.empty()) credentials.push_back({nullptr, &credential, {users.begin(), users.end()}});
  }
  return credentials;
}

bool OpensByIdAlone(const EntryPoint& operation) {
  const model::v1::Endpoint& endpoint = *operation.endpoint;
  return endpoint.authenticated() == model::v1::TRISTATE_NO && endpoint.object_level() &&
         absl::c_any_of(operation.data, [](const model::v1::DataClass* data) { return IsConfidential(*data); });
}

std::vector<std::string> CarriedData(const std::vector<const EntryPoint*>& operations) {
  std::set<std::string> data;
  for (const EntryPoint* operation : operations) {
    for (const model::v1::DataClass* one : operation->data) data.insert(one->id());
  }
  return {data.begin(), data.end()};
}

}  // namespace metapowers::analysis
