// The tests that a model asks for, and the chain from each threat over its controls and detections to its tests.
//
// A kind of test is done on every element that meets the conditions of one of its populations (knowledge/data/detect/
// security_tests.textproto); unknown values meet none. Its id is `<kind>@<element>`. A test tries a threat when it is
// done on something that the threat's element is made of, runs on, stands in or is delivered by, or on the whole
// system, and its kind tries a control of the threat. A control of a threat that no such test tries is checked by the
// verification of the catalogue: `control-check@<control>`.
//
// On record is the last test that the model dates: of a restore `backup.last_restore_test`, of a check of a control the
// last test of the declared controls that implement it, of other kinds the last test of a declared control that covers
// the element and has one of the kind's `record_controls` or `record_references`.
//
// Interval of a test: the declared one where the model has one (restore tests, phishing exercises, the control on
// record), else that of the kind; in the scope of PCI DSS that of the standard where it is shorter, for service
// providers theirs. It counts from the test on record, else from `as_of`. Pure.
#ifndef METAPOWERS_SERVICE_ANALYSIS_SECURITY_TESTS_H_
#define METAPOWERS_SERVICE_ANALYSIS_SECURITY_TESTS_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "metapowers/knowledge/v1/security_tests.pb.h"
#include "service/analysis/detections.h"

namespace metapowers::analysis {

struct SecurityTest {
  std::string id;
  const knowledge::v1::TestKind* kind = nullptr;
  Element element;         // not set for checks of controls
  std::string element_id;  // of such a check, the control
  std::vector<std::string> because;
  const knowledge::v1::TestTool* tool = nullptr;
  std::string team;                    // id, never empty
  int interval_days = 0;               // 0: with each change
  std::string interval_basis;          // "declared", "PCI DSS service provider" or empty
  std::string last;                    // date of the one on record; empty: none
  std::string record;                  // what has it: "backup.last_restore_test", "control penetration-testing"
  std::string next;                    // may be past; empty with each change
  bool overdue = false;                // one is on record, and `next` is past
  std::vector<const Threat*> threats;  // open and controlled ones that it tries, by key
};

struct ChainLink {
  const Threat* threat = nullptr;
  const ThreatSight* sight = nullptr;
  std::vector<const SecurityTest*> tests;  // by id
};

// Immutable; thread-safe. Refers to threats and detections, which outlive it.
class SecurityTestPlan {
 public:
  static std::unique_ptr<const SecurityTestPlan> Of(const Threats& threats, const LogSources& sources,
                                                    const Detections& detections);

  // In the order of the kinds, then by element.
  const std::vector<SecurityTest>& tests() const { return tests_; }
  // Of every threat but false positives, by key.
  const std::vector<ChainLink>& chain() const { return chain_; }
  // Whether PCI DSS holds as for a service provider (11.4.6).
  bool service_provider() const { return service_provider_; }

 private:
  SecurityTestPlan() = default;
  friend class TestPlanBuilder;

  std::vector<SecurityTest> tests_;
  std::vector<ChainLink> chain_;
  bool service_provider_ = false;
};

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_SECURITY_TESTS_H_
