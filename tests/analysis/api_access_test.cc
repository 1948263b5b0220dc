// How callers prove who they are, how their way is protected, and where their requests can be limited.
#include "service/analysis/api_access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "service/analysis/request_limits.h"
#include "tests/analysis/threats_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A browser calls an interface through an edge.
struct Shop {
  std::string edge = "technology: [nginx, waf]";
  std::string api = "";
  std::string flow = "authentication: none, transport_security: tls, min_tls: tls_1_2";
  std::string consumers =
      "- {id: partner, name: partner, authentication: [api_key, oauth2_pkce], authenticated: true}\n"
      "- {id: device, name: device, authentication: [api_key], authenticated: true}\n"
      "- {id: staff, name: staff, authenticated: true}\n"
      "- {id: anyone, name: anyone, authentication: [none], authenticated: false}\n";
  std::string rest = "policy_parameters: {min_tls: tls_1_2}\n";

  ModelText Text() const {
    return {.components = absl::StrCat("- {id: browser, name: Browser, kind: external_entity, zone: open}\n"
                                       "- {id: edge, name: Edge, kind: process, zone: inside, ",
                                       edge,
                                       "}\n"
                                       "- {id: api, name: Api, kind: process, zone: inside",
                                       api, "}\n"),
            .flows = absl::StrCat("- {id: in, name: In, source: browser, target: edge, sends: [keys], ", flow,
                                  "}\n"
                                  "- {id: on, name: On, source: edge, target: api}\n"),
            .data_classes =
                "- {id: keys, name: Keys, owner: core, confidentiality: restricted, "
                "categories: [credentials]}\n",
            .rest = absl::StrCat("consumer_classes:\n", consumers,
                                 "apis:\n"
                                 "- {id: orders, name: Orders, component: api, style: rest, "
                                 "consumers: [partner, device, staff, anyone], endpoints: [\n"
                                 "  {method: GET, path: /items, authenticated: no},\n"
                                 "  {method: POST, path: /orders, authenticated: no, state_changing: true},\n"
                                 "  {method: GET, path: /orders, authenticated: yes}]}\n",
                                 rest)};
  }
};

struct Result {
  ThreatCase threats;
  AttackSurface surface;
  ApiReview review;

  explicit Result(const Shop& shop)
      : threats(shop.Text(), ""),
        surface(AnalyseAttackSurface(facts())),
        review(ReviewApis(threats.threats(), surface)) {}

  const Facts& facts() const { return threats.threats().landscape().facts(); }

  TransportState OfFlow(const std::string& id) const {
    for (const EntryPoint& entry : surface.entries) {
      if (entry.id == id) return TransportOf(facts(), entry);
    }
    ADD_FAILURE() << "no way in " << id;
    return TransportState::kUnknown;
  }
};

TEST(ApiAccess, ClassesAreJudgedByTheirMethods) {
  const Result result((Shop()));
  std::map<std::string, CallerProof> proofs;
  for (const ConsumerFact& fact : Consumers(result.facts().model(), result.review)) {
    proofs[fact.consumer->id()] = fact.proof;
    ASSERT_EQ(fact.apis.size(), 1u) << fact.consumer->id();
    EXPECT_EQ(fact.open, 2);
    ASSERT_EQ(fact.changes.size(), 1u);
    EXPECT_EQ(fact.changes[0]->method(), "POST");
  }
  EXPECT_EQ(proofs.at("partner"), CallerProof::kEnough);
  EXPECT_EQ(proofs.at("device"), CallerProof::kWeak);
  EXPECT_EQ(proofs.at("staff"), CallerProof::kUnknown);
  EXPECT_EQ(proofs.at("anyone"), CallerProof::kNone);
}

