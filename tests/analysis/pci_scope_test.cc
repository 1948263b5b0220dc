#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analysis/facts_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kSystem[] =
    "- {id: buyer, name: Buyer, kind: external_entity}\n"
    "- {id: gateway, name: Gateway, kind: process, zone: inside}\n"
    "- {id: ledger, name: Ledger, kind: datastore, zone: vault, stores: [cards]}\n"
    "- {id: billing, name: Billing, kind: process, zone: inside, processes: [cards]}\n"
    "- {id: audit, name: Audit, kind: process, zone: vault}\n"
    "- {id: report, name: Report, kind: process, zone: hosted}\n"
    "- {id: blog, name: Blog, kind: process, zone: open}\n";
constexpr char kFlows[] =
    "- {id: pay, name: F, source: buyer, target: gateway, sends: [cards]}\n"
    "- {id: totals, name: F, source: report, target: billing, receives: [notes]}\n"
    "- {id: post, name: F, source: blog, target: report, sends: [notes]}\n";

TEST(PciScope, FollowsDataThenFlowsThenNeighbourhood) {
  const auto facts = FactsOf(ModelText{.components = kSystem, .flows = kFlows});
  const auto scope = [&](const char* id) { return facts->Find(id)->pci_scope; };
  const auto reason = [&](const char* id) { return facts->Find(id)->pci_reason; };
  EXPECT_EQ(scope("ledger"), PciScope::kCde);
  EXPECT_EQ(reason("ledger"), "stores cards (PAN)");
  EXPECT_EQ(scope("billing"), PciScope::kCde);
  EXPECT_EQ(reason("billing"), "processes cards (PAN)");
  EXPECT_EQ(scope("gateway"), PciScope::kCde);
  EXPECT_EQ(reason("gateway"), "transmits cards (PAN) on flow pay");
  EXPECT_EQ(scope("report"), PciScope::kConnected);
  EXPECT_EQ(reason("report"), "flow totals with CDE component billing");
  EXPECT_EQ(scope("audit"), PciScope::kConnected);
  EXPECT_EQ(reason("audit"), "shares zone vault with CDE component ledger");
  EXPECT_EQ(scope("blog"), PciScope::kOut);
  EXPECT_EQ(scope("buyer"), PciScope::kNotApplicable);
}

TEST(PciScope, AFlowWithAnExternalEntityConnectsNothing) {
  const auto facts = FactsOf(ModelText{
      .components = absl::StrCat(kSystem, "- {id: shop, name: Shop, kind: process, zone: open}\n"),
      .flows = absl::StrCat(kFlows, "- {id: browse, name: F, source: buyer, target: shop, sends: [notes]}\n")});
  EXPECT_EQ(facts->Find("shop")->pci_scope, PciScope::kOut);
}

TEST(PciScope, IsNotApplicableWithoutAccountData) {
  const auto facts = FactsOf(ModelText{
      .components = "- {id: web, name: Web, kind: process, stores: [notes]}\n",
      .data_classes = "- {id: notes, name: Notes, owner: core, confidentiality: internal, categories: [pii]}\n"});
  EXPECT_EQ(facts->Find("web")->pci_scope, PciScope::kNotApplicable);
  EXPECT_EQ(facts->Find("web")->pci_reason, "no data class holds PAN or SAD");
}

TEST(PciScope, OutsourcedCardPaymentsLeaveWhatLeadsToThem) {
  const auto facts = FactsOf(ModelText{
      .components = "- {id: shop, name: Shop, kind: process, stores: [notes]}\n"
                    "- {id: blog, name: Blog, kind: process}\n"
                    "- {id: checkout, name: C, kind: external_entity, third_party: acquirer}\n",
      .flows = "- {id: pay, name: F, source: shop, target: checkout}\n",
      .data_classes = "- {id: notes, name: Notes, owner: core, confidentiality: internal, categories: [pii]}\n",
      .organization = "{name: Shop Inc., legal_roles: [merchant]}",
      .rest = "third_parties:\n- {id: acquirer, name: Acquirer, service: payments, roles: [tpsp]}\n"});
  EXPECT_EQ(facts->Find("shop")->pci_scope, PciScope::kConnected);
  EXPECT_EQ(facts->Find("shop")->pci_reason, "flow pay with checkout of PCI TPSP acquirer");
  EXPECT_EQ(facts->Find("blog")->pci_scope, PciScope::kOut);
  EXPECT_EQ(facts->Find("checkout")->pci_scope, PciScope::kNotApplicable);
}

