// Configuration of products in front of interfaces. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_GATEWAY_SNIPPETS_H_
#define METAPOWERS_SERVICE_COMMANDS_GATEWAY_SNIPPETS_H_

#include <optional>

#include "metapowers/v1/config_snippet.pb.h"
#include "service/analysis/request_limits.h"

namespace metapowers::commands {

// Limits with one entry for each consumer class whose number the product can count; nothing when there is none. A
// product that counts by network address limits classes without credentials, on the operations open to them.
std::optional<metapowers::v1::ConfigSnippet> LimitSnippet(const model::Model& model,
                                                          const analysis::LimitingComponent& gateway);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_GATEWAY_SNIPPETS_H_
