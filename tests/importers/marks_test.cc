// Every attribute that a draft writes says what it rests on, whatever the format and whatever stands beside it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/importers/attribute_bases.h"
#include "service/importers/import.h"
#include "service/importers/importer.h"
#include "service/model/model.h"
#include "tests/importers/input_files.h"
#include "tests/importers/read_format.h"
#include "tests/support/status_matchers.h"

namespace metapowers::importers {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A line `key: value`, or the head of a part, without the dash of an entry.
struct DraftLine {
  size_t indent = 0;
  std::string key;
  bool has_value = false;
  bool marked = false;
};

DraftLine Read(absl::string_view line) {
  DraftLine out;
  const size_t comment = line.rfind("  # ");
  const absl::string_view mark = comment == absl::string_view::npos ? "" : line.substr(comment + 4);
  out.marked = absl::StartsWith(mark, "observed") || absl::StartsWith(mark, "assumed: ") ||
               absl::StartsWith(mark, "default of ");
  if (out.marked) line = line.substr(0, comment);
  out.indent = line.find_first_not_of(" -");
  const absl::string_view text = line.substr(out.indent);
  const size_t colon = text.find(':');
  out.key = std::string(text.substr(0, colon));
  out.has_value = colon == absl::string_view::npos || colon + 1 < text.size();
  return out;
}

// Lines of values that no mark is about: none beside them, and none at the head of a part that they are in, or at that
// of an entry without an id. Assumptions tell of themselves, and the ids of model and schema are no attributes.
std::vector<std::string> Unmarked(const std::string& yaml) {
  std::vector<std::string> unmarked;
  std::vector<DraftLine> around;       // the heads that a line is in, outermost first
  size_t text_of = std::string::npos;  // indent of the head of a text of several lines
  for (const absl::string_view line : absl::StrSplit(yaml, '\n')) {
    const size_t indent = line.find_first_not_of(' ');
    if (indent == absl::string_view::npos || line[indent] == '#') continue;
    if (text_of != std::string::npos && indent > text_of) continue;
    text_of = std::string::npos;
    DraftLine at = Read(line);
    while (!around.empty() && around.back().indent >= indent) around.pop_back();
    const absl::string_view said = line.substr(0, line.find("  # "));
    if (absl::EndsWith(said, ": |-") || absl::EndsWith(said, ": |2-")) text_of = indent;
    const bool exempt = (around.empty() && (at.key == "id" || at.key == "schema_version")) ||
                        (!around.empty() && around.front().key == "assumptions");
    bool marked = at.marked;
    for (const DraftLine& head : around) marked |= head.marked;
    if (at.has_value && !marked && !exempt) unmarked.emplace_back(line);
    const bool entry = line[indent] == '-' && at.key != "id";
    if (entry) at.indent = indent;
    if (entry || !at.has_value) around.push_back(at);
  }
  return unmarked;
}

TEST(MarksTest, ALineWithoutMarkIsFound) {
  EXPECT_THAT(Unmarked("id: shop\nname: Shop\ncomponents:\n  - id: web  # observed a:1\n    kind: process\n"
                       "    container:  # assumed: why\n      base_image: a\n    machine: vm\n    posture:\n"
                       "      - control: mfa  # observed a:2\n        state: absent\n      - control: patching\n"
                       "assumptions:\n  - id: a\n"),
              testing::ElementsAre("name: Shop", "    kind: process", "    machine: vm", "      - control: patching"));
}

constexpr char kBill[] = R"({"bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": {"timestamp":
"2026-02-01T00:00:00Z", "component": {"type": "application", "name": "cart", "version": "1"}}, "services": [{"bom-ref":
"s", "name": "billing", "endpoints": ["https://billing.example/pay"], "authenticated": true, "x-trust-boundary": true,
"data": [{"flow": "inbound", "classification": "PII"}]}]})";

constexpr char kPackages[] =
    R"({"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "orders", "creationInfo":
{"created": "2026-03-04T05:06:07Z", "creators": ["Organization: Acme"]}, "documentDescribes": ["SPDXRef-o"], "packages": [
{"SPDXID": "SPDXRef-o", "name": "orders", "versionInfo": "7", "primaryPackagePurpose": "CONTAINER", "summary": "Takes orders"},
{"SPDXID": "SPDXRef-f", "name": "flask", "versionInfo": "3.0.3"}]})";

struct Input {
  std::string format;
  std::string fixture;              // below tests/importers; empty: `text`
  std::vector<std::string> shared;  // public inputs
  std::string text = {};
};

