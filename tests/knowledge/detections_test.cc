// The rows of detections: what they cite exists, and what they look at is written by somebody.
#include "service/knowledge/detections.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/knowledge/knowledge.h"
#include "service/knowledge/logging.h"
#include "service/knowledge/threats.h"

namespace metapowers::knowledge {
namespace {

std::set<std::string> FieldsOf(const v1::LogKind& kind) {
  std::set<std::string> fields(kind.fields().begin(), kind.fields().end());
  for (const v1::LogField& field : LogKinds().fields()) {
    if (field.required()) fields.insert(field.name());
  }
  fields.insert(Detections().enrichment().begin(), Detections().enrichment().end());
  return fields;
}

std::set<std::string> RuleIds() {
  std::set<std::string> ids;
  for (const v1::ThreatRule& rule : ThreatRules().rules()) ids.insert(rule.id());
  return ids;
}

TEST(Detections, HaveAllTheirTextsAndAnIdOfTheirOwn) {
  std::set<std::string> ids;
  std::set<std::string> titles;
  for (const v1::Detection& row : Detections().detections()) {
    EXPECT_TRUE(ids.insert(row.id()).second) << row.id();
    EXPECT_TRUE(titles.insert(row.title()).second) << row.title();
    EXPECT_FALSE(row.description().empty()) << row.id();
    EXPECT_LE(row.title().size(), 256u) << row.id();
    EXPECT_GT(row.false_positives_size(), 0) << row.id();
    EXPECT_GT(row.attack_size(), 0) << row.id();
    EXPECT_GT(row.rules_size(), 0) << row.id();
    EXPECT_FALSE(row.response().empty()) << row.id();
    EXPECT_FALSE(row.tuning().empty()) << row.id();
    EXPECT_NE(row.level(), model::v1::SEVERITY_UNSPECIFIED) << row.id();
    EXPECT_EQ(row.log_kinds().empty(), row.selections().empty()) << row.id();
    EXPECT_EQ(row.matching_event().empty(), row.selections().empty()) << row.id();
    EXPECT_NE(row.log_kinds().empty(), row.correlation().detections().empty()) << row.id();
    EXPECT_TRUE(row.alert_words().empty() || !row.log_kinds().empty()) << row.id();
    EXPECT_TRUE(row.correlation().minutes() > 0 || !absl::StrContains(row.baseline() + row.tuning(), "{span}"));
    if (row.learning_days() > 0) {
      EXPECT_FALSE(row.baseline().empty()) << row.id();
    }
  }
  EXPECT_GE(ids.size(), 60u);
}

// What validators of Sigma rules refuse, for every row and not only for those that some model runs.
TEST(Detections, KeepToWhatValidatorsOfSigmaCheck) {
  for (const v1::Detection& row : Detections().detections()) {
    SCOPED_TRACE(row.id());
    EXPECT_TRUE(std::regex_match(row.id(), std::regex("[a-z0-9]+(-[a-z0-9]+)*")));
    EXPECT_TRUE(std::regex_match(row.title(), std::regex("[A-Z].*[^. ]"))) << row.title();
    EXPECT_FALSE(absl::StartsWith(row.title(), "Detects"));
    EXPECT_TRUE(std::regex_match(row.description(), std::regex("[A-Z].{14,}\\."))) << row.description();
    std::set<std::string> listed;
    for (const std::string& text : row.false_positives()) {
      EXPECT_TRUE(listed.insert(text).second) << text;
      EXPECT_TRUE(std::regex_match(text, std::regex("[A-Z].{9,}[^.]"))) << text;
      for (const char* word : {"none", "unknown", "unlikely", "legitimate"}) {
        EXPECT_FALSE(absl::StartsWith(absl::AsciiStrToLower(text), word)) << text << " says nothing";
      }
    }
    std::set<std::string> techniques;
    for (const std::string& technique : row.attack()) {
      EXPECT_TRUE(techniques.insert(technique).second) << technique;
      EXPECT_TRUE(std::regex_match(technique, std::regex("T[0-9]{4}(\\.[0-9]{3})?"))) << technique;
    }
    for (const v1::EventSelection& selection : row.selections()) {
      std::set<std::string> keys;
      for (const v1::EventField& field : selection.fields()) {
        std::string key = field.field();
        for (const std::string& modifier : field.modifiers()) absl::StrAppend(&key, "|", modifier);
        EXPECT_TRUE(keys.insert(key).second) << key << " stands twice in " << selection.name();
        for (const std::string& value : field.values()) {
          EXPECT_EQ(value.find('*'), std::string::npos) << value << ": a modifier says this";
        }
      }
    }
  }
}

TEST(Detections, CorrelationsSayWhatComesTogetherInWhichTime) {
  for (const v1::Detection& row : Detections().detections()) {
    if (!row.has_correlation()) continue;
    SCOPED_TRACE(row.id());
    const v1::EventCorrelation& correlation = row.correlation();
    EXPECT_NE(correlation.kind(), v1::CORRELATION_KIND_UNSPECIFIED);
    EXPECT_GT(correlation.minutes(), 0);
    EXPECT_GT(correlation.group_by_size(), 0);
    const bool counts = correlation.detections().empty();
    EXPECT_EQ(correlation.starting_value() > 0, counts);
    EXPECT_EQ(correlation.kind() == v1::CORRELATION_KIND_VALUE_COUNT, !correlation.field().empty());
    EXPECT_TRUE(counts || correlation.detections_size() >= 2);
    EXPECT_EQ(correlation.counted_words().empty(), !counts || row.alert_words().empty())
        << "whether the number of an alert holds for it must be said";
  }
}

TEST(Detections, CiteWhatTheCataloguesHave) {
  const std::set<std::string> rules = RuleIds();
  for (const v1::Detection& row : Detections().detections()) {
    for (const std::string& technique : row.attack()) {
      EXPECT_NE(FindWeakness(technique), nullptr) << row.id() << " " << technique;
    }
    for (const std::string& rule : row.rules()) EXPECT_TRUE(rules.contains(rule)) << row.id() << " " << rule;
    for (const std::string& reference : row.references()) {
      EXPECT_NE(FindRequirement(reference), nullptr) << row.id() << " " << reference;
    }
    for (const std::string& joined : row.correlation().detections()) {
      EXPECT_NE(FindDetection(joined), nullptr) << row.id() << " " << joined;
    }
    if (!row.action().empty()) {
      EXPECT_NE(FindResponseAction(row.action()), nullptr) << row.id();
    }
  }
}

TEST(Detections, ReadFieldsAndActionsThatTheirLogsHave) {
  for (const v1::Detection& row : Detections().detections()) {
    for (const std::string& id : row.log_kinds()) {
      const v1::LogKind* kind = FindLogKind(id);
      ASSERT_NE(kind, nullptr) << row.id() << " " << id;
      const std::set<std::string> fields = FieldsOf(*kind);
      std::set<std::string> actions;
      for (const v1::LogEvent& event : kind->events()) actions.insert(event.id());
      for (const std::string& field : row.correlation().group_by()) {
        EXPECT_TRUE(fields.contains(field)) << row.id() << " " << id << " " << field;
      }
      for (const v1::EventSelection& selection : row.selections()) {
        for (const v1::EventField& field : selection.fields()) {
          EXPECT_TRUE(fields.contains(field.field())) << row.id() << " " << id << " " << field.field();
          if (field.field() != "event.action") continue;
          bool written = false;
          for (const std::string& action : field.values()) written |= actions.contains(action);
          EXPECT_TRUE(written) << row.id() << ": no action of it is written by " << id;
        }
      }
    }
  }
}

// A selection that a model may have no values for is left out of the condition; that works behind "and not" alone.
TEST(Detections, TakeDeclaredValuesAwayFromWhatTheyFindOnly) {
  for (const v1::Detection& row : Detections().detections()) {
    for (const v1::EventSelection& selection : row.selections()) {
      bool declared = false;
      for (const v1::EventField& field : selection.fields()) {
        declared |= field.values_from() != v1::DECLARED_VALUES_UNSPECIFIED;
        for (const std::string& value : field.values()) {
          EXPECT_TRUE(selection.per_source() || !absl::StrContains(value, "{")) << row.id();
        }
      }
      EXPECT_EQ(selection.per_source(), selection.per_source() && declared) << row.id();
      const std::string name =
          selection.per_source() ? absl::StrCat("1 of ", selection.name(), "_*") : selection.name();
      EXPECT_TRUE(absl::StrContains(row.condition(), declared ? absl::StrCat(" and not ", name) : name)) << row.id();
    }
  }
}

TEST(Detections, EveryShippedThreatIsShownOrSaysWhyNot) {
  std::set<std::string> named;
  for (const v1::Detection& row : Detections().detections()) named.insert(row.rules().begin(), row.rules().end());
  for (const std::string& rule : RuleIds()) {
    EXPECT_NE(named.contains(rule), !SilenceOf(rule).empty()) << rule;
  }
}

TEST(Detections, ControlFailuresOfPciDssAreWatched) {
  std::set<std::string> kinds;
  for (const v1::Detection& row : Detections().detections()) {
    if (row.control_failure()) kinds.insert(row.log_kinds().begin(), row.log_kinds().end());
  }
  // 10.7.2: network controls, detection, change detection, physical and logical access, audit logs, backups.
  for (const char* kind : {"waf", "network_flow", "file_integrity", "host", "database_audit", "secret_store_audit",
                           "cloud_audit", "log_platform_audit", "backup_job"}) {
    EXPECT_TRUE(kinds.contains(kind)) << kind;
  }
}

TEST(Detections, ViewsAreOfKindsThatExist) {
  for (const v1::LogView& view : Detections().views()) {
    EXPECT_NE(view.reach(), v1::LOG_REACH_UNSPECIFIED);
    for (const std::string& kind : view.log_kinds()) EXPECT_NE(FindLogKind(kind), nullptr) << kind;
  }
}

TEST(Detections, ActionsSayWhoOrdersThemAndAnAutomaticOneCanBeUndone) {
  for (const v1::ResponseAction& action : Detections().actions()) {
    EXPECT_FALSE(action.action().empty()) << action.id();
    EXPECT_FALSE(action.cost().empty()) << action.id();
    EXPECT_GT(action.ordered_by_size(), 0) << action.id();
    EXPECT_TRUE(!action.automatic() || !action.undo().empty()) << action.id();
  }
}

}  // namespace
}  // namespace metapowers::knowledge
