// Detections of a model as Sigma rules (specification 2.1.0): one rule for each detection and each log source in the
// sense of Sigma that it reads, and one correlation rule on top where events count or detections are joined; the same
// again for each class of callers with a limit of its own. Pure: equal models give equal files.
//
// Names are stable: `<detection>-<product, service and category of its logs>`, and `<detection>` for a correlation; of
// a class of callers `<detection>-of-<class>` stands for `<detection>`. The id is the UUID of version 5 of
// `<topic>/<name>`, so that a platform which has taken a rule in replaces it.
#ifndef METAPOWERS_SERVICE_EXPORT_SIGMA_H_
#define METAPOWERS_SERVICE_EXPORT_SIGMA_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/analysis/detections.h"

namespace metapowers::exporting {

struct SigmaRule {
  std::string name;  // unique; the file is `<name>.yml`
  std::string uuid;
  std::string yaml;
  const analysis::AppliedDetection* detection = nullptr;
  bool correlation = false;
  // As JSON, for every rule that looks at events itself.
  std::string matching_event;
  std::string other_event;
};

// In every rule.
inline constexpr absl::string_view kSigmaMark = "\nauthor: metapowers\n";

// Sorted by name. `topic` is what the model is called where it is kept.
std::vector<SigmaRule> WriteSigma(const analysis::Landscape& landscape, const analysis::Detections& detections,
                                  const std::string& topic);

// The events to try each rule with, as one JSON text, and a part of it that is the same in every export of the topic.
struct SigmaTestEvents {
  std::string json;
  std::string mark;
};
SigmaTestEvents TestEventsOf(const std::vector<SigmaRule>& rules, const std::string& topic);

}  // namespace metapowers::exporting

#endif  // METAPOWERS_SERVICE_EXPORT_SIGMA_H_
