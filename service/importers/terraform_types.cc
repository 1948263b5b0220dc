#include "service/importers/terraform_types.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/match.h"

namespace metapowers::importers::terraform {

namespace {

// Of providers that run nothing.
constexpr ResourceType kTools[] = {
    {"archive_file", Role::kTool},     {"local_file", Role::kTool},      {"local_sensitive_file", Role::kTool},
    {"null_resource", Role::kTool},    {"random_id", Role::kTool},       {"random_integer", Role::kTool},
    {"random_password", Role::kTool},  {"random_pet", Role::kTool},      {"random_shuffle", Role::kTool},
    {"random_string", Role::kTool},    {"random_uuid", Role::kTool},     {"template_dir", Role::kTool},
    {"terraform_data", Role::kTool},   {"time_sleep", Role::kTool},      {"time_static", Role::kTool},
    {"tls_cert_request", Role::kTool}, {"tls_private_key", Role::kTool}, {"tls_self_signed_cert", Role::kTool},
};
static_assert(std::is_sorted(std::begin(kTools), std::end(kTools),
                             [](const ResourceType& a, const ResourceType& b) { return a.type < b.type; }));

constexpr Cloud kClouds[] = {
    {"aws_", "aws", pb::PROVIDER_AWS, "AWS account", AwsTypes},
    {"google_", "google", pb::PROVIDER_GCP, "Google Cloud project", GoogleTypes},
    {"azurerm_", "azurerm", pb::PROVIDER_AZURE, "Azure subscription", AzureTypes},
};

}  // namespace

const ResourceType* FindType(absl::string_view type) {
  const Cloud* cloud = CloudOf(type);
  const absl::Span<const ResourceType> types = cloud == nullptr ? absl::MakeConstSpan(kTools) : cloud->types();
  const auto found = std::lower_bound(types.begin(), types.end(), type,
                                      [](const ResourceType& row, absl::string_view t) { return row.type < t; });
  return found != types.end() && found->type == type ? &*found : nullptr;
}

const Cloud* CloudOf(absl::string_view type) {
  for (const Cloud& cloud : kClouds) {
    if (absl::StartsWith(type, cloud.prefix)) return &cloud;
  }
  return nullptr;
}

}  // namespace metapowers::importers::terraform
