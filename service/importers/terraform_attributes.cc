// Applies the rules of terraform_attributes.h.
#include "service/importers/terraform_attributes.h"

#include <algorithm>
#include <cmath>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "service/importers/plain_text.h"
#include "service/importers/terraform_context.h"

namespace metapowers::importers::terraform {

using model::YamlNode;

namespace {

constexpr double kMaxNumber = 1'000'000;

const std::vector<const AttributeRule*>& RulesOf(absl::string_view type) {
  using Index = absl::flat_hash_map<absl::string_view, std::vector<const AttributeRule*>>;
  static const Index* const index = [] {
    auto* rules = new Index;
    for (const auto& table : {AwsAttributeRules(), OtherAttributeRules()}) {
      for (const AttributeRule& rule : table) {
        for (const absl::string_view of : absl::StrSplit(rule.types, '|')) (*rules)[of].push_back(&rule);
      }
    }
    return rules;
  }();
  static const std::vector<const AttributeRule*> none;
  const auto found = index->find(type);
  return found == index->end() ? none : found->second;
}

bool SaysSomething(const YamlNode& node) {
  return node.kind == YamlNode::Kind::kScalar ? !node.text.empty() : !node.entries.empty();
}

// Whether the configuration gives a value that is known only later.
bool IsGivenLater(const Context& context, const Resource& resource, absl::string_view path) {
  const auto configured = context.plan.Configured(resource, path);
  return std::any_of(configured.begin(), configured.end(), [](const YamlNode* node) {
    const YamlNode* constant = node->Find("constant_value");
    return constant == nullptr ? !node->entries.empty() : SaysSomething(*constant) || !constant->items.empty();
  });
}

bool Holds(const Context& context, const Resource& resource, const AttributeRule& rule) {
  const auto values = context.plan.Values(resource, rule.path);
  const auto any = [&](auto test) { return std::any_of(values.begin(), values.end(), test); };
  if (!rule.also_is.empty()) {
    if (context.plan.Text(resource, rule.also) != rule.also_is) return false;
  } else if (!rule.also.empty() && !FlagOf(context.plan.Scalar(resource, rule.also)).value_or(false)) {
    return false;
  }
  switch (rule.test) {
    case Test::kTrue:
      return any([](const YamlNode* node) { return FlagOf(node).value_or(false); });
    case Test::kFalse:
      return any([](const YamlNode* node) { return !FlagOf(node).value_or(true); });
    case Test::kIs:
      return any([&](const YamlNode* node) { return absl::EqualsIgnoreCase(node->text, rule.operand); });
    case Test::kNumber:
      return any([](const YamlNode* node) { return NumberOf(node).has_value(); });
    case Test::kSet:
      return any([](const YamlNode* node) { return SaysSomething(*node); }) ||
             (values.empty() && IsGivenLater(context, resource, rule.path));
    case Test::kOwnKey:
      return any([](const YamlNode* node) {
               return SaysSomething(*node) && !absl::StrContains(node->text, "alias/aws/");
             }) ||
             (values.empty() && IsGivenLater(context, resource, rule.path));
  }
  return false;
}

// The first number at the path; 0 when it is out of all proportion.
int NumberAt(const Context& context, const Resource& resource, absl::string_view path) {
  const double number = NumberOf(context.plan.Scalar(resource, path)).value_or(0);
  return number < 0 || number > kMaxNumber ? 0 : static_cast<int>(std::lround(number));
}

void SetBackupDays(ShownComponent& component, int days, const Spot& spot) {
  pb::BackupPolicy& backup = *component.value.mutable_backup();
  if (days == 0) {
    backup.set_method(pb::BACKUP_METHOD_NONE);
    component.Observed("backup.method", spot);
  } else {
    backup.set_retention_days(days);
    component.Observed("backup.retention_days", spot);
  }
}

// Text that the model takes as it stands; "" when the plan does not know it.
void SetText(const Context& context, const Resource& resource, const AttributeRule& rule, ShownComponent& component) {
  const std::string text = OneLineOf(context.plan.Text(resource, rule.path));
  if (text.empty()) return;
  pb::Component& value = component.value;
  if (rule.effect == Effect::kVersion) {
    value.set_version(text);
    component.Observed("version", SpotOf(context, resource, rule.path));
  } else if (rule.effect == Effect::kLanguage) {
    value.set_language(text);
    component.Observed("language", SpotOf(context, resource, rule.path));
  } else {
    const std::vector<std::string> more(value.technology().begin(), value.technology().end());
    value.clear_technology();
    value.add_technology(absl::AsciiStrToLower(text));
    for (const std::string& word : more) {
      if (word != value.technology(0)) value.add_technology(word);
    }
    component.Observed("technology", SpotOf(context, resource, rule.path));
  }
}

void Apply(const Context& context, const Resource& resource, const AttributeRule& rule, ShownComponent& component) {
  const Spot spot = SpotOf(context, resource, rule.path);
  pb::Component& value = component.value;
  switch (rule.effect) {
    case Effect::kEncryption:
      value.set_encryption_at_rest(static_cast<pb::EncryptionAtRest>(rule.value));
      component.Observed("encryption_at_rest", spot);
      break;
    case Effect::kInternet:
      if (value.internet_facing() == pb::TRISTATE_YES) break;
      value.set_internet_facing(static_cast<pb::Tristate>(rule.value));
      component.Observed("internet_facing", spot);
      break;
    case Effect::kListed:
      if (value.internet_facing() != pb::TRISTATE_YES) break;
      value.clear_internet_facing();
      component.bases.erase("internet_facing");
      break;
    case Effect::kRedundant:
      value.set_redundant(static_cast<pb::Tristate>(rule.value));
      component.Observed("redundant", spot);
      break;
    case Effect::kMultiRegion:
      value.set_multi_region(true);
      component.Observed("multi_region", spot);
      break;
    case Effect::kBackupDays:
      SetBackupDays(component, NumberAt(context, resource, rule.path), spot);
      break;
    case Effect::kBackupMethod:
      value.mutable_backup()->set_method(static_cast<pb::BackupMethod>(rule.value));
      component.Observed("backup.method", spot);
      break;
    case Effect::kOffsite:
      value.mutable_backup()->set_offsite(true);
      component.Observed("backup.offsite", spot);
      break;
    case Effect::kReplication:
      value.set_replication(static_cast<pb::Replication>(rule.value));
      component.Observed("replication", spot);
      break;
    case Effect::kReplicas:
      value.set_replicas(NumberAt(context, resource, rule.path));
      component.Observed("replicas", spot);
      break;
    case Effect::kControl:
      SetControl(component, rule.control, static_cast<pb::PostureState>(rule.value), spot);
      break;
    case Effect::kTechnology:
    case Effect::kVersion:
    case Effect::kLanguage:
      SetText(context, resource, rule, component);
      break;
  }
}

void ApplyAll(const Context& context, const Resource& resource, ShownComponent& component) {
  for (const AttributeRule* rule : RulesOf(resource.type)) {
    if (Holds(context, resource, *rule)) Apply(context, resource, *rule, component);
  }
}

bool SaysOfInternet(const AttributeRule& rule, pb::Tristate value) {
  return rule.effect == Effect::kInternet && rule.value == value;
}

// Whether a resource says that the internet cannot reach it: its cloud ignores then what opens it.
bool IsClosed(const Context& context, const Resource& resource) {
  const auto& rules = RulesOf(resource.type);
  return std::any_of(rules.begin(), rules.end(), [&](const AttributeRule* rule) {
    return SaysOfInternet(*rule, pb::TRISTATE_NO) && Holds(context, resource, *rule);
  });
}

void ApplyDetail(const Context& context, const Resource& detail, const Resource& of, ShownComponent& component) {
  for (const AttributeRule* rule : RulesOf(detail.type)) {
    if (!Holds(context, detail, *rule)) continue;
    if (SaysOfInternet(*rule, pb::TRISTATE_YES) && IsClosed(context, of)) continue;
    Apply(context, detail, *rule, component);
  }
}

// The region of an address such as `eastus`, where the resource names its own.
void ReadLocation(Context& context, const Resource& resource, ShownComponent& component) {
  for (const char* key : {"location", "region"}) {
    const std::string name = absl::AsciiStrToLower(OneLineOf(context.plan.Text(resource, key)));
    if (name.empty() || absl::StrContains(name, "://") || absl::StartsWith(name, "projects/")) continue;
    const Spot spot = SpotOf(context, resource, key);
    Shown<pb::Region>& region = context.inventory.regions.emplace_back();
    region.name = name;
    region.spot = spot;
    region.value.set_name(name);
    region.value.set_hosting(true);
    component.Refers("regions", {name, "", spot});
    return;
  }
}

}  // namespace

void ReadAttributes(Context& context) {
  absl::flat_hash_map<absl::string_view, absl::string_view> details;
  for (const DetailType& detail : DetailTypes()) details[detail.type] = detail.path;
  for (const Resource& resource : context.plan.resources()) {
    if (ShownComponent* component = context.ComponentOf(resource); component != nullptr) {
      ApplyAll(context, resource, *component);
      ReadLocation(context, resource, *component);
    }
  }
  for (const Resource& resource : context.plan.resources()) {
    const auto detail = details.find(resource.type);
    if (detail == details.end()) continue;
    for (const Target& target : context.plan.Referred(resource, detail->second)) {
      if (ShownComponent* component = context.ComponentOf(*target.resource); component != nullptr) {
        ApplyDetail(context, resource, *target.resource, *component);
      }
    }
  }
}

}  // namespace metapowers::importers::terraform
