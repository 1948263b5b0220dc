// Compose files: what they become, and what is left out.
#include "service/importers/compose_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

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

ReadFormat Read(const std::string& text) { return ReadFormat(kComposeFile, {{"compose.yaml", text}}); }

const pb::Component& Component(const ReadFormat& run, const std::string& name) {
  return ReadFormat::Find(run.inventory.components, name).value;
}

// --- The fixture -------------------------------------------------------------------------------------------------

class ShopTest : public ::testing::Test {
 protected:
  const ReadFormat run_ = Read(FixtureOf("compose_file/shop.yaml"));
  const Inventory& in_ = run_.inventory;
};

TEST_F(ShopTest, HasNoFaultsAndExactCounts) {
  EXPECT_THAT(run_.faults, IsEmpty());
  EXPECT_EQ(in_.name, "web-shop");
  EXPECT_EQ(run_.Counted("workloads"), 9);
  EXPECT_EQ(run_.Counted("exposed_services"), 2);  // proxy, and agent on the network of its host
  EXPECT_EQ(run_.Counted("trust_boundaries"), 3);
  EXPECT_EQ(run_.Counted("secrets"), 2);
}

TEST_F(ShopTest, FlowsAreWhatSettingsAndOrderSay) {
  EXPECT_THAT(FlowsOf(in_),
              UnorderedElementsAre("proxy>web", "web>cache", "web>db", "web>api.pay.example.com", "web>search.other",
                                   "worker>cache", "worker>db", "worker>queue", "worker>web",
                                   "worker>api.pay.example.com", "worker>search.other", "migrate>db"));
  EXPECT_EQ(run_.Counted("flows"), 10);  // search.other is of no file: composing tells whether there is one
  const auto& database = ReadFormat::Find(in_.flows, "web to db");
  EXPECT_EQ(database.value.protocol(), "postgresql");
  EXPECT_EQ(database.value.port(), 5432);
  EXPECT_EQ(database.value.transport_security(), pb::TRANSPORT_SECURITY_NONE);
  EXPECT_EQ(database.value.authentication(), pb::FLOW_AUTHENTICATION_CREDENTIALS);
  EXPECT_EQ(database.bases.count("target"), 0u);
  EXPECT_EQ(ReadFormat::Find(in_.flows, "web to api.pay.example.com").value.transport_security(),
            pb::TRANSPORT_SECURITY_TLS);
  EXPECT_EQ(ReadFormat::Find(in_.flows, "worker to queue").value.protocol(), "amqps");
  const auto& order = ReadFormat::Find(in_.flows, "proxy to web");
  EXPECT_EQ(order.bases.at("target").kind, v1::BASIS_ASSUMED);
  EXPECT_EQ(order.value.protocol(), "");
  EXPECT_EQ(order.value.transport_security(), pb::TRANSPORT_SECURITY_UNSPECIFIED);
}

TEST_F(ShopTest, OutsideHostsAreExternalAndOwnAddressesAreAsked) {
  EXPECT_EQ(Component(run_, "api.pay.example.com").kind(), pb::COMPONENT_KIND_EXTERNAL_ENTITY);
  for (const auto& component : in_.components) EXPECT_NE(component.name, "shop.example.com");
  EXPECT_THAT(run_.Notes(v1::IMPORT_NOTE_KIND_QUESTION), Contains(HasSubstr("shop.example.com a host that it calls")));
}

