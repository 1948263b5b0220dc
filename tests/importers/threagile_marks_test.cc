// What the attributes of a Threagile model rest on that is imported alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "service/importers/attribute_bases.h"
#include "service/importers/threagile.h"
#include "tests/importers/threagile_drafts.h"

namespace metapowers::importers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// Line of the fixture that begins so, the first.
int LineOf(absl::string_view begin) {
  const std::vector<std::string> lines = absl::StrSplit(Fixture("complete.yaml"), '\n');
  const auto found =
      std::find_if(lines.begin(), lines.end(), [&](const auto& line) { return absl::StartsWith(line, begin); });
  EXPECT_NE(found, lines.end()) << begin;
  return static_cast<int>(found - lines.begin()) + 1;
}

// "observed file:line" or "assumed: why" of each attribute.
std::map<std::string, std::string> MarksBeside(const Imported& imported) {
  std::map<std::string, std::string> marks;
  for (const v1::AttributeBasis& basis : imported.response.bases()) marks[basis.field()] = MarkOf(basis);
  return marks;
}

TEST(ThreagileMarksTest, EachAttributeSaysWhereItWasObservedOrWhyItIsAssumed) {
  const Imported imported = Good(Fixture("complete.yaml"));
  std::map<std::string, std::string> marks = MarksBeside(imported);
  const auto observed = [](int line) { return absl::StrCat("observed some/where/t.yaml:", line); };
  EXPECT_EQ(marks["name"], observed(LineOf("title: ")));
  EXPECT_EQ(marks["as_of"], observed(LineOf("date: ")));
  EXPECT_EQ(marks["components[web-shop].name"], observed(LineOf("  Web Shop:")));
  EXPECT_EQ(marks["components[web-shop].internet_facing"], observed(LineOf("    internet: false")));
  EXPECT_EQ(marks["components[web-shop].stores"], observed(LineOf("    data_assets_stored: [catalogue]")));
  EXPECT_EQ(marks["components[wallets].stores"],
            "assumed: the file lists orders as processed by a data store, and not as stored, see "
            "some/where/t.yaml:131");
  EXPECT_THAT(marks["components[customer].zone"], StartsWith("observed ")) << "`internet: true` says it";
  EXPECT_EQ(marks["zones[internet].type"], marks["components[customer].zone"]);
  EXPECT_EQ(marks["components[web-shop].provider"], marks["components[web-shop].tags"]);
  EXPECT_EQ(marks["components[database].provider"], marks["zones[cloud].tags"]);
  EXPECT_THAT(marks["teams[shop-team].lead"], StartsWith("assumed: the file names no lead of a team, see "));
  EXPECT_THAT(marks["teams[shop-team].name"], StartsWith("observed "));
  EXPECT_EQ(marks["data_classes[orphan].owner"], "assumed: a model must have it, and no file says it");
  EXPECT_THAT(marks["flows[customer-buy-things].transport_security"], StartsWith("observed "));
  EXPECT_THAT(imported.response.model_yaml(), HasSubstr("    kind: datastore  # observed some/where/t.yaml:127\n"));
  EXPECT_THAT(imported.model->known()->Find<pb::Component>("wallets")->stores(), IsEmpty());
  EXPECT_THAT(imported.model->known()->Find<pb::Component>("directory")->stores(), ElementsAre("orders"));
}

}  // namespace
}  // namespace metapowers::importers
