// The words that names of settings are made of.
#ifndef METAPOWERS_SERVICE_IMPORTERS_SETTING_WORDS_H_
#define METAPOWERS_SERVICE_IMPORTERS_SETTING_WORDS_H_

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers::importers {

inline constexpr size_t kMaxSettingName = 256;  // longer names are no names

// Whether a list of words has one.
template <class List>
bool IsIn(const List& list, absl::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

// `dbPassword`, `DB_PASSWORD` and `db.password` are `db` and `password`. Of a longer name the first kMaxSettingName
// bytes.
std::vector<std::string> WordsOfName(absl::string_view name);

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_SETTING_WORDS_H_
