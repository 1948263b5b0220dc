// Compose files over one another, and what only variables say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
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

TEST(ComposeLayersTest, VariantsTakeBackAndReplace) {
  for (const std::string variant : {"compose.override.yaml", "compose.prod.yaml"}) {
    const ReadFormat run = Read({{"compose.yaml", kBase}, {variant, R"(services:
  web:
    ports: !override ["80:80"]
    privileged: !reset null
    environment: {MAIL_HOST: !reset null}
    depends_on: !reset []
  debug: !reset null
)"}});
    EXPECT_THAT(run.faults, IsEmpty());
    EXPECT_THAT(run.Skipped(), IsEmpty());
    EXPECT_EQ(run.Counted("workloads"), 3) << variant;
    EXPECT_EQ(run.Counted("exposed_services"), 1) << variant;
    EXPECT_THAT(PortsOf(run, "web"), ElementsAre(absl::StrCat("80 ", variant, ":3")));
    EXPECT_THAT(FlowsOf(run.inventory), UnorderedElementsAre("web>cache")) << variant;
    EXPECT_EQ(run.Component("web").value.container().privilege_escalation(), pb::TRISTATE_UNSPECIFIED) << variant;
    EXPECT_THAT(run.Warnings(), Not(Contains(HasSubstr("privileged")))) << variant;
    EXPECT_THAT(run.Notes(v1::IMPORT_NOTE_KIND_KEPT),
                Contains(HasSubstr(absl::StrCat("where they differ, ", variant, " stands"))));
  }
}

constexpr char kParts[] = R"(services:
  web: {image: acme/web, privileged: true, networks: [back]}
  db: {image: postgres}
networks: {back: {internal: true}}
secrets: {a: {file: ./a}, b: {file: ./b}}
)";

TEST(ComposeLayersTest, TagsOfWholePartsCount) {
  const ReadFormat run = Read({{"compose.yaml", kParts}, {"compose.override.yaml", R"(services: !override
  web: {image: acme/other}
secrets: !reset null
)"}});
  EXPECT_THAT(run.faults, IsEmpty());
  EXPECT_THAT(run.Skipped(), IsEmpty());
  EXPECT_EQ(run.Counted("workloads"), 1);
  EXPECT_EQ(run.Counted("secrets"), 0);
  EXPECT_EQ(Refers(run.Component("web"), "zone"), "default-network");
  EXPECT_THAT(run.Warnings(), IsEmpty());
}

TEST(ComposeLayersTest, TagsOfTheirEntriesCount) {
  const ReadFormat run = Read({{"compose.yaml", kParts}, {"compose.override.yaml", R"(services:
  web: !override {image: acme/other, networks: [back]}
networks: {back: !reset null}
secrets: {a: !reset null}
)"}});
  EXPECT_THAT(run.faults, IsEmpty());
  EXPECT_THAT(run.Skipped(), IsEmpty());
  EXPECT_EQ(run.Counted("workloads"), 2);
  ASSERT_EQ(run.inventory.credentials.size(), 1u);
  EXPECT_EQ(run.inventory.credentials[0].name, "b");
  EXPECT_EQ(run.Zone("back").value.description(), "") << "the base does not say that it is internal";
  EXPECT_THAT(run.Warnings(), ElementsAre(HasSubstr("network 'back' is not declared")));
}

TEST(ComposeLayersTest, TagsThatAreNotReadAreSkipped) {
  const ReadFormat run = Read({{"compose.yaml", "services: {web: {image: acme/web, volumes: ['/proc:/p']}}\n"},
                               {"compose.override.yaml", R"(services:
  web:
    image: acme/web
    volumes: [!reset "/etc:/host:ro"]
    deploy: {resources: {limits: !reset null}}
volumes: !reset null
)"}});
  EXPECT_THAT(run.faults, IsEmpty());
  EXPECT_THAT(run.Skipped(),
              ElementsAre(HasSubstr("compose.override.yaml:4 tags !reset of services.web.volumes[0], !reset of "
                                    "services.web.deploy.resources.limits, !reset of volumes: tags are read of ")));
  const pb::ContainerSettings& container = run.Component("web").value.container();
  ASSERT_EQ(container.node_access_size(), 1);
  EXPECT_EQ(container.node_access(0).what(), "/proc");
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

TEST(ComposeLayersTest, PortsOfTwoVariablesAreTwo) {
  const ReadFormat run = Read("services: {a: {image: x, ports: ['${A}', '${B}', '${A}', {target: '${C}'}]}}\n");
  const std::string chosen = "0 compose.yaml:1, one that the engine chooses for ";
  EXPECT_THAT(PortsOf(run, "a"), ElementsAre(chosen + "${A}", chosen + "${B}", chosen + "${C}"));
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

TEST(ComposeLayersTest, LongListsAreToldShort) {
  std::string text = "services:\n  a:\n    image: x\n    ports: [";
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&text, i == 0 ? "" : ", ", "'", 2000 + i, ":80'");
  absl::StrAppend(&text, ", '2000:81']\n    environment:\n");
  for (int i = 0; i < 25; ++i) absl::StrAppend(&text, "      H", i, "_HOST: ${H", i, "}\n");
  const ReadFormat run = Read(text);
  EXPECT_THAT(run.faults, IsEmpty());
  EXPECT_EQ(run.Component("a").value.host_ports_size(), 1000);
  EXPECT_THAT(run.Questions(), UnorderedElementsAre(HasSubstr("2018, 2019, and 980 more);"),
                                                    HasSubstr("H18_HOST, H19_HOST, and 5 more come from variables")));
}

TEST(ComposeLayersTest, OneHostPortForAllProtocols) {
  const ReadFormat run = Read({{"p, q/compose.yaml", R"(services:
  web:
    image: acme/web
    ports:
      - 80:8080/tcp
      - 80:8080/udp
)"}});
  EXPECT_THAT(PortsOf(run, "web"), ElementsAre("80 p, q/compose.yaml:5"));
}

TEST(ComposeLayersTest, LongPortsAreCheckedAsShortOnes) {
  const ReadFormat run = Read(R"(services:
  web:
    image: acme/web
    ports:
      - {target: 80, published: abc}
      - {target: abc, published: 80}
      - {target: "${PORT}"}
)");
  EXPECT_THAT(run.faults, ElementsAre(HasSubstr("services.web.ports[0]: is no port; write `target: 80`"),
                                      HasSubstr("services.web.ports[1]: is no port; write `target: 80`")));
  EXPECT_THAT(PortsOf(run, "web"), ElementsAre("0 compose.yaml:7, one that the engine chooses for ${PORT}"));
}

TEST(ComposeLayersTest, SettingsOfADatabaseServerTellAStoreOfUnknownImage) {
  const ReadFormat run = Read(R"(services:
  a: {image: acme/a, environment: {MYSQL_ROOT_PASSWORD: $PASSWORD, MYSQL_ROOT_HOST: '%'}}
  b: {image: acme/b, environment: [MYSQL_ALLOW_EMPTY_PASSWORD=yes]}
  c: {image: acme/c, environment: {POSTGRES_PASSWORD_FILE: /run/secrets/c}}
  d: {image: acme/d, environment: {POSTGRES_PASSWORD: $PASSWORD, DB_HOST: c}}
  e: {build: ./e, depends_on: [c], environment: {POSTGRES_PASSWORD: $PASSWORD}}
  f: {image: phpmyadmin, environment: {MYSQL_ROOT_PASSWORD: $PASSWORD}}
  g: {image: mysql, environment: {MYSQL_ALLOW_EMPTY_PASSWORD: '1', MYSQL_ROOT_PASSWORD: $PASSWORD}}
  h: {image: mariadb, environment: {MARIADB_ALLOW_EMPTY_ROOT_PASSWORD: 'TRUE', MARIADB_ROOT_PASSWORD: ''}}
  i: {image: acme/i, environment: {MYSQL_PASSWORD: $PASSWORD, MYSQL_ALLOW_EMPTY_PASSWORD: 'no', MYSQL_HOST: g}}
)");
  const auto technology = [&](const char* name) {
    const pb::Component& component = run.Component(name).value;
    return component.kind() == pb::COMPONENT_KIND_DATASTORE ? component.technology(0) : "none";
  };
  EXPECT_EQ(technology("a"), "mysql");
  EXPECT_EQ(technology("b"), "mysql");
  EXPECT_EQ(technology("c"), "postgresql");
  for (const char* client : {"d", "e", "f", "i"}) EXPECT_EQ(technology(client), "none") << client;
  EXPECT_EQ(BasisOf(run.Component("a"), "kind"), "assumed compose.yaml:2");
  EXPECT_EQ(run.Component("c").bases.at("technology").reason,
            "its environment sets POSTGRES_PASSWORD_FILE, which the image of postgres reads");
  const std::string open = ": the database accepts its administrator without a password (";
  EXPECT_THAT(run.Warnings(), Contains(absl::StrCat("b", open, "MYSQL_ALLOW_EMPTY_PASSWORD)")));
  EXPECT_THAT(run.Warnings(), Contains(absl::StrCat("h", open, "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD)")));
  for (const char* other : {"a", "g", "i"}) {
    EXPECT_THAT(run.Warnings(), Not(Contains(HasSubstr(absl::StrCat(other, open))))) << other;
  }
}

// Each service has its own copy of what it extends.
TEST(ComposeLayersTest, WhatServicesExtendIsBounded) {
  std::string text = "services:\n  base: {image: acme/base, user: app, sysctls: [";
  for (int i = 0; i < 100'000; ++i) absl::StrAppend(&text, i == 0 ? "" : ",", "a");
  absl::StrAppend(&text, "]}\n");
  for (int i = 0; i < 9; ++i) absl::StrAppend(&text, "  s", i, ": {extends: base}\n");
  const ReadFormat run = Read(text);
  EXPECT_EQ(run.Counted("workloads"), 10);
  EXPECT_EQ(run.Component("s0").value.container().runs_as_non_root(), pb::TRISTATE_YES);
  EXPECT_EQ(run.Component("s8").value.container().runs_as_non_root(), pb::TRISTATE_UNSPECIFIED);
  EXPECT_THAT(run.Skipped(), ElementsAre(HasSubstr("services extended beyond 400000 values")));
}

TEST(ComposeLayersTest, ManyServicesInTheNetworkOfOneAreInItsFirst) {
  std::string text = "services:\n  base: {image: acme/base, networks: [";
  for (int i = 0; i < 3'000; ++i) absl::StrAppend(&text, i == 0 ? "" : ",", "n", i);
  absl::StrAppend(&text, "]}\n");
  for (int i = 0; i < 3'000; ++i) absl::StrAppend(&text, "  s", i, ": {image: x, network_mode: 'service:base'}\n");
  absl::StrAppend(&text, "  chained: {image: x, network_mode: 'service:s0'}\n");
  const ReadFormat run = Read(text);
  EXPECT_EQ(run.ZoneOf("s2999"), "n0");
  EXPECT_EQ(run.ZoneOf("chained"), "") << "the engine takes no chains";
}

}  // namespace
}  // namespace metapowers::importers
