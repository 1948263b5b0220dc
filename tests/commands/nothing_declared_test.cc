// What sections say of a system that declares little: not that all is well, but that nothing was judged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "service/render/template.h"
#include "tests/commands/command_fixture.h"

namespace metapowers::commands {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// No interface, alert, rotation, credential or supplier, no store but a cache, and a flow of unknown dependency.
constexpr char kBare[] = R"(schema_version: "1"
id: bare
name: Bare
description: A shop and its cache.
as_of: 2026-01-01
owner_team: team
organization: {name: Bare Inc., sector: software}
regions: [{id: here}]
teams: [{id: team, name: Team, lead: Lead}]
roles: [{id: lead, title: Lead, kind: system_owner, team: team}]
data_classes: [{id: papers, name: Papers, owner: team, confidentiality: internal}]
zones: [{id: office, name: Office, type: onprem}]
components:
- {id: web, name: Web, kind: process, zone: office, tier: tier_2, owner_team: team, processes: [papers],
   custom_code: true, logging: central, replicas: 1}
- {id: shelf, name: Shelf, kind: datastore, technology: [valkey], zone: office, tier: tier_2, owner_team: team,
   stores: [papers], logging: central, encryption_at_rest: none, backup: {method: none}}
flows:
- {id: web-to-shelf, name: Web to shelf, source: web, target: shelf, protocol: redis, transport_security: none,
   authentication: none, sends: [papers]}
logging: {platform: Files, hot_retention_days: 30, total_retention_days: 90, correlation_id: yes,
  tamper_protection: yes}
policy_parameters: {encryption_at_rest_algorithm: AES-256, min_tls: tls_1_2, key_rotation_days: 365}
)";

// The text of the section.
std::string Section(const std::string& stem, const std::string& yaml) {
  const Command* command = FindCommand(stem);
  EXPECT_NE(command, nullptr) << stem;
  if (command == nullptr) return "";
  const auto wording = render::Template::Parse(command->template_text, command->stem);
  EXPECT_OK(wording.status());
  const auto text = wording->Render(*command->generate(Case(yaml).input()));
  EXPECT_OK(text.status());
  return *text;
}

TEST(NothingDeclared, InterfacesAreNotJudgedWithoutOne) {
  const std::string text = Section("protect/api_security", kBare);
  EXPECT_THAT(text, HasSubstr("Not judged: the ten risks are those of interfaces, and Bare declares none.\n"));
  EXPECT_THAT(text, Not(HasSubstr("is open on a declared interface")));
  EXPECT_THAT(text, Not(HasSubstr("the model answers every question")));
}

TEST(NothingDeclared, ControlsOfSecretsAreDueWithoutAGap) {
  const std::string text = Section("protect/secrets_management", kBare);
  EXPECT_THAT(text, HasSubstr("No wave is planned, since the exposure assessment finds no gap"));
  EXPECT_THAT(text, Not(HasSubstr("Nothing is due")));
}

TEST(NothingDeclared, OnCallWithoutARotationHasNoPraise) {
  const std::string text = Section("detect/monitoring_strategy", kBare);
  EXPECT_THAT(text, HasSubstr("On-call is not judged: Bare declares neither an alert nor a rotation"));
  EXPECT_THAT(text, Not(HasSubstr("On-call has no gap")));
  EXPECT_THAT(text, HasSubstr("No component is declared of tier 0 or 1, each of which must have an alert.\n"));
}

TEST(NothingDeclared, FieldsThatAreKnownAnswerNoOtherQuestion) {
  EXPECT_THAT(Section("detect/monitoring_strategy", kBare), Not(HasSubstr("the model answers every question")));
  EXPECT_THAT(Section("protect/encryption_strategy", kBare), Not(HasSubstr("the model answers every question")));
  const std::string logs = Section("detect/logging_architecture", kBare);
  EXPECT_THAT(logs, HasSubstr("Which accounts can delete collected logs"));
  EXPECT_THAT(logs, Not(HasSubstr("the model answers every question")));
}

TEST(NothingDeclared, BackupsOfCachesAloneAreNotJudged) {
  const std::string text = Section("recover/backup_validation", kBare);
  EXPECT_THAT(text, HasSubstr("Not judged: Bare declares no store besides caches"));
  EXPECT_THAT(text, Not(HasSubstr("falls short")));
}

TEST(NothingDeclared, AProviderThatIsNoDeclaredSupplierIsNotRuledOut) {
  EXPECT_THAT(Section("recover/business_continuity", kBare),
              HasSubstr("No declared supplier is critical, and no declared hard dependency leads to one; a provider"));
}

TEST(NothingDeclared, DependenciesThatNobodyDeclaredAreNotZero) {
  const std::string bare = Section("identify/asset_inventory", kBare);
  EXPECT_THAT(bare, HasSubstr("1 of 1 flow between components does not declare `dependency`, so that more can stop "));
  EXPECT_THAT(bare, HasSubstr("| 1 | web | tier 2 | nothing declared |\n"));
  EXPECT_THAT(bare, HasSubstr("start before it; a flow that does not declare `dependency` is left out.\n"));
  const std::string known =
      Section("identify/asset_inventory", Edited(kBare, {{"sends: [papers]}", "sends: [papers], dependency: soft}"}}));
  EXPECT_THAT(known, HasSubstr("| 1 | web | tier 2 | nothing |\n"));
  EXPECT_THAT(known, Not(HasSubstr("more can stop")));
  EXPECT_THAT(known, HasSubstr("start before it.\n"));
}

}  // namespace
}  // namespace metapowers::commands
