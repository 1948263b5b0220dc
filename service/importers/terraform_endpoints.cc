// Endpoints of API gateways: see terraform.h.
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "service/importers/plain_text.h"
#include "service/importers/terraform_context.h"

namespace metapowers::importers::terraform {

namespace {

// The gateway that a part of it names; nullptr when the file does not say.
const Resource* GatewayOf(const Context& context, const Resource& part, absl::string_view path) {
  for (const Target& target : context.plan.Referred(part, path)) {
    if (context.ComponentOf(*target.resource) != nullptr) return target.resource;
  }
  return nullptr;
}

// `/orders/{id}` of a resource of a REST API; the steps that are not known yet are `…`.
std::string PathOf(const Context& context, const Resource* resource) {
  constexpr int kMaxSteps = 32;
  std::string path;
  for (int i = 0; resource != nullptr && i < kMaxSteps; ++i) {
    const std::string step = OneLineOf(context.plan.Text(*resource, "path_part"));
    path = absl::StrCat("/", step.empty() ? "…" : step, path);
    const Resource* parent = nullptr;
    for (const Target& target : context.plan.Referred(*resource, "parent_id")) {
      if (target.resource->type == "aws_api_gateway_resource") parent = target.resource;
    }
    resource = parent;
  }
  return path.empty() ? "/" : path;
}

// Whether callers must prove who they are. A key of an API tells callers apart; it proves nothing.
pb::Tristate AuthenticatedBy(absl::string_view authorization, bool api_key) {
  if (authorization.empty()) return pb::TRISTATE_UNSPECIFIED;
  if (authorization != "NONE") return pb::TRISTATE_YES;
  return api_key ? pb::TRISTATE_UNSPECIFIED : pb::TRISTATE_NO;
}

class ApiTable {
 public:
  explicit ApiTable(Context& context) : context_(context) {}

  void Add(const Resource& gateway, const std::string& method, const std::string& path, pb::Tristate authenticated) {
    Shown<pb::Api>*& api = apis_[&gateway];
    if (api == nullptr) {
      api = &context_.inventory.apis.emplace_back();
      const ShownComponent& component = *context_.ComponentOf(gateway);
      api->name = component.name;
      api->scope = context_.scope;
      api->spot = component.spot;
      api->value.set_name(component.value.name());
      api->Refers("component", {HandleOf(context_, gateway), "", component.spot});
    }
    pb::Endpoint& endpoint = *api->value.add_endpoints();
    endpoint.set_method(method);
    endpoint.set_path(path);
    endpoint.set_authenticated(authenticated);
    context_.inventory.Count("endpoints");
    if (authenticated == pb::TRISTATE_NO) context_.inventory.Count("unauthenticated_operations");
  }

 private:
  Context& context_;
  std::map<const Resource*, Shown<pb::Api>*> apis_;
};

}  // namespace

void ImportEndpoints(Context& context) {
  ApiTable apis(context);
  for (const Resource* method : OfType(context, "aws_api_gateway_method")) {
    const Resource* gateway = GatewayOf(context, *method, "rest_api_id");
    if (gateway == nullptr) continue;
    const Resource* resource = nullptr;
    for (const Target& target : context.plan.Referred(*method, "resource_id")) {
      if (target.resource->type == "aws_api_gateway_resource") resource = target.resource;
    }
    const bool api_key = FlagOf(context.plan.Scalar(*method, "api_key_required")).value_or(false);
    apis.Add(*gateway, context.plan.Text(*method, "http_method"), PathOf(context, resource),
             AuthenticatedBy(context.plan.Text(*method, "authorization"), api_key));
  }
  for (const Resource* route : OfType(context, "aws_apigatewayv2_route")) {
    const Resource* gateway = GatewayOf(context, *route, "api_id");
    if (gateway == nullptr) continue;
    const std::string key = OneLineOf(context.plan.Text(*route, "route_key"));
    const std::pair<std::string, std::string> parts = absl::StrSplit(key, absl::MaxSplits(' ', 1));
    const bool has_method = !parts.second.empty();
    const bool api_key = FlagOf(context.plan.Scalar(*route, "api_key_required")).value_or(false);
    apis.Add(*gateway, has_method ? parts.first : "", has_method ? parts.second : key,
             AuthenticatedBy(context.plan.Text(*route, "authorization_type"), api_key));
  }
}

}  // namespace metapowers::importers::terraform
