// Threats of small models under rules that a test writes itself, so that no change of a shipped rule breaks it.
#ifndef METAPOWERS_TESTS_ANALYSIS_THREATS_OF_H_
#define METAPOWERS_TESTS_ANALYSIS_THREATS_OF_H_

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "service/analysis/threats.h"
#include "tests/analysis/facts_of.h"

namespace metapowers::analysis {

// A rule with every text and term that it must have; `rest` adds conditions and overrides what may be repeated.
inline std::string RuleText(const std::string& id, const std::string& rest) {
  return absl::StrCat("rules { id: \"", id,
                      "\" title: \"T\" scenario: \"S {element} {data}.\" precondition: \"p\" consequence: \"C.\" "
                      "mitigation: \"M.\" ",
                      rest, " }\n");
}

// Threats and what they refer to.
class ThreatCase {
 public:
  // Only the team's `rules` (text format of ThreatRules) are looked at by the accessors; ids start with `own-`.
  ThreatCase(const ModelText& model, const std::string& rules, model::v1::Decisions decisions = {})
      : facts_(FactsOf(model)), decisions_(std::move(decisions)) {
    knowledge::v1::ThreatRules rows;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(rules, &rows)) << rules;
    auto set = RuleSet::WithOwn({{"own.yaml", rows}});
    if (!set.ok()) {
      std::string faults(set.status().message());
      for (const Violation& v : DetailsOf(set.status()).violations)
        absl::StrAppend(&faults, "\n", v.field, ": ", v.description);
      ADD_FAILURE() << faults;
      std::abort();
    }
    rules_ = *set;
    threats_ = Threats::Compute(*facts_, *rules_, decisions_);
  }

  const Threats& threats() const { return *threats_; }
  // Keys of the threats of the test's own rules.
  std::vector<std::string> Keys() const {
    std::vector<std::string> keys;
    for (const Threat& threat : threats_->all()) {
      if (threat.key().rfind("own-", 0) == 0) keys.push_back(threat.key());
    }
    return keys;
  }
  const Threat& operator[](const std::string& key) const {
    const Threat* threat = threats_->Find(key);
    if (threat == nullptr) {
      ADD_FAILURE() << "no threat " << key << " among " << absl::StrJoin(Keys(), ", ");
      std::abort();
    }
    return *threat;
  }

 private:
  std::shared_ptr<const Facts> facts_;
  const model::v1::Decisions decisions_;
  std::shared_ptr<const RuleSet> rules_;
  std::unique_ptr<const Threats> threats_;
};

}  // namespace metapowers::analysis

#endif  // METAPOWERS_TESTS_ANALYSIS_THREATS_OF_H_
