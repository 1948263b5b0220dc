#include "service/importers/terraform_plan.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "service/importers/plain_text.h"

namespace metapowers::importers::terraform {

using model::YamlEntry;
using model::YamlNode;

namespace {

constexpr int kMaxModuleDepth = 32;
constexpr size_t kMaxAddress = 500;

using Steps = absl::Span<const std::string>;

std::vector<std::string> StepsOf(absl::string_view path) {
  return path.empty() ? std::vector<std::string>{} : absl::StrSplit(path, '.');
}

// Whether something at the path is marked; of lists, any entry, since entries of sets have no order.
bool IsMarked(const YamlNode* marks, Steps steps) {
  if (marks == nullptr) return false;
  if (marks->kind == YamlNode::Kind::kScalar) return marks->text == "true";
  if (marks->kind == YamlNode::Kind::kList) {
    return std::any_of(marks->items.begin(), marks->items.end(),
                       [&](const YamlNode* item) { return IsMarked(item, steps); });
  }
  if (!steps.empty()) return IsMarked(marks->Find(steps.front()), steps.subspan(1));
  return std::any_of(marks->entries.begin(), marks->entries.end(),
                     [&](const YamlEntry& entry) { return IsMarked(entry.value, steps); });
}

void CollectValues(const YamlNode* node, Steps steps, std::vector<const YamlNode*>& out) {
  if (node == nullptr || node->kind == YamlNode::Kind::kNull) return;
  if (node->kind == YamlNode::Kind::kList) {
    for (const YamlNode* item : node->items) CollectValues(item, steps, out);
  } else if (steps.empty()) {
    out.push_back(node);
  } else {
    CollectValues(node->Find(steps.front()), steps.subspan(1), out);
  }
}

bool IsExpression(const YamlNode& node) {
  return node.Find("references") != nullptr || node.Find("constant_value") != nullptr;
}

// An expression on the way, of which the rest of the path is a part, counts.
void CollectConfigured(const YamlNode* node, Steps steps, std::vector<const YamlNode*>& out) {
  if (node == nullptr || node->kind == YamlNode::Kind::kNull) return;
  if (node->kind == YamlNode::Kind::kList) {
    for (const YamlNode* item : node->items) CollectConfigured(item, steps, out);
  } else if (steps.empty() || IsExpression(*node)) {
    out.push_back(node);
  } else {
    CollectConfigured(node->Find(steps.front()), steps.subspan(1), out);
  }
}

std::string Join(absl::string_view module, absl::string_view rest) {
  return module.empty() ? std::string(rest) : absl::StrCat(module, ".", rest);
}

const YamlNode* MapOrNull(const YamlNode* node) {
  return node != nullptr && node->kind == YamlNode::Kind::kMap ? node : nullptr;
}

}  // namespace

std::string StripIndexes(absl::string_view address) {
  std::string out;
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < address.size(); ++i) {
    const char c = address[i];
    if (depth > 0 && c == '\\') {
      ++i;
    } else if (depth > 0 && c == '"') {
      quoted = !quoted;
    } else if (c == '[' && !quoted) {
      ++depth;
    } else if (c == ']' && depth > 0 && !quoted) {
      --depth;
    } else if (depth == 0) {
      out += c;
    }
  }
  return out;
}

// What a resolution of references has come to.
struct Plan::Search {
  const Resource& from;
  bool by_index = false;                                 // the references ask for the instance of the same index
  std::set<std::pair<std::string, std::string>> passed;  // module and reference
  std::set<const Resource*> found;
  std::set<std::string> configs;  // of those
  std::vector<Target> targets;
};

Plan::Plan(const Document& document, FileFaults& faults) : document_(document) {
  Reading reading(kExported, faults);
  const Field plan(document, reading);
  if (const YamlNode* configuration = document.root->Find("configuration"); configuration != nullptr) {
    if (const YamlNode* root = configuration->Find("root_module"); root != nullptr) ReadConfiguration(*root, "", 0);
  }
  for (const char* key : {"planned_values", "values"}) {
    const Field root = plan[key].Map()["root_module"].Map();
    if (!root.exists()) continue;
    ReadValues(root, 0);
    break;
  }
  for (const Resource& resource : resources_) instances_[resource.config].push_back(&resource);
}

