// Ways from a container into its node or cluster, as rules ask for them.
#ifndef METAPOWERS_SERVICE_ANALYSIS_NODE_ACCESS_H_
#define METAPOWERS_SERVICE_ANALYSIS_NODE_ACCESS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "metapowers/knowledge/v1/threat_rules.pb.h"
#include "metapowers/model/v1/architecture.pb.h"

namespace metapowers::analysis {

// Bits 1 << NodeAccessKind.
uint64_t NodeAccessOf(const model::v1::Component& component);

// Of the ways that the component has, those that the rule asks for: what is opened and where it is declared, e.g.
// "/var/run/docker.sock (compose.yaml:12)". Empty for a rule that asks for none.
std::vector<std::string> NodeAccessEvidence(const knowledge::v1::ThreatRule& rule,
                                            const model::v1::Component& component);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_NODE_ACCESS_H_
