// Public compose files, read where they are: counts, flows and stores are exact.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/importers/compose_file.h"
#include "tests/importers/read_format.h"

namespace metapowers::importers {
namespace {

namespace pb = model::v1;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct PublicFile {
  const char* name;
  int workloads;
  int exposed;
  int zones;
  std::vector<std::string> flows;
  std::vector<std::string> stores;
  const char* secret;  // a value that must not be copied; "" for none
};
// So that a test is called the same in each run, and not by addresses.
void PrintTo(const PublicFile& file, std::ostream* out) { *out << file.name; }

class PublicComposeTest : public ::testing::TestWithParam<PublicFile> {};

TEST_P(PublicComposeTest, CountsAreExact) {
  const PublicFile& want = GetParam();
  const std::string text = PublicInput(absl::StrCat("compose/", want.name));
  if (text.empty()) GTEST_SKIP() << "the public inputs are not beside this checkout";
  const ReadFormat run(kComposeFile, {{"compose.yaml", text}});
  EXPECT_THAT(run.faults, IsEmpty());
  EXPECT_EQ(run.Counted("workloads"), want.workloads);
  EXPECT_EQ(run.Counted("exposed_services"), want.exposed);
  EXPECT_EQ(run.Counted("trust_boundaries"), want.zones);
  EXPECT_EQ(run.Counted("flows"), static_cast<int>(want.flows.size()));
  EXPECT_THAT(FlowsOf(run.inventory), ::testing::UnorderedElementsAreArray(want.flows));
  std::vector<std::string> stores;
  for (const auto& component : run.inventory.components) {
    if (component.value.kind() == pb::COMPONENT_KIND_DATASTORE) stores.push_back(component.name);
  }
  EXPECT_THAT(stores, ::testing::UnorderedElementsAreArray(want.stores));
  if (*want.secret != '\0') {
    EXPECT_THAT(run.Everything(), Not(HasSubstr(want.secret)));
    EXPECT_THAT(run.Notes(v1::IMPORT_NOTE_KIND_WARNING), Contains(HasSubstr("has secrets in the file itself")));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Files, PublicComposeTest,
    ::testing::Values(
        PublicFile{"elasticsearch-logstash-kibana.yaml",
                   3,
                   3,
                   1,
                   {"logstash>elasticsearch", "kibana>elasticsearch"},
                   {"elasticsearch"},
                   ""},
        PublicFile{"gitea-postgres.yaml", 2, 1, 1, {"gitea>db"}, {"db"}, ""},
        PublicFile{"nextcloud-redis-mariadb.yaml", 3, 1, 2, {"nc>redis", "nc>db"}, {"redis", "db"}, ""},
        PublicFile{"nginx-flask-mongo.yaml", 3, 1, 1, {"web>backend", "backend>mongo"}, {"mongo"}, ""},
        PublicFile{"nginx-golang-postgres.yaml", 3, 1, 1, {"backend>db", "proxy>backend"}, {"db"}, ""},
        PublicFile{"prometheus-grafana.yaml", 2, 2, 1, {}, {}, ""},
        PublicFile{"react-express-mongodb.yaml", 3, 1, 2, {"frontend>backend", "backend>mongo"}, {"mongo"}, ""},
        PublicFile{"traefik-golang.yaml", 2, 1, 1, {"frontend>backend"}, {}, ""},
        PublicFile{"wasmedge-kafka-mysql.yaml", 3, 1, 1, {"etl>db", "etl>redpanda"}, {"redpanda", "db"}, "whalehello"},
        PublicFile{"wordpress-mysql.yaml", 2, 1, 1, {"wordpress>db"}, {"db"}, "somewordpress"}),
    [](const auto& test) { return absl::StrCat("File", test.index); });

}  // namespace
}  // namespace metapowers::importers
