#include "service/analysis/request_limits.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "service/analysis/forwarding.h"
#include "service/analysis/outside.h"
#include "service/knowledge/reviews.h"

namespace metapowers::analysis {
namespace {

using knowledge::v1::GatewayProduct;

const GatewayProduct* ProductOf(const model::v1::Component& component) {
  for (const GatewayProduct& product : knowledge::ApiReview().gateways()) {
    for (const std::string& technology : component.technology()) {
      if (absl::c_linear_search(product.technologies(), absl::AsciiStrToLower(technology))) return &product;
    }
    if (IsGateway(component) && absl::c_linear_search(product.providers(), component.provider())) return &product;
  }
  return nullptr;
}

}  // namespace

std::vector<LimitingComponent> LimitingComponents(const Landscape& landscape, const ApiReview& review) {
  std::map<std::string, std::vector<const ReviewedApi*>> passed;
  for (const ReviewedApi& api : review.apis) {
    std::set<std::string> components = {api.component->component->id()};
    for (const model::v1::Flow* flow : api.arrivals) components.insert(flow->target());
    for (const std::string& id : components) passed[id].push_back(&api);
  }
  std::vector<LimitingComponent> found;
  for (auto& [id, apis] : passed) {
    const int index = landscape.IndexOf(id);
    const model::v1::Component* component = landscape.components()[index].facts->component;
    found.push_back({component, ProductOf(*component), PostureOf(landscape.ComponentElement(index), "rate_limiting"),
                     std::move(apis)});
  }
  return found;
}

std::vector<const model::v1::Api*> InterfacesBehind(const Landscape& landscape, int component) {
  const ComponentView& view = landscape.components()[component];
  if (!view.apis.empty() || !Forwards(view)) return view.apis;
  std::vector<const model::v1::Api*> behind;
  for (const int flow : view.outbound) {
    const auto& apis = landscape.components()[landscape.flows()[flow].target].apis;
    behind.insert(behind.end(), apis.begin(), apis.end());
  }
  return behind;
}

}  // namespace metapowers::analysis
