// Which products in front of interfaces limit requests, and their configuration. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_GATEWAY_LIMITS_H_
#define METAPOWERS_SERVICE_COMMANDS_GATEWAY_LIMITS_H_

#include <optional>
#include <string>
#include <vector>

#include "metapowers/v1/config_snippet.pb.h"
#include "service/analysis/api_review.h"
#include "service/commands/command.h"

namespace metapowers::commands {

// A component that requests to interfaces pass, or that serves them.
struct LimitingComponent {
  const model::v1::Component* component = nullptr;
  const knowledge::v1::GatewayProduct* product = nullptr;  // nullptr: the model names none that is shipped
  analysis::ControlPosture posture;                        // of rate limiting
  std::vector<const analysis::ReviewedApi*> apis;          // sorted by id
};

// Targets of the flows by which callers arrive, and the components that serve, sorted by id.
std::vector<LimitingComponent> LimitingComponents(const Input& input, const analysis::ApiReview& review);

// Configuration with one entry for each consumer class whose limit the product can count; nothing when there is none.
// A product that counts by network address limits classes without credentials, on the operations open to them.
std::optional<metapowers::v1::ConfigSnippet> LimitConfig(const Input& input, const LimitingComponent& gateway);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_GATEWAY_LIMITS_H_