TEST(ApiAccess, TransportIsComparedWithThePolicy) {
  const auto state = [](const std::string& flow, const std::string& rest = "policy_parameters: {min_tls: tls_1_2}\n") {
    Shop shop;
    shop.flow = "authentication: none, " + flow;
    shop.rest = rest;
    return Result(shop).OfFlow("in");
  };
  EXPECT_EQ(state("transport_security: tls, min_tls: tls_1_2"), TransportState::kMeetsFloor);
  EXPECT_EQ(state("transport_security: tls, min_tls: tls_1_1"), TransportState::kBelowFloor);
  EXPECT_EQ(state("transport_security: tls, min_tls: tls_1_1", ""), TransportState::kNoFloor);
  EXPECT_EQ(state("transport_security: tls"), TransportState::kUnknown);
  EXPECT_EQ(state("protocol: https"), TransportState::kUnknown);
  EXPECT_EQ(state("transport_security: none"), TransportState::kClear);
  EXPECT_EQ(state("transport_security: none, vpn: true"), TransportState::kInVpn);
  EXPECT_EQ(state("transport_security: ssh"), TransportState::kOtherwise);
}

TEST(ApiAccess, CredentialsCountWhereTheyComeWithCallers) {
  Shop shop;
  shop.rest +=
      "secrets:\n"
      "  credentials:\n"
      "  - {id: signing, name: Signing key, kind: api_key, used_by: [api]}\n"
      "  - {id: other, name: Other, kind: api_key, used_by: [edge]}\n";
  const Result result(shop);
  std::map<std::string, std::vector<std::string>> used;
  for (const ApiCredential& each : ApiCredentials(result.facts().model(), result.review)) {
    ASSERT_NE(each.data == nullptr, each.credential == nullptr);
    used[each.data == nullptr ? each.credential->id() : each.data->id()] = each.used_by;
  }
  EXPECT_THAT(used.at("keys"), ElementsAre("orders"));
  EXPECT_THAT(used.at("signing"), ElementsAre("api"));
  EXPECT_EQ(used.count("other"), 0u);
}

TEST(RequestLimits, StandWhereRequestsPass) {
  const Result result((Shop()));
  const auto found = LimitingComponents(result.threats.threats().landscape(), result.review);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].component->id(), "api");
  EXPECT_EQ(found[0].product, nullptr);
  EXPECT_EQ(found[1].component->id(), "edge");
  ASSERT_NE(found[1].product, nullptr);
  EXPECT_EQ(found[1].product->name(), "nginx");
  ASSERT_EQ(found[1].apis.size(), 1u);
}

TEST(RequestLimits, AProviderNamesTheProductOfItsGatewaysAlone) {
  Shop shop;
  shop.edge = "technology: [waf], provider: cloudflare";
  shop.api = ", provider: cloudflare";
  const Result result(shop);
  const auto found = LimitingComponents(result.threats.threats().landscape(), result.review);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].product, nullptr) << "no gateway";
  ASSERT_NE(found[1].product, nullptr);
  EXPECT_EQ(found[1].product->name(), "Cloudflare");
}

TEST(ApiAccess, ProofOfAFlowIsTheWayInWhichItsSourceAuthenticates) {
  const auto proof = [](model::v1::FlowAuthentication method) {
    model::v1::Flow flow;
    flow.set_authentication(method);
    return ProofOf(flow);
  };
  EXPECT_EQ(proof(model::v1::FLOW_AUTHENTICATION_UNSPECIFIED), FlowProof::kUnknown);
  EXPECT_EQ(proof(model::v1::FLOW_AUTHENTICATION_NONE), FlowProof::kNone);
  EXPECT_EQ(proof(model::v1::FLOW_AUTHENTICATION_CREDENTIALS), FlowProof::kStaticSecret);
  EXPECT_EQ(proof(model::v1::FLOW_AUTHENTICATION_API_KEY), FlowProof::kStaticSecret);
  EXPECT_EQ(proof(model::v1::FLOW_AUTHENTICATION_EXTERNALISED), FlowProof::kInFront);
  EXPECT_EQ(proof(model::v1::FLOW_AUTHENTICATION_CLIENT_CERT), FlowProof::kProven);
}

}  // namespace
}  // namespace metapowers::analysis