void Plan::ReadConfiguration(const YamlNode& node, const std::string& path, int depth) {
  if (depth > kMaxModuleDepth) return;
  modules_[path].node = &node;
  if (const YamlNode* resources = node.Find("resources"); resources != nullptr) {
    for (const YamlNode* resource : resources->items) {
      const YamlNode* address = resource->Find("address");
      if (address != nullptr) expressions_[Join(path, address->text)] = MapOrNull(resource->Find("expressions"));
    }
  }
  const YamlNode* calls = node.Find("module_calls");
  if (calls == nullptr) return;
  for (const YamlEntry& call : calls->entries) {
    const std::string child = Join(path, absl::StrCat("module.", call.key));
    const YamlNode* configuration = MapOrNull(call.value->Find("module"));
    if (configuration == nullptr) continue;
    modules_[child] = {path, call.key, configuration, MapOrNull(call.value->Find("expressions"))};
    ReadConfiguration(*configuration, child, depth + 1);
  }
}

void Plan::ReadValues(const Field& module, int depth) {
  const std::string address = module["address"].Raw();
  for (const Field& in : module["resources"].Maps()) ReadResource(in, address);
  if (depth == kMaxModuleDepth) {
    module["child_modules"].Fault("is nested too deep");
    return;
  }
  for (const Field& child : module["child_modules"].Maps()) ReadValues(child, depth + 1);
}

void Plan::ReadResource(const Field& in, const std::string& module) {
  if (in["mode"].Raw() == "data") {
    ++data_sources_;
    return;
  }
  Resource& resource = resources_.emplace_back();
  resource.module = module;
  resource.type = in["type"].Raw();
  resource.name = in["name"].Raw();
  if (resource.type.empty() || resource.name.empty()) {
    in["type"].Fault("and `name` of a resource are required");
  }
  resource.address = CutText(in["address"].Raw(), kMaxAddress);
  resource.config = Join(StripIndexes(module), absl::StrCat(resource.type, ".", resource.name));
  if (resource.address.empty()) resource.address = resource.config;
  resource.node = &in.node();
  if (const YamlNode* index = in.node().Find("index"); index != nullptr && index->kind == YamlNode::Kind::kScalar) {
    resource.index = CutText(index->text, kMaxLine);
    resource.is_counted = index->plain && NumberOf(index).has_value();
  }
  resource.values = MapOrNull(in.node().Find("values"));
  resource.sensitive = in.node().Find("sensitive_values");
  const auto expressions = expressions_.find(resource.config);
  if (expressions != expressions_.end()) resource.expressions = expressions->second;
}

std::vector<const YamlNode*> Plan::Values(const Resource& resource, absl::string_view path) const {
  std::vector<const YamlNode*> out;
  const std::vector<std::string> steps = StepsOf(path);
  if (resource.values != nullptr && !IsMarked(resource.sensitive, steps)) CollectValues(resource.values, steps, out);
  return out;
}

const YamlNode* Plan::Scalar(const Resource& resource, absl::string_view path) const {
  for (const YamlNode* value : Values(resource, path)) {
    if (value->kind == YamlNode::Kind::kScalar) return value;
  }
  return nullptr;
}

std::string Plan::Text(const Resource& resource, absl::string_view path) const {
  const YamlNode* value = Scalar(resource, path);
  return value == nullptr ? "" : CutText(value->text, kMaxLine);
}

std::vector<const YamlNode*> Plan::Configured(const Resource& resource, absl::string_view path) const {
  std::vector<const YamlNode*> out;
  CollectConfigured(resource.expressions, StepsOf(path), out);
  return out;
}

std::vector<Target> Plan::Referred(const Resource& resource, absl::string_view path) const {
  Search search{resource, false, {}, {}, {}, {}};
  const std::string module = StripIndexes(resource.module);
  for (const YamlNode* node : Configured(resource, path)) ResolveAll(module, *node, search);
  return std::move(search.targets);
}

void Plan::ResolveAll(const std::string& module, const YamlNode& expression, Search& search) const {
  if (expression.kind == YamlNode::Kind::kList) {
    for (const YamlNode* item : expression.items) ResolveAll(module, *item, search);
    return;
  }
  const YamlNode* references = expression.Find("references");
  if (references == nullptr || references->kind != YamlNode::Kind::kList) {
    for (const YamlEntry& entry : expression.entries) {
      if (entry.key != "constant_value") ResolveAll(module, *entry.value, search);
    }
    return;
  }
  for (const YamlNode* item : references->items) {
    if (absl::StartsWith(item->text, "each.") || item->text == "count.index") search.by_index = true;
  }
  for (const YamlNode* item : references->items) Resolve(module, item->text, SpotOf(*item), search);
}

