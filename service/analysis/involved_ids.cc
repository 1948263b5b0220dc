#include "service/analysis/involved_ids.h"

#include <algorithm>
#include <string>

#include "metapowers/knowledge/v1/threat_rules.pb.h"

namespace metapowers::analysis {

namespace k = knowledge::v1;

std::vector<absl::string_view> InvolvedIds(const Element& element) {
  std::vector<absl::string_view> ids = {CurrentId(element)};
  switch (element.subject) {
    case k::THREAT_SUBJECT_FLOW:
      ids.push_back(element.flow().flow->source());
      ids.push_back(element.flow().flow->target());
      break;
    case k::THREAT_SUBJECT_API:
      ids.push_back(static_cast<const model::v1::Api&>(*element.message).component());
      break;
    case k::THREAT_SUBJECT_PIPELINE:
      ids.push_back(static_cast<const model::v1::Pipeline&>(*element.message).component());
      break;
    case k::THREAT_SUBJECT_CREDENTIAL:
      for (const std::string& id : static_cast<const model::v1::Credential&>(*element.message).used_by()) {
        ids.push_back(id);
      }
      break;
    default:
      break;
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  if (ids.front().empty()) ids.erase(ids.begin());
  return ids;
}

}  // namespace metapowers::analysis
