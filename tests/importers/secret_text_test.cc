// Which parts of texts are secrets, and which only tell of them.
#include "service/importers/secret_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace metapowers::importers {
namespace {

TEST(SecretsInTest, TakesOutTheSecretAndNothingElse) {
  struct Case {
    const char* text;
    const char* want;
  };
  const Case cases[] = {
      {"Log in as admin with password: hunter2 on the test stage",
       "Log in as admin with password: [redacted] on the test "
       "stage"},
      {"password: swordfish", "password: [redacted]"},
      {"Password: swordfish. Do not tell.", "Password: [redacted]. Do not tell."},
      {"The password is \"open sesame\"", "The password is \"[redacted]\""},
      {"user=sa;Password=Geheim;Encrypt=true", "user=sa;Password=[redacted];Encrypt=true"},
      {"{\"apiKey\": \"0a1b2c3d\"}", "{\"apiKey\": \"[redacted]\"}"},
      {"API key: 0a1b2c3d4e", "API key: [redacted]"},
      {"X-Api-Key: 0a1b2c3d4e", "X-Api-Key: [redacted]"},
      {"client secret = s3", "client secret = [redacted]"},
      {"Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "Authorization: Bearer [redacted]"},
      {"Bearer 0123456789abcdef works", "Bearer [redacted] works"},
      {"curl -H 'Authorization: Basic YWRtaW46aHVudGVyMg=='", "curl -H 'Authorization: Basic [redacted]'"},
      {"curl -u admin:hunter2 https://a.example.com", "curl -u admin:[redacted] https://a.example.com"},
      {"curl -uadmin:hunter2 https://a.example.com", "curl -uadmin:[redacted] https://a.example.com"},
      {"curl -k -u'admin:hunter2' https://a.example.com", "curl -k -u'admin:[redacted]' https://a.example.com"},
      {"$ curl https://a.example.com --user 'sk_test_4eC3:'", "$ curl https://a.example.com --user '[redacted]:'"},
      {"Key AKIAIOSFODNN7EXAMPLE of the bucket", "Key [redacted] of the bucket"},
      {"clone with ghp_0123456789abcdefghij.", "clone with [redacted]."},
      {"see postgres://app:hunter2@db:5432/x", "see postgres://[redacted]@db:5432/x"},
      {"https://user:pass@registry.example.com/acme/web:1", "https://[redacted]@registry.example.com/acme/web:1"},
      {"user:pass@registry.example.com/acme/web:1", "[redacted]@registry.example.com/acme/web:1"},
      {"https://0123456789abcdef0123@git.example.com/x", "https://[redacted]@git.example.com/x"},
      {"a -----BEGIN RSA PRIVATE KEY----- MII -----END RSA PRIVATE KEY----- b", "a [redacted] b"},
      {"-----BEGIN PRIVATE KEY-----\nMII", "[redacted]"},
  };
  for (const Case& test : cases) EXPECT_EQ(WithoutSecrets(test.text), test.want);
}

TEST(SecretsInTest, LeavesWhatOnlyTellsOfSecrets) {
  for (const char* text : {
           "",
           "Password: the user's password, at least 12 characters",
           "Passwords are hashed with argon2.",
           "password: string",
           "Password: required",
           "The token is opaque and the secret is rotated.",
           "token: Bearer authentication",
           "Basic Authentication or Bearer tokens",
           "password: ${DB_PASSWORD}",
           "password: /run/secrets/db",
           "password=<your password>",
           "password: ********",
           "curl -u $USER:$PASSWORD https://a.example.com",
           "curl -u <user>:<password> https://a.example.com",
           "curl -u$USER:$PASSWORD https://a.example.com",
           "curl --user-agent:x1 https://a.example.com",
           "docker run -u 1000:1000 web",
           "PASSWORD_FILE=/run/secrets/x",
           "TOKEN_URL: https://id.example.com/token",
           "token_ttl: 3600",
           "https://example.com:8080/a@b",
           "registry:5000/acme/web@sha256:0123456789abcdef",
           "nginx:1.25@sha256:0123456789abcdef",
           "mailto:team@example.com/x",
           "Contact:team@example.com",
           "postgres://app@db/x",
           "postgres://app:${PASSWORD}@db/x",
           "-----BEGIN CERTIFICATE----- MII -----END CERTIFICATE-----",
           "environment variable 'API_TOKEN' of web holds a secret in clear text",
           "secret::Type and token==x",
       }) {
    EXPECT_EQ(WithoutSecrets(text), text);
  }
}

TEST(SecretsInTest, TellsTheKind) {
  const std::vector<FoundSecret> found = SecretsIn("password: hunter2, token: abc123x, -----BEGIN EC PRIVATE KEY-----");
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].kind, "a password");
  EXPECT_EQ(found[1].kind, "a token");
  EXPECT_EQ(found[2].kind, "a private key");
}

TEST(SecretsInTest, LongTextsWithoutSecretsStayAsTheyAre) {
  for (const char* part : {"a:", "password ", "-----BEGIN ", "http://a:", "eyJ", "is "}) {
    std::string text;
    while (text.size() < 500'000) text += part;
    EXPECT_EQ(WithoutSecrets(text).size(), text.size()) << part;
  }
}

}  // namespace
}  // namespace metapowers::importers
