// What the threat model says of an imported draft, in terms of the tool that it comes from.
#ifndef METAPOWERS_SERVICE_SERVER_IMPORTED_THREATS_H_
#define METAPOWERS_SERVICE_SERVER_IMPORTED_THREATS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "metapowers/v1/model_service.pb.h"
#include "service/analysis/threats.h"
#include "service/importers/tracked_risk.h"

namespace metapowers::server {

// Of one import, by the shipped rules. Computed when it is first asked for. Not thread-safe.
class ImportedThreats {
 public:
  // A FindingLookup.
  std::vector<std::string> KeysOf(const std::shared_ptr<const model::Model>& draft, const importers::TrackedRisk& risk);

  // Adds the rules of the tool that `response.format` names.
  absl::Status Report(v1::ImportModelResponse& response);

 private:
  const analysis::Threats& Of(const std::shared_ptr<const model::Model>& draft);

  std::shared_ptr<const analysis::Facts> facts_;
  std::unique_ptr<const analysis::Threats> threats_;
};

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_IMPORTED_THREATS_H_
