// What the shipped controls infer from a model: every inference is about some subject, and says what it should.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_join.h"
#include "service/analysis/attributes.h"
#include "service/knowledge/rules.h"
#include "service/knowledge/threats.h"
#include "tests/support/status_matchers.h"

namespace metapowers::analysis {
namespace {

namespace k = knowledge::v1;

// Subjects that have all attributes and values of an inference.
std::vector<k::ThreatSubject> SubjectsOf(const k::ControlInference& inference) {
  std::vector<k::ThreatSubject> subjects;
  for (int i = 1; i < k::ThreatSubject_ARRAYSIZE; ++i) {
    const auto subject = static_cast<k::ThreatSubject>(i);
    bool all = true;
    for (const k::AttributeMatch& match : inference.when()) all = all && Condition::Compile(subject, match).ok();
    if (all) subjects.push_back(subject);
  }
  return subjects;
}

std::string Text(const k::ControlInference& inference) {
  std::vector<std::string> conditions;
  for (const k::AttributeMatch& match : inference.when()) conditions.push_back(match.ShortDebugString());
  return absl::StrJoin(conditions, " & ");
}

TEST(ControlInferences, EachCompilesForSomeSubject) {
  for (const k::SecurityControl& control : knowledge::SecurityControls().controls()) {
    for (const k::ControlInference& inference : control.inferences()) {
      EXPECT_FALSE(SubjectsOf(inference).empty()) << control.id() << ": " << Text(inference);
    }
  }
}

// One that fits many subjects would speak of elements that it was not written for. What holds for the whole system
// does so for each of its elements.
TEST(ControlInferences, FitTheSubjectTheyWereWrittenFor) {
  for (const k::SecurityControl& control : knowledge::SecurityControls().controls()) {
    for (const k::ControlInference& inference : control.inferences()) {
      bool whole_system = true;
      for (const k::AttributeMatch& match : inference.when()) {
        whole_system = whole_system && match.attribute().rfind("system.", 0) == 0;
      }
      if (whole_system) continue;
      // External entities are components of others, infrastructure ages as components do.
      std::vector<k::ThreatSubject> own;
      for (const k::ThreatSubject subject : SubjectsOf(inference)) {
        if (subject != k::THREAT_SUBJECT_EXTERNAL_ENTITY && subject != k::THREAT_SUBJECT_INFRASTRUCTURE) {
          own.push_back(subject);
        }
      }
      EXPECT_EQ(own.size(), 1u) << control.id() << ": " << Text(inference);
    }
  }
}

TEST(ControlInferences, EveryPopulationCompilesForItsSubject) {
  for (const k::SecurityControl& control : knowledge::SecurityControls().controls()) {
    for (const k::ControlPopulation& population : control.expected_on()) {
      EXPECT_NE(population.subject(), k::THREAT_SUBJECT_UNSPECIFIED) << control.id();
      for (const k::AttributeMatch& match : population.where()) {
        SCOPED_TRACE(control.id());
        EXPECT_OK(Condition::Compile(population.subject(), match).status());
      }
    }
    if (control.handling().empty()) continue;
    const auto& rows = knowledge::HandlingRules().requirements();
    EXPECT_TRUE(std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row.id() == control.handling(); }))
        << control.id() << ": " << control.handling();
  }
}

}  // namespace
}  // namespace metapowers::analysis
