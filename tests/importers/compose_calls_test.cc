// Compose files: whom services call, as their settings say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "service/importers/compose_file.h"
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

ReadFormat Read(const std::string& text) { return {kComposeFile, {{"compose.yaml", text}}}; }

TEST(ComposeCallsTest, AUrlWithoutPortIsAFlowOfItsOwn) {
  const ReadFormat run = Read(R"(services:
  web:
    image: acme/web
    environment:
      - urls__basket=http://basket-api
      - urls__grpcBasket=http://basket-api:81
      - BASKET_HOST=basket-api
    depends_on: [basket-api]
  basket-api: {image: acme/basket}
)");
  EXPECT_THAT(run.FlowNames(), ElementsAre("web to basket-api", "web to basket-api on port 81"));
  const auto& first = run.Flow("web to basket-api");
  EXPECT_EQ(first.value.port(), 80);
  EXPECT_EQ(BasisOf(first, "port"), "default compose.yaml:5");
  EXPECT_EQ(run.Flow("web to basket-api on port 81").value.port(), 81);
  EXPECT_EQ(BasisOf(run.Flow("web to basket-api on port 81"), "port"), "observed compose.yaml:6");
}

TEST(ComposeCallsTest, WhereNoSchemeTellsThePortIsThatOfOthers) {
  const ReadFormat run = Read(R"(services:
  web:
    image: acme/web
    environment: ["A=http://api:${PORT}/x", "B=http://api:81", "C_HOST=api", "D=http://db:80", "E=http://db/x"]
  api: {image: acme/api}
  db: {image: acme/db}
)");
  EXPECT_THAT(run.FlowNames(), ElementsAre("web to api", "web to db"));
  EXPECT_EQ(run.Flow("web to api").value.port(), 81);
  EXPECT_EQ(run.Flow("web to db").value.port(), 80);
  EXPECT_EQ(BasisOf(run.Flow("web to db"), "port"), "observed compose.yaml:4");
}

TEST(ComposeCallsTest, AConnectionStringMayNameAServiceAlone) {
  const ReadFormat run = Read(R"(services:
  api:
    image: acme/api
    environment:
      ConnectionStrings__EventBus: ${BUS:-queue}
      ConnectionStrings__Cache: cache,ssl=true,password=hunter2
      ConnectionStrings__SqlServer: Server=db;User Id=sa;Password=my hunter2;Encrypt=False
      ConnectionStrings__Key: a8f5f167f44f
      ConnectionStrings__Audit: ${AUDIT}
      MYSQL_USER: orders
      OTEL_SERVICE_NAME: orders
  queue: {image: rabbitmq}
  cache: {image: redis}
  db: {image: mcr.microsoft.com/mssql/server}
  orders: {image: acme/orders}
)");
  EXPECT_THAT(FlowsOf(run.inventory), UnorderedElementsAre("api>queue", "api>cache", "api>db"));
  EXPECT_EQ(run.Flow("api to cache").value.transport_security(), pb::TRANSPORT_SECURITY_TLS);
  EXPECT_EQ(run.Flow("api to db").value.transport_security(), pb::TRANSPORT_SECURITY_NONE);
  EXPECT_EQ(run.Flow("api to db").value.authentication(), pb::FLOW_AUTHENTICATION_CREDENTIALS);
  EXPECT_EQ(run.Flow("api to queue").value.authentication(), pb::FLOW_AUTHENTICATION_UNSPECIFIED);
  for (const char* key : {"hunter2", "a8f5f167f44f"}) EXPECT_THAT(run.Everything(), Not(HasSubstr(key)));
  EXPECT_THAT(run.Questions(), Contains(HasSubstr("api: the hosts of ConnectionStrings__Audit come from variables")));
}

