// Policies that allow everything, and secrets that stand in the configuration: see terraform.h.
#include <algorithm>

#include "absl/strings/match.h"
#include "service/importers/settings.h"
#include "service/importers/terraform_context.h"
#include "service/model/faults.h"

namespace metapowers::importers::terraform {

using model::Quote;
using model::YamlNode;
using model::YamlTree;

namespace {

// --- Policies ----------------------------------------------------------------------------------------------------

// Where resources name the role that they act as.
constexpr absl::string_view kRolePaths[] = {
    "role",         "role_arn", "iam_role_arn",         "task_role_arn",   "execution_role_arn",
    "service_role", "iam_role", "iam_instance_profile", "service_role_arn"};
// Policies of AWS that allow everything.
constexpr absl::string_view kAdminPolicies[] = {"/AdministratorAccess", "/PowerUserAccess", "/IAMFullAccess"};
// Roles of Google Cloud and Azure that allow nearly everything.
constexpr absl::string_view kAdminRoles[] = {"roles/owner", "roles/editor", "Owner", "Contributor",
                                             "User Access Administrator"};

bool HasWildcard(const YamlNode* node, bool whole) {
  if (node == nullptr) return false;
  if (node->kind == YamlNode::Kind::kList) {
    return std::any_of(node->items.begin(), node->items.end(),
                       [&](const YamlNode* n) { return HasWildcard(n, whole); });
  }
  return node->text == "*" || (!whole && absl::EndsWith(node->text, ":*"));
}

// Whether a statement allows every action, or every one of a service, on everything.
bool AllowsAll(const YamlNode& statement) {
  const YamlNode* effect = statement.Find("Effect");
  return effect != nullptr && effect->text == "Allow" && HasWildcard(statement.Find("Action"), false) &&
         HasWildcard(statement.Find("Resource"), true);
}

// Whether the policy that an attribute has as text allows everything.
bool IsWildcardPolicy(const Context& context, const Resource& resource) {
  const YamlNode* text = context.plan.Scalar(resource, "policy");
  if (text == nullptr) return false;
  constexpr uint64_t kMaxPolicyNodes = 10'000;
  model::Faults faults;
  const auto trees = YamlTree::ParseAll(text->text, kMaxPolicyNodes, faults);
  if (!faults.empty() || trees.empty()) return false;
  const YamlNode* statements = trees.front()->root().Find("Statement");
  if (statements == nullptr) return false;
  if (statements->kind == YamlNode::Kind::kMap) return AllowsAll(*statements);
  return std::any_of(statements->items.begin(), statements->items.end(),
                     [](const YamlNode* statement) { return AllowsAll(*statement); });
}

void Warn(Context& context, const Resource& resource, const Spot& spot, std::string text) {
  context.inventory.Note(v1::IMPORT_NOTE_KIND_WARNING, spot, resource.address, std::move(text));
}

// The roles that may do everything, with where that is said.
std::map<const Resource*, Spot> PowerfulRoles(Context& context) {
  std::map<const Resource*, Spot> roles;
  std::set<const Resource*> policies;
  const auto add_roles = [&](const Resource& resource, const Spot& spot) {
    for (const char* path : {"role", "roles"}) {
      for (const Target& role : context.plan.Referred(resource, path)) roles.try_emplace(role.resource, spot);
    }
  };
  for (const char* type : {"aws_iam_policy", "aws_iam_role_policy"}) {
    for (const Resource* policy : OfType(context, type)) {
      if (!IsWildcardPolicy(context, *policy)) continue;
      const Spot spot = SpotOf(context, *policy, "policy");
      Warn(context, *policy, spot, absl::StrCat(policy->address, " allows all actions on all resources"));
      policies.insert(policy);
      add_roles(*policy, spot);
    }
  }
  for (const char* type : {"aws_iam_role_policy_attachment", "aws_iam_policy_attachment"}) {
    for (const Resource* attachment : OfType(context, type)) {
      const std::string arn = context.plan.Text(*attachment, "policy_arn");
      const bool admin = std::any_of(std::begin(kAdminPolicies), std::end(kAdminPolicies),
                                     [&](absl::string_view name) { return absl::EndsWith(arn, name); });
      const Spot spot = SpotOf(context, *attachment, "policy_arn");
      if (admin) Warn(context, *attachment, spot, absl::StrCat(attachment->address, " attaches ", Quote(arn)));
      const std::vector<Target> attached = context.plan.Referred(*attachment, "policy_arn");
      if (admin || std::any_of(attached.begin(), attached.end(),
                               [&](const Target& t) { return policies.count(t.resource) > 0; })) {
        add_roles(*attachment, spot);
      }
    }
  }
  return roles;
}

void ReadRoles(Context& context) {
  const std::map<const Resource*, Spot> powerful = PowerfulRoles(context);
  for (const Resource& resource : context.plan.resources()) {
    ShownComponent* component = context.ComponentOf(resource);
    if (component == nullptr) continue;
    for (const absl::string_view path : kRolePaths) {
      for (Target role : context.plan.Referred(resource, path)) {
        if (role.resource->type == "aws_iam_instance_profile") {
          const std::vector<Target> inside = context.plan.Referred(*role.resource, "role");
          if (!inside.empty()) role = inside.front();
        }
        const auto found = powerful.find(role.resource);
        if (found != powerful.end()) SetControl(*component, "least_privilege", pb::POSTURE_STATE_ABSENT, found->second);
      }
    }
  }
  for (const char* type : {"google_project_iam_member", "google_project_iam_binding", "azurerm_role_assignment"}) {
    const absl::string_view path = absl::StartsWith(type, "azurerm") ? "role_definition_name" : "role";
    for (const Resource* resource : OfType(context, type)) {
      const std::string role = context.plan.Text(*resource, path);
      if (std::find(std::begin(kAdminRoles), std::end(kAdminRoles), role) == std::end(kAdminRoles)) continue;
      Warn(context, *resource, SpotOf(context, *resource, path),
           absl::StrCat(resource->address, " gives role ", Quote(role), ", which allows nearly everything"));
    }
  }
}

// --- Secrets -----------------------------------------------------------------------------------------------------

// Settings that the code of a resource is given: mappings of names to values, or lists of both.
constexpr absl::string_view kSettingPaths[] = {"environment.variables",   "app_settings",
                                               "environment_variables",   "service_config.environment_variables",
                                               "template.containers.env", "template.spec.containers.env",
                                               "template.container.env",  "container.environment_variables"};
// Attributes that are secrets.
constexpr absl::string_view kSecretPaths[] = {"password",
                                              "master_password",
                                              "auth_token",
                                              "admin_password",
                                              "administrator_login_password",
                                              "administrator_password",
                                              "secret_string",
                                              "master_user_options.master_user_password",
                                              "advanced_security_options.master_user_options.master_user_password",
                                              "user.password",
                                              "token"};

void Raise(Context& context, const Resource& resource, ShownComponent* component, absl::string_view what,
           const Spot& spot) {
  Warn(context, resource, spot,
       absl::StrCat(what, " of ", resource.address,
                    " holds a secret in clear text; its value was not taken over. Keep it in a secret store"));
  if (component != nullptr) SetControl(*component, "secrets_external", pb::POSTURE_STATE_ABSENT, spot);
}

void ReadSetting(Context& context, const Resource& resource, ShownComponent& component, const std::string& name,
                 const YamlNode& value) {
  if (value.kind != YamlNode::Kind::kScalar || !HoldsSecret(name, value.text)) return;
  Raise(context, resource, &component, absl::StrCat("environment variable ", Quote(name)), context.plan.SpotOf(value));
}

void ReadSettings(Context& context, const Resource& resource, ShownComponent& component) {
  for (const absl::string_view path : kSettingPaths) {
    for (const YamlNode* settings : context.plan.Values(resource, path)) {
      const YamlNode* name = settings->Find("name");
      const YamlNode* value = settings->Find("value");
      if (name != nullptr) {
        if (value != nullptr) ReadSetting(context, resource, component, name->text, *value);
        continue;
      }
      for (const model::YamlEntry& entry : settings->entries) {
        ReadSetting(context, resource, component, entry.key, *entry.value);
      }
    }
  }
}

// The settings of the containers of a task, which its definition has as text.
void ReadTask(Context& context, const Resource& service, ShownComponent& component) {
  constexpr uint64_t kMaxTaskNodes = 50'000;
  for (const Target& task : context.plan.Referred(service, "task_definition")) {
    const YamlNode* text = context.plan.Scalar(*task.resource, "container_definitions");
    if (text == nullptr) continue;
    model::Faults faults;
    const auto trees = YamlTree::ParseAll(text->text, kMaxTaskNodes, faults);
    if (!faults.empty() || trees.empty()) continue;
    for (const YamlNode* container : trees.front()->root().items) {
      const YamlNode* environment = container->Find("environment");
      if (environment == nullptr) continue;
      for (const YamlNode* setting : environment->items) {
        const YamlNode* name = setting->Find("name");
        const YamlNode* value = setting->Find("value");
        if (name == nullptr || value == nullptr || !HoldsSecret(name->text, value->text)) continue;
        Raise(context, *task.resource, &component, absl::StrCat("environment variable ", Quote(name->text)),
              context.plan.SpotOf(*text));
      }
    }
  }
}

// Secrets that somebody wrote into the configuration.
void ReadConstants(Context& context, const Resource& resource) {
  for (const absl::string_view path : kSecretPaths) {
    for (const YamlNode* configured : context.plan.Configured(resource, path)) {
      const YamlNode* constant = configured->Find("constant_value");
      if (constant == nullptr || constant->kind != YamlNode::Kind::kScalar || constant->text.empty()) continue;
      Raise(context, resource, context.ComponentOf(resource), absl::StrCat("attribute ", path),
            context.plan.SpotOf(*configured));
    }
  }
}

}  // namespace

void ReadAccess(Context& context) {
  ReadRoles(context);
  for (const Resource& resource : context.plan.resources()) {
    ReadConstants(context, resource);
    ShownComponent* component = context.ComponentOf(resource);
    if (component == nullptr) continue;
    ReadSettings(context, resource, *component);
    if (resource.type == "aws_ecs_service") ReadTask(context, resource, *component);
  }
}

}  // namespace metapowers::importers::terraform
