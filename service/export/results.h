// The typed results of commands as JSON: a file for each, and an index of them. Pure: equal results give equal files.
#ifndef METAPOWERS_SERVICE_EXPORT_RESULTS_H_
#define METAPOWERS_SERVICE_EXPORT_RESULTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "service/export/file.h"

namespace metapowers::exporting {

// What the results were made from.
struct ResultsBasis {
  std::string topic;
  std::string system;       // its name
  std::string as_of;        // the model's "today"
  std::string model;        // Git id of the model's text
  std::string commit;       // that it was read at
  int64_t revision = 0;     // number of commits up to that one
  std::string version;      // of this program
  std::string api_version;  // of the messages
};

// In every file.
inline constexpr absl::string_view kResultsMark = "\"generator\": \"metapowers\"";

// `<command>.json` holds the proto3 JSON of the result and what it is of; only `index.json` says which commit, so that
// a result that stays the same stays the same file.
std::vector<File> WriteResults(const std::vector<CommandResult>& results, const ResultsBasis& basis);

}  // namespace metapowers::exporting

#endif  // METAPOWERS_SERVICE_EXPORT_RESULTS_H_
