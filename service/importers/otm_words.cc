#include "service/importers/otm_words.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace metapowers::importers::otm {

namespace pb = model::v1;

namespace {

constexpr double kStep = 25;

struct TypeWord {
  absl::string_view word;
  pb::ComponentKind kind;
};

// Words of types, such as `aws-dynamodb-table`; sorted. OTM leaves types to the tools that write it.
constexpr TypeWord kTypeWords[] = {
    {"actor", pb::COMPONENT_KIND_EXTERNAL_ENTITY},
    {"aurora", pb::COMPONENT_KIND_DATASTORE},
    {"bigquery", pb::COMPONENT_KIND_DATASTORE},
    {"bigtable", pb::COMPONENT_KIND_DATASTORE},
    {"blob", pb::COMPONENT_KIND_DATASTORE},
    {"browser", pb::COMPONENT_KIND_EXTERNAL_ENTITY},
    {"bucket", pb::COMPONENT_KIND_DATASTORE},
    {"cache", pb::COMPONENT_KIND_DATASTORE},
    {"cassandra", pb::COMPONENT_KIND_DATASTORE},
    {"client", pb::COMPONENT_KIND_EXTERNAL_ENTITY},
    {"cosmos", pb::COMPONENT_KIND_DATASTORE},
    {"cosmosdb", pb::COMPONENT_KIND_DATASTORE},
    {"customer", pb::COMPONENT_KIND_EXTERNAL_ENTITY},
    {"database", pb::COMPONENT_KIND_DATASTORE},
    {"datastore", pb::COMPONENT_KIND_DATASTORE},
    {"db", pb::COMPONENT_KIND_DATASTORE},
    {"documentdb", pb::COMPONENT_KIND_DATASTORE},
    {"dynamodb", pb::COMPONENT_KIND_DATASTORE},
    {"elasticache", pb::COMPONENT_KIND_DATASTORE},
    {"elasticsearch", pb::COMPONENT_KIND_DATASTORE},
    {"external", pb::COMPONENT_KIND_EXTERNAL_ENTITY},
    {"file", pb::COMPONENT_KIND_DATASTORE},
    {"filesystem", pb::COMPONENT_KIND_DATASTORE},
    {"mariadb", pb::COMPONENT_KIND_DATASTORE},
    {"memcached", pb::COMPONENT_KIND_DATASTORE},
    {"mobile", pb::COMPONENT_KIND_EXTERNAL_ENTITY},
    {"mongodb", pb::COMPONENT_KIND_DATASTORE},
    {"mssql", pb::COMPONENT_KIND_DATASTORE},
    {"mysql", pb::COMPONENT_KIND_DATASTORE},
    {"neo4j", pb::COMPONENT_KIND_DATASTORE},
    {"opensearch", pb::COMPONENT_KIND_DATASTORE},
    {"oracle", pb::COMPONENT_KIND_DATASTORE},
    {"postgres", pb::COMPONENT_KIND_DATASTORE},
    {"postgresql", pb::COMPONENT_KIND_DATASTORE},
    {"rds", pb::COMPONENT_KIND_DATASTORE},
    {"redis", pb::COMPONENT_KIND_DATASTORE},
    {"redshift", pb::COMPONENT_KIND_DATASTORE},
    {"s3", pb::COMPONENT_KIND_DATASTORE},
    {"spanner", pb::COMPONENT_KIND_DATASTORE},
    {"sql", pb::COMPONENT_KIND_DATASTORE},
    {"sqlserver", pb::COMPONENT_KIND_DATASTORE},
    {"storage", pb::COMPONENT_KIND_DATASTORE},
    {"store", pb::COMPONENT_KIND_DATASTORE},
    {"user", pb::COMPONENT_KIND_EXTERNAL_ENTITY},
};
static_assert(std::is_sorted(std::begin(kTypeWords), std::end(kTypeWords),
                             [](const TypeWord& a, const TypeWord& b) { return a.word < b.word; }));

}  // namespace

int LevelOf(double rating) { return 1 + static_cast<int>(std::clamp(rating, 0.0, kMaxRating) / kStep + 0.5); }

bool IsExactLevel(double rating) { return std::fmod(rating, kStep) == 0; }

TypeMeaning MeaningOf(absl::string_view type) {
  const std::string lower = absl::AsciiStrToLower(type);
  for (const absl::string_view word : absl::StrSplit(lower, absl::ByAnyChar("-_./: "), absl::SkipEmpty())) {
    const auto* found = std::lower_bound(std::begin(kTypeWords), std::end(kTypeWords), word,
                                         [](const TypeWord& row, absl::string_view w) { return row.word < w; });
    if (found != std::end(kTypeWords) && found->word == word) return {found->word, found->kind};
  }
  return {};
}

bool SaysSomething(absl::string_view type) {
  const std::string lower = absl::AsciiStrToLower(type);
  return !lower.empty() && lower != "empty-component" && lower != "unknown";
}

bool IsInternet(absl::string_view name) {
  const std::string lower = absl::AsciiStrToLower(name);
  return lower == "internet" || lower == "public internet" || lower == "the internet";
}

std::string NumberText(double number) { return absl::StrCat(number); }

}  // namespace metapowers::importers::otm
