// What files call the elements of a draft, kept with it, so that the next import of the same files gives them the same
// ids whatever else has come to the files.
#ifndef METAPOWERS_SERVICE_IMPORTERS_SOURCE_NAMES_H_
#define METAPOWERS_SERVICE_IMPORTERS_SOURCE_NAMES_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers::importers {

// Names in the files (SourceName()) -> ids, of one collection.
using SourceNames = std::map<std::string, std::string>;

// The name of an element in the files: where it holds, e.g. the namespace, else the file; and what tells elements of
// one name apart. One line.
std::string SourceName(absl::string_view apart, absl::string_view scope, absl::string_view file,
                       absl::string_view name);

// Comments to stand behind a draft: a line for each element with its id, by collection.
std::string SourceNamesText(const std::map<std::string, SourceNames>& names);

// The names that stand behind a draft, by collection; none in the text of another version. Pure; thread-safe.
std::map<std::string, SourceNames> ReadSourceNames(absl::string_view draft);

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_SOURCE_NAMES_H_