TEST(ComposeCallsTest, TheHostIsWhoeverPublishesThePort) {
  const ReadFormat run = Read(R"(services:
  jaeger:
    image: acme/jaeger
    environment:
      ES_SERVER_URLS: http://host.docker.internal:9200
      ES_CLUSTER: host.docker.internal:9305
      METRICS_URL: http://host.docker.internal:9999
      LEGACY_HOST: host.docker.internal
  search:
    image: acme/search
    ports: ["9200:9200", "9300-9310:9300-9310"]
    environment: {SELF: "http://host.docker.internal:9200"}
)");
  EXPECT_THAT(run.FlowNames(), ElementsAre("jaeger to search", "jaeger to search on port 9305"));
  const auto& search = run.Flow("jaeger to search");
  EXPECT_EQ(BasisOf(search, "target"), "assumed compose.yaml:5") << "any service of the host may publish the port";
  EXPECT_EQ(search.bases.count("source"), 0u);
  EXPECT_EQ(BasisOf(search, "port"), "observed compose.yaml:5");
  EXPECT_EQ(run.Flow("jaeger to search").value.protocol(), "http");
  EXPECT_THAT(run.Questions(),
              Contains("jaeger calls port 9999 of its host, where no service is known to answer: what does?"));
  EXPECT_THAT(run.Questions(), Contains("jaeger calls its host: on which port, and what answers there?"));
}

TEST(ComposeCallsTest, OnlyTheOnePublisherThatContainersReachAnswersForTheHost) {
  const ReadFormat run = Read(R"(services:
  api:
    image: acme/api
    environment:
      SYSLOG_URL: http://host.docker.internal:9000
      LOCAL_URL: http://host.docker.internal:9001
      DB_URL: postgres://u:p@host.docker.internal:5432/x
      ADMIN_URL: http://host.docker.internal:8081
      OTHER_URL: http://host.docker.internal:8086
  syslog: {image: acme/syslog, ports: ["9000:9000/udp", {target: 9000, published: 9000, protocol: udp}]}
  local: {image: acme/local, ports: ["127.0.0.1:9001:9001", {target: 9001, published: 9001, host_ip: "::1"}]}
  pg-prod: {image: acme/pg, profiles: [prod], ports: ["5432:5432"]}
  pg-dev: {image: acme/pg, profiles: [dev], ports: ["5432:5432"]}
  admin: {image: acme/admin, ports: ["8080-8084:8080-8084", "8081:8081", "8083-8090:83-90"]}
  other: {image: acme/other, ports: ["8080:80", "8090:80"]}
)");
  EXPECT_THAT(run.FlowNames(), ElementsAre("api to admin", "api to admin on port 8086"));
  const auto asks = [&](const std::string& question) {
    EXPECT_THAT(run.Questions(), Contains(absl::StrCat("api calls port ", question)));
  };
  asks("9000 of its host, where no service is known to answer: what does?");
  asks("9001 of its host, where no service is known to answer: what does?");
  asks("5432 of its host, which several services publish: which of them answers?");
}

TEST(ComposeCallsTest, HostsThatTheOptionsOfACommandLeaveOpenAreAskedFor) {
  const ReadFormat run = Read(R"(services:
  jaeger:
    image: acme/jaeger
    command:
      - "--prometheus.server-url=http://${PROMETHEUS_ADDR}"
      - "--store=http://${STORE:-store}:80"
      - "--web.external-url=http://${NAME}"
      - "--key=${KEY}"
  store: {image: acme/store}
)");
  EXPECT_THAT(run.FlowNames(), ElementsAre("jaeger to store"));
  EXPECT_THAT(run.Notes(v1::IMPORT_NOTE_KIND_QUESTION),
              ElementsAre("compose.yaml:4 jaeger: the hosts of --prometheus.server-url come from variables that the "
                          "file does not set: whom does it call?"));
}

TEST(ComposeCallsTest, VariablesThatOnlyTheEnvironmentSetsAreTold) {
  const ReadFormat run = Read(R"(x-other: ${UNUSED}
services:
  web:
    image: ${REPO}/web:${TAG:-1}
    environment: ["TOKEN=${TOKEN:?must be set}", "PASSWORD=pa$ssword1", "A=$${ESCAPED}"]
    labels: {a: "${REPO}"}
)");
  EXPECT_THAT(run.Skipped(), ElementsAre(HasSubstr("variables REPO, TOKEN: the file has no default")));
  EXPECT_THAT(run.Skipped(), ElementsAre(HasSubstr("`.env`")));
  EXPECT_THAT(Read("services: {web: {image: \"x:${TAG:-1}\"}}\n").Skipped(), IsEmpty());
}

}  // namespace
}  // namespace metapowers::importers