TEST(PciScope, ASharedHostConnectsUnlessAZoneDeniesByDefault) {
  const std::string components =
      "- {id: safe, name: Safe, kind: process, zone: vault, runs_on: cluster, stores: [cards]}\n"
      "- {id: near, name: Near, kind: process, zone: open, runs_on: cluster}\n";
  const std::string host = "infrastructure:\n- {id: cluster, name: K, kind: kubernetes_cluster}\n";
  EXPECT_EQ(FactsOf(ModelText{.components = components, .rest = host})->Find("near")->pci_scope, PciScope::kConnected);
}

TEST(PciScope, AVirtualMachineIsOneSystem) {
  const std::string host = "infrastructure:\n- {id: server, name: S, kind: virtual_machine}\n";
  ModelText text{
      .components =
          "- {id: shop, name: Shop, kind: process, zone: open, runs_on: server}\n"
          "- {id: db, name: DB, kind: datastore, zone: denying, runs_on: server, stores: [notes]}\n"
          "- {id: blog, name: Blog, kind: process, zone: open}\n"
          "- {id: checkout, name: C, kind: external_entity, third_party: acquirer}\n",
      .flows = "- {id: pay, name: F, source: shop, target: checkout}\n",
      .data_classes = "- {id: notes, name: Notes, owner: core, confidentiality: internal, categories: [pii]}\n",
      .organization = "{name: Shop Inc., legal_roles: [merchant]}",
      .rest = host + "third_parties:\n- {id: acquirer, name: Acquirer, service: payments, roles: [tpsp]}\n"};
  text.zones += "- {id: denying, name: Denying, type: vlan, network_policy: default_deny}\n";
  const auto facts = FactsOf(text);
  EXPECT_EQ(facts->Find("db")->pci_scope, PciScope::kConnected);
  EXPECT_EQ(facts->Find("db")->pci_reason, "shares machine server with shop, which is in scope");
  EXPECT_EQ(facts->Find("blog")->pci_scope, PciScope::kOut);
}

TEST(PciScope, TokensAreNoAccountDataUnlessTheirCategoriesSaySo) {
  ModelText text{.components =
                     "- {id: web, name: Web, kind: process, zone: open, stores: [tokens]}\n"
                     "- {id: safe, name: Safe, kind: process, zone: vault, stores: [cards]}\n"};
  const std::string classes = text.data_classes;
  text.data_classes =
      absl::StrCat(classes, "- {id: tokens, name: T, owner: core, confidentiality: internal, tokenised: true}\n");
  EXPECT_EQ(FactsOf(text)->Find("web")->pci_scope, PciScope::kOut);
  text.data_classes = absl::StrCat(
      classes, "- {id: tokens, name: T, owner: core, confidentiality: internal, tokenised: true, categories: [pan]}\n");
  EXPECT_EQ(FactsOf(text)->Find("web")->pci_scope, PciScope::kCde);
}

TEST(PciScope, SensitiveAuthenticationDataCounts) {
  ModelText text{.components = "- {id: pos, name: Pos, kind: process, processes: [cvv]}\n"};
  absl::StrAppend(&text.data_classes,
                  "- {id: cvv, name: C, owner: core, confidentiality: strictly_confidential, categories: [sad]}\n");
  EXPECT_EQ(FactsOf(text)->Find("pos")->pci_reason, "processes cvv (SAD)");
}

TEST(PciScope, SharedRuntimeConnects) {
  const auto facts = FactsOf(ModelText{
      .components = "- {id: a, name: A, kind: process, zone: inside, runtime_group: node-1}\n"
                    "- {id: b, name: B, kind: process, zone: vault, runtime_group: node-1, stores: [cards]}\n"});
  EXPECT_EQ(facts->Find("a")->pci_reason, "shares runtime group node-1 with CDE component b");
}

TEST(PciScope, AFurtherSharedRuntimeConnectsToo) {
  const auto facts = FactsOf(
      ModelText{.components = "- {id: a, name: A, kind: process, zone: inside, runtime_group: jvm, "
                              "further_runtime_groups: [node-1]}\n"
                              "- {id: b, name: B, kind: process, zone: vault, runtime_group: node-1, stores: [cards]}\n"
                              "- {id: c, name: C, kind: process, zone: open, further_runtime_groups: [node-2]}\n"});
  EXPECT_EQ(facts->Find("a")->pci_reason, "shares runtime group node-1 with CDE component b");
  EXPECT_EQ(facts->Find("c")->pci_scope, PciScope::kOut);
}

