// Model::known(): a model without what its text marks as assumed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/model/model.h"
#include "tests/model/model_texts.h"
#include "tests/support/status_matchers.h"

namespace metapowers::model {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The smallest model with more in it, without its assumptions.
std::shared_ptr<const Model> Known(const std::string& more) {
  const auto model = Model::Parse(absl::StrCat(kMinimal, more), "m.yaml");
  EXPECT_OK(model);
  return model.ok() ? (*model)->known() : nullptr;
}

TEST(AssumedValuesTest, NothingAssumedIsAllKnown) {
  EXPECT_EQ(Known(""), nullptr);
  EXPECT_EQ(Known("    replicas: 2  # observed k8s.yaml:3\n    machine: vm  # default of Kubernetes, see k8s.yaml:4\n"
                  "    description: \"not # assumed: at all\"\n"),
            nullptr);
}

TEST(AssumedValuesTest, AssumedValuesAreUnknownAndTheRestStays) {
  const auto known = Known(
      "    technology: [redis]  # assumed: the image is called redis, see k8s.yaml:401\n"
      "    replicas: 2  # observed k8s.yaml:3\n"
      "  - id: db  # observed k8s.yaml:9\n"
      "    name: DB  # assumed: nobody said\n"
      "    kind: datastore  # assumed: the image keeps data, see k8s.yaml:401\n"
      "    zone: inside  # assumed: it stands beside the others\n"
      "    custom_code: true\n");
  ASSERT_NE(known, nullptr);
  EXPECT_EQ(known->known(), nullptr);
  const auto* web = known->Find<v1::Component>("web");
  const auto* db = known->Find<v1::Component>("db");
  ASSERT_NE(web, nullptr);
  ASSERT_NE(db, nullptr);
  EXPECT_EQ(web->kind(), v1::COMPONENT_KIND_PROCESS);
  EXPECT_THAT(web->technology(), IsEmpty());
  EXPECT_EQ(web->replicas(), 2);
  EXPECT_EQ(db->name(), "DB") << "an element has a name";
  EXPECT_EQ(db->kind(), v1::COMPONENT_KIND_UNSPECIFIED);
  EXPECT_EQ(db->zone(), "");
  EXPECT_TRUE(db->custom_code());
}

TEST(AssumedValuesTest, AMarkAtAHeadIsAboutAllBelowThatHasNone) {
  const auto known = Known(
      "    container:  # assumed: as the others\n"
      "      read_only_root: yes\n"
      "      resource_limits: yes  # observed k8s.yaml:3\n"
      "    posture:\n"
      "      - control: mfa  # assumed: as the others\n"
      "        state: implemented\n"
      "      - control: patching  # assumed: as the others\n"
      "        state: absent  # observed k8s.yaml:7\n");
  ASSERT_NE(known, nullptr);
  const v1::Component& web = known->proto().components(0);
  EXPECT_EQ(web.container().read_only_root(), v1::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(web.container().resource_limits(), v1::TRISTATE_YES);
  ASSERT_EQ(web.posture_size(), 2);
  EXPECT_EQ(web.posture(0).control(), "mfa");
  EXPECT_EQ(web.posture(0).state(), v1::POSTURE_STATE_UNSPECIFIED);
  EXPECT_EQ(web.posture(1).state(), v1::POSTURE_STATE_ABSENT);
}

TEST(AssumedValuesTest, AFlowOfWhichAnEndIsAssumedIsNotKnown) {
  const auto known = Known(
      "  - {id: db, name: DB, kind: datastore}\n"
      "flows:\n"
      "  - {id: web-to-db, name: A, source: web, target: db}\n"
      "  - id: web-to-db-again\n"
      "    name: B\n"
      "    source: web\n"
      "    target: db  # assumed: depends_on tells the order of starting\n");
  ASSERT_NE(known, nullptr);
  ASSERT_EQ(known->proto().flows_size(), 1);
  EXPECT_EQ(known->proto().flows(0).id(), "web-to-db");
}

// "path = value: reason" of what is assumed.
std::vector<std::string> Assumed(const std::string& more) {
  const auto model = Model::Parse(absl::StrCat(kMinimal, more), "m.yaml");
  EXPECT_OK(model);
  std::vector<std::string> all;
  if (!model.ok()) return all;
  for (const AssumedAttribute& each : (*model)->assumed()) {
    all.push_back(absl::StrCat(each.field, " (", each.field_type, ") = ", each.value, ": ", each.reason));
  }
  return all;
}

// A list is told in one order, unless its own means something.
TEST(AssumedValuesTest, EachAssumedAttributeIsNamedWithItsValueAndReason) {
  EXPECT_THAT(Assumed("    technology: [redis, \"in memory\"]  # assumed: by its image\n"
                      "    internet_facing: no  # assumed: nobody said\n"
                      "    container:  # assumed: as the others\n"
                      "      read_only_root: yes\n"
                      "      resource_limits: yes  # observed k8s.yaml:3\n"
                      "    posture:\n"
                      "      - {control: patching, state: absent}\n"
                      "      - control: mfa  # assumed: the usual\n"
                      "        state: implemented\n"),
              ElementsAre("components[web].technology (Component.technology) = in memory, redis: by its image",
                          "components[web].internet_facing (Component.internet_facing) = no: nobody said",
                          "components[web].container.read_only_root (ContainerSettings.read_only_root) = yes: as the "
                          "others",
                          "components[web].posture[mfa].control (ControlPosture.control) = mfa: the usual",
                          "components[web].posture[mfa].state (ControlPosture.state) = implemented: the usual"));
  EXPECT_THAT(Assumed(""), IsEmpty());
}

TEST(AssumedValuesTest, AModelTakesTheKnownPartOfWhatItIsMadeOf) {
  ASSERT_OK_AND_ASSIGN(const auto model,
                       Model::Parse(absl::StrCat(kMinimal, "    machine: vm  # assumed: as the others\n"), "m.yaml"));
  v1::SystemModel changed = model->proto();
  changed.mutable_components(0)->set_id("shop-web");
  const std::vector<AssumedAttribute> assumed = AssumedIn(*model, changed);
  ASSERT_EQ(assumed.size(), 1u);
  EXPECT_EQ(assumed[0].field, "components[shop-web].machine") << "under its new name";
  EXPECT_EQ(assumed[0].value, "vm");
  EXPECT_EQ(assumed[0].reason, "as the others");
  const auto made = Model::WithKnown(*model, model->known()->proto(), model->assumed());
  EXPECT_EQ(made->proto().SerializeAsString(), model->proto().SerializeAsString());
  EXPECT_EQ(made->Find<v1::Component>("web")->machine(), v1::MACHINE_VM);
  ASSERT_NE(made->known(), nullptr);
  EXPECT_EQ(made->known()->Find<v1::Component>("web")->machine(), v1::MACHINE_UNSPECIFIED);
  EXPECT_EQ(made->assumed().size(), 1u);
  EXPECT_EQ(made->known()->assumed().size(), 1u);
}

TEST(AssumedValuesTest, AKnownPartTellsWhatItIsWithout) {
  ASSERT_OK_AND_ASSIGN(const auto model,
                       Model::Parse(absl::StrCat(kMinimal, "    machine: vm  # assumed: as the others\n"), "m.yaml"));
  ASSERT_NE(model->known(), nullptr);
  ASSERT_EQ(model->known()->assumed().size(), 1u);
  EXPECT_EQ(model->known()->assumed().front().field, "components[web].machine");
  EXPECT_EQ(model->known()->assumed().front().value, "vm");
}

TEST(AssumedValuesTest, WhatTheSystemIsCalledStays) {
  const std::string text = absl::StrReplaceAll(
      kMinimal, {{"name: Shop\n", "name: Shop  # assumed: a model must have it\n"},
                 {"as_of: 2026-03-01\n", "as_of: 2026-03-01  # assumed: the day of the import\n"},
                 {"confidentiality: internal\n", "confidentiality: internal  # assumed: a model must have it\n"}});
  ASSERT_OK_AND_ASSIGN(const auto model, Model::Parse(text, "m.yaml"));
  ASSERT_NE(model->known(), nullptr);
  EXPECT_EQ(model->known()->proto().name(), "Shop");
  EXPECT_EQ(model->known()->as_of(), absl::CivilDay(2026, 3, 1));
  EXPECT_EQ(model->proto().data_classes(0).confidentiality(), v1::CONFIDENTIALITY_INTERNAL);
  EXPECT_EQ(model->known()->proto().data_classes(0).confidentiality(), v1::CONFIDENTIALITY_UNSPECIFIED);
}

}  // namespace
}  // namespace metapowers::model
