#include "service/importers/flow_groups.h"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/model/faults.h"

namespace metapowers::importers {
namespace {

using Ends = std::pair<std::string, std::string>;
constexpr size_t kNone = std::numeric_limits<size_t>::max();
// Of so many flows between two components, which one is meant cannot be told.
constexpr size_t kMaxBetween = 200;

const model::v1::Flow& FlowOf(const Member& member) { return static_cast<const model::v1::Flow&>(*member.value); }

// Where the names of flows hold.
std::string SourceOf(const Member& member) {
  return member.scope.empty() ? absl::StrCat("file:", member.spot.file) : absl::StrCat("scope:", member.scope);
}

// Callers that come to two hosts come by two ways.
bool MayBeSame(const Member& one, const Member& other) {
  const model::v1::Flow& a = FlowOf(one);
  const model::v1::Flow& b = FlowOf(other);
  if (!one.names.empty() && !other.names.empty() && one.names != other.names) return false;
  const bool ports = !a.has_port() || !b.has_port() || a.port() == b.port();
  const bool protocols =
      a.protocol().empty() || b.protocol().empty() || absl::EqualsIgnoreCase(a.protocol(), b.protocol());
  return ports && protocols;
}

class FlowSorter {
 public:
  FlowSorter(const std::function<std::string(const Reference&)>& component_of, Inventory& inventory)
      : component_of_(component_of), inventory_(inventory) {}

  // Number of the flow's group; kNone when it is left out.
  size_t GroupOf(const Member& member) {
    const Ends ends{EndOf(member, "source"), EndOf(member, "target")};
    if (ends.first.empty() || ends.second.empty()) return kNone;
    if (ends.first == ends.second) {
      LeaveOut(member, absl::StrCat("leads from ", ends.first, " to itself"));
      return kNone;
    }
    const auto [known, is_new] = by_name_.try_emplace({ends, SourceOf(member), member.name}, groups_.size());
    if (is_new) {
      std::vector<size_t>& between = by_ends_[ends];
      const size_t fits = FindElsewhere(member, between);
      if (fits != kNone) known->second = fits;
      if (fits == kNone) {
        groups_.emplace_back();
        between.push_back(known->second);
      }
    }
    groups_[known->second].push_back(&member);
    ends_[&member] = ends;
    return known->second;
  }

  const Ends& EndsOf(const Member& member) const { return ends_.at(&member); }

 private:
  // The only group of another source that the member may belong to.
  size_t FindElsewhere(const Member& member, const std::vector<size_t>& between) const {
    if (between.size() > kMaxBetween) return kNone;
    const std::string source = SourceOf(member);
    size_t fits = kNone;
    for (const size_t group : between) {
      const auto& members = groups_[group];
      const bool may_be = std::all_of(members.begin(), members.end(), [&](const Member* other) {
        return SourceOf(*other) != source && MayBeSame(*other, member);
      });
      if (may_be && fits != kNone) return kNone;
      if (may_be) fits = group;
    }
    return fits;
  }

  std::string EndOf(const Member& member, const char* field) {
    for (const auto& [name, reference] : *member.references) {
      if (name != field || reference.empty()) continue;
      std::string id = component_of_(reference);
      if (id.empty()) {
        LeaveOut(member, absl::StrCat("its ", field, " ", model::Quote(reference.name),
                                      " is no component, or could be several"));
      }
      return id;
    }
    LeaveOut(member, absl::StrCat("no file says its ", field));
    return "";
  }

  void LeaveOut(const Member& member, const std::string& why) {
    inventory_.Note(v1::IMPORT_NOTE_KIND_WARNING, member.spot, absl::StrCat("flows[", member.name, "]"),
                    absl::StrCat("is left out: ", why));
  }

  const std::function<std::string(const Reference&)>& component_of_;
  Inventory& inventory_;
  std::vector<std::vector<const Member*>> groups_;
  std::map<Ends, std::vector<size_t>> by_ends_;                           // numbers of groups
  std::map<std::tuple<Ends, std::string, std::string>, size_t> by_name_;  // with source and name
  std::map<const Member*, Ends> ends_;
};

}  // namespace

void GroupFlows(ElementGroups& flows, const std::function<std::string(const Reference&)>& component_of,
                const SourceNames& earlier, Inventory& inventory) {
  FlowSorter sorter(component_of, inventory);
  std::vector<size_t> group_of_member;
  for (const Member* member : flows.Sorted()) group_of_member.push_back(sorter.GroupOf(*member));
  flows.SettleAs(group_of_member);
  const auto apart = [&](const Group& group) {
    const Ends& ends = sorter.EndsOf(group.lead());
    return absl::StrCat(ends.first, " to ", ends.second);
  };
  flows.GiveIds(apart, earlier);
}

}  // namespace metapowers::importers
