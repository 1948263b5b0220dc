#include "service/importers/element_groups.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>

#include "absl/functional/function_ref.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/importers/id_table.h"

namespace metapowers::importers {
namespace {

// Elements that may have a name in common before it says nothing any more.
constexpr size_t kMaxNamed = 1000;

// Tells each group from every other of its collection.
std::string IdKey(const Group& group, const std::string& apart) {
  const Member& lead = group.lead();
  return absl::StrJoin({lead.scope, apart, lead.name, lead.spot.file}, absl::string_view("\0", 1));
}

void AddOnce(Group* group, std::vector<Group*>& groups) {
  if (std::find(groups.begin(), groups.end(), group) == groups.end()) groups.push_back(group);
}

}  // namespace

const Member& Group::lead() const {
  const auto scoped = std::find_if(members.begin(), members.end(), [](const Member* m) { return !m->scope.empty(); });
  return scoped == members.end() ? *members.front() : **scoped;
}

std::string NameKey(absl::string_view name) {
  std::string key;
  for (const char c : name) {
    if (absl::ascii_isalnum(c) || static_cast<unsigned char>(c) >= 0x80) {
      key += absl::ascii_tolower(c);
    } else if (!key.empty() && key.back() != '-') {
      key += '-';
    }
  }
  while (!key.empty() && key.back() == '-') key.pop_back();
  return key;
}

const std::vector<const Member*>& ElementGroups::Sorted() {
  if (!sorted_.empty()) return sorted_;
  for (const Member& member : members_) sorted_.push_back(&member);
  std::stable_sort(sorted_.begin(), sorted_.end(), [](const Member* a, const Member* b) {
    return std::tie(a->file, a->scope, a->name, a->content, a->spot.at) <
           std::tie(b->file, b->scope, b->name, b->content, b->spot.at);
  });
  return sorted_;
}

Group& ElementGroups::NewGroup(const Member& member) {
  Group& group = groups_.emplace_back();
  Join(member, group);
  return group;
}

void ElementGroups::Join(const Member& member, Group& group) {
  group.members.push_back(&member);
  if (member.scope.empty()) group.files.insert(member.spot.file);
  const auto add = [&](const std::string& name, bool own) {
    const std::string key = NameKey(name);
    if (key.empty()) return;
    std::vector<Named>& all = names_[key];
    const auto known = std::find_if(all.begin(), all.end(), [&](const Named& named) {
      return named.group == &group && named.own == own && named.name == name && named.scope == member.scope;
    });
    if (known != all.end()) {
      known->files.insert(member.spot.file);
    } else if (all.size() <= kMaxNamed) {
      all.push_back({&group, own, name, member.scope, {member.spot.file}});
    }
  };
  add(member.name, true);
  for (const std::string& name : member.names) add(name, false);
}

// The groups that share a name with a member that has no scope.
std::vector<Group*> ElementGroups::Matches(const Member& member) const {
  std::vector<Group*> own;
  std::vector<Group*> further;
  const auto look = [&](const std::string& name, bool is_own) {
    const auto found = names_.find(NameKey(name));
    if (found == names_.end()) return;
    if (found->second.size() > kMaxNamed) return;
    for (const Named& named : found->second) {
      // What a file without scopes calls by two names is two.
      if (named.group->files.contains(member.spot.file)) continue;
      AddOnce(named.group, is_own && named.own ? own : further);
    }
  };
  look(member.name, true);
  for (const std::string& name : member.names) look(name, false);
  return own.empty() ? further : own;
}

void ElementGroups::SettleByName(absl::string_view collection, Inventory& inventory) {
  std::map<std::tuple<std::string, std::string, std::string>, Group*> exact;  // scope, file without scope, name
  const auto settle = [&](const Member& member, bool with_scope) {
    const std::string file = with_scope ? "" : member.spot.file;
    Group*& group = exact[{member.scope, file, member.name}];
    if (group == nullptr && !with_scope) {
      const std::vector<Group*> matches = Matches(member);
      if (matches.size() == 1) group = matches.front();
      if (matches.size() > 1) {
        std::set<std::string> places;
        for (const Group* match : matches) {
          places.insert(absl::StrCat(match->lead().name, " (", LocationOf(match->lead().spot), ")"));
        }
        inventory.Note(v1::IMPORT_NOTE_KIND_WARNING, member.spot, absl::StrCat(collection, "[", member.name, "]"),
                       absl::StrCat("could be any of ", ShortListOf(places), "; it stays an element of its own"));
      }
    }
    if (group == nullptr) {
      group = &NewGroup(member);
    } else {
      Join(member, *group);
    }
  };
  for (const Member* member : Sorted()) {
    if (!member->scope.empty()) settle(*member, true);
  }
  for (const Member* member : Sorted()) {
    if (member->scope.empty()) settle(*member, false);
  }
  for (Group& group : groups_) {
    std::stable_sort(group.members.begin(), group.members.end(),
                     [](const Member* a, const Member* b) { return a->file < b->file; });
  }
}

void ElementGroups::SettleAs(const std::vector<size_t>& group_of_member) {
  for (size_t i = 0; i < group_of_member.size(); ++i) {
    if (group_of_member[i] == groups_.size()) {
      NewGroup(*Sorted()[i]);
    } else if (group_of_member[i] < groups_.size()) {
      Join(*Sorted()[i], groups_[group_of_member[i]]);
    }
  }
}

void ElementGroups::GiveIds(const Apart& apart, const SourceNames& earlier) {
  std::map<std::string, std::set<std::string>> places;  // by name
  for (const Group& group : groups_) places[NameKey(group.lead().name)].insert(apart(group));
  IdTable ids;
  for (Group& group : groups_) {
    const std::string& name = group.lead().name;
    const std::string before = apart(group);
    const bool one_place = places[NameKey(name)].size() == 1;
    const std::string key = IdKey(group, before);
    ids.Add(key, one_place || before.empty() ? name : absl::StrCat(before, " ", name));
    group.source = SourceName(before, group.lead().scope, group.lead().spot.file, name);
    if (const auto had = earlier.find(group.source); had != earlier.end()) ids.Keep(key, had->second);
  }
  ids.Settle();
  for (Group& group : groups_) {
    group.id = *ids.Find(IdKey(group, apart(group)));
    by_id_.push_back(&group);
  }
  std::sort(by_id_.begin(), by_id_.end(), [](const Group* a, const Group* b) { return a->id < b->id; });
}

std::vector<const Group*> ElementGroups::Find(const Reference& reference) const {
  const auto found = names_.find(NameKey(reference.name));
  if (found == names_.end()) return {};
  if (found->second.size() > kMaxNamed) return {found->second[0].group, found->second[1].group};
  const bool anywhere = reference.scope.empty();
  const auto here = [&](const Named& named) {
    return anywhere ? named.files.contains(reference.spot.file) : named.scope == reference.scope;
  };
  const auto may_be = [&](const Named& named) { return anywhere || named.scope.empty(); };
  const auto written = [&](const Named& named) { return named.own && named.name == reference.name; };
  const auto any = [](const Named&) { return true; };
  const auto own = [](const Named& named) { return named.own; };
  // The nearest first.
  using Test = absl::FunctionRef<bool(const Named&)>;
  for (const Test where : {Test(here), Test(may_be)}) {
    for (const Test how : {Test(written), Test(own), Test(any)}) {
      std::set<std::string> ids;
      std::vector<const Group*> groups;
      for (const Named& named : found->second) {
        if (where(named) && how(named) && ids.insert(named.group->id).second) groups.push_back(named.group);
      }
      if (!groups.empty()) return groups;
    }
  }
  return {};
}

}  // namespace metapowers::importers
