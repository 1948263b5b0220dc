// Which elements of the files are the same, by their names.
//
// In one scope, two elements are the same when their names are, as written: that holds for two parts of one manifest,
// and for nothing that only looks alike. An element without scope (an API description, a bill of materials) is the
// same as the one element that shares a name with it, an own one before a further one; where several do, it stays an
// element of its own, and a note tells.
#ifndef METAPOWERS_SERVICE_IMPORTERS_ELEMENT_GROUPS_H_
#define METAPOWERS_SERVICE_IMPORTERS_ELEMENT_GROUPS_H_

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "service/importers/inventory.h"
#include "service/importers/source_names.h"
#include "service/model/import_assumptions.h"

namespace metapowers::importers {

using model::ShortListOf;

// A Shown<> of any type. What it points to stays with the inventory.
struct Member {
  const google::protobuf::Message* value = nullptr;
  std::string name;
  std::string scope;
  std::vector<std::string> names;
  Spot spot;
  const std::map<std::string, Basis>* bases = nullptr;
  const std::vector<std::pair<std::string, Reference>>* references = nullptr;
  size_t file = 0;      // its place in the request
  std::string content;  // of `value`, to sort by
};

template <class Element>
Member MemberOf(const Shown<Element>& shown, size_t file) {
  return {&shown.value,      shown.name, shown.scope,
          shown.names,       shown.spot, &shown.bases,
          &shown.references, file,       shown.value.SerializeAsString()};
}

// The members that are one element. The first of them stands where they contradict each other.
struct Group {
  std::vector<const Member*> members;
  std::string id;
  std::string source;                      // what the files call it, as SourceNames has it; after GiveIds()
  absl::flat_hash_set<std::string> files;  // of the members without scope

  // The one that gives the name: the first that has a scope, which is where the element runs.
  const Member& lead() const;
};

// `name` as names are compared: letters in lower case, other ASCII characters as single hyphens.
std::string NameKey(absl::string_view name);

// The elements of one collection. Not thread-safe.
class ElementGroups {
 public:
  void Add(Member member) { members_.push_back(std::move(member)); }

  // Finds the groups. Notes what is ambiguous; `collection` as its path begins.
  void SettleByName(absl::string_view collection, Inventory& inventory);
  // Takes the number of each member's group as given, in the order of Sorted(); larger than that of any group so far
  // by more than one: none.
  void SettleAs(const std::vector<size_t>& group_of_member);

  // Members in an order that does not depend on that in the files.
  const std::vector<const Member*>& Sorted();

  // Gives every group its id; `apart` tells groups of one name apart, e.g. by their scope. What had an id in `earlier`
  // keeps it.
  using Apart = std::function<std::string(const Group& group)>;
  void GiveIds(const Apart& apart, const SourceNames& earlier);

  // In the order of their ids, after GiveIds().
  const std::vector<const Group*>& groups() const { return by_id_; }

  // The groups that answer a reference: one, or none, or those among which it does not decide.
  std::vector<const Group*> Find(const Reference& reference) const;

 private:
  // Where a group has a name.
  struct Named {
    Group* group;
    bool own;          // not one of the further names
    std::string name;  // as written
    std::string scope;
    absl::flat_hash_set<std::string> files;
  };
  Group& NewGroup(const Member& member);
  void Join(const Member& member, Group& group);
  std::vector<Group*> Matches(const Member& member) const;

  std::deque<Member> members_;
  std::vector<const Member*> sorted_;
  std::deque<Group> groups_;
  std::vector<const Group*> by_id_;
  absl::flat_hash_map<std::string, std::vector<Named>> names_;  // by NameKey()
};

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_ELEMENT_GROUPS_H_
