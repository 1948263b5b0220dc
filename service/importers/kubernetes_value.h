// Values of a manifest with their places. A value of the wrong form is a fault, told once, and reads as if it were not
// there, so that nobody who walks a manifest has to check.
#ifndef METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_VALUE_H_
#define METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_VALUE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "service/importers/importer.h"

namespace metapowers::importers::kubernetes {

using Labels = std::map<std::string, std::string>;

// Where values report what is wrong with them. Not thread-safe.
class Complaints {
 public:
  explicit Complaints(FileFaults& faults) : faults_(faults) {}

  // The first for a node.
  void Add(const Spot& spot, const model::YamlNode& node, absl::string_view path, absl::string_view what);

 private:
  FileFaults& faults_;
  absl::flat_hash_set<const model::YamlNode*> told_;
};

// A value, or none. What it was made from must outlive it. Messages never quote values: they may be secrets.
class Value {
 public:
  Value() = default;
  Value(const Document& document, const model::YamlNode& node, Complaints& complaints)
      : document_(&document), node_(&node), complaints_(&complaints) {}

  // False for a value that is not there, or null.
  bool exists() const { return node_ != nullptr && node_->kind != model::YamlNode::Kind::kNull; }
  // Of a value that is there.
  const model::YamlNode& node() const { return *node_; }
  const Document& document() const { return *document_; }
  // Of the value; where it is not there, of the nearest one around it.
  Spot spot() const;
  const std::string& path() const { return path_; }

  // Of a mapping.
  Value operator[](absl::string_view key) const;
  bool Has(absl::string_view key) const { return (*this)[key].exists(); }
  // The values of a mapping, in the order of the text.
  std::vector<std::pair<std::string, Value>> Entries() const;
  // Of a list.
  std::vector<Value> Items() const;

  // Of a scalar; empty where there is none.
  std::string Text() const;
  std::optional<int64_t> Number() const;
  std::optional<bool> Flag() const;
  // Texts of a list of scalars.
  std::vector<std::string> Texts() const;
  // Of a mapping from texts to texts.
  Labels TextMap() const;

  void Complain(absl::string_view what) const;

 private:
  bool Is(model::YamlNode::Kind kind, absl::string_view what) const;
  Value Part(const model::YamlNode* node, std::string path) const;

  const Document* document_ = nullptr;
  const model::YamlNode* node_ = nullptr;
  Complaints* complaints_ = nullptr;
  std::string path_;
  model::Position around_{0, 0};  // of the nearest value around one that is not there
};

}  // namespace metapowers::importers::kubernetes

#endif  // METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_VALUE_H_
