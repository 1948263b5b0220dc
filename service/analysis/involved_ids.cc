#include "service/analysis/involved_ids.h"

#include "metapowers/knowledge/v1/threat_rules.pb.h"

namespace metapowers::analysis {

namespace k = knowledge::v1;

std::set<std::string> InvolvedIds(const Element& element) {
  std::set<std::string> ids = {CurrentId(element)};
  const auto add = [&](const std::string& id) {
    if (!id.empty()) ids.insert(id);
  };
  switch (element.subject) {
    case k::THREAT_SUBJECT_FLOW:
      add(element.flow().flow->source());
      add(element.flow().flow->target());
      break;
    case k::THREAT_SUBJECT_API:
      add(static_cast<const model::v1::Api&>(*element.message).component());
      break;
    case k::THREAT_SUBJECT_PIPELINE:
      add(static_cast<const model::v1::Pipeline&>(*element.message).component());
      break;
    case k::THREAT_SUBJECT_CREDENTIAL:
      for (const std::string& id : static_cast<const model::v1::Credential&>(*element.message).used_by()) add(id);
      break;
    default:
      break;
  }
  return ids;
}

}  // namespace metapowers::analysis
