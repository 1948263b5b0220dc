#include "service/importers/known_images.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace metapowers::importers {
namespace {

TEST(KnownImagesTest, NamesAndOwners) {
  const auto technology = [](const char* image) {
    const KnownImage* known = FindKnownImage(image);
    return known == nullptr ? std::string() : std::string(known->technology);
  };
  EXPECT_EQ(technology("postgres"), "postgresql");
  EXPECT_EQ(technology("docker.io/library/postgres:16@sha256:ab"), "postgresql");
  EXPECT_EQ(technology("localhost:5000/team/redis:7"), "redis");
  EXPECT_EQ(technology("bitnami/postgresql:16"), "postgresql");
  EXPECT_EQ(technology("node:20"), "nodejs-service");
  EXPECT_EQ(technology("mcr.microsoft.com/mssql/server:2022-latest"), "mssql");
  for (const char* other : {"", "acme/node", "redis-exporter", "ghcr.io/acme/registry", "/", ":", "@"}) {
    EXPECT_EQ(technology(other), "") << other;
  }
  const ImageName name = ParseImageName("registry.example.com:5000/a/b/c:1@sha256:x");
  EXPECT_EQ(name.registry, "registry.example.com:5000");
  EXPECT_EQ(name.repository, "a/b/c");
  EXPECT_EQ(name.tag, "1");
  EXPECT_EQ(name.digest, "sha256:x");
}

TEST(KnownImagesTest, WhatIsDrawnFromANameIsAssumed) {
  const Spot spot{"f.yaml", {3, 5}};
  Shown<model::v1::Component> store;
  DescribeImage("postgres:16", spot, store);
  EXPECT_EQ(store.value.kind(), model::v1::COMPONENT_KIND_DATASTORE);
  EXPECT_FALSE(store.value.has_container()) << "an image is not what it is built from";
  EXPECT_EQ(store.bases.at("kind").kind, v1::BASIS_ASSUMED);
  EXPECT_EQ(store.bases.at("technology").reason, "the image is called postgres, which is known to be postgresql");
  Shown<model::v1::Component> job;
  job.value.set_kind(model::v1::COMPONENT_KIND_PROCESS);
  DescribeImage("postgres:16", spot, job);
  EXPECT_EQ(job.value.kind(), model::v1::COMPONENT_KIND_PROCESS);
  EXPECT_EQ(job.bases.count("kind"), 0u);
  Shown<model::v1::Component> other;
  DescribeImage("acme/orders", spot, other);
  EXPECT_EQ(other.value.technology_size(), 0);
  EXPECT_EQ(other.value.kind(), model::v1::COMPONENT_KIND_PROCESS);
  EXPECT_EQ(other.bases.at("kind").kind, v1::BASIS_OBSERVED) << "a container is a process";
  EXPECT_FALSE(other.value.has_custom_code());
  Shown<model::v1::Component> runtime;
  DescribeImage("node:20", spot, runtime);
  EXPECT_FALSE(runtime.value.has_custom_code()) << "whoever wrote what it runs";
  Shown<model::v1::Component> proxy;
  DescribeImage("nginx", spot, proxy);
  EXPECT_TRUE(proxy.value.has_custom_code() && !proxy.value.custom_code());
  EXPECT_EQ(proxy.bases.at("custom_code").kind, v1::BASIS_ASSUMED);
  EXPECT_EQ(proxy.bases.at("kind").kind, v1::BASIS_OBSERVED);
  EXPECT_EQ(proxy.bases.at("technology").kind, v1::BASIS_ASSUMED);
}

TEST(KnownImagesTest, WhatIsDrawnFromAPortIsAssumed) {
  const Spot spot{"f.yaml", {3, 5}};
  Shown<model::v1::Component> store;
  DescribeImage("acme/orders-db", spot, store);
  for (const int64_t port : {int64_t{0}, int64_t{8080}, (int64_t{1} << 32) + 5432}) DescribePort(port, spot, store);
  EXPECT_EQ(store.value.kind(), model::v1::COMPONENT_KIND_PROCESS);
  DescribePort(5432, spot, store);
  DescribePort(27017, spot, store);
  EXPECT_EQ(store.value.kind(), model::v1::COMPONENT_KIND_DATASTORE);
  EXPECT_THAT(store.value.technology(), ::testing::ElementsAre("postgresql")) << "the first port that tells";
  EXPECT_EQ(store.bases.at("kind").kind, v1::BASIS_ASSUMED);
  EXPECT_EQ(store.bases.at("kind").reason, "its container listens on 5432, the usual port of postgresql");
  Shown<model::v1::Component> pool;
  DescribeImage("edoburu/pgbouncer", spot, pool);
  DescribePort(5432, spot, pool);
  EXPECT_EQ(pool.value.kind(), model::v1::COMPONENT_KIND_PROCESS) << "its image says what it is";
}

TEST(KnownImagesTest, WhatIsDrawnFromASettingIsAssumed) {
  const Spot spot{"f.yaml", {3, 5}};
  const auto technology = [&](const char* setting) {
    Shown<model::v1::Component> store;
    DescribeImage("acme/orders-db", spot, store);
    DescribeSetting(setting, spot, store);
    return store.value.technology_size() == 0 ? std::string() : store.value.technology(0);
  };
  for (const char* name : {"MYSQL_ROOT_PASSWORD", "MYSQL_ROOT_PASSWORD_FILE", "MYSQL_RANDOM_ROOT_PASSWORD"}) {
    EXPECT_EQ(technology(name), "mysql") << name;
    EXPECT_TRUE(SetsRootPassword(name)) << name;
  }
  EXPECT_EQ(technology("MYSQL_ALLOW_EMPTY_PASSWORD"), "mysql");
  EXPECT_EQ(technology("MARIADB_ROOT_PASSWORD_HASH"), "mariadb");
  EXPECT_EQ(technology("POSTGRES_INITDB_ARGS"), "postgresql");
  EXPECT_EQ(technology("MONGO_INITDB_ROOT_USERNAME"), "mongodb");
  for (const char* other : {"", "_FILE", "MYSQL_PASSWORD", "MYSQL_DATABASE", "PGPASSWORD", "mysql_root_password"}) {
    EXPECT_EQ(technology(other), "") << other;
  }
  Shown<model::v1::Component> tool;
  DescribeImage("phpmyadmin", spot, tool);
  DescribeSetting("MYSQL_ROOT_PASSWORD", spot, tool);
  EXPECT_EQ(tool.value.kind(), model::v1::COMPONENT_KIND_PROCESS) << "its image says what it is";
}

TEST(KnownImagesTest, WhatIsDrawnFromANameIsAssumedToo) {
  const Spot spot{"f.yaml", {3, 5}};
  const auto technology = [&](const char* name, const char* image = "${IMAGE}") {
    Shown<model::v1::Component> component;
    DescribeImage("acme/shop", spot, component);
    DescribeName(name, image, spot, component);
    return component.value.technology_size() == 0 ? std::string() : component.value.technology(0);
  };
  EXPECT_EQ(technology("MongoDB"), "mongodb");
  EXPECT_EQ(technology("MongoDB", "acme/shop"), "mongodb");
  EXPECT_EQ(technology("redis-cart", ""), "redis") << "built here";
  EXPECT_EQ(technology("redis-cart", "acme/cart"), "") << "its image has a name of its own";
  EXPECT_EQ(technology("redis-cart", "acme/${NAME}:1"), "redis");
  for (const char* helper :
       {"cassandra-reaper", "kafka-rest", "mysql-router", "redis-sentinel", "kafka-schema-registry",
        "elasticsearch-curator", "kafka-connect", "kafka-mirror-maker", "etcd-manager"}) {
    EXPECT_EQ(technology(helper), "") << helper;
  }
  EXPECT_EQ(technology("valkey-cart"), "valkey");
  EXPECT_EQ(technology("orders_postgres"), "postgresql");
  EXPECT_EQ(technology("jaeger"), "jaeger");
  for (const char* other : {"", "-", "db", "redis-exporter", "wait-for-postgres", "kafka-ui", "api-nginx", "ghost"}) {
    EXPECT_EQ(technology(other), "") << other;
  }
  Shown<model::v1::Component> store;
  DescribeImage("acme/shop", spot, store);
  DescribeName("redis-cart", "", spot, store);
  EXPECT_EQ(store.value.kind(), model::v1::COMPONENT_KIND_DATASTORE);
  EXPECT_EQ(store.bases.at("kind").kind, v1::BASIS_ASSUMED);
  EXPECT_EQ(store.bases.at("technology").reason, "it is named after redis, which is known to be redis");
  Shown<model::v1::Component> broker;
  DescribeImage("acme/shop", spot, broker);
  DescribeName("rabbitmq", "acme/shop", spot, broker);
  EXPECT_EQ(broker.value.kind(), model::v1::COMPONENT_KIND_PROCESS);
  EXPECT_EQ(broker.bases.at("kind").kind, v1::BASIS_ASSUMED);
  Shown<model::v1::Component> proxy;
  DescribeImage("nginx", spot, proxy);
  DescribeName("mysql", "nginx", spot, proxy);
  EXPECT_THAT(proxy.value.technology(), ::testing::ElementsAre("nginx")) << "its image says what it is";
}

TEST(KnownImagesTest, AnImageThatIsAVariableSaysNothing) {
  const Spot spot{"f.yaml", {3, 5}};
  const auto kind = [&](const char* image) {
    Shown<model::v1::Component> component;
    DescribeImage(image, spot, component);
    EXPECT_EQ(component.value.kind(), model::v1::COMPONENT_KIND_PROCESS) << image;
    return component.bases.at("kind").kind;
  };
  for (const char* image : {"${IMAGE}", "$IMAGE", "${IMAGE}:1", "ghcr.io/acme/${NAME}:${TAG}"}) {
    EXPECT_EQ(kind(image), v1::BASIS_ASSUMED) << image;
  }
  EXPECT_EQ(kind("${REPOSITORY}/shop:${TAG}"), v1::BASIS_OBSERVED);
}

TEST(KnownImagesTest, TagsThatAreVersions) {
  const auto version = [](const char* image) {
    Shown<model::v1::Component> component;
    DescribeVersion(image, {"f.yaml", {3, 5}}, component);
    return component.value.version();
  };
  EXPECT_EQ(version("redis:7.2-alpine"), "redis 7.2-alpine");
  EXPECT_EQ(version("localhost:5000/acme/shop:v1@sha256:ab"), "shop v1");
  for (const char* image : {"redis", "redis:latest", "redis:7-latest", "redis:alpine", "redis@sha256:12",
                            "redis:${TAG}", "redis:7.${MINOR}", "${IMAGE}:7", "user:1secret@example.com/redis:7"}) {
    EXPECT_EQ(version(image), "") << image;
  }
}

model::v1::Component Component(model::v1::ComponentKind kind, const char* technology = "") {
  model::v1::Component component;
  component.set_kind(kind);
  if (*technology != '\0') component.add_technology(technology);
  return component;
}

TEST(KnownImagesTest, OnlyAPasswordOfWhatRunsClosesAnOpening) {
  constexpr auto kStore = model::v1::COMPONENT_KIND_DATASTORE;
  constexpr auto kProcess = model::v1::COMPONENT_KIND_PROCESS;
  const auto told = [](std::vector<NamedValue> settings, const model::v1::Component& component, bool unread = false) {
    settings.emplace_back("ALLOW_EMPTY_PASSWORD", "yes");
    const auto opening = FindOpening(settings, component, unread);
    return opening.has_value() ? opening->told : std::string();
  };
  const std::string open = "it may run without a password, and none is set (ALLOW_EMPTY_PASSWORD)";
  const auto redis = Component(kStore, "redis");
  EXPECT_EQ(told({}, redis), open);
  EXPECT_EQ(told({{"SMTP_PASSWORD", "foo"}}, redis), open);
  EXPECT_EQ(told({{"REDIS_PASSWORD", "$"}}, redis), "");
  EXPECT_EQ(told({{"POSTGRES_PASSWORD", "$"}}, Component(kStore, "postgresql")), "");
  EXPECT_EQ(told({{"SMTP_PASSWORD", "foo"}}, Component(kProcess)), "") << "anything may run there";
  EXPECT_EQ(told({{"WORDPRESS_DATABASE_HOST", "db"}}, Component(kProcess, "wordpress")), "") << "a client";
  EXPECT_EQ(told({{"REDIS_MASTER_HOST", "primary"}}, redis), open) << "a store is a server all the same";
  EXPECT_EQ(told({}, redis, true),
            "it may run without a password, and none is shown (ALLOW_EMPTY_PASSWORD): do the settings that are not "
            "read give it one?");
  EXPECT_EQ(told({{"REDIS_PASSWORD", "$"}}, redis, true), "");
  EXPECT_FALSE(FindOpening({{"ALLOW_ANONYMOUS_LOGIN", "yes"}}, redis, true)->asks);
  for (const char* value : {"on", "no", "0"}) {
    EXPECT_TRUE(FindOpening({{"MYSQL_ALLOW_EMPTY_PASSWORD", value}}, Component(kStore, "mysql")).has_value()) << value;
  }
  for (const char* value : {"", "$", "${ALLOW}"}) {
    EXPECT_FALSE(FindOpening({{"MYSQL_ALLOW_EMPTY_PASSWORD", value}}, Component(kStore, "mysql")).has_value()) << value;
  }
}

TEST(KnownImagesTest, PasswordsAreSoughtOnce) {
  std::vector<NamedValue> settings(100'000, {"ALLOW_EMPTY_PASSWORD", "yes"});
  settings.emplace_back("X_PASSWORD", "x");
  EXPECT_FALSE(FindOpening(settings, Component(model::v1::COMPONENT_KIND_PROCESS)).has_value());
}

TEST(KnownImagesTest, SettingsThatLetCallersIn) {
  constexpr auto kStore = model::v1::COMPONENT_KIND_DATASTORE;
  constexpr auto kProcess = model::v1::COMPONENT_KIND_PROCESS;
  const auto opens = [](const std::vector<NamedValue>& settings, model::v1::ComponentKind kind) {
    const auto opening = FindOpening(settings, Component(kind));
    return opening.has_value() ? settings[opening->setting].first : std::string();
  };
  for (const NamedValue& setting : std::vector<NamedValue>{{"ALLOW_ANONYMOUS_LOGIN", "yes"},
                                                           {"ALLOW_EMPTY_PASSWORD", "yes"},
                                                           {"DISABLE_SECURITY_PLUGIN", "true"},
                                                           {"plugins.security.disabled", "True"},
                                                           {"xpack.security.enabled", "false"}}) {
    EXPECT_EQ(opens({{"A", "true"}, setting}, kProcess), setting.first);
    EXPECT_EQ(opens({setting}, kStore), setting.first);
    EXPECT_EQ(opens({{setting.first, "other"}}, kStore), "");
  }
  for (const NamedValue& setting : std::vector<NamedValue>{{"POSTGRES_HOST_AUTH_METHOD", "trust"},
                                                           {"MYSQL_ALLOW_EMPTY_PASSWORD", "1"},
                                                           {"MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "yes"}}) {
    EXPECT_EQ(opens({setting}, kStore), setting.first);
    EXPECT_EQ(opens({setting}, kProcess), "") << "a client may have it too";
  }
  const NamedValue empty = {"ALLOW_EMPTY_PASSWORD", "yes"};
  EXPECT_EQ(opens({empty, {"REDIS_PASSWORD", "$"}}, kStore), "");
  EXPECT_EQ(opens({empty, {"REDIS_PASSWORD_FILE", "/run/secrets/a"}}, kStore), "");
  EXPECT_EQ(opens({empty, {"REDIS_PASSWORD", ""}}, kStore), empty.first);
  EXPECT_EQ(opens({{"MYSQL_ROOT_PASSWORD", "$"}, {"MYSQL_ALLOW_EMPTY_PASSWORD", "yes"}}, kStore), "");
  EXPECT_EQ(opens({{"POSTGRES_PASSWORD", "$"}, {"POSTGRES_HOST_AUTH_METHOD", "trust"}}, kStore),
            "POSTGRES_HOST_AUTH_METHOD")
      << "the password is not asked for";
}

}  // namespace
}  // namespace metapowers::importers
