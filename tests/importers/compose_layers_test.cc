// Compose files over one another, and what only variables say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "service/importers/compose_file.h"
#include "tests/importers/read_format.h"

namespace metapowers::importers {
namespace {

namespace pb = model::v1;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

ReadFormat Read(const NamedTexts& files) { return {kComposeFile, files}; }
ReadFormat Read(const std::string& text) { return Read({{"compose.yaml", text}}); }

std::vector<std::string> PortsOf(const ReadFormat& run, const std::string& name) {
  std::vector<std::string> ports;
  for (const pb::HostPort& port : run.Component(name).value.host_ports()) {
    ports.push_back(absl::StrCat(port.port(), " ", port.evidence()));
  }
  return ports;
}

constexpr char kBase[] = R"(services:
  web:
    image: acme/web
    ports: ["8080:80", "8443:443"]
    privileged: true
    environment: {MAIL_HOST: mail, CACHE: "redis://cache:6379"}
    depends_on: [mail, cache]
  mail: {image: acme/mail}
  cache: {image: redis}
  debug: {image: acme/debug, ports: ["9229:9229"]}
)";

TEST(ComposeLayersTest, AnOverrideTakesBackAndReplaces) {
  const ReadFormat run = Read({{"compose.yaml", kBase}, {"compose.override.yaml", R"(services:
  web:
    ports: !override ["80:80"]
    privileged: !reset null
    environment: {MAIL_HOST: !reset null}
    depends_on: !reset []
  debug: !reset null
)"}});
  EXPECT_THAT(run.faults, IsEmpty());
  EXPECT_EQ(run.Counted("workloads"), 3);
  EXPECT_EQ(run.Counted("exposed_services"), 1);
  EXPECT_THAT(PortsOf(run, "web"), ElementsAre("80 compose.override.yaml:3"));
  EXPECT_THAT(FlowsOf(run.inventory), UnorderedElementsAre("web>cache"));
  EXPECT_EQ(run.Component("web").value.container().privilege_escalation(), pb::TRISTATE_UNSPECIFIED);
  EXPECT_THAT(run.Warnings(), Not(Contains(HasSubstr("privileged"))));
}

TEST(ComposeLayersTest, WithoutTagsAnOverrideAdds) {
  const ReadFormat run =
      Read({{"compose.yaml", kBase}, {"compose.override.yaml", "services: {web: {ports: [\"80:80\"]}}\n"}});
  EXPECT_THAT(PortsOf(run, "web"), ElementsAre(HasSubstr("80 "), HasSubstr("8080 "), HasSubstr("8443 ")));
}

TEST(ComposeLayersTest, AnOverrideIsOneWhateverItSets) {
  for (const char* key : {"command: top", "profiles: [x]", "restart: always", "privileged: true", "networks: [x]"}) {
    EXPECT_TRUE(IsClaimed(kComposeFile, absl::StrCat("services:\n  web:\n    ", key, "\n"))) << key;
  }
  EXPECT_FALSE(
      IsClaimed(kComposeFile, "services:\n  app.mailer: {class: Mailer, arguments: ['@twig'], public: true}\n"));
}

TEST(ComposeLayersTest, PortsAreToldAsTheyAreSet) {
  const ReadFormat run = Read(R"(services:
  web:
    image: acme/web
    ports:
      - "${WEB_PORT}:80"
      - "${TLS_PORT:-8443}:443"
      - "9000-9010:9000-9010"
      - "7000"
      - {target: 81, published: "${ADMIN_PORT}"}
      - "${LOCAL:-127.0.0.1:5000}:5000"
)");
  EXPECT_THAT(PortsOf(run, "web"), ElementsAre("0 compose.yaml:5, one that ${WEB_PORT} sets", "8443 compose.yaml:6",
                                               "9000 compose.yaml:7, 9000 to 9010", "0 compose.yaml:8",
                                               "0 compose.yaml:9, one that ${ADMIN_PORT} sets"));
  EXPECT_THAT(run.Questions(),
              Contains(HasSubstr("(published: one that ${WEB_PORT} sets, 8443, 9000 to 9010, one that the engine "
                                 "chooses, one that ${ADMIN_PORT} sets)")));
}

TEST(ComposeLayersTest, PortsOfOneKindAreToldOnce) {
  EXPECT_THAT(Read("services: {a: {image: x, ports: ['80', '81']}}\n").Questions(),
              Contains(HasSubstr("(published: one that the engine chooses)")));
}

TEST(ComposeLayersTest, HostsOfVariablesAreAskedFor) {
  const ReadFormat run = Read(R"(services:
  web:
    image: acme/web
    environment:
      - TELEMETRY_ENDPOINT=http://${COLLECTOR_HOST}:${COLLECTOR_PORT}/v1
      - DB_URL=postgres://app:${DB_PASSWORD:?must be set}@db:5432/app?sslmode=require
      - BROKER_ADDR
      - FLAG=on
      - PUBLIC_URL=https://${DOMAIN}
  db: {image: postgres}
)");
  EXPECT_THAT(FlowsOf(run.inventory), ElementsAre("web>db"));
  const pb::Flow& database = run.Flow("web to db").value;
  EXPECT_EQ(database.port(), 5432);
  EXPECT_EQ(database.protocol(), "postgresql");
  EXPECT_EQ(database.transport_security(), pb::TRANSPORT_SECURITY_TLS);
  EXPECT_EQ(database.authentication(), pb::FLOW_AUTHENTICATION_CREDENTIALS);
  EXPECT_THAT(run.Questions(), Contains("web: the hosts of TELEMETRY_ENDPOINT, BROKER_ADDR come from variables that "
                                        "the file does not set: whom does it call?"));
}

TEST(ComposeLayersTest, WhatOnlyTellsOfSecretsIsNone) {
  const ReadFormat run = Read(R"(services:
  web:
    image: acme/web
    environment: {JWT_EXPIRES_IN: 7d, JWT_AUD: shop, BCRYPT_SALT_ROUNDS: 12, PASSWORD_HASH_ALGO: bcrypt}
  auth:
    image: acme/auth
    environment: {DB_ENC_KEY: abcdefgh, CRYPTO_KEY: abcdefgh, JWT_KEY: abcdefgh}
)");
  EXPECT_THAT(run.Warnings(),
              ElementsAre(HasSubstr("auth has secrets in the file itself: DB_ENC_KEY, CRYPTO_KEY, JWT_KEY;")));
}

}  // namespace
}  // namespace metapowers::importers
