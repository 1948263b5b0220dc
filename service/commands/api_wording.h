// How documents name what is known of interfaces. Short words only; sentences stand in templates and data rows. Pure;
// thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_API_WORDING_H_
#define METAPOWERS_SERVICE_COMMANDS_API_WORDING_H_

#include <cstdint>
#include <string>

#include "service/analysis/api_access.h"

namespace metapowers::commands {

// "GET /v1/payments/{payment_id}".
std::string OperationLabel(const model::v1::Endpoint& endpoint);

// "scope" of a limit: "per partner".
std::string LimitScope(const model::v1::ConsumerClass& consumer);

// "open", "gap", "not known", "in place".
std::string StateLabel(analysis::ApiRiskState state);

// "enough", "too weak", "no identity", "not known".
std::string ProofLabel(analysis::CallerProof proof);

// "meets the floor", "clear text", "no TLS: protected otherwise".
std::string TransportLabel(analysis::TransportState state);

// "1 MB (1048576 bytes)", as people agree on sizes, and as settings have them.
std::string SizeLabel(int64_t bytes);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_API_WORDING_H_
