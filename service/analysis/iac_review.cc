#include "service/analysis/iac_review.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <tuple>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "service/analysis/attributes.h"
#include "service/analysis/element_team.h"
#include "service/knowledge/reviews.h"
#include "service/knowledge/rules.h"

namespace metapowers::analysis {
namespace {

namespace kb = knowledge::v1;

struct CompiledSetting {
  const kb::IacSetting* row = nullptr;
  std::vector<Condition> match;
};

// Shipped rows are compiled once; a test of the data finds one that cannot be.
const std::vector<CompiledSetting>& Settings() {
  static const auto* const settings = [] {
    auto* const all = new std::vector<CompiledSetting>();  // never destroyed: others may look up while exiting
    for (const kb::IacSetting& row : knowledge::IacReview().settings()) {
      CompiledSetting& compiled = all->emplace_back();
      compiled.row = &row;
      for (const kb::AttributeMatch& match : row.match()) {
        absl::StatusOr<Condition> condition = Condition::Compile(row.subject(), match);
        if (!condition.ok()) {
          std::fprintf(stderr, "embedded setting %s cannot be used\n", row.id().c_str());
          std::abort();
        }
        compiled.match.push_back(*std::move(condition));
      }
    }
    return all;
  }();
  return *settings;
}

// Kinds of infrastructure that code describes; sites and hardware are built by hand.
bool CanBeCode(const model::v1::Infrastructure& infrastructure) {
  switch (infrastructure.kind()) {
    case model::v1::INFRASTRUCTURE_KIND_KUBERNETES_CLUSTER:
    case model::v1::INFRASTRUCTURE_KIND_CLOUD_ACCOUNT:
    case model::v1::INFRASTRUCTURE_KIND_CDN:
    case model::v1::INFRASTRUCTURE_KIND_VIRTUAL_MACHINE:
    case model::v1::INFRASTRUCTURE_KIND_DNS:
    case model::v1::INFRASTRUCTURE_KIND_IDENTITY_PROVIDER:
      return true;
    default:
      return false;
  }
}

// Whether releases of applications are deployed to it as well.
bool TakesReleases(const model::Model& model, const std::string& id) {
  const auto kind = model.Find<model::v1::Infrastructure>(id)->kind();
  return kind == model::v1::INFRASTRUCTURE_KIND_KUBERNETES_CLUSTER ||
         kind == model::v1::INFRASTRUCTURE_KIND_VIRTUAL_MACHINE;
}

// Whether the pipeline applies the code of the source. One that deploys to nothing but clusters and machines of a
// source that describes accounts as well brings applications there.
bool Applies(const model::Model& model, const model::v1::Pipeline& pipeline, const model::v1::IacSource& source) {
  const bool hosts_alone =
      absl::c_all_of(source.manages(), [&](const std::string& id) { return TakesReleases(model, id); });
  return absl::c_any_of(pipeline.deploys_to(), [&](const std::string& id) {
    return absl::c_linear_search(source.manages(), id) && (hosts_alone || !TakesReleases(model, id));
  });
}

// Whether something that the source manages is of the row's providers and of `kinds`.
template <class Row, class Kinds>
bool IsFor(const Row& row, const Kinds& kinds, const model::Model& model, const model::v1::IacSource& source) {
  return absl::c_any_of(source.manages(), [&](const std::string& id) {
    const auto& one = *model.Find<model::v1::Infrastructure>(id);
    return (row.providers().empty() || absl::c_linear_search(row.providers(), one.provider())) &&
           (kinds.empty() || absl::c_linear_search(kinds, one.kind()));
  });
}

}  // namespace

std::set<std::string> ManagedBy(const model::Model& model, const model::v1::IacSource& source) {
  const std::set<std::string> infrastructure(source.manages().begin(), source.manages().end());
  std::set<std::string> managed = infrastructure;
  managed.insert(source.id());
  for (const model::v1::Zone& zone : model.proto().zones()) {
    if (infrastructure.contains(zone.runs_on())) managed.insert(zone.id());
  }
  for (const model::v1::Component& component : model.proto().components()) {
    if (infrastructure.contains(component.runs_on())) managed.insert(component.id());
  }
  for (const model::v1::Pipeline& pipeline : model.proto().delivery().pipelines()) {
    if (Applies(model, pipeline, source)) managed.insert(pipeline.id());
  }
  return managed;
}

std::vector<IacSettingFact> Misconfigurations(const Landscape& landscape) {
  const model::Model& model = landscape.model();
  std::map<std::string, std::vector<std::string>> sources;  // element -> ids
  for (const model::v1::IacSource& source : model.proto().delivery().iac()) {
    for (const std::string& id : ManagedBy(model, source)) sources[id].push_back(source.id());
  }
  std::vector<IacSettingFact> facts;
  for (const CompiledSetting& setting : Settings()) {
    for (const Element& element : landscape.ElementsOf(setting.row->subject())) {
      const bool holds = absl::c_all_of(
          setting.match, [&](const Condition& condition) { return condition.Judge(element) == Truth::kYes; });
      const auto managers = sources.find(CurrentId(element));
      const bool by_hand = managers == sources.end();
      if (!holds || (by_hand && element.subject == kb::THREAT_SUBJECT_COMPONENT)) continue;
      IacSettingFact& fact = facts.emplace_back();
      fact.setting = setting.row;
      fact.element = CurrentId(element);
      for (const Condition& condition : setting.match) fact.because.push_back(condition.Say(element));
      if (!by_hand) fact.managed_by = managers->second;
      absl::c_sort(fact.managed_by);
      fact.team = TeamOf(element);
      fact.due = model::FormatDate(model.as_of() + knowledge::GapTermDays(setting.row->severity()));
    }
  }
  absl::c_stable_sort(facts, [](const IacSettingFact& a, const IacSettingFact& b) {
    return std::make_tuple(-a.setting->severity(), a.setting->id(), a.element) <
           std::make_tuple(-b.setting->severity(), b.setting->id(), b.element);
  });
  return facts;
}

std::vector<const model::v1::Infrastructure*> Unmanaged(const model::Model& model) {
  std::set<std::string> managed;
  for (const model::v1::IacSource& source : model.proto().delivery().iac()) {
    managed.insert(source.manages().begin(), source.manages().end());
  }
  std::vector<const model::v1::Infrastructure*> unmanaged;
  for (const model::v1::Infrastructure& infrastructure : model.proto().infrastructure()) {
    if (CanBeCode(infrastructure) && !managed.contains(infrastructure.id())) unmanaged.push_back(&infrastructure);
  }
  return unmanaged;
}

std::vector<const model::v1::Pipeline*> PipelinesOf(const model::Model& model, const model::v1::IacSource& source) {
  std::vector<const model::v1::Pipeline*> pipelines;
  for (const model::v1::Pipeline& pipeline : model.proto().delivery().pipelines()) {
    if (Applies(model, pipeline, source)) pipelines.push_back(&pipeline);
  }
  return pipelines;
}

std::vector<const kb::IacPolicy*> PoliciesFor(const model::Model& model, const model::v1::IacSource& source) {
  std::vector<const kb::IacPolicy*> policies;
  const kb::IacTool* tool = knowledge::FindIacTool(source.tool());
  if (tool == nullptr) return policies;
  for (const kb::IacPolicy& policy : knowledge::IacReview().policies()) {
    const bool named = absl::c_linear_search(policy.tools(), tool->name());
    if (named && IsFor(policy, policy.kinds(), model, source)) policies.push_back(&policy);
  }
  return policies;
}

bool KeepsState(const model::v1::IacSource& source) {
  const kb::IacTool* tool = knowledge::FindIacTool(source.tool());
  return tool == nullptr || !tool->stateless();
}

std::vector<const kb::IacJob*> JobsFor(const model::Model& model, const model::v1::IacSource& source) {
  std::vector<const kb::IacJob*> jobs;
  const kb::IacTool* tool = knowledge::FindIacTool(source.tool());
  if (tool == nullptr) return jobs;
  std::set<std::string> platforms;
  for (const model::v1::Pipeline* pipeline : PipelinesOf(model, source)) {
    platforms.insert(absl::AsciiStrToLower(pipeline->platform()));
  }
  for (const std::string& platform : platforms) {
    const auto& rows = knowledge::IacReview().jobs();
    const auto job = absl::c_find_if(rows, [&](const kb::IacJob& row) {
      return absl::c_linear_search(row.platforms(), platform) && absl::c_linear_search(row.tools(), tool->name()) &&
             (row.providers().empty() || IsFor(row, std::vector<int>(), model, source));
    });
    if (job != rows.end()) jobs.push_back(&*job);
  }
  return jobs;
}

}  // namespace metapowers::analysis
