// Values of a document with their places. A value of the wrong form is a fault when it is read as something else.
#ifndef METAPOWERS_SERVICE_IMPORTERS_FIELDS_H_
#define METAPOWERS_SERVICE_IMPORTERS_FIELDS_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/importers/importer.h"

namespace metapowers::importers {

// A value, or that there is none. Refers to the document and to the faults, which outlive it. Not thread-safe.
class Field {
 public:
  // The root of a document.
  Field(const Document& document, FileFaults& faults);

  // Whether there is a value; null is none.
  bool exists() const { return node_ != nullptr; }
  bool is_map() const { return exists() && node_->kind == model::YamlNode::Kind::kMap; }
  bool is_list() const { return exists() && node_->kind == model::YamlNode::Kind::kList; }
  bool is_scalar() const { return exists() && node_->kind == model::YamlNode::Kind::kScalar; }
  // The value; only when there is one.
  const model::YamlNode& node() const { return *node_; }
  const Document& document() const { return *document_; }
  // Where its key stands, or itself in a list.
  Spot spot() const { return {document_->file, at_}; }
  const std::string& path() const { return path_; }

  // The value of a key; none when this is no mapping, which is no fault.
  Field operator[](absl::string_view key) const;
  // Whether a mapping has a key, also one without value.
  bool Has(absl::string_view key) const { return exists() && node_->Find(key) != nullptr; }
  // The entries of a mapping and the items of a list, also those without value. Anything else but null is a fault.
  std::vector<std::pair<std::string, Field>> Entries() const;
  std::vector<Field> Items() const;
  // Exactly what a scalar says, without outer white space; "" for none. Anything else is a fault.
  std::string Text() const;
  // The same on one line and cut to a length that people read.
  std::string Line() const;
  // Of `true`, `yes`, … Anything else is a fault.
  std::optional<bool> Flag() const;

  void Fault(absl::string_view what) const { faults_->Add(spot(), path_, what); }

 private:
  Field(const Field& parent, const model::YamlNode* node, model::Position at, std::string path);

  const Document* document_;
  FileFaults* faults_;
  const model::YamlNode* node_;
  model::Position at_;
  std::string path_;
};

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_FIELDS_H_
