// Which documents of the files are of which format, and what is skipped.
#ifndef METAPOWERS_SERVICE_IMPORTERS_CLASSIFY_H_
#define METAPOWERS_SERVICE_IMPORTERS_CLASSIFY_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "service/importers/import.h"
#include "service/importers/importer.h"
#include "service/importers/inventory.h"
#include "service/model/yaml_tree.h"

namespace metapowers::importers {

struct Classified {
  // Of each format that claims any, in the order of the files. Valid while `trees` and the files are.
  std::map<absl::string_view, std::vector<Document>> documents;
  std::vector<std::unique_ptr<const model::YamlTree>> trees;
  std::vector<v1::ImportedFile> imported;  // in the order of the files, one for each format of a file
};

// Skipped files and documents are added to the inventory, faults of files of a known format to `faults`.
Classified Classify(const std::vector<SourceFile>& files, Inventory& inventory, FileFaults& faults);

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_CLASSIFY_H_