TEST_F(ShopTest, ContainerSettings) {
  const pb::ContainerSettings& proxy = Component(run_, "proxy").container();
  EXPECT_EQ(proxy.runs_as_non_root(), pb::TRISTATE_YES);
  EXPECT_EQ(proxy.read_only_root(), pb::TRISTATE_YES);
  EXPECT_EQ(proxy.privilege_escalation(), pb::TRISTATE_NO);
  EXPECT_EQ(proxy.drops_capabilities(), pb::TRISTATE_YES);
  EXPECT_EQ(proxy.resource_limits(), pb::TRISTATE_YES);
  EXPECT_EQ(proxy.base_image(), "");
  EXPECT_THAT(run_.Notes(v1::IMPORT_NOTE_KIND_KEPT), Contains(HasSubstr("proxy runs the image nginx:1.27")));
  const pb::ContainerSettings& web = Component(run_, "web").container();
  EXPECT_EQ(web.runs_as_non_root(), pb::TRISTATE_NO);
  EXPECT_EQ(web.read_only_root(), pb::TRISTATE_NO);
  EXPECT_EQ(web.resource_limits(), pb::TRISTATE_UNSPECIFIED);
  const pb::ContainerSettings& worker = Component(run_, "worker").container();
  EXPECT_EQ(worker.privilege_escalation(), pb::TRISTATE_YES);
  EXPECT_EQ(worker.drops_capabilities(), pb::TRISTATE_NO);
  const pb::ContainerSettings& database = Component(run_, "db").container();
  EXPECT_EQ(database.runs_as_non_root(), pb::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(database.drops_capabilities(), pb::TRISTATE_UNSPECIFIED);
}

TEST_F(ShopTest, ReplicasKindsAndTechnologies) {
  EXPECT_EQ(Component(run_, "proxy").replicas(), 2);
  EXPECT_EQ(Component(run_, "web").replicas(), 3);
  EXPECT_FALSE(Component(run_, "db").has_replicas());
  EXPECT_TRUE(Component(run_, "web").custom_code());
  EXPECT_EQ(ReadFormat::Find(in_.components, "web").bases.at("custom_code").kind, v1::BASIS_ASSUMED)
      << "a build may add a file to another image";
  EXPECT_FALSE(Component(run_, "db").custom_code());
  const auto& database = ReadFormat::Find(in_.components, "db");
  EXPECT_EQ(database.value.kind(), pb::COMPONENT_KIND_DATASTORE);
  EXPECT_EQ(database.bases.at("kind").kind, v1::BASIS_ASSUMED);
  EXPECT_THAT(database.value.technology(), ElementsAre("postgresql"));
  EXPECT_EQ(database.bases.at("technology").kind, v1::BASIS_ASSUMED);
  EXPECT_THAT(Component(run_, "worker").tags(), ElementsAre("profile:full"));
  for (const auto& component : in_.components) {
    EXPECT_EQ(component.value.internet_facing(), pb::TRISTATE_UNSPECIFIED) << component.name;
    EXPECT_EQ(component.value.encryption_at_rest(), pb::ENCRYPTION_AT_REST_UNSPECIFIED) << component.name;
  }
}

TEST_F(ShopTest, NetworksAreZones) {
  EXPECT_EQ(Refers(ReadFormat::Find(in_.components, "proxy"), "zone"), "front");
  EXPECT_EQ(Refers(ReadFormat::Find(in_.components, "db"), "zone"), "back");
  EXPECT_EQ(Refers(ReadFormat::Find(in_.components, "migrate"), "zone"), "back");
  EXPECT_EQ(Refers(ReadFormat::Find(in_.components, "agent"), "zone"), "host-network");
  EXPECT_EQ(Refers(ReadFormat::Find(in_.components, "batch"), "zone"), "");
  EXPECT_THAT(ReadFormat::Find(in_.zones, "back").value.description(), HasSubstr("no way to the outside"));
  EXPECT_EQ(ReadFormat::Find(in_.zones, "back").value.network_policy(), pb::NETWORK_POLICY_UNSPECIFIED);
  EXPECT_THAT(run_.Notes(v1::IMPORT_NOTE_KIND_KEPT), Contains(HasSubstr("proxy is also in back")));
}

TEST_F(ShopTest, SecretsAreNamesAndValuesAreNowhere) {
  EXPECT_EQ(Refers(ReadFormat::Find(in_.credentials, "db-password"), "used_by"), "web worker db");
  EXPECT_EQ(ReadFormat::Find(in_.credentials, "db-password").value.kind(), pb::CREDENTIAL_KIND_PASSWORD);
  EXPECT_EQ(ReadFormat::Find(in_.credentials, "signing-key").value.kind(), pb::CREDENTIAL_KIND_SIGNING_KEY);
  EXPECT_THAT(run_.Everything(), Not(HasSubstr("hunter2")));
  const auto posture = [&](const std::string& name) {
    std::string states;
    for (const auto& each : Component(run_, name).posture()) {
      absl::StrAppend(&states, each.control(), each.state() == pb::POSTURE_STATE_ABSENT ? " absent;" : "?");
    }
    return states;
  };
  EXPECT_EQ(posture("web"), "secrets_external absent;");
  EXPECT_EQ(posture("worker"), "container_hardening absent;secrets_external absent;");
  EXPECT_EQ(posture("db"), "runtime_isolation absent;");
  EXPECT_EQ(posture("cache"), "secrets_external absent;");
  EXPECT_EQ(posture("queue"), "");
  EXPECT_THAT(run_.Notes(v1::IMPORT_NOTE_KIND_WARNING),
              Contains(HasSubstr("web has secrets in the file itself: DATABASE_URL, API_TOKEN, NPM_TOKEN;")));
}

TEST_F(ShopTest, WhatOpensTheHostIsWarnedOf) {
  const auto warnings = run_.Notes(v1::IMPORT_NOTE_KIND_WARNING);
  EXPECT_THAT(warnings, Contains(HasSubstr("agent has the socket of the container engine")));
  EXPECT_THAT(warnings, Contains(HasSubstr("agent has / of its host, read-only")));
  EXPECT_THAT(warnings, Contains(HasSubstr("agent is given the right SYS_ADMIN")));
  EXPECT_THAT(warnings, Contains(HasSubstr("agent shares a namespace of its host (pid)")));
  EXPECT_THAT(warnings, Contains(HasSubstr("db has /etc of its host, read-only")));
  EXPECT_THAT(run_.Notes(v1::IMPORT_NOTE_KIND_QUESTION),
              Contains(HasSubstr("proxy is open on the network of its host (published: 80, 443)")));
  const auto ports = [&](const std::string& name) {
    std::vector<int> open;
    for (const auto& port : Component(run_, name).host_ports()) open.push_back(port.port());
    return open;
  };
  EXPECT_THAT(ports("proxy"), ElementsAre(80, 443));
  EXPECT_THAT(ports("agent"), ElementsAre(0)) << "whatever it listens on";
  EXPECT_THAT(ports("db"), IsEmpty());
}

TEST_F(ShopTest, WhatIsNotReadIsSkippedWithItsReason) {
  EXPECT_THAT(run_.Skipped(), Contains(HasSubstr("env_file of web: settings in further files are not read")));
}

// --- Forms ---------------------------------------------------------------------------------------------------------

TEST(ComposeFileTest, ClaimsWhatOnlyComposeFilesHave) {
  EXPECT_TRUE(IsClaimed(kComposeFile, "services: {a: {image: x}}"));
  EXPECT_TRUE(IsClaimed(kComposeFile, "services: {a: {image: x}, b: 7}"));
  EXPECT_TRUE(IsClaimed(kComposeFile, "include: [a.yaml]\nname: x"));
  for (const char* other :
       {"a: b", "services: []", "services: {a: b}", "services: {a: {port: 1}}", "[]", "7",
        "apiVersion: v1\nkind: X\nservices: {a: {image: x}}", "include: [a]\nstages: [b]", "include: a",
        "image: x\nservices: [docker]", "bomFormat: CycloneDX\nservices: {a: {image: x}}"}) {
    EXPECT_FALSE(IsClaimed(kComposeFile, other)) << other;
  }
}

TEST(ComposeFileTest, WrongFormsAreFaultsWithTheirPlaces) {
  const ReadFormat run = Read(
      "services:\n"
      "  a: {image: x}\n"
      "  b: text\n"
      "  c:\n"
      "    image: [x]\n"
      "    ports: {80: 80}\n"
      "    environment: PASSWORD=hunter2\n"
      "    depends_on: {a: {}}\n"
      "    cap_drop: [{a: b}]\n"
      "  d:\n"
      "    image: x\n"
      "    ports: [\"http\", \"70000:80\"]\n"
      "    deploy: {replicas: many}\n");
  EXPECT_THAT(run.faults, UnorderedElementsAre(HasSubstr("compose.yaml:3:3: services.b: must be a mapping"),
                                               HasSubstr("compose.yaml:5:5: services.c.image: must be text"),
                                               HasSubstr("compose.yaml:6:5: services.c.ports: must be a list"),
                                               HasSubstr("services.c.environment: must be a list or a mapping"),
                                               HasSubstr("services.c.cap_drop[0]: must be text"),
                                               HasSubstr("services.d.ports[0]: is no port"),
                                               HasSubstr("services.d.ports[1]: is no port"),
                                               HasSubstr("services.d.deploy.replicas: must be a number")));
  EXPECT_THAT(run.Everything(), Not(HasSubstr("hunter2")));
}

TEST(ComposeFileTest, UnknownVersionsAreSkipped) {
  const ReadFormat run = Read("version: '9'\nservices: {a: {image: x}}");
  EXPECT_THAT(run.Skipped(), ElementsAre(HasSubstr("compose.yaml:1 compose file of version 9")));
  EXPECT_THAT(run.inventory.components, IsEmpty());
  EXPECT_EQ(Read("version: 2.4\nservices: {a: {image: x}}").Counted("workloads"), 1);
}

TEST(ComposeFileTest, ReferencesThatLeadNowhereAreTold) {
  const ReadFormat run = Read(
      "services:\n"
      "  a:\n"
      "    image: x\n"
      "    depends_on: [gone]\n"
      "    links: ['gone:g']\n"
      "    networks: [gone]\n"
      "    secrets: [gone]\n"
      "    extends: {file: ../base.yaml, service: gone}\n"
      "include: [other/compose.yaml]\n");
  EXPECT_THAT(run.faults, IsEmpty());
  EXPECT_THAT(run.inventory.flows, IsEmpty());
  EXPECT_THAT(
      run.Notes(v1::IMPORT_NOTE_KIND_WARNING),
      UnorderedElementsAre(HasSubstr("`depends_on` names a service"), HasSubstr("`links` names a service"),
                           HasSubstr("network 'gone' is not declared"), HasSubstr("secret 'gone' is not declared")));
  EXPECT_THAT(run.Skipped(),
              UnorderedElementsAre(HasSubstr("extends ../base.yaml gone"), HasSubstr("include other/compose.yaml")));
}

TEST(ComposeFileTest, ExtendsAcrossFilesAndInCircles) {
  const ReadFormat run = ReadFormat(
      kComposeFile,
      {{"app/compose.yaml", "services: {web: {extends: {file: ../base/common.yaml, service: base}, image: x}}"},
       {"base/common.yaml", "services: {base: {image: y, read_only: true, environment: [DB_HOST=web]}}"}});
  EXPECT_THAT(run.faults, IsEmpty());
  EXPECT_THAT(run.Skipped(), IsEmpty());
  EXPECT_EQ(Component(run, "web").container().read_only_root(), pb::TRISTATE_YES);
  EXPECT_THAT(run.Notes(v1::IMPORT_NOTE_KIND_KEPT), Contains(HasSubstr("web runs the image x")));
  EXPECT_THAT(
      Read("services: {a: {image: x, extends: b}, b: {extends: a}}").faults,
      UnorderedElementsAre(HasSubstr("extend one another in a circle"), HasSubstr("extend one another in a circle")));
}

TEST(ComposeFileTest, VariantsOfAFileAreOneProject) {
  const ReadFormat run =
      ReadFormat(kComposeFile,
                 {{"a/compose.override.yaml", "services: {web: {ports: ['81:80'], scale: 5}}"},
                  {"a/compose.yaml", "services: {web: {image: x, scale: 2, read_only: true}}"},
                  {"a/compose.prod.yaml", "services: {web: {read_only: false, user: '1000'}, db: {image: postgres}}"},
                  {"b/compose.yaml", "services: {web: {image: x}}"}});
  EXPECT_THAT(run.faults, IsEmpty());
  EXPECT_EQ(run.Counted("workloads"), 3);
  EXPECT_EQ(run.Counted("exposed_services"), 1);
  const auto& web = run.inventory.components.front();
  EXPECT_EQ(web.scope, "compose:a/compose.yaml");
  EXPECT_EQ(web.value.replicas(), 5);
  EXPECT_EQ(web.value.container().read_only_root(), pb::TRISTATE_YES);
  EXPECT_EQ(web.value.container().runs_as_non_root(), pb::TRISTATE_YES);
  EXPECT_THAT(run.Notes(v1::IMPORT_NOTE_KIND_KEPT),
              UnorderedElementsAre(
                  HasSubstr("variant of a/compose.yaml: where they differ, a/compose.override.yaml stands"),
                  HasSubstr("where they differ, a/compose.yaml stands"), HasSubstr("web runs the image x"),
                  HasSubstr("db runs the image postgres"), HasSubstr("b/compose.yaml:1 web runs the image x")));
}

TEST(ComposeFileTest, ExternalNetworksAreSharedByProjects) {
  const ReadFormat run = ReadFormat(
      kComposeFile,
      {{"a.yaml", "services: {a: {image: x, networks: [edge]}}\nnetworks: {edge: {external: true, name: proxy}}"},
       {"b.yaml", "services: {b: {image: x, networks: [proxy]}}\nnetworks: {proxy: {external: true}}"}});
  ASSERT_EQ(run.inventory.zones.size(), 2u);
  for (const auto& zone : run.inventory.zones) {
    EXPECT_EQ(zone.name, "proxy");
    EXPECT_EQ(zone.scope, "compose:external");
  }
  EXPECT_EQ(Refers(ReadFormat::Find(run.inventory.components, "a"), "zone"), "proxy");
}

TEST(ComposeFileTest, SeveralPortsAreSeveralFlows) {
  const ReadFormat run = Read(
      "services:\n"
      "  a: {image: x, environment: [\"A=b:9092\", \"B=http://b:8081\", \"C_HOST=b\"]}\n"
      "  b: {image: y, hostname: broker, environment: {A: 'broker:1', B: 'localhost:2'}}\n");
  ASSERT_EQ(run.inventory.flows.size(), 2u);
  EXPECT_EQ(ReadFormat::Find(run.inventory.flows, "a to b").value.port(), 9092);
  EXPECT_EQ(ReadFormat::Find(run.inventory.flows, "a to b on port 8081").value.protocol(), "http");
  EXPECT_EQ(run.Counted("flows"), 2);
}

TEST(ComposeFileTest, ThePortOfAContainerTellsAStoreOfUnknownImage) {
  const ReadFormat run = Read(
      "services:\n"
      "  a: {image: acme/a, expose: [3306]}\n"
      "  b: {build: ./b, ports: ['127.0.0.1:15432:5432']}\n"
      "  c: {image: acme/c, ports: [{target: 6379, published: 80}]}\n"
      "  d: {image: acme/d, ports: ['5432:8080']}\n"
      "  e: {image: edoburu/pgbouncer, expose: [5432]}\n");
  const auto kind = [&](const char* name) { return Component(run, name).kind(); };
  EXPECT_THAT(Component(run, "a").technology(), ElementsAre("mysql"));
  EXPECT_THAT(Component(run, "b").technology(), ElementsAre("postgresql"));
  EXPECT_THAT(Component(run, "c").technology(), ElementsAre("redis"));
  EXPECT_EQ(ReadFormat::Find(run.inventory.components, "b").bases.at("kind").kind, v1::BASIS_ASSUMED);
  EXPECT_EQ(kind("d"), pb::COMPONENT_KIND_PROCESS) << "what the host publishes says nothing of the container";
  EXPECT_EQ(kind("e"), pb::COMPONENT_KIND_PROCESS);
}

TEST(ComposeFileTest, OnlyPositiveNumbersAreLimits) {
  const auto limits = [](const std::string& keys) {
    const ReadFormat run = Read("services: {a: {image: x, " + keys + "}}");
    return Component(run, "a").container().resource_limits();
  };
  EXPECT_EQ(limits("mem_limit: 128m, cpus: 0.5"), pb::TRISTATE_YES);
  EXPECT_EQ(limits("mem_limit: '${MEMORY:-1g}', cpus: 2"), pb::TRISTATE_YES);
  for (const char* none : {"mem_limit: 0, cpus: 1", "mem_limit: 128m, cpus: 0", "mem_limit: 128m, cpus: '0.0'",
                           "mem_limit: 128m, cpu_quota: -1", "mem_limit: '${MEMORY}', cpus: 1", "mem_limit: 128m"}) {
    EXPECT_EQ(limits(none), pb::TRISTATE_UNSPECIFIED) << none;
  }
}

TEST(ComposeFileTest, SecretsOfCommandsAndEscapedOnes) {
  const ReadFormat run = Read(
      "services:\n"
      "  a: {image: x, command: mysql -uroot -ptopsecret shop}\n"
      "  b: {image: x, environment: {A_PASSWORD: $$word, B_PASSWORD: $WORD}}\n"
      "  c: {image: x, environment: [A_TOKEN=$$word, B_TOKEN=$WORD, C_TOKEN]}\n");
  EXPECT_THAT(run.Everything(), Not(HasSubstr("topsecret")));
  const auto warnings = run.Notes(v1::IMPORT_NOTE_KIND_WARNING);
  EXPECT_THAT(warnings, Contains(HasSubstr("a has secrets in the file itself: an argument of its command;")));
  EXPECT_THAT(warnings, Contains(HasSubstr("b has secrets in the file itself: A_PASSWORD;")));
  EXPECT_THAT(warnings, Contains(HasSubstr("c has secrets in the file itself: A_TOKEN;")));
}

TEST(ComposeFileTest, ImagesThatAreUniqueAreNames) {
  const ReadFormat run = Read(
      "services: {a: {image: 'ghcr.io/acme/orders:1'}, b: {image: acme/shared}, c: {image: acme/shared}, d: "
      "{image: postgres}}");
  EXPECT_THAT(ReadFormat::Find(run.inventory.components, "a").names, ElementsAre("acme/orders", "orders"));
  for (const char* name : {"b", "c", "d"})
    EXPECT_THAT(ReadFormat::Find(run.inventory.components, name).names, IsEmpty());
}

}  // namespace
}  // namespace metapowers::importers
