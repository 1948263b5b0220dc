// The ids of a Threagile file, by what they belong to, and the ids that their elements get.
#ifndef METAPOWERS_SERVICE_IMPORTERS_THREAGILE_IDS_H_
#define METAPOWERS_SERVICE_IMPORTERS_THREAGILE_IDS_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/importers/id_table.h"
#include "service/importers/threagile_part.h"

namespace metapowers::importers::threagile {

// Id that Threagile gives the link of this title: `source>title-in-lower-case`.
std::string LinkId(absl::string_view asset, absl::string_view title);

// Ids of one kind of element. Not thread-safe.
class Ids {
 public:
  // `what` as faults name it, e.g. "technical asset".
  explicit Ids(std::string what) : what_(std::move(what)) {}

  // Reads `id` of an element; reports one that is missing or used twice.
  void Collect(Part& part, Findings& findings);
  void Collect(const std::string& id, const Place& place, Findings& findings);
  // After all were collected.
  void Settle() { table_.Settle(); }

  // Our id for one of the file; "" for one that the file does not have.
  std::string Find(absl::string_view id) const;
  // The same for a reference; reports one that dangles, and must outlive that report.
  std::string Resolve(const Item& reference, Findings& findings) const;
  // Of a list of references; those that dangle are left out.
  std::set<std::string> ResolveAll(const std::vector<Item>& references, Findings& findings) const;
  // A slug for an element that the file does not have.
  std::string Reserve(absl::string_view wanted) { return table_.Reserve(wanted); }

 private:
  const std::string what_;
  IdTable table_;
  std::map<std::string, int> lines_;  // by id
};

}  // namespace metapowers::importers::threagile

#endif  // METAPOWERS_SERVICE_IMPORTERS_THREAGILE_IDS_H_
