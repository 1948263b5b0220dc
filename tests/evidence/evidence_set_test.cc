#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/base/error.h"
#include "tests/evidence/fixtures.h"
#include "tests/support/status_matchers.h"

namespace metapowers::evidence {
namespace {

using ::testing::HasSubstr;
using State = EvidenceSet::State;

constexpr char kModel[] = R"(schema_version: "1"
id: shop
name: Shop
description: Sells things.
as_of: 2026-03-01
organization: {name: Shop Inc.}
owner_team: core
regions:
  - {id: eu, jurisdiction: eu}
teams:
  - {id: core, name: Core, lead: Head of Core}
roles:
  - {id: ciso, title: Security Officer, kind: chief_information_security_officer, team: core}
data_classes:
  - {id: notes, name: Notes, owner: core, confidentiality: internal}
zones:
  - {id: inside, name: Inside, type: vlan}
components:
  - {id: api, name: API, kind: process, zone: inside}
evidence:
  - {id: read, format: trivy, path: a.json, component: api}
  - {id: broken, format: trivy, path: b.json, component: api}
  - {id: refused, format: trivy, path: c.json, component: api}
  - {id: absent, format: trivy, path: d.json, component: api}
  - {id: unlisted, format: trivy, path: e.json, component: api}
)";

std::shared_ptr<const model::Model> WithEvidence() {
  const auto model = model::Model::Parse(kModel, "m.yaml");
  EXPECT_OK(model);
  return model.ok() ? *model : nullptr;
}

TEST(EvidenceSet, HasTheStateOfEachDeclaration) {
  const auto model = WithEvidence();
  ASSERT_NE(model, nullptr);
  const Files files = {{"read", absl::string_view(kTrivy)},
                       {"broken", absl::string_view("{")},
                       {"refused", absl::FailedPreconditionError("is a link")},
                       {"absent", absl::NotFoundError("no such file")},
                       {"undeclared", absl::string_view(kTrivy)}};
  const auto set = EvidenceSet::Build(*model, files);
  EXPECT_EQ(set->Find("read").state, State::kRead);
  EXPECT_EQ(set->Find("read").report.findings.size(), 4u);
  EXPECT_EQ(set->Find("broken").state, State::kUnreadable);
  EXPECT_THAT(set->Find("broken").reason, HasSubstr("byte 1: the text is no JSON from here on"));
  EXPECT_EQ(set->Find("refused").state, State::kUnreadable);
  EXPECT_THAT(set->Find("refused").reason, HasSubstr("is a link"));
  EXPECT_EQ(set->Find("absent").state, State::kMissing);
  EXPECT_EQ(set->Find("unlisted").state, State::kMissing);
  EXPECT_EQ(set->Find("undeclared").state, State::kMissing) << "files of no declaration are ignored";
  EXPECT_GT(set->SpaceUsed(), EvidenceSet::Empty().SpaceUsed());
}

TEST(EvidenceSet, EmptyHasNothing) { EXPECT_EQ(EvidenceSet::Empty().Find("read").state, State::kMissing); }

}  // namespace
}  // namespace metapowers::evidence
