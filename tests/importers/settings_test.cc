// Names and values of environment variables.
#include "service/importers/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace metapowers::importers {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// What an address says: `protocol host:port transport credentials`.
std::vector<std::string> Told(absl::string_view name, absl::string_view value) {
  std::vector<std::string> told;
  for (const Address& address : AddressesIn(name, value)) {
    std::string text = address.protocol.empty() ? "" : absl::StrCat(address.protocol, " ");
    absl::StrAppend(&text, address.host);
    if (address.port != 0) absl::StrAppend(&text, ":", address.port);
    if (address.transport == model::v1::TRANSPORT_SECURITY_NONE) absl::StrAppend(&text, " clear");
    if (address.transport == model::v1::TRANSPORT_SECURITY_TLS) absl::StrAppend(&text, " tls");
    if (address.credentials) absl::StrAppend(&text, " credentials");
    told.push_back(text);
  }
  return told;
}

TEST(SettingsTest, SecretsByName) {
  for (const char* name : {"DB_PASSWORD",    "POSTGRES_PASSWD", "PGPASSWORD",    "apiKey",
                           "API_KEY",        "auth.token",      "DBPASS_SECRET", "AWS_SECRET_ACCESS_KEY",
                           "JWT_SECRET",     "APP_KEY",         "clientSecret",  "MYSQL_ROOT_PASSWORD",
                           "ENCRYPTION_KEY", "authtoken",       "SMTP_PASS",     "SERVICE_JWT",
                           "PASSWORD_SALT",  "VAULT_ENC_KEY",   "FERNET_KEY",    "RABBITMQ_ERLANG_COOKIE"}) {
    EXPECT_TRUE(NamesSecret(name)) << name;
  }
  for (const char* name : {"",
                           "_",
                           "DB_USER",
                           "PASSWORD_FILE",
                           "TOKEN_URL",
                           "AWS_ACCESS_KEY_ID",
                           "SECRET_NAME",
                           "MAX_TOKENS",
                           "KEYBOARD",
                           "MONKEY",
                           "PASSENGER",
                           "TOKEN_TTL",
                           "PARTITION_KEY",
                           "PASSWORD_MIN",
                           "COMPASS",
                           "JWT_EXPIRES_IN",
                           "JWT_AUD",
                           "SALT_ROUNDS",
                           "PASS_SCHEME",
                           "JWT_ADMIN_ROLES",
                           "TOKEN_LIFESPAN",
                           "TLS_SECRET_NAMESPACE",
                           "SECRETS_REGION"}) {
    EXPECT_FALSE(NamesSecret(name)) << name;
  }
}

TEST(SettingsTest, SecretsByValue) {
  const struct {
    const char* name;
    const char* value;
    bool secret;
  } kCases[] = {
      {"DB_PASSWORD", "gitea", true},
      {"DB_PASSWORD", "123456", true},
      {"DB_PASSWORD", "", false},
      {"DB_PASSWORD", "  ", false},
      {"ALLOW_EMPTY_PASSWORD", "yes", false},
      {"DB_PASSWORD", "/run/secrets/db", false},
      {"DB_PASSWORD", "${DB_PASSWORD}", false},
      {"DB_PASSWORD", "$(DB_PASSWORD)", false},
      {"DB_PASSWORD", "$DB_PASSWORD", false},
      {"DB_PASSWORD", "$_pw", false},
      {"DB_PASSWORD", "$$DB_PASSWORD", true},
      {"DB_PASSWORD", "$1", true},
      {"DB_PASSWORD", "$", true},
      {"DATABASE_URL", "mysql://root:$PW@db:3306/mysql", false},
      {"DB_PASSWORD_FILE", "/x", false},
      {"DATABASE_URL", "mysql://root:whalehello@db:3306/mysql", true},
      {"DATABASE_URL", "mysql://db:3306/mysql", false},
      {"DATABASE_URL", "mysql://root@db:3306/mysql", false},
      {"DATABASE_URL", "mysql://root:${PW}@db:3306/mysql", false},
      {"CONNECTION", "Server=db;Database=x;User Id=sa;Password=hunter2", true},
      {"JDBC", "jdbc:postgresql://db/x?user=a&password=hunter2", true},
      {"DSN", "root:hunter2@tcp(db:3306)/x", true},
      {"CERT", "-----BEGIN RSA PRIVATE KEY-----\nMII", true},
      {"ANY", "ghp_0123456789abcdefghij", true},
      {"MAIL", "team@example.com", false},
      {"COMMAND", "curl http://a:80/@x", false},
      {"SECRET_SERVICE_URL", "http://vault:8200", false},
      {"TIME", "12:30", false},
  };
  for (const auto& test : kCases) EXPECT_EQ(HoldsSecret(test.name, test.value), test.secret) << test.name << test.value;
}

