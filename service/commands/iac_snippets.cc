#include "service/commands/iac_snippets.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/analysis/iac_review.h"
#include "service/commands/config_snippets.h"
#include "service/knowledge/reviews.h"

namespace metapowers::commands {
namespace {

namespace kb = knowledge::v1;
using model::v1::IacSource;

// Where the files of a source stand.
const std::string& HomeOf(const IacSource& source) {
  return source.repository().empty() ? source.id() : source.repository();
}

// Of all sources in one place, since a policy stands there once for all of them.
std::vector<std::string> NamespacesIn(const model::Model& model, const std::string& home) {
  std::set<std::string> managed;
  for (const IacSource& source : model.proto().delivery().iac()) {
    if (HomeOf(source) == home) managed.merge(analysis::ManagedBy(model, source));
  }
  std::vector<std::string> namespaces;
  for (const model::v1::Zone& zone : model.proto().zones()) {
    const bool is_namespace = zone.type() == model::v1::ZONE_TYPE_K8S_NAMESPACE;
    if (is_namespace && managed.contains(zone.id())) namespaces.push_back(zone.id());
  }
  return namespaces;
}

}  // namespace

void AddScannerSnippets(const model::Model& model, ConfigSnippets& out) {
  std::set<std::pair<std::string, std::string>> made;  // by home and scanner
  for (const IacSource& source : model.proto().delivery().iac()) {
    const kb::IacTool* tool = knowledge::FindIacTool(source.tool());
    if (tool == nullptr) continue;
    for (const kb::ConfigTemplate& scanner : tool->scanners()) {
      if (!made.emplace(HomeOf(source), scanner.title()).second) continue;
      metapowers::v1::ConfigSnippet& snippet = *out.Add();
      snippet = FillConfig(scanner, {{"repository", HomeOf(source)}});
      snippet.add_elements(HomeOf(source));
    }
  }
}

void AddPolicySnippets(const model::Model& model, ConfigSnippets& out) {
  std::set<std::pair<std::string, std::string>> made;  // by home and policy
  for (const IacSource& source : model.proto().delivery().iac()) {
    for (const kb::IacPolicy* policy : analysis::PoliciesFor(model, source)) {
      if (!made.emplace(HomeOf(source), policy->id()).second) continue;
      metapowers::v1::ConfigSnippet& snippet = *out.Add();
      snippet = FillConfig(policy->config(), {{"system", model.proto().name()},
                                              {"namespaces", ConfigNode::Texts(NamespacesIn(model, HomeOf(source)))}});
      snippet.set_title(policy->title());
      snippet.add_elements(HomeOf(source));
    }
  }
}

void AddIacJobSnippets(const model::Model& model, ConfigSnippets& out) {
  for (const IacSource& source : model.proto().delivery().iac()) {
    for (const kb::IacJob* job : analysis::JobsFor(model, source)) {
      metapowers::v1::ConfigSnippet& snippet = *out.Add();
      snippet = FillConfig(job->config(), {{"source", source.id()}});
      snippet.set_title(knowledge::FindIacTool(source.tool())->name());
      if (!source.repository().empty()) {
        snippet.set_note(absl::StrCat("It stands in the repository ", source.repository(), ". ", snippet.note()));
      }
      snippet.add_elements(source.id());
    }
  }
}

}  // namespace metapowers::commands
