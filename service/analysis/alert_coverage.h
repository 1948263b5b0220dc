// Which alerts a system must have, which declared alert answers each, and which components it leaves out. Pure.
//
// A required alert (knowledge/data/detect/monitoring_rules.textproto) counts where its conditions on the system hold
// and the model has a log source of one of its kinds; without kinds every source counts. It must watch the components
// in scope with such a source (of PCI DSS scope, of the cardholder data environment or of tier 0 and 1 alone, where the
// row says so). Sources of other elements are named: an alert of the model can only name components.
//
// A declared alert answers every required one of which its name or condition contains one of the words, in any case.
//   declared   the answering alerts together name every component that must be watched
//   in part    some are left out
//   missing    no declared alert answers it
//
// Threats: open ones with one of its techniques or a technique below it, on an element with such a source. Due: `as_of`
// plus the term of the severity of the alert, or of the worst of these threats where that is more severe.
#ifndef METAPOWERS_SERVICE_ANALYSIS_ALERT_COVERAGE_H_
#define METAPOWERS_SERVICE_ANALYSIS_ALERT_COVERAGE_H_

#include <string>
#include <vector>

#include "metapowers/knowledge/v1/monitoring_rules.pb.h"
#include "service/analysis/log_sources.h"
#include "service/analysis/threats.h"

namespace metapowers::analysis {

enum class AlertState { kDeclared, kInPart, kMissing };

struct RequiredAlertFact {
  const knowledge::v1::RequiredAlert* row = nullptr;
  std::vector<const model::v1::Alert*> declared;  // that answer it, sorted by id
  std::vector<std::string> watched;               // components to watch, sorted
  std::vector<std::string> missing_on;            // those that no answering alert names
  std::vector<std::string> elsewhere;             // other elements with its sources, sorted
  std::vector<const Threat*> threats;             // by key
  AlertState state = AlertState::kMissing;
  std::string due;  // empty when declared
};

// In the order of the rules.
std::vector<RequiredAlertFact> RequiredAlerts(const Threats& threats, const LogSources& sources);

// Those who run the system cannot build every alert of the catalogue: where no role for security works in another team
// than the one that owns the system, a required alert that no declared one answers and no severe threat needs waits.
// Takes these out; their number.
int LeaveOutWaiting(const model::Model& model, std::vector<RequiredAlertFact>& required);

// Whether `text` of a model is about what these words name.
bool Mentions(absl::string_view text, const google::protobuf::RepeatedPtrField<std::string>& words);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_ALERT_COVERAGE_H_
