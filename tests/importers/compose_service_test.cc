// Compose files: what a service runs, and what it gets of its host.
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

TEST(ComposeServiceTest, TheNameOfAServiceTellsWhatItsImageDoesNot) {
  const ReadFormat run = Read(R"(services:
  mongodb: {build: ./mongo}
  valkey-cart: {image: "${VALKEY_IMAGE}"}
  rabbitmq: {build: ./mq, image: acme/mq}
  redis-exporter: {image: acme/exporter}
  mysql: {image: nginx}
  gateway: {image: "${GATEWAY_IMAGE}"}
  built: {build: ., image: "${IMAGE}"}
  redis-cart: {build: ./cart, image: acme/cart}
  kafka-rest: {image: confluentinc/cp-kafka-rest}
  cassandra-ring: {image: thelastpickle/cassandra-reaper}
  elasticsearch-curator: {build: ./curator}
)");
  const auto told = [&](const char* name) {
    const pb::Component& component = run.Component(name).value;
    const std::string technology = component.technology_size() == 0 ? "" : component.technology(0);
    const bool store = component.kind() == pb::COMPONENT_KIND_DATASTORE;
    return absl::StrCat(technology, store ? " store " : " process ", BasisOf(run.Component(name), "kind"));
  };
  EXPECT_EQ(told("mongodb"), "mongodb store assumed compose.yaml:2");
  EXPECT_EQ(told("valkey-cart"), "valkey store assumed compose.yaml:3");
  EXPECT_EQ(told("rabbitmq"), "rabbitmq process assumed compose.yaml:4");
  EXPECT_EQ(told("redis-exporter"), " process observed compose.yaml:5");
  EXPECT_EQ(told("mysql"), "nginx process observed compose.yaml:6");
  EXPECT_EQ(told("gateway"), " process assumed compose.yaml:7");
  EXPECT_EQ(told("built"), " process observed compose.yaml:8");
  EXPECT_EQ(told("redis-cart"), "redis store assumed compose.yaml:9");
  EXPECT_EQ(told("kafka-rest"), " process observed compose.yaml:10");
  EXPECT_EQ(told("cassandra-ring"), " process observed compose.yaml:11") << "its image has a name of its own";
  EXPECT_EQ(told("elasticsearch-curator"), " process observed compose.yaml:12");
  EXPECT_TRUE(run.Component("mongodb").value.custom_code()) << "the build may add to what it runs";
}

TEST(ComposeServiceTest, WhatAVariableMountsIsAssumedByItsPlace) {
  const ReadFormat run = Read(R"(services:
  collector:
    image: acme/collector
    volumes:
      - ${HOST_FILESYSTEM}:/hostfs:ro
      - ${DOCKER_SOCK}:/var/run/docker.sock:ro
      - ${CONFIG}:/etc/collector.yml
  agent:
    image: acme/agent
    volumes: ["${SOCK:-/var/run/docker.sock}:/var/run/docker.sock"]
)");
  const auto& collector = run.Component("collector");
  const pb::ContainerSettings& container = collector.value.container();
  ASSERT_EQ(container.node_access_size(), 2);
  EXPECT_EQ(container.node_access(0).kind(), pb::NODE_ACCESS_KIND_HOST_PATH);
  EXPECT_EQ(container.node_access(0).what(), "${HOST_FILESYSTEM} at /hostfs, read-only");
  EXPECT_EQ(container.node_access(1).kind(), pb::NODE_ACCESS_KIND_ENGINE_SOCKET);
  EXPECT_EQ(BasisOf(collector, "container.node_access[0]"), "assumed compose.yaml:5");
  EXPECT_EQ(collector.bases.at("container.node_access[1]").reason,
            "a variable says what is mounted, and its place is the usual one of the socket of the container engine");
  EXPECT_THAT(collector.value.posture(), IsEmpty()) << "no control is absent by an assumption";
  EXPECT_THAT(run.Warnings(), Contains("collector mounts ${HOST_FILESYSTEM} at /hostfs, read-only, which is the usual "
                                       "place of / of its host"));
  EXPECT_THAT(run.Warnings(),
              Contains("collector mounts ${DOCKER_SOCK} at /var/run/docker.sock, read-only, which is the usual place "
                       "of the socket of the container engine: it gives all rights on the host"));
  EXPECT_THAT(run.Questions(), Contains("collector: which path of its host does ${DOCKER_SOCK} set?"));
  EXPECT_EQ(BasisOf(run.Component("agent"), "container.node_access[0]"), "observed compose.yaml:10");
}