TEST(PciScope, WhatASupplierRunsInItsOwnNetworkIsItsOwn) {
  const auto facts = FactsOf(ModelText{
      .components = "- {id: psp, name: Psp, kind: process, zone: hosted, third_party: acquirer}\n"
                    "- {id: db, name: Db, kind: datastore, zone: vault, third_party: acquirer, stores: [cards]}\n",
      .flows = "- {id: charge, name: F, source: db, target: psp, sends: [cards]}\n",
      .rest = "third_parties:\n- {id: acquirer, name: Acquirer, service: payments}\n"});
  EXPECT_EQ(facts->Find("psp")->pci_scope, PciScope::kNotApplicable);
  EXPECT_EQ(facts->Find("psp")->pci_reason, "run by acquirer in its own network");
  EXPECT_EQ(facts->Find("db")->pci_scope, PciScope::kCde);
}

TEST(PciScope, ADeclarationWidensAndNeverNarrows) {
  const auto facts = FactsOf(ModelText{
      .components = "- {id: safe, name: Safe, kind: process, zone: vault, stores: [cards], scope_tags: [pci_out]}\n"
                    "- {id: idp, name: Idp, kind: process, zone: inside, scope_tags: [pci_connected]}\n"
                    "- {id: lab, name: Lab, kind: process, zone: open, scope_tags: [pci_cde]}\n"});
  EXPECT_EQ(facts->Find("safe")->pci_scope, PciScope::kCde);
  EXPECT_EQ(facts->Find("idp")->pci_scope, PciScope::kConnected);
  EXPECT_EQ(facts->Find("idp")->pci_reason, "declared connected to the CDE");
  EXPECT_EQ(facts->Find("lab")->pci_scope, PciScope::kCde);

  std::vector<std::string> conflicts;
  for (const ScopeConflict& c : facts->scope_conflicts()) {
    conflicts.push_back(absl::StrCat(c.id, " ", model::YamlName(c.declared), " ", c.computed, ": ", c.reason));
  }
  EXPECT_THAT(conflicts, ElementsAre("lab pci_cde no account data: neither stores, processes nor transmits PAN or SAD",
                                     "safe pci_out cde: stores cards (PAN)"));
}

TEST(ScopeConflicts, NameUnderstatedScopesAndInfrastructureAndHealthData) {
  const auto facts = FactsOf(ModelText{
      .components = "- {id: a, name: A, kind: process, zone: vault, stores: [cards], scope_tags: [pci_connected], "
                    "runs_on: cluster}\n"
                    "- {id: b, name: B, kind: process, zone: vault, scope_tags: [pci_out]}\n"
                    "- {id: c, name: C, kind: process, zone: open, scope_tags: [hipaa, pci_out]}\n",
      .rest = "infrastructure:\n- {id: cluster, name: K, kind: kubernetes_cluster, scope_tags: [pci_out]}\n"
              "- {id: other, name: O, kind: kubernetes_cluster, scope_tags: [pci_out]}\n"});
  std::vector<std::string> conflicts;
  for (const ScopeConflict& c : facts->scope_conflicts()) {
    conflicts.push_back(absl::StrCat(c.id, " ", model::YamlName(c.declared), " ", c.computed));
  }
  EXPECT_THAT(conflicts,
              ElementsAre("a pci_connected cde", "b pci_out connected", "c hipaa no PHI", "cluster pci_out cde"));
}

TEST(ScopeConflicts, AreNoneWhereDeclarationsAgree) {
  const auto facts = FactsOf(
      ModelText{.components = "- {id: a, name: A, kind: process, zone: vault, stores: [cards], scope_tags: [pci_cde]}\n"
                              "- {id: b, name: B, kind: process, zone: vault, scope_tags: [pci_connected]}\n"
                              "- {id: c, name: C, kind: process, zone: open, scope_tags: [pci_out]}\n"});
  EXPECT_THAT(facts->scope_conflicts(), IsEmpty());
}

}  // namespace
}  // namespace metapowers::analysis
