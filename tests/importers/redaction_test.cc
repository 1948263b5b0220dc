// Secrets in the texts of imported files: whatever the format, none comes out, and a warning tells where it stands.
#include "service/importers/redaction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/importers/import.h"

namespace metapowers::importers {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

struct Case {
  const char* format;
  const char* text;  // with `SECRET` where one stands
  const char* secret;
  const char* warning;
};

// Each is a file with a secret in what a format takes over as a text.
const Case kCases[] = {
    {"openapi description",
     "openapi: 3.0.0\ninfo:\n  title: Shop\n  description: |\n    Sells.\n    Test with password: SECRET\npaths: {}\n",
     "hunter2", "f.yaml:6 a text here holds a password"},
    {"openapi summary",
     "openapi: 3.0.0\ninfo: {title: Shop}\npaths:\n  /a:\n    get:\n      summary: 'Call with Bearer SECRET'\n"
     "      responses: {}\n",
     "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0", "f.yaml:6 a text here holds a token"},
    {"otm description",
     "otmVersion: 0.2.0\nproject: {name: P, id: p}\ntrustZones: [{id: z, name: Z, risk: {trustRating: 1}}]\n"
     "components:\n  - id: web\n    name: Web\n    type: web\n    parent: {trustZone: z}\n"
     "    description: Key SECRET of the bucket\n    tags: ['password=SECRET']\n",
     "AKIAIOSFODNN7EXAMPLE", "f.yaml:9 a text here holds a token"},
    {"otm name and threat",
     "otmVersion: 0.2.0\nproject: {name: P, id: p}\ntrustZones: [{id: z, name: Z, risk: {trustRating: 1}}]\n"
     "components: [{id: web, name: 'Web password: SECRET', type: web, parent: {trustZone: z}}]\n"
     "threats: [{id: t, name: T, description: 'password: SECRET'}]\n",
     "hunter2", "f.yaml:4 a text here holds a password"},
    {"image of a compose file", "services:\n  web:\n    image: https://user:SECRET@registry.example.com/acme/web:1\n",
     "s3cretpw", "f.yaml:3 a text here holds a password"},
    {"image of a manifest",
     "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n"
     "    image: user:SECRET@registry.example.com/acme/web:1\n",
     "s3cretpw", "f.yaml:7 a text here holds a password"},
    {"bill of materials",
     R"({"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
         "metadata": {"component": {"type": "application", "name": "web", "description": "password: SECRET"}}})",
     "hunter2", "f.yaml:2 a text here holds a password"},
    {"threat dragon",
     R"({"version": "2.0", "summary": {"title": "T"}, "detail": {"diagrams": [{"cells": [
         {"id": "p", "shape": "process", "data": {"type": "tm.Process", "name": "Web",
          "description": "postgres://app:SECRET@db/x"}}]}]}})",
     "hunter2", "f.yaml:3 a text here holds a password"},
    {"threagile",
     "title: T\ndate: 2026-01-01\nmanagement_summary_comment: 'password: SECRET'\nbusiness_criticality: critical\n"
     "questions: {'password=SECRET ok?': ''}\n"
     "data_assets: {D: {id: d, usage: business, quantity: few, confidentiality: public, integrity: critical,\n"
     "  availability: critical, description: 'Bearer SECRET00'}}\n"
     "technical_assets: {W: {id: w, type: process, usage: business, technology: web-server, machine: virtual,\n"
     "  size: application, encryption: none, confidentiality: public, integrity: critical, availability: critical}}\n",
     "hunter2hunter2", "f.yaml:3:1 a text here holds a password"},
};

TEST(RedactionTest, NoFormatCopiesSecretsOutOfTexts) {
  for (const Case& test : kCases) {
    SCOPED_TRACE(test.format);
    const std::string text = absl::StrReplaceAll(test.text, {{"SECRET", test.secret}});
    const auto response = ImportModel({{"f.yaml", text}}, {"shop", "2026-11-28", nullptr});
    ASSERT_TRUE(response.ok()) << response.status();
    v1::ImportModelResponse shown = *response;
    shown.clear_attachments();  // the files themselves
    EXPECT_THAT(shown.DebugString(), Not(HasSubstr(test.secret)));
    EXPECT_THAT(response->model_yaml(), HasSubstr("[redacted]"));
    std::vector<std::string> warnings;
    for (const v1::ImportNote& note : response->notes()) {
      if (note.kind() == v1::IMPORT_NOTE_KIND_WARNING)
        warnings.push_back(absl::StrCat(note.location(), " ", note.text()));
    }
    EXPECT_THAT(warnings, Contains(HasSubstr(test.warning)));
  }
}

TEST(RedactionTest, FaultsQuoteNoSecrets) {
  const std::string text =
      "otmVersion: 0.2.0\nproject: {name: P, id: p}\n"
      "dataflows: [{id: f, name: F, source: a, destination: b, bidirectional: ghp_0123456789abcdefghij}]\n"
      "components: [{id: a, name: A}, {id: b, name: B}]\n";
  const auto response = ImportModel({{"f.yaml", text}}, {"shop", "2026-11-28", nullptr});
  ASSERT_FALSE(response.ok());
  EXPECT_THAT(std::string(response.status().ToString()), Not(HasSubstr("ghp_0123456789")));
}

TEST(RedactionTest, OneWarningForEachLineAndKind) {
  Inventory inventory;
  for (int i = 0; i < 3; ++i) {
    auto& component = inventory.components.emplace_back();
    component.spot = {"f", {1, 1}};
    component.value.set_name("A");
    component.value.set_description("password: hunter2 and Bearer 0123456789abcdef");
  }
  const std::string content = "x\n\npassword: hunter2 and Bearer 0123456789abcdef\n";
  RedactSecrets({{"f", content}}, inventory);
  ASSERT_EQ(inventory.notes.size(), 2u);
  EXPECT_EQ(inventory.notes[0].location(), "f:3");
  EXPECT_THAT(inventory.notes[0].text(), HasSubstr("a password"));
  EXPECT_THAT(inventory.notes[1].text(), HasSubstr("a token"));
}

}  // namespace
}  // namespace metapowers::importers
