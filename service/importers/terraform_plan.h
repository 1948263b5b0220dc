// A Terraform plan or state: its resources, their values and what refers to what.
#ifndef METAPOWERS_SERVICE_IMPORTERS_TERRAFORM_PLAN_H_
#define METAPOWERS_SERVICE_IMPORTERS_TERRAFORM_PLAN_H_

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "service/importers/fields.h"
#include "service/importers/importer.h"
#include "service/importers/inventory.h"
#include "service/model/yaml_tree.h"

namespace metapowers::importers::terraform {

// One instance of a managed resource.
struct Resource {
  std::string address;  // e.g. `module.net.aws_subnet.a["x"]`
  std::string config;   // the same without indexes, as the configuration has it
  std::string module;   // address of its module; empty for the root
  std::string type;
  std::string name;
  std::string provider;                          // e.g. `registry.terraform.io/hashicorp/aws`
  std::string index;                             // of `count` or `for_each`; empty for neither
  bool is_counted = false;                       // `index` is one of `count`
  const model::YamlNode* node = nullptr;         // never null
  const model::YamlNode* values = nullptr;       // null when the file has none
  const model::YamlNode* sensitive = nullptr;    // what of `values` is; likewise
  const model::YamlNode* expressions = nullptr;  // in the configuration; likewise
};

// A reference, resolved.
struct Target {
  const Resource* resource;
  Spot spot;
};

// Immutable after the constructor. Keeps pointers into the document.
class Plan {
 public:
  Plan(const Document& document, FileFaults& faults);

  const std::deque<Resource>& resources() const { return resources_; }
  const std::string& file() const { return document_.file; }
  // Resources of `data` blocks.
  int data_sources() const { return data_sources_; }

  // The values at a path such as `vpc_config.subnet_ids`, those of all entries of lists on the way; never what is
  // sensitive, unknown or null.
  std::vector<const model::YamlNode*> Values(const Resource& resource, absl::string_view path) const;
  // The first of them that is a scalar; nullptr when there is none.
  const model::YamlNode* Scalar(const Resource& resource, absl::string_view path) const;
  // Its text; "" when there is none.
  std::string Text(const Resource& resource, absl::string_view path) const;
  // The parts of the configuration at a path: blocks and expressions.
  std::vector<const model::YamlNode*> Configured(const Resource& resource, absl::string_view path) const;
  // The resources that the configuration at a path refers to, through variables and outputs of modules, each once; of
  // those with several instances the one that the reference means where it says so, else all. "" is the whole resource.
  std::vector<Target> Referred(const Resource& resource, absl::string_view path) const;
  // The constant that the configuration of a provider has for an argument, or the value of the variable that it is;
  // "" when there is none or it is sensitive.
  std::string ProviderText(absl::string_view provider, absl::string_view key, Spot& spot) const;

  Spot SpotOf(const model::YamlNode& node) const { return document_.At(node); }
  Spot SpotOf(const Resource& resource) const { return document_.At(*resource.node); }

 private:
  struct Module {
    std::string parent;
    std::string call;                                   // name of the call in the parent
    const model::YamlNode* node = nullptr;              // the module's configuration
    const model::YamlNode* call_expressions = nullptr;  // arguments in the parent
  };
  struct Search;

  void ReadValues(const Field& module, int depth);
  void ReadResource(const Field& in, const std::string& module);
  void ReadConfiguration(const model::YamlNode& node, const std::string& path, int depth);
  void Resolve(const std::string& module, absl::string_view reference, const Spot& spot, Search& search) const;
  void ResolveAll(const std::string& module, const model::YamlNode& expression, Search& search) const;
  void AddInstances(const std::string& config, absl::string_view rest, const Spot& spot, Search& search) const;

  const Document& document_;
  int data_sources_ = 0;
  std::deque<Resource> resources_;
  absl::flat_hash_map<std::string, std::vector<const Resource*>> instances_;  // by `config`
  absl::flat_hash_map<std::string, const model::YamlNode*> expressions_;      // likewise
  std::map<std::string, Module> modules_;                                     // by address without indexes
};

// `address` without what is in brackets.
std::string StripIndexes(absl::string_view address);

}  // namespace metapowers::importers::terraform

#endif  // METAPOWERS_SERVICE_IMPORTERS_TERRAFORM_PLAN_H_
