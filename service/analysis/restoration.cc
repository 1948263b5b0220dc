#include "service/analysis/restoration.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/analysis/terms.h"

namespace metapowers::analysis {
namespace {

using model::v1::BusinessFunction;
using model::v1::Component;
using model::v1::RecoveryTarget;

const RecoveryTarget* TargetOf(const model::v1::SystemModel& system, const std::string& function) {
  for (const RecoveryTarget& target : system.recovery().targets()) {
    if (target.business_function() == function) return &target;
  }
  return nullptr;
}

// The longer of what is declared and what was measured.
void SetDuration(const Component& component, RestorationStep& step) {
  if (component.has_restore_minutes()) step.minutes = component.restore_minutes();
  if (!component.backup().has_last_restore_minutes()) return;
  const int measured = component.backup().last_restore_minutes();
  step.measured = !step.minutes.has_value() || measured > *step.minutes;
  if (step.measured) step.minutes = measured;
}

}  // namespace

TargetVerdict Compare(std::optional<int> value, bool complete, std::optional<int> target) {
  if (!value.has_value() || !target.has_value()) return TargetVerdict::kUnknown;
  if (*value > *target) return TargetVerdict::kNotMet;
  return complete ? TargetVerdict::kMet : TargetVerdict::kUnknown;
}

Objective ObjectiveOf(const model::Model& model, const Component& component) {
  Objective objective;
  for (const model::v1::RecoveryTier& tier : model.proto().recovery().tiers()) {
    if (component.tier() == model::v1::TIER_UNSPECIFIED || tier.tier() != component.tier()) continue;
    if (tier.has_rto_minutes()) objective.rto = tier.rto_minutes();
    if (tier.has_rpo_minutes()) objective.rpo = tier.rpo_minutes();
    objective.basis = Words(tier.tier());
    return objective;
  }
  const RecoveryTarget* target =
      component.business_function().empty() ? nullptr : TargetOf(model.proto(), component.business_function());
  if (target == nullptr) return objective;
  if (target->has_rto_minutes()) objective.rto = target->rto_minutes();
  if (target->has_rpo_minutes()) objective.rpo = target->rpo_minutes();
  objective.basis = absl::StrCat("business function ", target->business_function());
  return objective;
}

bool IsRestored(const Component& component) {
  return !IsExternal(component) && component.lifecycle() != model::v1::LIFECYCLE_PLANNED &&
         component.environment() != model::v1::ENVIRONMENT_STAGING &&
         component.environment() != model::v1::ENVIRONMENT_DEVELOPMENT;
}

Restoration::Restoration(const Facts& facts) : facts_(facts) {
  AddSteps();
  AddFunctions();
}

const RestorationStep* Restoration::Find(absl::string_view component) const {
  const auto found = position_.find(component);
  return found == position_.end() ? nullptr : &steps_[found->second];
}

std::vector<const model::v1::Flow*> Restoration::Undeclared() const {
  std::vector<const model::v1::Flow*> undeclared;
  for (const model::v1::Flow& flow : facts_.model().proto().flows()) {
    if (flow.dependency() != model::v1::DEPENDENCY_UNSPECIFIED || flow.source() == flow.target()) continue;
    if (Find(flow.source()) == nullptr || Find(flow.target()) == nullptr) continue;
    const std::vector<std::string>& needed = facts_.Find(flow.source())->depends_on;
    if (std::find(needed.begin(), needed.end(), flow.target()) == needed.end()) undeclared.push_back(&flow);
  }
  return undeclared;
}

// What `step` waits for is in steps_ already.
void Restoration::Complete(const ComponentFacts& facts, RestorationStep& step) const {
  const RestorationStep* latest = nullptr;
  step.complete = step.minutes.has_value();
  for (const std::string& id : facts.depends_on) {
    const Component& target = *facts_.Find(id)->component;
    if (!IsRestored(target)) {
      if (IsExternal(target)) step.external.push_back(id);
      continue;
    }
    const RestorationStep* before = Find(id);
    if (before == nullptr) {
      step.starts_without.push_back(id);
      continue;
    }
    step.waits_for.push_back(id);
    step.wave = std::max(step.wave, before->wave + 1);
    step.complete = step.complete && before->complete;
    if (latest == nullptr || before->ready > latest->ready) latest = before;
  }
  if (latest != nullptr) {
    step.ready = latest->ready;
    step.path = latest->path;
  }
  step.ready += step.minutes.value_or(0);
  step.path.push_back(step.component->id());
  step.verdict = Compare(step.ready, step.complete, step.objective.rto);
}

void Restoration::AddSteps() {
  for (const std::string& id : facts_.restoration_order()) {
    const ComponentFacts& facts = *facts_.Find(id);
    if (!IsRestored(*facts.component)) continue;
    RestorationStep step;
    step.component = facts.component;
    step.objective = ObjectiveOf(facts_.model(), *facts.component);
    SetDuration(*facts.component, step);
    Complete(facts, step);
    position_.emplace(id, steps_.size());
    steps_.push_back(std::move(step));
  }
  Prioritise();
  AddCycles();
  AddLateDependencies();
}

void Restoration::Prioritise() {
  const auto rank = [](model::v1::Tier tier) {
    return tier == model::v1::TIER_UNSPECIFIED ? static_cast<int>(model::v1::TIER_TIER_3) + 1 : static_cast<int>(tier);
  };
  for (RestorationStep& step : steps_) step.needed_by = step.component->tier();
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
    for (const std::string& id : step->waits_for) {
      RestorationStep& before = steps_[position_.at(id)];
      if (rank(step->needed_by) < rank(before.needed_by)) before.needed_by = step->needed_by;
    }
  }
  std::stable_sort(steps_.begin(), steps_.end(), [&](const RestorationStep& a, const RestorationStep& b) {
    return std::make_pair(a.wave, rank(a.needed_by)) < std::make_pair(b.wave, rank(b.needed_by));
  });
  for (size_t i = 0; i < steps_.size(); ++i) position_[steps_[i].component->id()] = i;
}