void Plan::Resolve(const std::string& module, absl::string_view reference, const Spot& spot, Search& search) const {
  constexpr size_t kMaxReferences = 10'000;
  if (search.passed.size() > kMaxReferences || !search.passed.emplace(module, std::string(reference)).second) return;
  const std::vector<std::string> steps = absl::StrSplit(StripIndexes(reference), '.');
  if (steps.size() < 2) return;
  if (steps[0] == "var") {
    const auto here = modules_.find(module);
    if (here == modules_.end() || here->second.call_expressions == nullptr) return;
    const YamlNode* argument = here->second.call_expressions->Find(steps[1]);
    if (argument != nullptr) ResolveAll(here->second.parent, *argument, search);
  } else if (steps[0] == "module") {
    const std::string child = Join(module, absl::StrCat("module.", steps[1]));
    const auto there = modules_.find(child);
    if (steps.size() < 3 || there == modules_.end() || there->second.node == nullptr) return;
    const YamlNode* outputs = there->second.node->Find("outputs");
    const YamlNode* output = outputs == nullptr ? nullptr : outputs->Find(steps[2]);
    const YamlNode* expression = output == nullptr ? nullptr : output->Find("expression");
    if (expression != nullptr) ResolveAll(child, *expression, search);
  } else {
    const std::string local = absl::StrCat(steps[0], ".", steps[1]);
    AddInstances(Join(module, local), absl::StripPrefix(reference, local), spot, search);
  }
}

void Plan::AddInstances(const std::string& config, absl::string_view rest, const Spot& spot, Search& search) const {
  const auto instances = instances_.find(config);
  if (instances == instances_.end()) return;
  const auto add_if = [&](auto matches) {
    bool any = false;
    for (const Resource* instance : instances->second) {
      if (!matches(*instance)) continue;
      any = true;
      search.configs.insert(config);
      if (instance != &search.from && search.found.insert(instance).second) search.targets.push_back({instance, spot});
    }
    return any;
  };
  std::string index;
  if (absl::ConsumePrefix(&rest, "["))
    index = std::string(absl::StripPrefix(absl::StripSuffix(rest.substr(0, rest.find(']')), "\""), "\""));
  const auto in_module = [&](const Resource& r) {
    return r.module == search.from.module || StripIndexes(r.module) != StripIndexes(search.from.module);
  };
  if (!index.empty()) {
    add_if([&](const Resource& r) { return r.index == index && in_module(r); });
    return;
  }
  // A list of references names `a[0].id`, `a[0]` and `a`: the last of them says no more than the others.
  if (search.configs.count(config) > 0) return;
  if (search.by_index && !search.from.index.empty() &&
      add_if([&](const Resource& r) { return r.index == search.from.index && in_module(r); })) {
    return;
  }
  add_if(in_module);
}

std::string Plan::ProviderText(absl::string_view provider, absl::string_view key, Spot& spot) const {
  const YamlNode* configuration = document_.root->Find("configuration");
  const YamlNode* providers = configuration == nullptr ? nullptr : configuration->Find("provider_config");
  const YamlNode* own = providers == nullptr ? nullptr : providers->Find(provider);
  const YamlNode* expressions = own == nullptr ? nullptr : own->Find("expressions");
  const YamlNode* expression = expressions == nullptr ? nullptr : expressions->Find(key);
  if (expression == nullptr) return "";
  spot = SpotOf(*expression);
  if (const YamlNode* constant = expression->Find("constant_value"); constant != nullptr)
    return CutText(constant->text, kMaxLine);
  const YamlNode* references = expression->Find("references");
  if (references == nullptr || references->items.size() != 1) return "";
  absl::string_view name = references->items[0]->text;
  if (!absl::ConsumePrefix(&name, "var.")) return "";
  const auto root = modules_.find("");
  const YamlNode* declared = root == modules_.end() ? nullptr : root->second.node->Find("variables");
  const YamlNode* variable = declared == nullptr ? nullptr : declared->Find(name);
  if (variable != nullptr && FlagOf(variable->Find("sensitive")).value_or(false)) return "";
  const YamlNode* variables = document_.root->Find("variables");
  const YamlNode* value = variables == nullptr ? nullptr : variables->Find(name);
  const YamlNode* text = value == nullptr ? nullptr : value->Find("value");
  return text == nullptr ? "" : CutText(text->text, kMaxLine);
}

}  // namespace metapowers::importers::terraform
