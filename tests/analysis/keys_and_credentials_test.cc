// Rotation, keys, credentials, paths of people and separation of duties on small models.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/analysis/credentials.h"
#include "service/analysis/key_inventory.h"
#include "service/analysis/people_access.h"
#include "service/analysis/privileges.h"
#include "tests/analysis/facts_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Ids(const std::vector<const model::v1::Flow*>& flows) {
  std::vector<std::string> ids;
  for (const auto* flow : flows) ids.push_back(flow->id());
  return ids;
}

TEST(Rotation, IsOverdueFromTheDayAfterTheInterval) {
  const auto facts =
      FactsOf(ModelText{.rest = "secrets:\n  default_rotation_days: 30\n  credentials:\n"
                                "  - {id: a, name: A, kind: token, last_rotated: 2026-01-30}\n"
                                "  - {id: b, name: B, kind: token, last_rotated: 2026-01-29}\n"
                                "  - {id: c, name: C, kind: token, rotation_days: 90, last_rotated: 2026-01-29}\n"
                                "  - {id: d, name: D, kind: token}\n"});
  const CredentialInventory inventory = FindCredentials(*facts);
  EXPECT_EQ(inventory.credentials[0].rotation.overdue_days, 0);  // due on as_of itself
  EXPECT_EQ(inventory.credentials[1].rotation.overdue_days, 1);
  EXPECT_EQ(inventory.credentials[2].rotation.overdue_days, 0);
  EXPECT_FALSE(inventory.credentials[3].rotation.known());
}

TEST(KeyInventory, TheDefaultOfThePolicyIsForDataKeysAlone) {
  const auto facts = FactsOf(ModelText{
      .components = "- {id: db, name: Db, kind: datastore, stores: [cards], kms_key: data, regions: [eu]}\n",
      .rest = "policy_parameters: {key_rotation_days: 100}\nkeys:\n"
              "- {id: data, name: D, algorithm: AES-256, use: data_at_rest, storage: s, last_rotated: 2025-03-01}\n"
              "- {id: sign, name: S, algorithm: Ed25519, use: signing, storage: s, last_rotated: 2020-03-01}\n"
              "- {id: spare, name: P, algorithm: AES-256, use: data_at_rest, storage: s, last_rotated: 2026-02-01}\n"
              "- {id: web, name: W, algorithm: RSA 2048, use: tls_certificate, storage: s, expires: 2026-02-28}\n"});
  const auto keys = FindKeys(*facts);
  EXPECT_EQ(keys[0].state, KeyState::kOverdue);
  EXPECT_THAT(keys[0].data, ::testing::SizeIs(1));
  EXPECT_EQ(keys[1].state, KeyState::kUnknown);
  EXPECT_EQ(keys[2].state, KeyState::kPreActivation);
  EXPECT_EQ(keys[3].state, KeyState::kDeactivated);
}

TEST(KeyInventory, RegionsOfTheKeyFollowThoseOfItsData) {
  const auto facts = FactsOf(ModelText{
      .components = "- {id: db, name: Db, kind: datastore, stores: [cards], kms_key: data, regions: [eu, us]}\n",
      .rest = "keys:\n- {id: data, name: D, algorithm: AES-256, use: data_at_rest, storage: s, regions: [us, uk]}\n"});
  const auto keys = FindKeys(*facts);
  EXPECT_THAT(keys[0].unreachable, ElementsAre("eu"));
  EXPECT_THAT(keys[0].abroad, ElementsAre("uk"));
}

TEST(Credentials, FlowsOfOursWithASecretNeedOne) {
  const auto facts = FactsOf(
      ModelText{.components = "- {id: app, name: App, kind: process, zone: inside}\n"
                              "- {id: db, name: Db, kind: datastore, zone: vault, stores: [cards, notes]}\n"
                              "- {id: job, name: Job, kind: process, zone: inside}\n"
                              "- {id: user, name: User, kind: external_entity, used_by_human: true, zone: open}\n",
                .flows = "- {id: f1, name: F, source: app, target: db, authentication: credentials, sends: [cards]}\n"
                         "- {id: f2, name: F, source: job, target: db, authentication: token, sends: [notes]}\n"
                         "- {id: f3, name: F, source: user, target: app, authentication: credentials}\n"
                         "- {id: f4, name: F, source: job, target: app, authentication: client_cert}\n",
                .rest = "secrets:\n  credentials:\n"
                        "  - {id: a, name: A, kind: database, used_by: [app, user], flow: f1}\n"});
  const CredentialInventory inventory = FindCredentials(*facts);
  EXPECT_THAT(Ids(inventory.undeclared), ElementsAre("f2"));
  EXPECT_THAT(inventory.credentials[0].without_need, ElementsAre("user"));
  EXPECT_THAT(inventory.credentials[0].data, ::testing::SizeIs(2));
  EXPECT_EQ(inventory.credentials[0].pci_scope, PciScope::kCde);
}

TEST(Credentials, TheWidestReachIsRevokedFirst) {
  const auto facts = FactsOf(ModelText{
      .components = "- {id: app, name: App, kind: process}\n- {id: a-db, name: A, kind: datastore, stores: [notes]}\n"
                    "- {id: b-db, name: B, kind: datastore, stores: [people]}\n",
      .flows = "- {id: f1, name: F, source: app, target: a-db}\n- {id: f2, name: F, source: app, target: b-db}\n",
      .rest = "secrets:\n  credentials:\n  - {id: a, name: A, kind: database, used_by: [app], flow: f1}\n"
              "  - {id: b, name: B, kind: database, used_by: [app], flow: f2}\n"});
  const CredentialInventory inventory = FindCredentials(*facts);
  EXPECT_EQ(inventory.revocation_order.front()->credential->id(), "b");
}

