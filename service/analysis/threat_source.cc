// ThreatSource of threats.h.
#include <utility>

#include "service/analysis/threats.h"

namespace metapowers::analysis {

ThreatSource::ThreatSource(std::shared_ptr<const Facts> facts, std::shared_ptr<const RuleSet> rules,
                           model::v1::Decisions decisions)
    : facts_(std::move(facts)), rules_(std::move(rules)), decisions_(std::move(decisions)) {}

const Threats& ThreatSource::Get() const {
  absl::call_once(once_, [&] { threats_ = Threats::Compute(*facts_, rules(), decisions_); });
  return *threats_;
}

}  // namespace metapowers::analysis
