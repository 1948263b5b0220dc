#include "service/analysis/severity_ladder.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/analysis/outside.h"
#include "service/analysis/terms.h"

namespace metapowers::analysis {

namespace {

using model::v1::DataClass;
using model::v1::SeverityLevel;

// The number that ends the id.
std::optional<int> NumberOf(absl::string_view id) {
  size_t begin = id.size();
  while (begin > 0 && absl::ascii_isdigit(static_cast<unsigned char>(id[begin - 1]))) --begin;
  int number = 0;
  if (!absl::SimpleAtoi(id.substr(begin), &number)) return std::nullopt;
  return number;
}

int EarliestClock(const SeverityLevel& level) {
  int earliest = std::numeric_limits<int>::max();
  for (const model::v1::SeverityAction& action : level.actions()) {
    earliest = std::min(earliest, action.within_minutes());
  }
  return earliest;
}

template <class List>
bool Names(const List& ids, absl::string_view id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace

SeverityLadder::SeverityLadder(const Facts& facts) {
  const model::v1::SystemModel& proto = facts.model().proto();
  bool numbered = true;
  for (const SeverityLevel& level : proto.incident_response().severities()) {
    levels_.push_back(&level);
    numbered &= NumberOf(level.id()).has_value();
  }
  std::stable_sort(levels_.begin(), levels_.end(), [numbered](const SeverityLevel* a, const SeverityLevel* b) {
    const auto key = [numbered](const SeverityLevel* level) {
      return std::make_tuple(numbered ? *NumberOf(level->id()) : EarliestClock(*level), level->id());
    };
    return key(a) < key(b);
  });
  for (const auto& [id, component] : facts.components()) {
    if (!IsOurs(facts, component) || component.component->lifecycle() == model::v1::LIFECYCLE_PLANNED) continue;
    places_.push_back(Place(component, *facts.known().Find(id)));
    by_component_[id] = places_.back().level;
    if (places_.back().level == nullptr && IsTier0Or1(*component.component)) {
      unplaced_components_.push_back(component.component);
    }
  }
  std::stable_sort(places_.begin(), places_.end(),
                   [this](const LadderPlace& a, const LadderPlace& b) { return RankOf(a.level) < RankOf(b.level); });
  for (const DataClass& data : proto.data_classes()) {
    if (IsConfidential(data) && LevelOf(data) == nullptr) unplaced_data_.push_back(&data);
  }
}

int SeverityLadder::RankOf(const SeverityLevel* level) const {
  return static_cast<int>(std::find(levels_.begin(), levels_.end(), level) - levels_.begin());
}

const SeverityLevel* SeverityLadder::LevelOf(const DataClass& data) const {
  for (const SeverityLevel* level : levels_) {
    if (Names(level->data_classes(), data.id())) return level;
  }
  return nullptr;
}

const SeverityLevel* SeverityLadder::LevelOf(absl::string_view component) const {
  const auto found = by_component_.find(component);
  return found == by_component_.end() ? nullptr : found->second;
}

const SeverityLevel* SeverityLadder::Worse(const SeverityLevel* a, const SeverityLevel* b) const {
  return RankOf(b) < RankOf(a) ? b : a;
}

LadderPlace SeverityLadder::Place(const ComponentFacts& facts, const ComponentFacts& known) const {
  for (const SeverityLevel* level : levels_) {
    if (Names(level->components(), facts.component->id())) return {&facts, level, "the level names it"};
    for (const auto& [verb, classes] : {std::pair("stores", &known.stores), std::pair("processes", &known.processes)}) {
      for (const DataClass* data : *classes) {
        if (Names(level->data_classes(), data->id())) return {&facts, level, absl::StrCat(verb, " ", data->id())};
      }
    }
  }
  return {&facts, nullptr, ""};
}

std::vector<const model::v1::SeverityAction*> ActionsByClock(const SeverityLevel& level) {
  std::vector<const model::v1::SeverityAction*> actions;
  for (const model::v1::SeverityAction& action : level.actions()) actions.push_back(&action);
  std::stable_sort(actions.begin(), actions.end(),
                   [](const auto* a, const auto* b) { return a->within_minutes() < b->within_minutes(); });
  return actions;
}

}  // namespace metapowers::analysis