TEST(SettingsTest, SecretsInCommands) {
  EXPECT_EQ(SecretOption({"redis-server", "--requirepass", "hunter2"}), "--requirepass");
  EXPECT_EQ(SecretOption({"app", "--db-password=hunter2", "-v"}), "--db-password");
  EXPECT_EQ(SecretOption({"app", "postgres://a:hunter2@db"}), "an argument");
  EXPECT_EQ(SecretOption({"app", "--password", "--verbose"}), "");
  EXPECT_EQ(SecretOption({"app", "--password", "${PASSWORD}"}), "");
  EXPECT_EQ(SecretOption({"app", "--password"}), "");
  EXPECT_EQ(SecretOption({}), "");
}

TEST(SettingsTest, OnlyOptionsWithTwoDashesAreToldByName) {
  EXPECT_EQ(SecretOption({"mysql", "-uroot", "-psecret"}), "an argument");
  EXPECT_EQ(SecretOption({"mysql", "-uroot", "-psecret", "shop"}), "an argument");
  EXPECT_EQ(SecretOption({"/usr/bin/mysqldump", "-phunter2"}), "an argument");
  EXPECT_EQ(SecretOption({"mysql", "-uroot", "-p$ROOT"}), "");
  EXPECT_EQ(SecretOption({"app", "-password=hunter2"}), "an argument");
  EXPECT_EQ(SecretOption({"java", "-Ddb.password=hunter2"}), "an argument");
  EXPECT_EQ(SecretOption({"app", "--a:secret", "hunter2"}), "an argument") << "no name of an option";
  EXPECT_EQ(SecretOption({"app", "-port=80", "-v"}), "");
  EXPECT_TRUE(HasOptionName("--db-password=x"));
  for (const char* word : {"", "-", "--", "--=x", "-psecret", "-p=x", "password=x"}) {
    EXPECT_FALSE(HasOptionName(word)) << word;
  }
}

