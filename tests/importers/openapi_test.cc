// OpenAPI descriptions: operations, security, servers, and calls that go out.
#include "service/importers/openapi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/importers/read_format.h"

namespace metapowers::importers {
namespace {

namespace pb = model::v1;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

ReadFormat Read(const std::string& text) { return ReadFormat(kOpenApi, {{"api.yaml", text}}); }

// `METHOD path` and what is known of it: `open` or `auth`, `id`, `change`.
std::vector<std::string> Endpoints(const Shown<pb::Api>& api) {
  std::vector<std::string> endpoints;
  for (const pb::Endpoint& endpoint : api.value.endpoints()) {
    std::string text = absl::StrCat(endpoint.method(), " ", endpoint.path());
    if (endpoint.authenticated() == pb::TRISTATE_NO) absl::StrAppend(&text, " open");
    if (endpoint.authenticated() == pb::TRISTATE_YES) absl::StrAppend(&text, " auth");
    if (endpoint.object_level()) absl::StrAppend(&text, " id");
    if (endpoint.state_changing()) absl::StrAppend(&text, " change");
    endpoints.push_back(text);
  }
  return endpoints;
}

class OrdersTest : public ::testing::Test {
 protected:
  const ReadFormat run_ = Read(FixtureOf("openapi/orders.yaml"));
  const Inventory& in_ = run_.inventory;
};

TEST_F(OrdersTest, OperationsWithWhatTheyRequire) {
  EXPECT_THAT(run_.faults, IsEmpty());
  const auto& api = ReadFormat::Find(in_.apis, "Orders API");
  EXPECT_THAT(Endpoints(api), ElementsAre("GET /orders auth", "POST /orders auth change", "GET /orders/{id} open id",
                                          "DELETE /orders/{id} open id change", "GET /health open",
                                          "TRACE /health auth", "GET /escaped open", "DELETE /escaped open change"));
  EXPECT_EQ(run_.Counted("endpoints"), 8);
  EXPECT_EQ(run_.Counted("unauthenticated_operations"), 5);
  EXPECT_EQ(api.value.endpoints(0).summary(), "List orders");
  EXPECT_EQ(api.value.endpoints(1).summary(), "createOrder");
  EXPECT_EQ(api.value.endpoints(2).summary(), "Get one order.");
  EXPECT_EQ(api.value.version(), "2.3");
  EXPECT_EQ(api.value.schema_language(), "OpenAPI 3.1");
  EXPECT_EQ(api.value.schema_validation(), pb::TRISTATE_UNSPECIFIED);
  EXPECT_FALSE(api.value.has_max_request_bytes());
  EXPECT_EQ(Refers(api, "component"), "Orders API");
  EXPECT_THAT(run_.Notes(v1::IMPORT_NOTE_KIND_KEPT),
              Contains(HasSubstr("deprecated in Orders API: GET /orders/{id}, GET /escaped")));
}

TEST_F(OrdersTest, SchemesAreClassesOfConsumers) {
  const auto authentication = [&](const std::string& name) {
    const auto& value = ReadFormat::Find(in_.consumer_classes, name).value;
    return value.authentication_size() == 1 ? value.authentication(0) : pb::FLOW_AUTHENTICATION_UNSPECIFIED;
  };
  EXPECT_EQ(authentication("oauth"), pb::FLOW_AUTHENTICATION_TOKEN);
  EXPECT_EQ(authentication("key"), pb::FLOW_AUTHENTICATION_API_KEY);
  EXPECT_EQ(authentication("session"), pb::FLOW_AUTHENTICATION_SESSION);
  EXPECT_EQ(authentication("basic"), pb::FLOW_AUTHENTICATION_CREDENTIALS);
  EXPECT_EQ(authentication("bearer"), pb::FLOW_AUTHENTICATION_TOKEN);
  EXPECT_EQ(authentication("cert"), pb::FLOW_AUTHENTICATION_CLIENT_CERT);
  EXPECT_EQ(authentication("odd"), pb::FLOW_AUTHENTICATION_UNSPECIFIED);
  EXPECT_EQ(authentication("linked"), pb::FLOW_AUTHENTICATION_API_KEY);
  EXPECT_EQ(run_.Counted("security_schemes"), 8);
  EXPECT_FALSE(ReadFormat::Find(in_.consumer_classes, "key").value.has_requests_per_minute());
  EXPECT_EQ(Refers(ReadFormat::Find(in_.apis, "Orders API"), "consumers"),
            "oauth key session basic bearer cert odd linked");
  const auto warnings = run_.Notes(v1::IMPORT_NOTE_KIND_WARNING);
  EXPECT_THAT(warnings, Contains(HasSubstr("oauth offers the OAuth flow implicit, which RFC 9700")));
  EXPECT_THAT(warnings, Contains(HasSubstr("odd: 'negotiate-odd' is no scheme")));
  EXPECT_THAT(run_.Notes(v1::IMPORT_NOTE_KIND_KEPT), Contains(HasSubstr("knows the scopes orders:read, orders:write")));
}

TEST_F(OrdersTest, TheServiceBehindIt) {
  const auto& component = ReadFormat::Find(in_.components, "Orders API");
  EXPECT_THAT(component.names, UnorderedElementsAre("orders", "orders.example.com", "staging.example.com"));
  EXPECT_EQ(component.value.kind(), pb::COMPONENT_KIND_PROCESS);
  EXPECT_EQ(component.bases.at("kind").kind, v1::BASIS_ASSUMED);
  EXPECT_EQ(component.value.internet_facing(), pb::TRISTATE_YES);
  EXPECT_EQ(BasisOf(component, "internet_facing"), "observed api.yaml:7") << "of the first server";
  EXPECT_THAT(component.value.host_ports(), IsEmpty()) << "flows tell";
  EXPECT_THAT(component.value.formats_accepted(),
              UnorderedElementsAre(pb::DATA_FORMAT_JSON, pb::DATA_FORMAT_XML, pb::DATA_FORMAT_FILE));
  ASSERT_EQ(component.value.posture_size(), 2);
  EXPECT_EQ(component.value.posture(0).control(), "transport_encryption");
  EXPECT_EQ(component.value.posture(0).state(), pb::POSTURE_STATE_PARTIAL);
  EXPECT_EQ(component.value.posture(1).control(), "rate_limiting");
  EXPECT_EQ(component.value.posture(1).state(), pb::POSTURE_STATE_PARTIAL);
  EXPECT_THAT(component.value.posture(1).evidence(), HasSubstr("2 of 8 operations"));
  EXPECT_THAT(run_.Everything(), Not(HasSubstr("hunter2")));
}

TEST_F(OrdersTest, TheInterfaceNamesTheHostsItIsCalledUnder) {
  const auto& api = ReadFormat::Find(in_.apis, "Orders API");
  EXPECT_THAT(api.value.hosts(), ElementsAre("orders.example.com", "staging.example.com"));
  EXPECT_EQ(BasisOf(api, "hosts"), "observed api.yaml:7");
}

TEST_F(OrdersTest, CallsThatGoOutAreAnInterfaceOfThoseWhoReceiveThem) {
  EXPECT_EQ(run_.Counted("webhooks"), 2);
  const auto& api = ReadFormat::Find(in_.apis, "Calls from Orders API");
  EXPECT_EQ(api.value.style(), pb::API_STYLE_WEBHOOK);
  EXPECT_THAT(Endpoints(api), ElementsAre("POST {$request.body#/url} change", "POST shipped change"));
  EXPECT_EQ(Refers(api, "component"), "Receivers of calls from Orders API");
  EXPECT_THAT(FlowsOf(in_), Contains("Orders API>Receivers of calls from Orders API"));
}

TEST_F(OrdersTest, ReferencesThatAreNotFollowedAreSkipped) {
  EXPECT_THAT(run_.Skipped(),
              UnorderedElementsAre(HasSubstr("reference other.yaml#/paths/x: it leads into another file"),
                                   HasSubstr("reference #/components/pathItems/A: references refer to one another"),
                                   HasSubstr("reference #/components/pathItems/None: there is nothing of that name")));
}

TEST(OpenApiTest, Swagger) {
  const ReadFormat run = Read(R"(
swagger: "2.0"
info: {title: Pets, version: 1}
host: pets.example.com:8080
basePath: /v1
schemes: [http]
consumes: [application/json]
security: [{k: []}]
securityDefinitions:
  k: {type: apiKey, in: header, name: K}
  b: {type: basic}
  o: {type: oauth2, flow: password, scopes: {a: b}}
paths:
  /pets:
    post: {parameters: [{in: body, name: x}], security: [{b: []}]}
    get: {security: []}
  /upload:
    parameters: [{in: formData, name: f, type: file}]
    put: {consumes: [multipart/form-data]}
)");
  EXPECT_THAT(run.faults, IsEmpty());
  EXPECT_EQ(run.Counted("endpoints"), 3);
  EXPECT_EQ(run.Counted("unauthenticated_operations"), 1);
  EXPECT_EQ(run.Counted("security_schemes"), 3);
  const auto& component = ReadFormat::Find(run.inventory.components, "Pets");
  EXPECT_THAT(component.names, ElementsAre("pets", "pets.example.com"));
  EXPECT_EQ(component.value.posture(0).state(), pb::POSTURE_STATE_ABSENT);
  EXPECT_THAT(component.value.formats_accepted(), ElementsAre(pb::DATA_FORMAT_JSON, pb::DATA_FORMAT_FILE));
  EXPECT_THAT(run.Notes(v1::IMPORT_NOTE_KIND_WARNING), Contains(HasSubstr("OAuth flow password")));
}

TEST(OpenApiTest, AFileWithoutSchemesIsSilentOnAuthentication) {
  const ReadFormat run = Read("openapi: 3.0.0\ninfo: {title: T}\npaths: {/a: {get: {}}}");
  EXPECT_EQ(run.Counted("unauthenticated_operations"), 1);
  EXPECT_EQ(run.inventory.apis[0].value.endpoints(0).authenticated(), pb::TRISTATE_UNSPECIFIED);
  EXPECT_THAT(run.Notes(v1::IMPORT_NOTE_KIND_QUESTION), ElementsAre(HasSubstr("describes no authentication at all")));
}

// Name, host, port, protocol and place of the flows from the internet.
std::vector<std::string> WaysIn(const ReadFormat& run) {
  std::vector<std::string> ways;
  for (const auto& flow : run.inventory.flows) {
    if (!absl::StartsWith(flow.name, "internet-users")) continue;
    EXPECT_EQ(flow.value.transport_security() == pb::TRANSPORT_SECURITY_TLS, flow.value.protocol() == "https");
    ways.push_back(absl::StrCat(flow.name, ", ", absl::StrJoin(flow.names, " "), " ", flow.value.port(), " ",
                                flow.value.protocol(), ", ", LocationOf(flow.spot)));
  }
  return ways;
}

TEST_F(OrdersTest, EachPublicHostAndPortIsAWayIn) {
  EXPECT_THAT(WaysIn(run_),
              ElementsAre("internet-users to Orders API at orders.example.com on port 443, orders.example.com 443 "
                          "https, api.yaml:7",
                          "internet-users to Orders API at orders.example.com on port 80, orders.example.com 80 http, "
                          "api.yaml:7",
                          "internet-users to Orders API at staging.example.com, staging.example.com 443 https, "
                          "api.yaml:11"));
  EXPECT_EQ(run_.Counted("flows"), 4) << "and that to those who are called back";
  EXPECT_EQ(in_.zones.size(), 1u);
  EXPECT_EQ(in_.zones[0].value.type(), pb::ZONE_TYPE_INTERNET);
}

TEST(OpenApiTest, OnlyAPublicServerSaysWhoReachesTheInterface) {
  const auto read = [](const std::string& servers) {
    return Read("openapi: 3.0.0\ninfo: {title: T}\n" + servers + "paths: {/a: {get: {}}}\n");
  };
  const auto of_url = [&](const std::string& url) { return read("servers: [{url: '" + url + "'}]\n"); };
  for (const char* url : {"https://api.example.com", "https://api.example.com:443/v1", "HTTPS://API.example.com/v2"}) {
    EXPECT_THAT(WaysIn(of_url(url)), ElementsAre("internet-users to T, api.example.com 443 https, api.yaml:3")) << url;
  }
  for (const char* url : {"/", "/v1", "http://localhost:8080", "https://127.0.0.1", "https://10.0.0.4/v1", "http://api",
                          "https://orders.shop.svc.cluster.local", "https://api.internal.example.com",
                          "https://api.corp", "https://{host}/v1"}) {
    const ReadFormat run = of_url(url);
    EXPECT_THAT(WaysIn(run), IsEmpty()) << url;
    EXPECT_EQ(run.Component("T").value.internet_facing(), pb::TRISTATE_UNSPECIFIED) << url;
  }
  EXPECT_THAT(WaysIn(read("")), IsEmpty());
  EXPECT_THAT(WaysIn(Read("swagger: '2.0'\ninfo: {title: T}\nhost: api.example.com\npaths: {/a: {get: {}}}\n")),
              ElementsAre("internet-users to T, api.example.com 0 , api.yaml:3"))
      << "without a scheme";
}

TEST(OpenApiTest, ServersOfPathsAndOperationsCount) {
  const ReadFormat run = Read(
      "openapi: 3.0.0\n"
      "info: {title: T}\n"
      "servers: [{url: /v1}]\n"
      "paths:\n"
      "  /a:\n"
      "    servers: [{url: 'https://a.example.com'}]\n"
      "    get: {}\n"
      "    put: {}\n"
      "  /b:\n"
      "    get: {servers: [{url: 'https://b.example.com'}]}\n");
  EXPECT_THAT(WaysIn(run), ElementsAre("internet-users to T at a.example.com, a.example.com 443 https, api.yaml:6",
                                       "internet-users to T at b.example.com, b.example.com 443 https, api.yaml:10"));
}

TEST(OpenApiTest, AHostOfSeveralInterfacesIsNoName) {
  const auto text = [](const std::string& title) {
    return "openapi: 3.0.0\ninfo: {title: " + title + "}\nservers: [{url: 'https://api.example.com/" + title +
           "'}]\npaths: {}";
  };
  const ReadFormat run = ReadFormat(kOpenApi, {{"a", text("Alpha")}, {"b", text("Beta")}});
  EXPECT_THAT(ReadFormat::Find(run.inventory.components, "Alpha").names, ElementsAre("alpha"));
}

TEST(OpenApiTest, VariablesOfServersAreWrittenOutOnce) {
  const auto told = [](const std::string& server) {
    const ReadFormat run = Read("openapi: 3.0.0\ninfo: {title: T}\nservers: [" + server + "]\npaths: {}");
    for (const std::string& note : run.Notes(v1::IMPORT_NOTE_KIND_KEPT)) {
      if (const size_t under = note.find("is called under "); under != std::string::npos)
        return note.substr(under + 16);
    }
    return std::string();
  };
  EXPECT_EQ(told("{url: '{scheme}://{host}/{none}/{', variables: {host: {default: api.example.com}, "
                 "scheme: {default: https, enum: [http, https]}}}"),
            "https://api.example.com/{none}/{, http://api.example.com/{none}/{");
  EXPECT_EQ(told("{url: 'https://a.example.com/{a}', variables: {a: {default: '{b}{b}'}, b: {default: '{a}{a}'}}}"),
            "https://a.example.com/{b}{b}");
  const std::string many =
      told("{url: 'https://a.example.com/{a}', variables: {a: {default: " + std::string(9000, 'x') + "}}}");
  EXPECT_LE(many.size(), 2048u);
  EXPECT_THAT(many, HasSubstr("https://a.example.com/xxx"));
}

TEST(OpenApiTest, ClaimsAndVersions) {
  EXPECT_TRUE(IsClaimed(kOpenApi, R"({"openapi": "3.0.0"})"));
  EXPECT_TRUE(IsClaimed(kOpenApi, "swagger: 2.0"));
  for (const char* other : {"openapi: {}", "asyncapi: 3.0.0", "[]", "openapi"})
    EXPECT_FALSE(IsClaimed(kOpenApi, other)) << other;
  for (const char* version : {"openapi: 4.0.0", "openapi: 3.9.1", "swagger: '1.2'", "openapi: x"}) {
    const ReadFormat run = Read(version);
    EXPECT_THAT(run.Skipped(), ElementsAre(HasSubstr("OpenAPI description of version"))) << version;
    EXPECT_THAT(run.inventory.components, IsEmpty());
  }
}

TEST(OpenApiTest, WrongFormsAreFaults) {
  const ReadFormat run = Read(
      "openapi: 3.0.0\n"
      "info: {title: [a]}\n"
      "security: text\n"
      "components: {securitySchemes: {a: text}}\n"
      "paths:\n"
      "  /a: text\n"
      "  /b: {get: [x]}\n"
      "  /c: {get: {security: 7}, put: {responses: []}}\n"
      "  /d: {get: {}}\n");
  EXPECT_THAT(run.faults, Contains("api.yaml:3:1: security: must be a list of requirements"));
  EXPECT_THAT(run.faults, Contains("api.yaml:6:3: paths.'/a': must be a mapping of methods"));
  EXPECT_THAT(run.faults, Contains(HasSubstr("paths.'/b'.get: must be a mapping that describes the operation")));
  EXPECT_THAT(run.faults, Contains(HasSubstr("paths.'/c'.get.security: must be a list, not text")));
  EXPECT_THAT(run.faults, Contains(HasSubstr("components.'securitySchemes'.a: must be a mapping")));
  EXPECT_THAT(run.faults, Contains(HasSubstr("info.title: must be text, not a list")));
}

struct PublicFile {
  const char* name;
  int endpoints;
  int unauthenticated;
  int schemes;
  int webhooks;
  size_t ways_in = 0;  // hosts and ports that it is published at
};
// So that a test is called the same in each run, and not by addresses.
void PrintTo(const PublicFile& file, std::ostream* out) { *out << file.name; }

class PublicOpenApiTest : public ::testing::TestWithParam<PublicFile> {};

TEST_P(PublicOpenApiTest, CountsAreExact) {
  const PublicFile& want = GetParam();
  const std::string text = PublicInput(absl::StrCat("openapi/", want.name));
  if (text.empty()) GTEST_SKIP() << "the public inputs are not beside this checkout";
  const ReadFormat run = Read(text);
  EXPECT_THAT(run.faults, IsEmpty());
  EXPECT_THAT(run.Skipped(), IsEmpty());
  EXPECT_EQ(run.Counted("endpoints"), want.endpoints);
  EXPECT_EQ(run.Counted("unauthenticated_operations"), want.unauthenticated);
  EXPECT_EQ(run.Counted("security_schemes"), want.schemes);
  EXPECT_EQ(run.Counted("webhooks"), want.webhooks);
  EXPECT_EQ(run.inventory.apis[0].value.endpoints_size(), want.endpoints);
  EXPECT_EQ(WaysIn(run).size(), want.ways_in);
  EXPECT_EQ(run.inventory.components.size(), 1u + (want.webhooks == 0 ? 0 : 1) + (want.ways_in == 0 ? 0 : 1));
}

INSTANTIATE_TEST_SUITE_P(Files, PublicOpenApiTest,
                         ::testing::Values(PublicFile{"petstore-3.yaml", 19, 10, 2, 0, 1},
                                           PublicFile{"oai-uspto.yaml", 3, 3, 0, 0, 2},
                                           PublicFile{"oai-api-with-examples.yaml", 2, 2, 0, 0},
                                           PublicFile{"oai-callback-example.yaml", 1, 1, 0, 1}),
                         [](const auto& test) { return absl::StrCat("File", test.index); });

TEST(PublicOpenApiTest, PetstoreTellsOpenOperationsFromOthers) {
  const std::string text = PublicInput("openapi/petstore-3.yaml");
  if (text.empty()) GTEST_SKIP() << "the public inputs are not beside this checkout";
  const ReadFormat run = Read(text);
  const std::vector<std::string> endpoints = Endpoints(run.inventory.apis[0]);
  EXPECT_THAT(endpoints, Contains("DELETE /pet/{petId} auth id change"));
  EXPECT_THAT(endpoints, Contains("DELETE /store/order/{orderId} open id change"));
  EXPECT_THAT(endpoints, Contains("GET /store/inventory auth"));
}

}  // namespace
}  // namespace metapowers::importers
