// What an importer of one format is, and how its files are found.
//
// A file is parsed once, as YAML or JSON, into documents; each document goes to the format that claims it. So one
// folder may hold manifests, compose files and SBOMs at once, and one file several documents.
#ifndef METAPOWERS_SERVICE_IMPORTERS_IMPORTER_H_
#define METAPOWERS_SERVICE_IMPORTERS_IMPORTER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "service/importers/inventory.h"
#include "service/model/faults.h"
#include "service/model/yaml_tree.h"

namespace metapowers::importers {

// One YAML or JSON document of a file.
struct Document {
  std::string file;  // name as the caller gave it
  const model::YamlNode* root = nullptr;
  absl::string_view text;                 // of the whole file, for evidence
  const model::YamlTree* tree = nullptr;  // of `root`

  Spot At(const model::YamlNode& node) const { return {file, node.at}; }
};

// Faults of all files, each told with its file. Memory stays bounded whatever the input. Not thread-safe.
class FileFaults {
 public:
  void Add(const Spot& spot, absl::string_view path, absl::string_view what);
  // Those of one file.
  void Add(const std::string& file, const model::Faults& faults);
  bool empty() const { return total_ == 0; }
  // INVALID_ARGUMENT MODEL_INVALID with the first kMaxFaults, in the order they were added; OK without any.
  absl::Status ToStatus() const;

 private:
  std::vector<v1::ModelFault> faults_;  // the first kMaxFaults
  size_t total_ = 0;
};

// One format. Stateless; thread-safe.
struct Format {
  // As ImportedFile.format has it.
  absl::string_view name;
  // Whether a document is of this format, by what only this format has (`apiVersion` and `kind`, `openapi`,
  // `bomFormat`, …), never by its file name.
  bool (*claims)(const model::YamlNode& root);
  // Adds what all documents of the format show. Sees them together, since they refer to each other.
  void (*import)(absl::Span<const Document> documents, Inventory& inventory, FileFaults& faults);
  // The tags of applications (`!reset`) that it knows; others are faults.
  absl::Span<const absl::string_view> tags = {};
};

// All formats, in the order in which they are asked (formats.cc: one line each).
absl::Span<const Format> Formats();

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_IMPORTER_H_