TEST(SettingsTest, Addresses) {
  EXPECT_THAT(Told("A", "redis:6379"), ElementsAre("redis:6379"));
  EXPECT_THAT(Told("A", "https://API.Example.com/v1?key=x"), ElementsAre("https api.example.com tls"));
  EXPECT_THAT(Told("A", "http://api:8080"), ElementsAre("http api:8080 clear"));
  EXPECT_THAT(Told("A", "mysql://root:pw@db:3306/x"), ElementsAre("mysql db:3306 credentials"));
  EXPECT_THAT(Told("A", "postgres://u@db/x?sslmode=verify-full"), ElementsAre("postgresql db tls"));
  EXPECT_THAT(Told("A", "postgres://u@db/x?a=b&sslmode=disable"), ElementsAre("postgresql db clear"));
  EXPECT_THAT(Told("A", "jdbc:postgresql://db:5432/x"), ElementsAre("postgresql db:5432"));
  EXPECT_THAT(Told("A", "jdbc:oracle:thin:@//db:1521/x"), ElementsAre("db:1521"));
  EXPECT_THAT(Told("A", "mongodb://u:p@m1:27017,m2:27017/db"), ElementsAre("mongodb m1:27017 credentials", "m2:27017"));
  EXPECT_THAT(Told("DSN", "root:pw@tcp(db:3306)/x"), ElementsAre("db:3306"));
  EXPECT_THAT(Told("A", "host=db port=5432 password=secret.example.com:99"), ElementsAre("db credentials"));
  EXPECT_THAT(Told("A", R"({"url":"amqps://mq"})"), ElementsAre("amqps mq tls"));
  EXPECT_THAT(Told("A", "--upstream=http://web:80"), ElementsAre("http web:80 clear"));
  EXPECT_THAT(Told("A", "weird://thing:1"), ElementsAre("thing:1"));
}

TEST(SettingsTest, AUrlWithoutPortHasThatOfItsScheme) {
  const auto port = [](absl::string_view value) {
    const std::vector<Address> addresses = AddressesIn("A", value);
    return addresses.size() == 1 ? addresses[0].usual_port : -1;
  };
  EXPECT_EQ(port("http://api/v1"), 80);
  EXPECT_EQ(port("postgres://u:p@db/x"), 5432);
  for (const char* value : {"http://api:81", "http://api:${PORT}", "mongodb+srv://db", "weird://api", "api:80"}) {
    EXPECT_EQ(port(value), 0) << value;
  }
}

TEST(SettingsTest, OptionsOfConnections) {
  EXPECT_THAT(Told("A", "Server=db;Database=x;User Id=sa;Password=Pass@word;Encrypt=False;TrustServerCertificate=true"),
              ElementsAre("db clear credentials"));
  EXPECT_THAT(Told("A", "Host=db;Username=a;Pwd=${PW};SSL Mode=VerifyFull"), ElementsAre("db tls credentials"));
  EXPECT_THAT(Told("A", "Server=db;SslMode=None"), ElementsAre("db clear"));
  EXPECT_THAT(Told("A", "Server=db;Encrypt=Strict;Password="), ElementsAre("db tls"));
  EXPECT_THAT(Told("A", "Server=db;SslMode=Preferred"), ElementsAre("db"));
  EXPECT_THAT(Told("A", "host=db port=5432 user=a sslmode=require"), ElementsAre("db tls"));
  EXPECT_THAT(Told("A", "cache:6379,password=x,ssl=true"), ElementsAre("cache:6379 tls credentials"));
  EXPECT_THAT(Told("A", "jdbc:sqlserver://db:1433;encrypt=true;user=sa;password=x"),
              ElementsAre("tds db:1433 tls credentials"));
  EXPECT_THAT(Told("A", "jdbc:mysql://db/x?useSSL=false&user=a&password=x"), ElementsAre("mysql db clear credentials"));
  EXPECT_THAT(Told("A", "jdbc:mysql://db/x?sslMode=VERIFY_IDENTITY"), ElementsAre("mysql db tls"));
  EXPECT_THAT(Told("A", "mysql://db/x?ssl-mode=DISABLED"), ElementsAre("mysql db clear"));
  EXPECT_THAT(Told("A", "user:x@db:5432"), ElementsAre("db:5432 credentials"));
  EXPECT_THAT(Told("A", "mysql://a?tls=true mysql://b"), ElementsAre("mysql a tls", "mysql b"));
  EXPECT_THAT(Told("A", "run --password=x --upstream=http://web:80"), ElementsAre("http web:80 clear"));
}

TEST(SettingsTest, RemarksAndSchemesAreNoCredentials) {
  EXPECT_THAT(Told("NOTE", "see smtp:25; Password=abc"), ElementsAre("smtp:25"));
  EXPECT_THAT(Told("NOTE", "see smtp:25 password=abc ssl=true"), ElementsAre("smtp:25"));
  EXPECT_THAT(Told("DB_CONNECTION_STRING", "db:5432 sslmode=require pooled password=x"),
              ElementsAre("db:5432 tls credentials"));
  EXPECT_THAT(Told("MAIL_TO", "mailto:ops@mail:25"), ElementsAre("mail:25"));
  EXPECT_THAT(Told("A", "oracle:thin:@db:1521"), ElementsAre("db:1521"));
  for (const char* open : {":x@db:80", "user:@db:80", "user@db:80"}) {
    EXPECT_THAT(Told("A", open), ElementsAre("db:80")) << open;
  }
  EXPECT_THAT(Told("A", "http://user:@api http://user@web"), ElementsAre("http api clear", "http web clear"));
  EXPECT_THAT(Told("A", "redis://:x@cache"), ElementsAre("redis cache clear credentials"));
}

TEST(SettingsTest, AConnectionStringMayBeANameAlone) {
  for (const char* name : {"ConnectionStrings__EventBus", "DB_CONNECTION_STRING", "SQLCONNSTR_Orders"}) {
    EXPECT_TRUE(NamesConnection(name)) << name;
    EXPECT_TRUE(NamesHost(name)) << name;
    EXPECT_EQ(ConnectionHost(name, "RabbitMQ").host, "rabbitmq") << name;
    EXPECT_THAT(Told(name, "rabbitmq"), IsEmpty()) << "it may be a key";
  }
  EXPECT_FALSE(NamesConnection("CONNECTION_TIMEOUT"));
  EXPECT_FALSE(NamesConnection("MYSQL_USER"));
  const Address cache = ConnectionHost("ConnectionStrings__Redis", "cache,ssl=true,password=x");
  EXPECT_EQ(cache.host, "cache");
  EXPECT_EQ(cache.transport, model::v1::TRANSPORT_SECURITY_TLS);
  EXPECT_TRUE(cache.credentials);
  for (const char* none : {"", "Server=db", "${DB}", "http://db", "a b", ",ssl=true"}) {
    EXPECT_EQ(ConnectionHost("ConnectionStrings__Redis", none).host, "") << none;
  }
  EXPECT_EQ(ConnectionHost("MYSQL_USER", "shipping").host, "");
  EXPECT_THAT(Told("ConnectionStrings__SqlServer", "Server=db;User Id=sa;Password=my secret"),
              ElementsAre("db credentials"))
      << "words of a password are no hosts";
  EXPECT_TRUE(LeavesHostOpen("ConnectionStrings__Bus", "${BUS}"));
}

TEST(SettingsTest, VariablesAreNoHosts) {
  EXPECT_THAT(Told("A", "http://${HOST}:${PORT}/x"), IsEmpty());
  EXPECT_THAT(Told("A", "http://$(HOST):8080"), IsEmpty());
  EXPECT_THAT(Told("DB_HOST", "$DB_HOST"), IsEmpty());
  EXPECT_THAT(Told("DB_HOST", "${DB_HOST:?name one}"), IsEmpty());
  EXPECT_THAT(Told("A", "kafka-${N}:9092"), IsEmpty());
  EXPECT_THAT(Told("A", "http://api:${PORT}/x"), ElementsAre("http api clear"));
  EXPECT_THAT(Told("A", "postgres://app:${PW:?must be set}@db:5432/app?sslmode=require"),
              ElementsAre("postgresql db:5432 tls credentials"));
  EXPECT_THAT(Told("A", "mongodb://u:$PW@m1:27017,m2:27018/db?tls=true&w=1"),
              ElementsAre("mongodb m1:27017 credentials", "m2:27018"));
  EXPECT_THAT(Told("A", "redis://${A:-${B}}"), IsEmpty());
  EXPECT_THAT(Told("A", "redis://cache:6379/${"), ElementsAre("redis cache:6379 clear"));
  EXPECT_TRUE(LeavesHostOpen("A", "http://u:p@${HOST}/x"));
  EXPECT_TRUE(LeavesHostOpen("DB_HOST", "$DB_HOST"));
  EXPECT_FALSE(LeavesHostOpen("DB_NAME", "$DB_NAME"));
  EXPECT_FALSE(LeavesHostOpen("A", "http://db:$PORT"));
  EXPECT_FALSE(LeavesHostOpen("DB_HOST", ""));
}

TEST(SettingsTest, ANameAloneIsAHostWhereTheSettingIsCalledSo) {
  EXPECT_THAT(Told("DB_HOST", "db"), ElementsAre("db"));
  EXPECT_THAT(Told("PGHOST", "db"), ElementsAre("db"));
  EXPECT_THAT(Told("seed_hosts", "a, b"), ElementsAre("a", "b"));
  EXPECT_THAT(Told("DB_USER", "db"), IsEmpty());
  EXPECT_THAT(Told("NODE_ENV", "test"), IsEmpty());
  EXPECT_THAT(Told("SERVER_NAME", "shop"), IsEmpty());
  EXPECT_THAT(Told("POSTGRES_HOST_AUTH_METHOD", "trust"), IsEmpty());
}

TEST(SettingsTest, WhatIsNoAddress) {
  for (const char* value : {"", "12:30", "0.0.0.0:80", "8080:80", "redis", "a:b", "a:70000", "a:0", ":80", "http://",
                            "http://:80", "http://${HOST}:80", "[::1]:80", "C:\\x", "a:1:2", "-x:80", "http://-x",
                            "postgres://u:p/q.com:1@db:2/x", "https://u:p@evil.com/@db"}) {
    EXPECT_THAT(Told("A", value), IsEmpty()) << value;
  }
  EXPECT_THAT(Told("IMAGE", "redis:7"), IsEmpty());
  EXPECT_THAT(Told("PASSWORD", "a.example.com:80"), IsEmpty());
  EXPECT_THAT(Told("A", std::string(1'000'000, 'x') + " a:1"), IsEmpty());
}

TEST(SettingsTest, APasswordWithASeparatorIsNoPort) {
  for (const char* value : {"amqp://user:12,34@mq:5672", "amqp://user:12;34@mq:5672", "amqp://user:12(34@mq:5672"}) {
    for (const Address& address : AddressesIn("BROKER", value)) {
      EXPECT_EQ(address.host, "mq") << value;
      EXPECT_EQ(address.port, 5672) << value;
    }
  }
  EXPECT_EQ(AddressesIn("X", "http://a:80,http://u:p@b:81").size(), 2u) << "two URLs";
}

TEST(SettingsTest, Hosts) {
  EXPECT_TRUE(IsPublicHost("api.stripe.com"));
  EXPECT_TRUE(IsPublicHost("example.com."));
  EXPECT_TRUE(IsPublicHost("x.pages.dev"));
  for (const char* host : {"", "db", "10.0.0.1", "orders.shop", "db.dev", "x.local", "host.docker.internal", "a.svc",
                           "a.svc.cluster.local", "-.com", "a.b1"}) {
    EXPECT_FALSE(IsPublicHost(host)) << host;
  }
  EXPECT_TRUE(NamesOwnAddress("CORS_ORIGINS"));
  EXPECT_TRUE(NamesOwnAddress("ROOT_URL"));
  EXPECT_FALSE(NamesOwnAddress("PAYMENT_URL"));
}

}  // namespace
}  // namespace metapowers::importers
