// Values of a document of another tool with their places: how every importer reads them.
//
// What is missing or null is none: it reads as empty and is no fault. A value of the wrong form is a fault when it is
// read as something else, told once, and reads as none then: whoever walks a document need not check.
#ifndef METAPOWERS_SERVICE_IMPORTERS_FIELDS_H_
#define METAPOWERS_SERVICE_IMPORTERS_FIELDS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "service/importers/importer.h"

namespace metapowers::importers {

// What differs between formats. The defaults are those of files that people write.
struct Conventions {
  enum class Place { kKey, kValue };
  enum class Flags { kJson, kYaml };

  Place place = Place::kKey;             // where a value is told to stand: at its key, or where it begins itself
  Flags flags = Flags::kYaml;            // `true` and `false` only, or `yes`, `on`, … too
  bool strict_keys = false;              // asking for a key of what is no mapping is a fault, not none
  bool quotes_values = true;             // faults quote values; not where values may be secrets
  bool has_html = false;                 // lines and prose have formatting (`<b>`), which is taken off
  bool camel_case = false;               // keys in camel case are names: paths have them without quotes
  size_t max_line = 500;                 // bytes; what is longer is cut
  size_t max_prose = std::string::npos;  // likewise
};

// Of files that tools write.
inline constexpr size_t kMaxLine = 200;
inline constexpr Conventions kExported = {
    Conventions::Place::kValue, Conventions::Flags::kJson, false, true, true, true, kMaxLine, 2'000};

// The number that a scalar is; nothing for other nodes and for what is not finite.
std::optional<double> NumberOf(const model::YamlNode* node);
// Likewise of `true` and `false`.
std::optional<bool> FlagOf(const model::YamlNode* node);

// One reading of documents of one format: its conventions, and where faults go. Not thread-safe.
class Reading {
 public:
  using Tell = std::function<void(const Spot& spot, absl::string_view path, absl::string_view what)>;

  // `faults` outlives it.
  Reading(const Conventions& conventions, FileFaults& faults);
  Reading(const Conventions& conventions, Tell tell) : conventions_(conventions), tell_(std::move(tell)) {}

  const Conventions& conventions() const { return conventions_; }
  // The first for a node at a place; all of `nullptr`, which is a value that is missing.
  void Fault(const model::YamlNode* node, const Spot& spot, absl::string_view path, absl::string_view what);

 private:
  const Conventions conventions_;
  const Tell tell_;
  absl::flat_hash_set<std::pair<const model::YamlNode*, std::pair<int, int>>> told_;  // with line and column
};

// A value, or that there is none. Refers to the document and to the reading, which outlive it. Not thread-safe.
class Field {
 public:
  // None, of no document.
  Field() = default;
  // The root of a document.
  Field(const Document& document, Reading& reading)
      : document_(&document), reading_(&reading), node_(document.root), at_(document.root->at), key_(at_) {}

  // Whether there is a value; null is none.
  bool exists() const { return node_ != nullptr && node_->kind != model::YamlNode::Kind::kNull; }
  bool is_map() const { return exists() && node_->kind == model::YamlNode::Kind::kMap; }
  bool is_list() const { return exists() && node_->kind == model::YamlNode::Kind::kList; }
  bool is_scalar() const { return exists() && node_->kind == model::YamlNode::Kind::kScalar; }
  // The value; only when there is one, or null.
  const model::YamlNode& node() const { return *node_; }
  const Document& document() const { return *document_; }
  // Where it stands by the conventions; of a value that is missing, the place of the nearest one around it.
  Spot spot() const { return document_ == nullptr ? Spot() : Spot{document_->file, at_}; }
  // Where its key stands, whatever the conventions; of what has none, itself.
  Spot key_spot() const { return {document_->file, key_}; }
  // Also of a value that is missing.
  const std::string& path() const { return path_; }

  // The value of a key of a mapping.
  Field operator[](absl::string_view key) const;
  // Whether a mapping has a value for a key.
  bool Has(absl::string_view key) const { return (*this)[key].exists(); }
  // Likewise, or null.
  bool HasKey(absl::string_view key) const { return exists() && node_->Find(key) != nullptr; }

  // What it is, for messages: `a list`.
  absl::string_view form() const;
  // Itself when it is a mapping, else none.
  Field Map() const;
  // The entries of a mapping in the order of the text, and the items of a list: also those without value.
  std::vector<std::pair<std::string, Field>> Entries() const;
  std::vector<Field> Items() const;
  // The mappings of a list, without items that are null.
  std::vector<Field> Maps() const;
  // The scalars of a list, each on one line and with its field, without empty ones.
  std::vector<std::pair<std::string, Field>> Lines() const;
  // Texts of a list of scalars, and of a mapping to scalars, exactly as they stand there.
  std::vector<std::string> Texts() const;
  std::map<std::string, std::string> TextMap() const;

  // Of a scalar: exactly as it stands there; without outer white space; on one line, and over several, as people read
  // it. "" for none.
  std::string Raw() const;
  std::string Text() const;
  std::string Line() const;
  std::string Prose() const;
  // Of a scalar that is not empty.
  std::optional<bool> Flag() const;
  std::optional<double> Number() const;
  std::optional<int64_t> Whole() const;

  void Fault(absl::string_view what) const;

 private:
  // What is found in `in`; nullptr for none.
  Field(const Field& in, const model::YamlNode* node, model::Position at, model::Position key, std::string path);

  const Conventions& conventions() const { return reading_->conventions(); }
  // Whether it is of a kind; of another is a fault.
  bool Is(model::YamlNode::Kind kind, absl::string_view what) const;
  // Of a scalar that says something else; quotes it where that is allowed.
  void FaultOfValue(absl::string_view what) const;
  std::string PathOf(absl::string_view key) const;
  Field Child(const model::YamlEntry& entry) const;

  const Document* document_ = nullptr;
  Reading* reading_ = nullptr;
  const model::YamlNode* node_ = nullptr;
  model::Position at_{0, 0};
  model::Position key_{0, 0};
  std::string path_;
};

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_FIELDS_H_