void Restoration::AddCycles() {
  for (const std::vector<std::string>& cycle : facts_.dependency_cycles()) {
    std::vector<std::string> restored;
    for (const std::string& id : cycle) {
      if (Find(id) != nullptr) restored.push_back(id);
    }
    if (restored.size() > 1) cycles_.push_back(std::move(restored));
  }
}

void Restoration::AddLateDependencies() {
  for (const RestorationStep& step : steps_) {
    for (const std::string& id : facts_.Find(step.component->id())->depends_on) {
      const RestorationStep* dependency = Find(id);
      if (dependency == nullptr || !step.objective.rto.has_value()) continue;
      if (dependency->objective.rto.value_or(0) > *step.objective.rto) late_.push_back({&step, dependency});
    }
  }
}

void Restoration::AddFunctions() {
  std::set<std::string> others;
  for (const RecoveryTarget& target : facts_.model().proto().recovery().targets()) {
    others.insert(target.business_function());
  }
  for (const RestorationStep& step : steps_) {
    if (!step.component->business_function().empty()) others.insert(step.component->business_function());
  }
  std::vector<FunctionRecovery> functions;
  for (const BusinessFunction& function : facts_.model().proto().recovery().functions()) {
    functions.emplace_back().function = &function;
    functions.back().name = function.name();
    others.erase(function.name());
  }
  std::sort(functions.begin(), functions.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  for (const std::string& name : others) functions.emplace_back().name = name;
  for (FunctionRecovery& each : functions) {
    each.target = TargetOf(facts_.model().proto(), each.name);
    each.complete = true;
    for (const RestorationStep& step : steps_) {
      if (step.component->business_function() != each.name) continue;
      each.steps.push_back(&step);
      each.complete = each.complete && step.complete;
      if (each.last == nullptr || step.ready > each.last->ready) each.last = &step;
    }
    if (each.last == nullptr || each.target == nullptr || !each.target->has_rto_minutes()) continue;
    each.verdict = Compare(each.last->ready, each.complete, each.target->rto_minutes());
  }
  functions_ = std::move(functions);
}

}  // namespace metapowers::analysis
