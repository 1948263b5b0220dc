#include "service/commands/detect/logging_architecture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/str_join.h"
#include "service/analysis/terms.h"
#include "service/knowledge/logging.h"
#include "tests/commands/command_fixture.h"

namespace metapowers::commands::detect {
namespace {

using security::detect::v1::LoggingArchitectureResult;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

LoggingArchitectureResult Logging(const std::string& yaml) { return LoggingArchitecture(Case(yaml).input()); }

// State of a rule of any subsection.
std::string StateOf(const LoggingArchitectureResult& result, const std::string& id) {
  for (const auto* rules :
       {&result.format_rules(), &result.transport_rules(), &result.integrity_rules(), &result.access_rules()}) {
    for (const auto& rule : *rules) {
      if (rule.id() == id) return rule.state();
    }
  }
  return "no such rule";
}

std::string StateOfRedaction(const LoggingArchitectureResult& result, const std::string& category) {
  for (const auto& row : result.redactions()) {
    if (row.category() == category) return row.state();
  }
  return "no such rule";
}

TEST(LoggingArchitecture, EveryComponentInScopeStandsOnceWithAllThatIsAskedOfIt) {
  for (const char* name : kExamples) {
    SCOPED_TRACE(name);
    const Case c(Example(name));
    const LoggingArchitectureResult result = LoggingArchitecture(c.input());
    std::set<std::string> listed;
    for (const auto& row : result.components()) {
      SCOPED_TRACE(row.id());
      EXPECT_TRUE(listed.insert(row.id()).second);
      EXPECT_THAT(row.events(), Not(IsEmpty()));
      EXPECT_THAT(row.fields(), Not(IsEmpty()));
      for (const std::string* cell : {&row.clock(), &row.transport(), &row.retention(), &row.state(), &row.owner()}) {
        EXPECT_FALSE(cell->empty());
      }
    }
    for (const auto& component : c.model().proto().components()) {
      const bool ours = !analysis::IsExternal(component) && !component.out_of_scope();
      EXPECT_EQ(listed.count(component.id()), ours ? 1u : 0u) << component.id();
    }
  }
}

TEST(LoggingArchitecture, TheNumbersReconcile) {
  for (const char* name : kExamples) {
    SCOPED_TRACE(name);
    const LoggingArchitectureResult result = Logging(Example(name));
    const auto& totals = result.totals();
    EXPECT_EQ(totals.collected() + totals.gaps() + totals.claimed() + totals.unknown(), totals.sources());
    int by_kind = 0;
    int by_element = 0;
    int by_zone = 0;
    int collected = 0;
    int64_t per_second = 0;
    for (const auto& kind : result.kinds()) by_kind += kind.sources();
    for (const auto* rows : {&result.components(), &result.others()}) {
      for (const auto& row : *rows) by_element += row.sources();
    }
    for (const auto& zone : result.zones()) {
      by_zone += zone.sources();
      collected += zone.collected();
      per_second += zone.per_second();
    }
    EXPECT_EQ(by_kind, totals.sources());
    EXPECT_EQ(by_element, totals.sources());
    EXPECT_EQ(by_zone, totals.sources());
    EXPECT_EQ(collected, totals.collected());
    EXPECT_EQ(per_second, result.sum().per_second());
    int64_t rates = 0;
    int64_t bytes = 0;
    for (const auto& row : result.volumes()) {
      rates += row.per_second();
      bytes += row.bytes_per_day();
    }
    EXPECT_EQ(rates, result.sum().per_second());
    EXPECT_EQ(bytes, result.sum().bytes_per_day());
    EXPECT_EQ(result.volumes_size() + result.unknown_rates_size(), totals.components());
    int findings = 0;
    for (const auto& row : result.redactions()) findings += row.finding() ? 1 : 0;
    EXPECT_EQ(findings, totals.redaction_findings());
  }
}

TEST(LoggingArchitecture, TheExampleEventIsJsonWithEveryRequiredField) {
  for (const char* name : kExamples) {
    const LoggingArchitectureResult result = Logging(Example(name));
    const auto event = nlohmann::json::parse(absl::StrJoin(result.example(), "\n"), nullptr, false);
    ASSERT_FALSE(event.is_discarded()) << name;
    for (const auto& field : knowledge::LogKinds().fields()) {
      if (field.required()) {
        EXPECT_TRUE(event.contains(field.name())) << name << " " << field.name();
      }
    }
    EXPECT_THAT(event["@timestamp"].get<std::string>(), ::testing::EndsWith("T09:30:00.000Z"));
    EXPECT_THAT(result.example_source(), HasSubstr(event["service.name"].get<std::string>()));
  }
}

TEST(LoggingArchitecture, DiagramsSayWhatTheirTableSays) {
  for (const char* name : kExamples) {
    const LoggingArchitectureResult result = Logging(Example(name));
    for (const auto& map : result.maps()) {
      std::set<std::string> nodes;
      for (const auto& node : map.zones()) nodes.insert(node.id());
      for (const auto& node : map.stores()) nodes.insert(node.id());
      for (const auto& edge : map.edges()) {
        EXPECT_EQ(nodes.count(edge.source()), 1u) << edge.source();
        EXPECT_EQ(nodes.count(edge.target()), 1u) << edge.target();
      }
    }
  }
}

// What must never be in a log leaves the component when it is removed at ingestion only.
TEST(LoggingArchitecture, RedactionAtIngestionIsTooLateForWhatMustNeverBeLogged) {
  const std::string text = Example("api-platform");
  EXPECT_THAT(StateOfRedaction(Logging(text), "PAN"), HasSubstr("left the component"));
  const std::string source = Edited(text, {{"  redaction: ingestion\n", "  redaction: source\n"}});
  EXPECT_EQ(StateOfRedaction(Logging(source), "PAN"), "removed in the component");
  const std::string none = Edited(text, {{"  redaction: ingestion\n", "  redaction: none\n"}});
  EXPECT_EQ(StateOfRedaction(Logging(none), "PAN"), "removed nowhere");
  const std::string unknown = Edited(text, {{"  redaction: ingestion\n", ""}, {"  redacted: [pan, sad, ssn]\n", ""}});
  EXPECT_EQ(StateOfRedaction(Logging(unknown), "PAN"), "not known");
  EXPECT_EQ(Logging(unknown).totals().redaction_findings(), 0) << "unknown is no finding";
}

TEST(LoggingArchitecture, RetentionIsJudgedAgainstTheFrameworksThatBind) {
  const std::string text = Example("api-platform");
  const LoggingArchitectureResult met = Logging(text);
  ASSERT_EQ(met.retentions_size(), 2);
  EXPECT_EQ(met.retentions(0).state(), "met");
  EXPECT_EQ(met.retentions(1).state(), "not met") << "23 NYCRR 500.6(b) asks for three years";
  EXPECT_EQ(met.totals().retention_gaps(), 1);
  const LoggingArchitectureResult cold =
      Logging(Edited(text, {{"  hot_retention_days: 90\n", "  hot_retention_days: 30\n"}}));
  EXPECT_EQ(cold.retentions(0).state(), "not met");
  EXPECT_FALSE(cold.retentions(0).due().empty());
  EXPECT_EQ(cold.totals().retention_gaps(), 2);
  const LoggingArchitectureResult open = Logging(Edited(text, {{"  hot_retention_days: 90\n", ""}}));
  EXPECT_EQ(open.retentions(0).state(), "not known");
  EXPECT_THAT(Logging(Example("team-notes")).retentions(), IsEmpty());
}

TEST(LoggingArchitecture, VolumeIsTheDeclaredRatesTimesTheSizeOfAnEvent) {
  const LoggingArchitectureResult result = Logging(Example("api-platform"));
  EXPECT_EQ(result.sum().bytes_per_day(), result.sum().per_second() * 850 * 86'400);
  EXPECT_THAT(result.sum().formula(), HasSubstr("850 bytes x 86,400 s"));
  EXPECT_THAT(result.unknown_rates(), Contains("metabase-vm"));
  const LoggingArchitectureResult none =
      Logging(Edited(Example("api-platform"), {{"  average_event_bytes: 850\n", ""}}));
  EXPECT_EQ(none.sum().bytes_per_day(), 0);
  EXPECT_EQ(none.sum().per_day(), "");
  EXPECT_EQ(none.sum().cost(), "");
}

TEST(LoggingArchitecture, RulesAreMetBrokenOrQuestions) {
  const LoggingArchitectureResult api = Logging(Example("api-platform"));
  EXPECT_EQ(StateOf(api, "tamper-protection"), "met");
  EXPECT_EQ(StateOf(api, "no-source-administrator"), "not known");
  const LoggingArchitectureResult notes = Logging(Example("team-notes"));
  EXPECT_EQ(StateOf(notes, "tamper-protection"), "not met");
  EXPECT_EQ(StateOf(notes, "platform-declared"), "not met") << "no log leaves the server";
  EXPECT_EQ(StateOf(api, "platform-declared"), "met");
  EXPECT_EQ(StateOf(notes, "correlation-id"), "not met");
}

TEST(LoggingArchitecture, TheMatrixOfResponsibilitiesAnswersWhoReviews) {
  const LoggingArchitectureResult api = Logging(Example("api-platform"));
  for (const auto& row : api.access_rules()) {
    if (row.id() == "log-review") {
      EXPECT_THAT(row.fact(), HasSubstr("names the Security lead"));
    }
  }
}

TEST(LoggingArchitecture, APathThatLeavesAJurisdictionNamesWhatPermitsIt) {
  const LoggingArchitectureResult api = Logging(Example("api-platform"));
  for (const auto& row : api.paths()) {
    if (row.id() == "customers-eu-logs") {
      EXPECT_THAT(row.transfer(), HasSubstr("(datadog-scc)"));
    }
  }
}

TEST(LoggingArchitecture, CardNumbersThatReachASupplierAreAsSevereAsTheirRule) {
  const LoggingArchitectureResult api = Logging(Example("api-platform"));
  int seen = 0;
  for (const auto& row : api.redaction_findings()) {
    if (row.category() != "PAN") continue;
    ++seen;
    EXPECT_EQ(row.severity(), model::v1::SEVERITY_HIGH);
    EXPECT_EQ(row.due(), "2026-12-01");
  }
  EXPECT_EQ(seen, 1);
}

TEST(LoggingArchitecture, HostileNamesStayInTheirPlace) {
  const std::string text =
      Edited(Example("team-notes"), {{"platform: Files on the server", "platform: \"x | y <b> `z` {{w}}\""}});
  const LoggingArchitectureResult result = Logging(text);
  EXPECT_FALSE(nlohmann::json::parse(absl::StrJoin(result.example(), "\n"), nullptr, false).is_discarded());
}

TEST(LoggingArchitecture, ASystemOnOneServerHasNoWordOfPlatformsItLacks) {
  const LoggingArchitectureResult result = Logging(Example("team-notes"));
  const std::string all = result.DebugString();
  for (const char* word : {"Kubernetes", "kubernetes", "Vault", "CloudTrail", "cloudtrail", "container"}) {
    EXPECT_THAT(all, Not(HasSubstr(word)));
  }
}

}  // namespace
}  // namespace metapowers::commands::detect
