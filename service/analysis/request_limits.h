// Where requests to interfaces can be limited: the targets of the flows by which callers arrive, and the components
// that serve. The product of one is that of a shipped row (GatewayProduct) for one of its technologies; of a gateway
// also that of its provider. Which interfaces a caller of a component reaches. Pure.
#ifndef METAPOWERS_SERVICE_ANALYSIS_REQUEST_LIMITS_H_
#define METAPOWERS_SERVICE_ANALYSIS_REQUEST_LIMITS_H_

#include <vector>

#include "metapowers/knowledge/v1/api_review.pb.h"
#include "service/analysis/api_review.h"

namespace metapowers::analysis {

struct LimitingComponent {
  const model::v1::Component* component = nullptr;
  const knowledge::v1::GatewayProduct* product = nullptr;  // nullptr: the model names none that is shipped
  ControlPosture posture;                                  // of rate limiting
  std::vector<const ReviewedApi*> apis;                    // sorted by id
};

// Sorted by id. `review` is of the landscape's model and outlives what is returned.
std::vector<LimitingComponent> LimitingComponents(const Landscape& landscape, const ApiReview& review);

// Interfaces of the component, or of those that it passes requests on to where it has none itself.
std::vector<const model::v1::Api*> InterfacesBehind(const Landscape& landscape, int component);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_REQUEST_LIMITS_H_