TEST(Credentials, AreInAStoreUnlessTheirUsersSayOtherwise) {
  const std::string absent = "posture: [{control: secrets_external, state: absent}]}\n";
  const auto facts = FactsOf(ModelText{
      .components = "- {id: app, name: App, kind: process, " + absent + "- {id: job, name: Job, kind: process}\n" +
                    "- {id: site, name: Site, kind: process, " + absent,
      .rest = "secrets:\n  stores:\n  - {id: vault-store, name: Vault}\n  - {id: file, name: File}\n  credentials:\n"
              "  - {id: a, name: A, kind: password, used_by: [app]}\n"
              "  - {id: b, name: B, kind: password, used_by: [app], store: vault-store}\n"
              "  - {id: c, name: C, kind: password, used_by: [job]}\n"
              "  - {id: d, name: D, kind: password, used_by: [site], store: file}\n"});
  const auto& all = facts->model().proto().secrets().credentials();
  ASSERT_EQ(all.size(), 4);
  const StoredCredentials stored(*facts);
  EXPECT_EQ(stored.IsInStore(all[0]), model::v1::TRISTATE_NO);
  EXPECT_EQ(stored.IsInStore(all[1]), model::v1::TRISTATE_YES) << "A explains what the application says";
  EXPECT_EQ(stored.IsInStore(all[2]), model::v1::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(stored.IsInStore(all[3]), model::v1::TRISTATE_NO) << "the file is on the site";
}

std::vector<PeoplePath> Paths(const std::string& flows) {
  static std::vector<std::shared_ptr<const Facts>> kept;  // paths point into them
  kept.push_back(FactsOf(ModelText{
      .components = "- {id: engineer, name: E, kind: external_entity, used_by_human: true, usage: devops, zone: open}\n"
                    "- {id: payer, name: P, kind: external_entity, used_by_human: true, usage: business, zone: open}\n"
                    "- {id: proxy, name: X, kind: process, technology: [bastion], zone: inside}\n"
                    "- {id: shop, name: S, kind: process, zone: inside}\n"
                    "- {id: db, name: Db, kind: datastore, stores: [cards], zone: vault}\n",
      .flows = flows}));
  return FindPeoplePaths(Landscape(*kept.back()));
}

TEST(PeopleAccess, WhatEntersTheProxyCountsBehindIt) {
  const auto paths = Paths(
      "- {id: in, name: F, source: engineer, target: proxy, authentication: mfa}\n"
      "- {id: on, name: F, source: proxy, target: db, authentication: client_cert}\n");
  ASSERT_EQ(paths.size(), 2u);
  EXPECT_EQ(paths[1].flow->id(), "on");
  EXPECT_EQ(paths[1].several_factors, model::v1::TRISTATE_YES);
  EXPECT_TRUE(paths[1].cde);
  EXPECT_TRUE(paths[1].required);
}

TEST(PeopleAccess, OnePersonWithOneFactorIsEnoughToFail) {
  const auto paths = Paths(
      "- {id: in, name: F, source: engineer, target: proxy, authentication: credentials}\n"
      "- {id: on, name: F, source: proxy, target: db, authentication: client_cert}\n");
  ASSERT_EQ(paths.size(), 2u);
  for (const PeoplePath& path : paths) EXPECT_EQ(path.several_factors, model::v1::TRISTATE_NO);
}

TEST(PeopleAccess, CustomersNeedNoSeveralFactorsByThemselves) {
  const auto paths = Paths("- {id: buy, name: F, source: payer, target: shop, authentication: credentials}\n");
  ASSERT_EQ(paths.size(), 1u);
  EXPECT_EQ(paths[0].people, People::kCustomer);
  EXPECT_FALSE(paths[0].required);
}

TEST(PeopleAccess, AnIdentityProviderLeavesItOpen) {
  const auto paths = Paths("- {id: in, name: F, source: engineer, target: shop, authentication: externalised}\n");
  ASSERT_EQ(paths.size(), 1u);
  EXPECT_EQ(paths[0].several_factors, model::v1::TRISTATE_UNSPECIFIED);
}

TEST(DutyConflicts, AStoreAndItsKeyInOneTeam) {
  const std::string key =
      "keys:\n- {id: k, name: K, algorithm: AES-256, use: data_at_rest, storage: s, owner_team: core}\n";
  const auto conflicts = [&](const std::string& data) {
    return FindDutyConflicts(*FactsOf(ModelText{
        .components = "- {id: db, name: Db, kind: datastore, owner_team: core, kms_key: k, stores: [" + data + "]}\n",
        .rest = key}));
  };
  ASSERT_EQ(conflicts("cards").size(), 1u);
  EXPECT_EQ(conflicts("cards")[0].subject, "db");
  EXPECT_THAT(conflicts("notes"), IsEmpty());
}

TEST(OperatingRoles, AreThoseOfTheTeamThatBuildOrRun) {
  const auto facts = FactsOf(ModelText{});
  const auto roles = OperatingRoles(facts->model(), "core");
  ASSERT_EQ(roles.size(), 1u);  // not the security officer
  EXPECT_EQ(roles[0]->id(), "lead");
  EXPECT_THAT(OperatingRoles(facts->model(), ""), IsEmpty());
}

}  // namespace
}  // namespace metapowers::analysis
