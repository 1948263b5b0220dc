// How sections name threats: levels, letters of STRIDE, and what of a control is still to do. Pure;
// thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_THREAT_NAMING_H_
#define METAPOWERS_SERVICE_COMMANDS_THREAT_NAMING_H_

#include <string>
#include <vector>

#include "service/analysis/threats.h"

namespace metapowers::commands {

// "High (4)".
std::string LikelihoodLabel(int likelihood);
std::string ImpactLabel(int impact);

// "20 critical".
std::string ScoreLabel(const analysis::RiskScore& score);

// "open", "controlled", "false positive"; of a decision that no longer holds "open again".
std::string StatusLabel(const analysis::Threat& threat);

// "Information Disclosure".
std::string StrideName(knowledge::v1::Stride letter);

// Id and published name, e.g. "CWE-319 Cleartext Transmission of Sensitive Information".
std::string WeaknessLabel(absl::string_view id);

// Whether the control still lowers the threat when put in place: neither there nor without meaning here.
bool IsMissing(const analysis::ControlOnThreat& control);

// "Cardholder data (PAN)" for each.
std::vector<std::string> DataNames(absl::Span<const model::v1::DataClass* const> data);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_THREAT_NAMING_H_
