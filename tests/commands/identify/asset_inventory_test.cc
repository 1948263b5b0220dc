#include "service/commands/identify/asset_inventory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "tests/commands/command_fixture.h"
#include "tests/commands/undeclared_pci.h"

namespace metapowers::commands::identify {
namespace {

using security::identify::v1::AssetCount;
using security::identify::v1::AssetInventoryResult;

AssetInventoryResult Inventory(const std::string& yaml) { return AssetInventory(Case(yaml).input()); }

std::map<std::string, AssetCount> Counts(const AssetInventoryResult& result) {
  std::map<std::string, AssetCount> counts;
  for (const AssetCount& count : result.counts()) counts[count.label()] = count;
  return counts;
}

TEST(AssetInventory, CountsByClassAndPciScope) {
  auto counts = Counts(Inventory(Example("api-platform")));
  EXPECT_EQ(counts["microservices"].count(), 12);
  EXPECT_EQ(counts["microservices"].pci_cde(), 3);
  EXPECT_EQ(counts["databases"].count(), 4);
  EXPECT_EQ(counts["databases"].pci_cde(), 2);
}

TEST(AssetInventory, CoversEveryComponentOfEveryExample) {
  for (const char* name : kExamples) {
    const Case c(Example(name));
    const AssetInventoryResult result = AssetInventory(c.input());
    EXPECT_EQ(result.totals().components(), c.model().proto().components_size()) << name;
    EXPECT_EQ(result.totals().flows(), c.model().proto().flows_size()) << name;
    EXPECT_EQ(result.criticality_size() > 0, true) << name;
    const std::string text = result.DebugString();
    for (const auto& component : c.model().proto().components()) {
      EXPECT_NE(text.find(absl::StrCat("\"", component.id(), "\"")), std::string::npos) << component.id();
    }
  }
}

TEST(AssetInventory, OrderInTheFileNeverMatters) {
  for (const char* list : {"components", "flows", "infrastructure", "zones"}) {
    EXPECT_EQ(Inventory(Reversed(Example("api-platform"), list)).SerializeAsString(),
              Inventory(Example("api-platform")).SerializeAsString())
        << list;
  }
}

TEST(AssetInventory, AnUndeclaredComponentIsShadowIt) {
  const std::string text = Example("team-notes");
  const std::string extra =
      "\ncomponents:\n  - {id: stray-box, name: Stray box, kind: process, origin: observed, zone: hetzner, last_seen: "
      "2026-10-30}\n";
  const AssetInventoryResult before = Inventory(text);
  const AssetInventoryResult after = Inventory(Edited(text, {{"\ncomponents:\n", extra}}));
  EXPECT_EQ(after.totals().components(), before.totals().components() + 1);
  EXPECT_GT(after.totals().shadow(), before.totals().shadow());
}

TEST(AssetInventory, OutsourcedCardPaymentsNameSuppliersThatNoFlowLeadsTo) {
  const auto patient = Inventory(Example("patient-platform"));
  EXPECT_FALSE(patient.pci().has_cde());
  ASSERT_EQ(patient.pci().unlinked_suppliers_size(), 1);
  EXPECT_EQ(patient.pci().unlinked_suppliers(0), "payhost");
  EXPECT_EQ(Inventory(Example("team-notes")).pci().unlinked_suppliers_size(), 0);
  EXPECT_TRUE(Inventory(Example("api-platform")).pci().has_cde());
}

TEST(AssetInventory, PciDssIsNotDecidedWhileTheModelIsSilentOnWhatDecidesIt) {
  const auto reason = [](const std::string& roles) {
    const auto result = Inventory(TeamNotesOfUndeclaredScope(roles));
    EXPECT_FALSE(result.pci().applies()) << roles;
    return result.pci().reason();
  };
  EXPECT_EQ(reason("").substr(0, 16), "is not decided: ");
  EXPECT_EQ(reason("  legal_roles: [controller, processor]\n").substr(0, 16), "does not apply: ");
}

bool HasGap(const AssetInventoryResult& result, const std::string& title, const std::string& id) {
  return std::any_of(result.calendar().begin(), result.calendar().end(),
                     [&](const auto& row) { return row.title() == title && row.id() == id; });
}

TEST(AssetInventory, AControllerNeedsNoProcessingAgreement) {
  const std::string gap = "Supplier with regulated data and no agreement in force";
  const std::string text = Example("api-platform");
  EXPECT_FALSE(HasGap(Inventory(text), gap, "harbor-trust-bank"));
  const std::string processor = Edited(text, {{"roles: [controller]\n", "roles: [processor]\n"}});
  EXPECT_TRUE(HasGap(Inventory(processor), gap, "harbor-trust-bank"));
}

// Nobody is out of scope, or in it, by an assumption alone; the section says what it would mean.
TEST(AssetInventory, AScopeThatRestsOnAnAssumptionIsToldApart) {
  std::string yaml = Example("api-platform");
  const size_t at = yaml.find("    stores: ", yaml.find("  - id: session-cache\n"));
  ASSERT_NE(at, std::string::npos);
  const size_t end = yaml.find('\n', at);
  yaml.replace(at, end - at, "    stores: [cardholder-data]  # assumed: nobody has looked");
  const AssetInventoryResult result = Inventory(yaml);
  std::string computed;
  for (const auto& row : result.pci().presumed()) {
    EXPECT_NE(row.computed(), row.presumed()) << row.id();
    if (row.id() != "session-cache") continue;
    computed = row.computed();
    EXPECT_EQ(row.presumed(), "CDE");
    EXPECT_EQ(row.reason(), "stores cardholder-data (PAN), by components[session-cache].stores");
  }
  EXPECT_NE(computed, "");
  for (const auto& row : result.pci().rows()) {
    if (row.id() == "session-cache") {
      EXPECT_EQ(row.computed(), computed);
    }
  }
  EXPECT_EQ(Inventory(Example("api-platform")).pci().presumed_size(), 0);
}

TEST(AssetInventory, TellsHowMuchOfTheOrderTheModelSays) {
  const std::string yaml = Example("team-notes");
  const Case c(yaml);
  int inner = 0, silent = 0;
  for (const auto& flow : c.model().proto().flows()) {
    const auto external = [&](const std::string& id) {
      return c.model().Find<model::v1::Component>(id)->kind() == model::v1::COMPONENT_KIND_EXTERNAL_ENTITY;
    };
    if (external(flow.source()) || external(flow.target())) continue;
    ++inner;
    silent += flow.dependency() == model::v1::DEPENDENCY_UNSPECIFIED;
  }
  const auto result = AssetInventory(c.input());
  EXPECT_EQ(result.inner_flow_count(), inner);
  EXPECT_EQ(result.undeclared_dependency_count(), silent);
  EXPECT_EQ(result.discovery().unscanned_count(), result.discovery().unscanned_size());
}

}  // namespace
}  // namespace metapowers::commands::identify
