// Columns of tables in which all rows say the same. Thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_SHARED_COLUMN_H_
#define METAPOWERS_SERVICE_COMMANDS_SHARED_COLUMN_H_

#include <algorithm>
#include <string>

namespace metapowers::commands {

// What all of several rows say in one column, so that it is said once instead; empty when they differ.
template <class Rows, class Read>
std::string SaidByAll(const Rows& rows, Read read) {
  if (rows.size() < 2) return "";
  const std::string first = read(*rows.begin());
  return std::all_of(rows.begin(), rows.end(), [&](const auto& row) { return read(row) == first; }) ? first : "";
}

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_SHARED_COLUMN_H_
