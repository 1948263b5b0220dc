#include "service/analysis/node_access.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "service/knowledge/rules.h"
#include "service/model/model.h"

namespace metapowers::analysis {

uint64_t NodeAccessOf(const model::v1::Component& component) {
  uint64_t bits = 0;
  for (const model::v1::NodeAccess& way : component.container().node_access()) bits |= uint64_t{1} << way.kind();
  return bits;
}

std::vector<std::string> NodeAccessEvidence(const knowledge::v1::ThreatRule& rule,
                                            const model::v1::Component& component) {
  const auto asks_for = [&](const std::string& kind) {
    return std::any_of(rule.match().begin(), rule.match().end(), [&](const knowledge::v1::AttributeMatch& match) {
      return match.attribute() == "node_access" &&
             std::find(match.values().begin(), match.values().end(), kind) != match.values().end();
    });
  };
  std::vector<std::string> evidence;
  for (const model::v1::NodeAccess& way : component.container().node_access()) {
    const std::string kind = model::YamlName(way.kind());
    if (!asks_for(kind)) continue;
    evidence.push_back(absl::StrCat(way.what().empty() ? knowledge::Word(kind) : way.what(),
                                    way.evidence().empty() ? "" : absl::StrCat(" (", way.evidence(), ")")));
  }
  return evidence;
}

}  // namespace metapowers::analysis