TEST(ComposeServiceTest, SettingsThatSwitchAuthenticationOffAreWarnedOf) {
  const ReadFormat run = Read(R"(services:
  a: {image: postgres, environment: {POSTGRES_HOST_AUTH_METHOD: trust}}
  b: {image: elasticsearch, environment: [xpack.security.enabled=false]}
  c: {image: acme/search, environment: {DISABLE_SECURITY_PLUGIN: true}}
  d: {image: bitnami/redis, environment: {ALLOW_EMPTY_PASSWORD: "yes"}}
  e: {image: bitnami/redis, environment: {ALLOW_EMPTY_PASSWORD: "yes", REDIS_PASSWORD: }}
  f: {image: bitnami/zookeeper, environment: {ALLOW_ANONYMOUS_LOGIN: "yes"}}
  g: {image: acme/web, depends_on: [a], environment: {POSTGRES_HOST_AUTH_METHOD: trust}}
)");
  EXPECT_THAT(run.Warnings(),
              UnorderedElementsAre("a: the database accepts every user without a password (POSTGRES_HOST_AUTH_METHOD)",
                                   "b: its security features, which authenticate callers, are switched off "
                                   "(xpack.security.enabled)",
                                   "c: its security plugin, which authenticates callers, is switched off "
                                   "(DISABLE_SECURITY_PLUGIN)",
                                   "d: it may run without a password, and none is set (ALLOW_EMPTY_PASSWORD)",
                                   "f: it accepts callers that do not authenticate (ALLOW_ANONYMOUS_LOGIN)"));
  const auto& posture = run.Component("b").value.posture();
  ASSERT_EQ(posture.size(), 1);
  EXPECT_EQ(posture[0].control(), "authn_source");
  EXPECT_EQ(posture[0].state(), pb::POSTURE_STATE_ABSENT);
  EXPECT_THAT(run.Component("g").value.posture(), IsEmpty()) << "a client";
}

TEST(ComposeServiceTest, WhatNoFileShowsMayCloseAnOpening) {
  const ReadFormat run = Read(R"(services:
  a: {image: bitnami/redis, env_file: redis.env, environment: [ALLOW_EMPTY_PASSWORD=yes]}
  b: {image: mysql, env_file: [db.env], environment: [MYSQL_ALLOW_EMPTY_PASSWORD=on]}
  c: {image: mysql, environment: [MYSQL_ALLOW_EMPTY_PASSWORD=on]}
  d: {image: bitnami/wordpress, environment: {ALLOW_EMPTY_PASSWORD: "yes", WORDPRESS_DATABASE_HOST: c}}
  e: {image: bitnami/redis, environment: [ALLOW_EMPTY_PASSWORD=yes, SMTP_PASSWORD=$SMTP]}
  f: {image: postgres, env_file: db.env, environment: {POSTGRES_HOST_AUTH_METHOD: trust}}
)");
  EXPECT_THAT(
      run.Warnings(),
      UnorderedElementsAre("c: the database accepts its administrator without a password (MYSQL_ALLOW_EMPTY_PASSWORD)",
                           "e: it may run without a password, and none is set (ALLOW_EMPTY_PASSWORD)",
                           "f: the database accepts every user without a password (POSTGRES_HOST_AUTH_METHOD)"));
  const std::string asked = "do the settings that are not read give it one?";
  EXPECT_THAT(run.Questions(),
              Contains("a: it may run without a password, and none is shown (ALLOW_EMPTY_PASSWORD): " + asked));
  EXPECT_THAT(run.Questions(),
              Contains("b: it may run without a password, and none is shown (MYSQL_ALLOW_EMPTY_PASSWORD): " + asked));
}

TEST(ComposeServiceTest, AVolumeIsNoPartOfTheHost) {
  const ReadFormat run = Read(R"(services:
  a:
    image: acme/a
    volumes:
      - {type: volume, source: "${DATA_VOLUME}", target: /rootfs}
      - "${PWD}/etc:/host/etc:ro"
)");
  EXPECT_EQ(run.Component("a").value.container().node_access_size(), 0);
  EXPECT_THAT(run.Warnings(), IsEmpty());
}

TEST(ComposeServiceTest, VersionsAreThoseOfTags) {
  const ReadFormat run = Read(R"(services:
  a: {image: "redis:7.2"}
  b: {image: "redis:latest"}
  c: {build: ., image: "acme/c:1.0"}
)");
  EXPECT_EQ(run.Component("a").value.version(), "redis 7.2");
  EXPECT_EQ(BasisOf(run.Component("a"), "version"), "observed compose.yaml:2");
  EXPECT_EQ(run.Component("b").value.version(), "");
  EXPECT_EQ(run.Component("c").value.version(), "") << "what is built here is what its folder has";
}

TEST(ComposeServiceTest, ANetworkIsOfTheEngineUnlessItsDriverSaysOtherwise) {
  const ReadFormat run = Read(R"(services:
  a: {image: x, networks: [front]}
  b: {image: x, networks: [lan]}
  c: {image: x, network_mode: host}
  d: {image: x, networks: [shared]}
  e: {image: x}
networks:
  front:
    driver: bridge
  lan: {driver: macvlan}
  shared: {external: true}
)");
  const auto type = [&](const char* zone) {
    return absl::StrCat(run.Zone(zone).value.type() == pb::ZONE_TYPE_VLAN ? "vlan " : "engine ",
                        BasisOf(run.Zone(zone), "type"));
  };
  EXPECT_EQ(type("front"), "engine observed compose.yaml:9");
  EXPECT_EQ(type("lan"), "vlan observed compose.yaml:10");
  EXPECT_EQ(type("shared"), "engine assumed compose.yaml:11");
  EXPECT_EQ(type("default-network"), "engine default compose.yaml:6");
  EXPECT_EQ(run.Zone("host-network").value.type(), pb::ZONE_TYPE_EXECUTION_ENV);
}

}  // namespace
}  // namespace metapowers::importers