std::vector<Input> Inputs() {
  return {
      {"compose", "compose_file/shop.yaml", {"compose/nginx-flask-mongo.yaml", "compose/wordpress-mysql.yaml"}},
      {"cyclonedx",
       "",
       {"sbom/cyclonedx-saasbom-apigateway-microservices.json", "sbom/cyclonedx-dropwizard-1.3.15.json"},
       kBill},
      {"kubernetes", "kubernetes/shop.yaml", {}},
      {"openapi", "openapi/orders.yaml", {"openapi/petstore-3.yaml", "openapi/oai-uspto.yaml"}},
      {"otm", "otm/complete.yaml", {"otm/manual_threat_model.yaml", "otm/tf_example.yaml"}},
      {"spdx", "", {}, kPackages},
      {"terraform", "terraform/shop.json", {"tfplan/aws-ingesting-click-logs-using-terraform.json"}},
      {"threagile", "threagile/complete.yaml", {"threagile/demo-example.yaml", "threagile/demo-stub.yaml"}},
      {"threagile", "threagile/bare.yaml", {}},
      {"threagile", "threagile/office.yaml", {}},
      {"threat-dragon",
       "threat_dragon/two_diagrams.json",
       {"threat-dragon/renting-car.json", "threat-dragon/three-tier-web-app.json",
        "threat-dragon/v2-threat-model.json"}},
  };
}

void ExpectMarked(const NamedTexts& texts, const std::string& format) {
  std::vector<SourceFile> files;
  std::string names;
  for (const auto& [name, text] : texts) {
    files.push_back({name, text});
    absl::StrAppend(&names, " ", name);
  }
  SCOPED_TRACE(names);
  const auto response = ImportModel(files, {"shop", "2026-05-06", nullptr});
  ASSERT_OK(response);
  EXPECT_THAT(response->format(), HasSubstr(format));
  EXPECT_THAT(Unmarked(response->model_yaml()), IsEmpty());
  EXPECT_GT(response->bases_size(), 0);
  for (const v1::AttributeBasis& basis : response->bases()) {
    const bool told = basis.basis() == v1::BASIS_OBSERVED || !basis.reason().empty();
    EXPECT_TRUE(told) << basis.field();
  }
}

TEST(MarksTest, EveryFormatHasAnInput) {
  for (const Format& format : Formats()) {
    std::vector<std::string> named;
    for (const Input& input : Inputs()) named.push_back(input.format);
    EXPECT_THAT(named, Contains(std::string(format.name)));
  }
}

TEST(MarksTest, EveryAttributeOfEveryFormatCarriesAMark) {
  NamedTexts all;
  for (const Input& input : Inputs()) {
    const std::string own = input.fixture.empty() ? input.text : FixtureOf(input.fixture);
    const std::string name = input.fixture.empty() ? input.format : input.fixture;
    ExpectMarked({{name, own}}, input.format);
    all.emplace_back(name, own);
    for (const std::string& path : input.shared) {
      const std::string text = PublicInput(path);
      if (!text.empty()) ExpectMarked({{path, text}}, input.format);
    }
  }
  ExpectMarked(all, "threagile");
}

TEST(MarksTest, OneCommentStandsForAPartWhoseAttributesAgree) {
  const auto basis = [](const char* field, const char* location, const char* reason = "") {
    v1::AttributeBasis out;
    out.set_field(field);
    out.set_basis(*reason == '\0' ? v1::BASIS_OBSERVED : v1::BASIS_ASSUMED);
    out.set_location(location);
    out.set_reason(reason);
    return out;
  };
  const auto marks =
      MarksOf({basis("name", ""), basis("components[a].id", "k:1"), basis("components[a].kind", "k:2", "x"),
               basis("components[a].container.base_image", "k:3"), basis("components[a].container.image_signed", "k:3"),
               basis("components[a].posture[0].control", "k:4"), basis("components[a].posture[0].state", "k:4"),
               basis("components[a].posture[1].control", "k:5"), basis("components[a].backup.method", "k:6"),
               basis("components[a].backup.offsite", "k:7"), basis("regions[x].id", "", "must have")});
  using Mark = std::pair<const std::string, std::string>;
  EXPECT_THAT(marks,
              testing::UnorderedElementsAre(
                  Mark("name", "observed"), Mark("components[a].id", "observed k:1"),
                  Mark("components[a].kind", "assumed: x, see k:2"), Mark("components[a].container", "observed k:3"),
                  Mark("components[a].posture[0]", "observed k:4"), Mark("components[a].posture[1]", "observed k:5"),
                  Mark("components[a].backup.method", "observed k:6"),
                  Mark("components[a].backup.offsite", "observed k:7"), Mark("regions[x].id", "assumed: must have")));
}

}  // namespace
}  // namespace metapowers::importers
