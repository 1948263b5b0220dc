#include "service/importers/known_images.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

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
  Shown<model::v1::Component> proxy;
  DescribeImage("nginx", spot, proxy);
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
  EXPECT_TRUE(AllowsNoRootPassword("MARIADB_ALLOW_EMPTY_ROOT_PASSWORD"));
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

}  // namespace
}  // namespace metapowers::importers
