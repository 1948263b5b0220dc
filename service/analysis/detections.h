// Which shipped detections a model can run, and which of its threats they show.
//
// A detection applies when the model has a log of one of its kinds that shows (log_view.h) a threat of one of its
// rules, or, where it watches the watching itself, when it has such a log at all. One that joins others applies when
// all of those do. Threats of a team's own rules, which no row names, are shown by detections with a technique of
// theirs. One that is about credentials of some kinds shows threats on credentials of these kinds alone, and one that
// is about protocols threats on flows over these alone: no web log has an association of DICOM in it.
//
// A detection that counts fires at the number of a declared alert for the same when the condition of that alert says
// that it counts the same (EventCorrelation.counted_words): one on a difference or a rate says nothing of it.
//
// How well a threat is seen is the best of its detections and their logs:
//
//   detected       a log that is collected centrally shows it, or one that a declared alert for the same reads, which
//                  watches the element of the log or of the threat, and of which the model does not say that it stays
//                  where it arises
//   unconfirmed    the log is there, and whether it is collected is unknown or only claimed in general
//   not collected  all such logs stay where they arise, are planned, or are not written
//   no log         no element writes a log that the detections of its rule read, or none that sees the element
//   no event       no event shows threats of the rule, or none over the protocol of the flow
//   no detection   no row names the rule
//
// All but the first are blind spots. Pure: equal threats and logs give equal detections in the same order.
#ifndef METAPOWERS_SERVICE_ANALYSIS_DETECTIONS_H_
#define METAPOWERS_SERVICE_ANALYSIS_DETECTIONS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/detections.pb.h"
#include "service/analysis/log_sources.h"
#include "service/analysis/threats.h"

namespace metapowers::analysis {

enum class Sight { kDetected, kUnconfirmed, kNotCollected, kNoLog, kNoEvent, kNoDetection };

// When a detection that counts fires.
struct DetectionThreshold {
  int value = 0;
  int minutes = 0;
  const model::v1::Alert* alert = nullptr;            // that says so
  const model::v1::ConsumerClass* callers = nullptr;  // whose limit it is: it fires above the number, not at it
  std::vector<const LogSource*> sources;              // of a limit: that see these callers, sorted by key
  // Neither alert nor limit says it: a value to start with, and a question.
  bool assumed() const { return alert == nullptr && callers == nullptr; }
};

struct AppliedDetection {
  const knowledge::v1::Detection* row = nullptr;
  std::vector<const LogSource*> sources;  // that it reads, sorted by key; of one that joins others those of all of them
  std::vector<const AppliedDetection*> joins;  // in the order of the row
  std::vector<const Threat*> threats;          // that it shows, open and controlled, by key
  int open = 0;                                // of those
  int collected = 0;                           // of the sources
  DetectionThreshold threshold;                // of one that counts; of callers without a limit of their own
  // One for each class of callers with a declared limit that a source sees, by id; none where an alert says the number.
  std::vector<DetectionThreshold> limits;
  std::vector<const model::v1::Alert*> alerts;  // of the model for the same, by id
  // Whether it can find anything today; see "detected" above.
  bool running = false;
  std::string team;  // that tunes it: of the sources the most frequent, never empty
};

// Fields that are equal in the events that count together: of a limit on callers who sign in, those of one caller.
const google::protobuf::RepeatedPtrField<std::string>& GroupByOf(const knowledge::v1::EventCorrelation& correlation,
                                                                 const DetectionThreshold& threshold);

// How one threat is seen.
struct ThreatSight {
  const Threat* threat = nullptr;
  Sight sight = Sight::kNoDetection;
  std::vector<const AppliedDetection*> detections;  // whose logs are there, by id
  std::vector<const LogSource*> uncollected;        // of those, where the threat is not detected; by key
  std::vector<std::string> missing;                 // ids of log kinds that would show it, where there is no log
  std::string reason;                               // why no event shows it
};

// Open threats with one technique of ATT&CK.
struct TechniqueCoverage {
  std::string technique;
  int open = 0;
  int detected = 0;
  std::vector<std::string> detections;  // ids, sorted
};

// Immutable; thread-safe. Refers to threats and sources, which outlive it.
class Detections {
 public:
  static std::unique_ptr<const Detections> Of(const Threats& threats, const LogSources& sources);

  // Sorted by id.
  const std::vector<AppliedDetection>& all() const { return all_; }
  // nullptr when it does not apply.
  const AppliedDetection* Find(absl::string_view id) const;
  // Of every threat but false positives, by key.
  const std::vector<ThreatSight>& sights() const { return sights_; }
  // nullptr for a threat that is none of these.
  const ThreatSight* SightOf(const Threat& threat) const;
  // By technique, of open threats.
  const std::vector<TechniqueCoverage>& techniques() const { return techniques_; }

 private:
  Detections() = default;
  friend class DetectionsBuilder;

  std::vector<AppliedDetection> all_;
  std::vector<ThreatSight> sights_;
  std::map<const Threat*, size_t> sight_of_;
  std::vector<TechniqueCoverage> techniques_;
};

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_DETECTIONS_H_
