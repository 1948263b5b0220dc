#include "service/analysis/people_access.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "absl/strings/match.h"
#include "metapowers/knowledge/v1/technologies.pb.h"
#include "service/analysis/control_posture.h"
#include "service/analysis/outside.h"
#include "service/analysis/terms.h"

namespace metapowers::analysis {
namespace {

using model::v1::Component;
using model::v1::Flow;
using model::v1::Tristate;

// What a control of the programme claims for everything shows nothing on one path.
bool IsImplemented(const Element& element) {
  const ControlPosture posture = PostureOf(element, "mfa");
  return posture.state == model::v1::POSTURE_STATE_IMPLEMENTED && !absl::StartsWith(posture.source, "control ");
}

Tristate FactorsOf(const Flow& flow) {
  switch (flow.authentication()) {
    case model::v1::FLOW_AUTHENTICATION_MFA:
      return model::v1::TRISTATE_YES;
    case model::v1::FLOW_AUTHENTICATION_UNSPECIFIED:
    case model::v1::FLOW_AUTHENTICATION_EXTERNALISED:
    case model::v1::FLOW_AUTHENTICATION_OAUTH2_PKCE:
      return model::v1::TRISTATE_UNSPECIFIED;
    default:
      return model::v1::TRISTATE_NO;
  }
}

People WhoUses(const Facts& facts, const ComponentFacts& source) {
  const Component& component = *source.component;
  if (!component.third_party().empty()) return People::kSupplier;
  const auto exposure = ExposureOf(facts, source);
  const bool outside = exposure.has_value() && IsOutside(*exposure);
  if (outside && component.usage() != model::v1::USAGE_DEVOPS && !component.admin()) return People::kCustomer;
  return People::kPersonnel;
}

class Finder {
 public:
  explicit Finder(const Landscape& landscape) : landscape_(landscape), facts_(landscape.facts()) {}

  std::vector<PeoplePath> Run() {
    const auto& flows = landscape_.flows();
    for (int i = 0; i < static_cast<int>(flows.size()); ++i) {
      const ComponentFacts& source = *landscape_.components()[flows[i].source].facts;
      const ComponentFacts& target = *landscape_.components()[flows[i].target].facts;
      if (!IsExternal(*source.component) || !source.component->used_by_human() || !IsOurs(facts_, target)) continue;
      AddPath(i, -1, source);
      if (!IsBastion(*target.component)) continue;
      for (const int onward : landscape_.components()[flows[i].target].outbound) {
        if (IsOnBehalf(onward)) AddPath(onward, i, source);
      }
    }
    std::vector<PeoplePath> paths;
    for (auto& [key, path] : paths_) paths.push_back(path);
    return paths;
  }

 private:
  // A bastion also sends records and fetches secrets for itself: what goes to the people's targets carries their
  // session, or administers.
  bool IsOnBehalf(int index) const {
    const Flow& flow = *landscape_.flows()[index].flow;
    const Component& target = *landscape_.components()[landscape_.flows()[index].target].facts->component;
    const bool fetches = !flow.receives().empty() && IsVault(landscape_.flows()[index].target);
    return !IsExternal(target) && !fetches && !OnlyRecords(flow);
  }

  // Whether the flow carries away logs and nothing else.
  bool OnlyRecords(const Flow& flow) const {
    if (flow.sends().empty() || !flow.receives().empty()) return false;
    return std::all_of(flow.sends().begin(), flow.sends().end(), [&](const std::string& id) {
      const auto* data = landscape_.model().Find<model::v1::DataClass>(id);
      return data != nullptr && HasCategory(*data, {model::v1::DATA_CATEGORY_LOGS});
    });
  }

  bool IsVault(int component) const {
    const uint64_t bit = uint64_t{1} << knowledge::v1::CAPABILITY_VAULT;
    return (landscape_.components()[component].capabilities & bit) != 0;
  }

  void AddPath(int index, int through, const ComponentFacts& source) {
    const FlowView& view = landscape_.flows()[index];
    PeoplePath path;
    path.flow = view.flow;
    path.source = &source;
    path.target = landscape_.components()[view.target].facts;
    path.people = WhoUses(facts_, source);
    path.administrative = view.flow->usage() == model::v1::USAGE_DEVOPS || path.target->component->admin() ||
                          source.component->admin() || through >= 0;
    path.several_factors = FactorsOf(*view.flow);
    bool implemented =
        IsImplemented(landscape_.FlowElement(index)) || IsImplemented(landscape_.ComponentElement(view.target));
    if (through >= 0) {
      const FlowView& entry = landscape_.flows()[through];
      path.through = entry.flow;
      implemented |= FactorsOf(*entry.flow) == model::v1::TRISTATE_YES ||
                     IsImplemented(landscape_.FlowElement(through)) ||
                     IsImplemented(landscape_.ComponentElement(entry.target));
    }
    if (implemented) path.several_factors = model::v1::TRISTATE_YES;
    path.cde = path.target->pci_scope == PciScope::kCde;
    const auto environment = path.target->component->environment();
    const bool production =
        environment != model::v1::ENVIRONMENT_STAGING && environment != model::v1::ENVIRONMENT_DEVELOPMENT;
    path.required = path.people != People::kCustomer && (production || path.cde);
    Keep(path);
  }

  // Of several ways through a bastion the one with the fewest factors counts.
  void Keep(const PeoplePath& path) {
    const auto rank = [](Tristate factors) {
      return factors == model::v1::TRISTATE_NO ? 0 : factors == model::v1::TRISTATE_UNSPECIFIED ? 1 : 2;
    };
    const auto [found, added] = paths_.emplace(std::make_tuple(path.people, path.flow->id()), path);
    if (!added && rank(path.several_factors) < rank(found->second.several_factors)) found->second = path;
  }

  const Landscape& landscape_;
  const Facts& facts_;
  std::map<std::tuple<People, std::string>, PeoplePath> paths_;
};

}  // namespace

std::vector<PeoplePath> FindPeoplePaths(const Landscape& landscape) { return Finder(landscape).Run(); }

bool IsFromPublic(const Landscape& landscape, const FlowView& flow) {
  const ComponentFacts& source = *landscape.components()[flow.source].facts;
  if (!IsExternal(*source.component) || flow.flow->vpn() || flow.flow->usage() == model::v1::USAGE_DEVOPS) return false;
  if (ExposureOf(landscape.facts(), source) != EntryExposure::kInternet) return false;
  const bool shows_nothing = flow.flow->authentication() == model::v1::FLOW_AUTHENTICATION_NONE;
  return WhoUses(landscape.facts(), source) == People::kCustomer &&
         (source.component->used_by_human() || shows_nothing);
}

FactorVerdict VerdictOn(const PeoplePath& path) {
  if (!path.required) return FactorVerdict::kNotRequired;
  switch (path.several_factors) {
    case model::v1::TRISTATE_YES:
      return FactorVerdict::kMet;
    case model::v1::TRISTATE_NO:
      return FactorVerdict::kFails;
    default:
      return FactorVerdict::kUnknown;
  }
}

}  // namespace metapowers::analysis
