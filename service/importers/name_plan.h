// Names for the elements of a file that has ids of its own.
#ifndef METAPOWERS_SERVICE_IMPORTERS_NAME_PLAN_H_
#define METAPOWERS_SERVICE_IMPORTERS_NAME_PLAN_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers::importers {

// A name that only one element of a file has, for references to it: names are compared without regard to case and
// punctuation, ids are not.
std::string MakeHandle(absl::string_view prefix, absl::string_view id);

// Which ids of a file may be names of elements.
enum class IdUse { kReadable, kNever };

// Names for the elements of one collection of a file, which has ids of its own. A readable id is the name, if that is
// the use of ids; of others, it is the title where no other element is called so, else the title and a digest of the
// id. So a name depends on the element's id and title and on the set of the others, never on their order. Not
// thread-safe.
class NamePlan {
 public:
  // `file` and `kind` make the handles of two plans differ.
  NamePlan(absl::string_view file, absl::string_view kind, IdUse use = IdUse::kReadable);

  // False when the id is known already. Not after NameOf().
  bool Add(const std::string& id, const std::string& title);
  bool Has(const std::string& id) const { return titles_.count(id) > 0; }
  std::string NameOf(const std::string& id) const;
  // What else it may be called: the title, where that is its own.
  std::vector<std::string> NamesOf(const std::string& id) const;
  // A name that only this element of this file has, for references to it.
  std::string HandleOf(const std::string& id) const;

 private:
  bool IsName(absl::string_view id) const;

  std::map<std::string, std::string> titles_;  // by id
  std::map<std::string, int> used_;            // how many elements a slug may be of
  const std::string prefix_;
  const IdUse use_;
};

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_NAME_PLAN_H_
