// The shipped rules on logs and monitoring: complete, consistent, and true to the catalogues.
#include <gtest/gtest.h>

#include <cctype>
#include <regex>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "service/knowledge/knowledge.h"
#include "service/knowledge/logging.h"
#include "service/knowledge/threats.h"

namespace metapowers::knowledge {
namespace {

const std::regex& Vague() {
  static const std::regex vague(
      "\\b(appropriate|adequate|proper|properly|sufficient|regularly|periodically|timely|as needed|where possible|"
      "best practice|robust|should|etc|if necessary|ensure)\\b",
      std::regex::icase);
  return vague;
}

template <class References>
void ExpectKnown(const References& references) {
  EXPECT_GT(references.size(), 0);
  std::set<std::string> seen;
  for (const std::string& reference : references) {
    EXPECT_NE(FindRequirement(reference), nullptr) << reference;
    EXPECT_TRUE(seen.insert(reference).second) << reference << " twice";
  }
}

void ExpectPlain(const std::string& text) {
  EXPECT_FALSE(text.empty());
  EXPECT_FALSE(std::regex_search(text, Vague())) << text;
  EXPECT_FALSE(absl::EndsWith(text, ".")) << text;
}

// ECMAScript has no inline flag; the rules use no other construct of RE2 that differs.
std::regex Compiled(const std::string& pattern) {
  const bool any_case = absl::StartsWith(pattern, "(?i)");
  return std::regex(any_case ? pattern.substr(4) : pattern,
                    any_case ? std::regex::ECMAScript | std::regex::icase : std::regex::ECMAScript);
}

bool PassesLuhn(const std::string& text) {
  int sum = 0;
  bool twice = false;
  for (auto it = text.rbegin(); it != text.rend(); ++it) {
    if (!std::isdigit(static_cast<unsigned char>(*it))) continue;
    int digit = *it - '0';
    if (twice) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
    twice = !twice;
  }
  return sum % 10 == 0;
}

TEST(LoggingRules, EveryRedactionFindsItsValueAndLeavesItsDecoy) {
  std::set<int> categories;
  for (const v1::RedactionRule& rule : LoggingRules().redactions()) {
    SCOPED_TRACE(rule.replacement());
    EXPECT_TRUE(categories.insert(rule.category()).second);
    ExpectPlain(rule.check());
    ExpectKnown(rule.references());
    EXPECT_EQ(rule.pattern().empty(), rule.test_value().empty());
    if (rule.pattern().empty()) continue;
    const std::regex pattern = Compiled(rule.pattern());
    EXPECT_TRUE(std::regex_search(rule.test_value(), pattern)) << rule.test_value();
    const bool candidate = std::regex_search(rule.decoy(), pattern);
    if (rule.category() == model::v1::DATA_CATEGORY_PAN) {
      EXPECT_TRUE(candidate) << "the check digit decides, not the expression";
      EXPECT_TRUE(PassesLuhn(rule.test_value()));
      EXPECT_FALSE(PassesLuhn(rule.decoy()));
    } else {
      EXPECT_FALSE(candidate) << rule.decoy();
    }
  }
  for (const auto category : {model::v1::DATA_CATEGORY_PAN, model::v1::DATA_CATEGORY_SAD, model::v1::DATA_CATEGORY_PIN,
                              model::v1::DATA_CATEGORY_CREDENTIALS, model::v1::DATA_CATEGORY_SECRETS}) {
    EXPECT_EQ(categories.count(category), 1u) << category;
  }
}

TEST(LoggingRules, RetentionDutiesAreThoseOfTheirRequirements) {
  std::set<std::string> seen;
  for (const v1::LogRetentionDuty& duty : LoggingRules().retentions()) {
    EXPECT_NE(FindRequirement(duty.reference()), nullptr) << duty.reference();
    seen.insert(duty.reference());
    EXPECT_LE(duty.hot_days(), duty.total_days());
    if (duty.reference() == "pci-dss-4.0.1:10.5.1") {
      EXPECT_EQ(duty.total_days(), 365);
    }
    if (duty.reference() == "hipaa:164.316(b)(2)(i)") {
      EXPECT_EQ(duty.total_days(), 6 * 365);
    }
    if (duty.reference() == "nydfs-500:500.6") {
      EXPECT_EQ(duty.total_days(), 3 * 365);
    }
  }
  EXPECT_EQ(seen.size(), 3u);
}

TEST(LoggingRules, EveryPipelineRuleHasQuestionOwnerAndProof) {
  std::set<std::string> ids;
  for (const v1::PipelineRule& rule : LoggingRules().pipeline()) {
    SCOPED_TRACE(rule.id());
    EXPECT_TRUE(ids.insert(rule.id()).second);
    EXPECT_NE(rule.topic(), v1::PIPELINE_TOPIC_UNSPECIFIED);
    EXPECT_NE(rule.severity(), model::v1::SEVERITY_UNSPECIFIED);
    EXPECT_GT(rule.owners_size(), 0);
    EXPECT_TRUE(absl::EndsWith(rule.question(), "?"));
    ExpectPlain(rule.text());
    ExpectPlain(rule.verification());
    ExpectKnown(rule.references());
  }
}

TEST(LoggingRules, EveryShortfallOfRedactionHasAMeasure) {
  for (const v1::RedactionVerdict& verdict : LoggingRules().verdicts()) {
    EXPECT_FALSE(verdict.fact().empty()) << verdict.state();
    EXPECT_EQ(verdict.measure().empty(), verdict.verification().empty()) << verdict.state();
  }
  EXPECT_EQ(LoggingRules().verdicts_size(), 8);
}

TEST(MonitoringRules, EveryAlertHasSourceWordsRunbookAndKnownIds) {
  std::set<std::string> ids;
  for (const v1::RequiredAlert& alert : MonitoringRules().alerts()) {
    SCOPED_TRACE(alert.id());
    EXPECT_TRUE(ids.insert(alert.id()).second);
    for (const std::string& kind : alert.kinds()) EXPECT_NE(FindLogKind(kind), nullptr) << kind;
    for (const std::string& control : alert.controls()) EXPECT_NE(FindControl(control), nullptr) << control;
    for (const std::string& technique : alert.attack()) EXPECT_NE(FindWeakness(technique), nullptr) << technique;
    EXPECT_GT(alert.words_size(), 0);
    for (const std::string& word : alert.words()) {
      for (const char c : word) EXPECT_FALSE(c >= 'A' && c <= 'Z') << word;
    }
    EXPECT_GT(alert.owners_size(), 0);
    EXPECT_NE(alert.severity(), model::v1::SEVERITY_UNSPECIFIED);
    EXPECT_GT(alert.window_minutes(), 0);
    ExpectKnown(alert.references());
    for (const std::string& text : {alert.title(), alert.condition(), alert.runbook().check(), alert.runbook().decide(),
                                    alert.runbook().act(), alert.runbook().escalate()}) {
      ExpectPlain(text);
    }
  }
}

TEST(MonitoringRules, FaultsHaveWordsThatNoRequiredAlertHas) {
  std::set<std::string> taken;
  for (const v1::RequiredAlert& alert : MonitoringRules().alerts()) {
    taken.insert(alert.words().begin(), alert.words().end());
  }
  for (const v1::FaultRunbook& fault : MonitoringRules().faults()) {
    SCOPED_TRACE(fault.id());
    EXPECT_GT(fault.words_size(), 0);
    for (const std::string& word : fault.words()) EXPECT_TRUE(taken.insert(word).second) << word;
    for (const std::string& text :
         {fault.runbook().check(), fault.runbook().decide(), fault.runbook().act(), fault.runbook().escalate()}) {
      ExpectPlain(text);
    }
  }
}

// PCI DSS 10.7.2 names these controls; each failure has an alert.
TEST(MonitoringRules, FailuresOfCriticalControlsAreShown) {
  std::set<std::string> ids;
  for (const v1::RequiredAlert& alert : MonitoringRules().alerts()) {
    for (const std::string& reference : alert.references()) {
      if (reference == "pci-dss-4.0.1:10.7.2") ids.insert(alert.id());
    }
  }
  for (const char* id : {"log-silence", "file-integrity-failed", "intrusion-detection-failed", "segmentation-failed",
                         "anti-malware-failed", "audit-configuration-changed"}) {
    EXPECT_EQ(ids.count(id), 1u) << id;
  }
}

TEST(MonitoringRules, MeasuresAndTuningAreComplete) {
  for (const v1::DetectionMeasure& measure : MonitoringRules().measures()) {
    SCOPED_TRACE(measure.id());
    for (const std::string& text : {measure.name(), measure.formula(), measure.source(), measure.decision()}) {
      ExpectPlain(text);
    }
    EXPECT_GT(measure.target(), 0);
    EXPECT_GT(measure.interval_days(), 0);
    ExpectKnown(measure.references());
  }
  for (const v1::TuningStep& step : MonitoringRules().tuning()) {
    ExpectPlain(step.text());
    ExpectPlain(step.evidence());
    ExpectKnown(step.references());
    EXPECT_GT(step.owners_size(), 0);
  }
  for (const v1::MonitoringFailure& failure : MonitoringRules().failures()) {
    for (const std::string& text : {failure.hides(), failure.notice(), failure.fallback(), failure.verification()}) {
      ExpectPlain(text);
    }
  }
}

}  // namespace
}  // namespace metapowers::knowledge
