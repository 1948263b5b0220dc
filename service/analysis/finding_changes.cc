#include "service/analysis/finding_changes.h"

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "service/model/schema.h"

namespace metapowers::analysis {
namespace {

using model::v1::Severity;

enum class Kind { kAdded, kRaised, kLowered, kClosed, kDecided };

// Groups in the order in which they are told: by kind, then the worst severity first.
using GroupKey = std::tuple<Kind, int, int>;  // kind, -severity, -severity before

Severity SeverityOf(const std::string& name) {
  const auto* value = model::FindValue(*model::v1::Severity_descriptor(), name);
  return value == nullptr ? model::v1::SEVERITY_UNSPECIFIED : static_cast<Severity>(value->number());
}

GroupKey KeyOf(const v1::ItemChange& item, const std::set<std::string>& decided, bool& counts) {
  counts = true;
  if (item.kind() == v1::CHANGE_KIND_REMOVED) {
    return {decided.count(item.key()) > 0 ? Kind::kDecided : Kind::kClosed, 0, 0};
  }
  for (const v1::FieldChange& field : item.fields()) {
    if (field.field() != "severity") continue;
    const Severity before = SeverityOf(field.before());
    const Severity after = SeverityOf(field.after());
    const bool added = item.kind() == v1::CHANGE_KIND_ADDED;
    return {added ? Kind::kAdded : after > before ? Kind::kRaised : Kind::kLowered, -after, added ? 0 : -before};
  }
  counts = false;  // it has another owner or date, which the section tells
  return {};
}

// The changes behind the items, each once, in their order.
void AddCauses(const std::vector<const v1::ItemChange*>& items, v1::FindingGroup& group) {
  std::set<std::string> seen;
  for (const v1::ItemChange* item : items) {
    for (const v1::ModelChange& change : item->causes()) {
      if (!seen.insert(change.SerializeAsString()).second) continue;
      if (group.causes_size() == kMaxCauses) {
        group.set_more_causes(group.more_causes() + 1);
        continue;
      }
      v1::FindingCause& cause = *group.add_causes();
      *cause.mutable_change() = change;
      cause.set_first(group.causes_size() == 1);
      cause.set_added(change.kind() == v1::CHANGE_KIND_ADDED);
      cause.set_removed(change.kind() == v1::CHANGE_KIND_REMOVED);
    }
  }
}

}  // namespace

v1::FindingChanges FindingChangesOf(const v1::ResultDiff& diff, const model::v1::Decisions& decisions) {
  std::set<std::string> decided;
  for (const auto& decision : decisions.decisions()) decided.insert(decision.finding());
  std::map<GroupKey, std::vector<const v1::ItemChange*>> groups;
  for (const v1::ItemChange& item : diff.items()) {
    bool counts = item.list() == kOpenFindings;
    if (!counts) continue;
    const GroupKey key = KeyOf(item, decided, counts);
    if (counts) groups[key].push_back(&item);
  }
  v1::FindingChanges changes;
  for (const auto& [key, items] : groups) {
    v1::FindingGroup& group = *changes.add_groups();
    const auto& [kind, severity, before] = key;
    group.set_first(changes.groups_size() == 1);
    group.set_last(changes.groups_size() == static_cast<int>(groups.size()));
    group.set_count(static_cast<int>(items.size()));
    group.set_added(kind == Kind::kAdded);
    group.set_raised(kind == Kind::kRaised);
    group.set_lowered(kind == Kind::kLowered);
    group.set_closed(kind == Kind::kClosed);
    group.set_decided(kind == Kind::kDecided);
    group.set_severity(static_cast<Severity>(-severity));
    group.set_before(static_cast<Severity>(-before));
    if (kind != Kind::kDecided) AddCauses(items, group);
  }
  return changes;
}

}  // namespace metapowers::analysis
