// Ids of other tools made ids of ours.
#ifndef METAPOWERS_SERVICE_IMPORTERS_ID_TABLE_H_
#define METAPOWERS_SERVICE_IMPORTERS_ID_TABLE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"

namespace metapowers::importers {

// The slug nearest to `text`: lower case, other characters turned into single hyphens, `id-` before what does not
// start with a letter, cut to 63 characters. `id` for a text without letter or digit.
std::string NearestSlug(absl::string_view text);

// Eight hexadecimal digits of `text`, the same on every platform and in every version.
std::string ShortDigest(absl::string_view text);

// The ids of one collection. What is a slug already is kept. What is not gets the nearest slug or, where that is
// taken, the same with eight hexadecimal digits of the original behind it. So an id depends on its original and on
// the set of originals, never on their order. Not thread-safe.
class IdTable {
 public:
  // Adds an element, known by `key` from now on, whose id is to be made from `original`; false when the key is known
  // already. Not after Settle().
  bool Add(absl::string_view key, absl::string_view original);
  bool Add(absl::string_view original) { return Add(original, original); }

  // Gives an element that was added the id that it had before; false when it is no slug or another has it. Before
  // Settle().
  bool Keep(absl::string_view key, absl::string_view id);

  // Gives every element its id.
  void Settle();

  // A slug near `wanted` that no element has and none will get, for an element that the file does not have. After
  // Settle().
  std::string Reserve(absl::string_view wanted);

  // The id of a key; nullptr when it is not known. After Settle().
  const std::string* Find(absl::string_view key) const;

  // All keys, sorted.
  std::vector<std::string> Keys() const;

 private:
  struct Entry {
    std::string original;
    std::string id;
  };
  std::string Free(absl::string_view original) const;

  std::map<std::string, Entry, std::less<>> entries_;  // by key
  absl::flat_hash_set<std::string> taken_;
};

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_ID_TABLE_H_
