// OSCAL of whole models; tests/export/export_test.py holds the files against the facts of the schema.
#include "service/export/oscal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "service/analysis/facts.h"
#include "tests/model/model_texts.h"
#include "tests/support/status_matchers.h"

namespace metapowers::exporting {
namespace {

using nlohmann::json;

class Oscal : public ::testing::Test {
 protected:
  explicit Oscal(const std::string& text = std::string(model::kMinimal)) { Read(text); }
  void Read(const std::string& text) {
    const auto model = model::Model::Parse(text, "m.yaml");
    EXPECT_OK(model);
    facts_ = analysis::Facts::Compute(*model);
    landscape_ = std::make_unique<analysis::Landscape>(*facts_);
  }
  static OpenRisk RiskOf(const std::string& key) {
    OpenRisk risk;
    risk.key = key;
    risk.title = "Order *in clear* <b>";
    risk.statement = "The flow is not encrypted.";
    risk.remedy = "Encrypt it.";
    risk.likelihood = 4;
    risk.impact = 5;
    risk.severity = "critical";
    risk.team = "core";
    risk.due = "2026-03-08";
    risk.elements = {"web"};
    return risk;
  }

  std::shared_ptr<const analysis::Facts> facts_;
  std::unique_ptr<const analysis::Landscape> landscape_;
};

class OscalWithControls : public Oscal {
 protected:
  OscalWithControls()
      : Oscal(std::string(model::kMinimal) + R"(controls:
  - id: sign-on
    name: Single sign-on
    state: partial
    owner: ciso
    framework_refs: [nist-800-53r5:AC-2, csf-2.0:PR.AA-01, pci-dss-4.0.1:8.4.2]
)") {}
};

TEST_F(Oscal, ControlsAreCalledAsInTheCatalogues) {
  EXPECT_EQ(OscalControlId("nist-800-53r5:AC-2"), "ac-2");
  EXPECT_EQ(OscalControlId("csf-2.0:PR.AA-01"), "PR.AA-01");
  EXPECT_EQ(OscalControlId("pci-dss-4.0.1:8.4.2"), "");
  EXPECT_EQ(OscalControlId("nist-800-53r5:XX-99"), "");
}

TEST_F(OscalWithControls, WhatIsInPlaceIsSaidOfEachControl) {
  const File file = WriteComponentDefinition(*landscape_, "shop");
  const json document = json::parse(file.text)["component-definition"];
  json control;
  for (const json& component : document["components"]) {
    if (component["type"] == "process-procedure") control = component;
  }
  ASSERT_TRUE(control.is_object()) << file.text;
  EXPECT_EQ(control["title"], "Single sign-on");
  ASSERT_EQ(control["control-implementations"].size(), 2u);
  const json& requirement = control["control-implementations"][0]["implemented-requirements"][0];
  EXPECT_EQ(requirement["control-id"], "ac-2");
  EXPECT_EQ(requirement["props"][0]["value"], "partial");
}

TEST_F(Oscal, StringsHaveNoBlanksAroundThem) {
  Read(absl::StrReplaceAll(model::kMinimal, {{"name: Core\n", "name: \" Core \"\n"}, {"Shop Inc.", "\" Shop\""}}));
  const json metadata =
      json::parse(WriteComponentDefinition(*landscape_, "shop").text)["component-definition"]["metadata"];
  EXPECT_EQ(metadata["parties"][0]["name"], "Shop");
  EXPECT_EQ(metadata["parties"][1]["name"], "Core");
}

TEST_F(Oscal, ListsWithoutEntriesAreLeftOut) {
  Read(absl::StrReplaceAll(model::kMinimal, {{"type: vlan", "type: internet"}}));
  const json document = json::parse(WriteComponentDefinition(*landscape_, "shop").text)["component-definition"];
  EXPECT_FALSE(document.contains("components")) << document;
}

TEST_F(Oscal, IdsStayAndThatOfTheDocumentFollowsItsContent) {
  const File one = *WritePlanOfAction(*landscape_, "shop", {RiskOf("no-tls@web")});
  const File two = *WritePlanOfAction(*landscape_, "shop", {RiskOf("no-tls@web"), RiskOf("no-mfa@web")});
  const json first = json::parse(one.text)["plan-of-action-and-milestones"];
  const json second = json::parse(two.text)["plan-of-action-and-milestones"];
  EXPECT_EQ(first["risks"][0]["uuid"], second["risks"][0]["uuid"]);
  EXPECT_EQ(first["metadata"]["document-ids"], second["metadata"]["document-ids"]);
  EXPECT_NE(first["uuid"], second["uuid"]);
  EXPECT_EQ(one.mark, two.mark);
  EXPECT_EQ(one.text, WritePlanOfAction(*landscape_, "shop", {RiskOf("no-tls@web")})->text);
}

TEST_F(Oscal, RisksHaveDeadlineOwnerAndWhatCloses) {
  const File file = *WritePlanOfAction(*landscape_, "shop", {RiskOf("no-tls@web")});
  const json plan = json::parse(file.text)["plan-of-action-and-milestones"];
  const json& risk = plan["risks"][0];
  EXPECT_EQ(risk["deadline"], "2026-03-08T23:59:59Z");
  EXPECT_EQ(risk["status"], "open");
  const json& task = risk["remediations"][0]["tasks"][0];
  EXPECT_EQ(task["timing"]["on-date"]["date"], risk["deadline"]);
  const json& party = task["responsible-roles"][0]["party-uuids"][0];
  bool known = false;
  for (const json& each : plan["metadata"]["parties"]) known |= each["uuid"] == party && each["name"] == "Core";
  EXPECT_TRUE(known);
  EXPECT_EQ(plan["poam-items"][0]["related-risks"][0]["risk-uuid"], risk["uuid"]);
  EXPECT_EQ(risk["title"].get<std::string>().find("<b>"), std::string::npos) << "text of the model is no markup";
}

TEST_F(Oscal, ThereIsNoEmptyPlan) { EXPECT_FALSE(WritePlanOfAction(*landscape_, "shop", {}).has_value()); }

}  // namespace
}  // namespace metapowers::exporting
