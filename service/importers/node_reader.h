// Reading the documents of other tools part by part, with a fault where a part has the wrong form.
#ifndef METAPOWERS_SERVICE_IMPORTERS_NODE_READER_H_
#define METAPOWERS_SERVICE_IMPORTERS_NODE_READER_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/importers/importer.h"
#include "service/importers/inventory.h"
#include "service/model/yaml_tree.h"

namespace metapowers::importers {

// Longest texts that are taken over, in bytes; what is longer is cut.
inline constexpr size_t kMaxLine = 200;
inline constexpr size_t kMaxProse = 2'000;

// `text` cut to at most `size` bytes, "…" included, never inside a character.
std::string CutText(absl::string_view text, size_t size);

// The number that a scalar is; nothing for other nodes and for what is not finite.
std::optional<double> NumberOf(const model::YamlNode* node);
// Likewise of `true` and `false`.
std::optional<bool> FlagOf(const model::YamlNode* node);

// A part of a document and its path there.
struct Section {
  const model::YamlNode* node;
  std::string path;
};

// A scalar of a list.
struct Entry {
  std::string text;
  Spot spot;
  std::string path;
};

// Of one document. What is missing or null is no fault; a fault is told once. Not thread-safe.
class NodeReader {
 public:
  NodeReader(const Document& document, FileFaults& faults) : document_(document), faults_(faults) {}

  const std::string& file() const { return document_.file; }
  Section Root() const { return {document_.root, ""}; }
  Spot SpotOf(const Section& in) const { return document_.At(*in.node); }
  // Place of a value, or of the mapping that it is missing in.
  Spot SpotOf(const Section& in, absl::string_view key) const;
  std::string PathOf(const Section& in, absl::string_view key) const;
  void Fault(const Section& in, absl::string_view key, absl::string_view what);

  // A mapping.
  std::optional<Section> Map(const Section& in, absl::string_view key);
  // The mappings of a list. Entries that are null are left out.
  std::vector<Section> Maps(const Section& in, absl::string_view key);
  // The scalars of a list, each on one line, without empty ones.
  std::vector<Entry> Lines(const Section& in, absl::string_view key);
  // A scalar on one line and exactly as it stands there, which ids are; "" for none.
  std::string Line(const Section& in, absl::string_view key);
  std::string Raw(const Section& in, absl::string_view key);
  // The same as people read it, over several lines.
  std::string Prose(const Section& in, absl::string_view key);
  std::optional<bool> Flag(const Section& in, absl::string_view key);
  std::optional<double> Number(const Section& in, absl::string_view key);

 private:
  const model::YamlNode* Find(const Section& in, absl::string_view key, model::YamlNode::Kind kind,
                              absl::string_view form);

  const Document& document_;
  FileFaults& faults_;
  std::set<std::pair<const model::YamlNode*, std::string>> told_;  // values of which a fault is told
};

// A name that only one element of a file has, for references to it: names are compared without regard to case and
// punctuation, ids are not.
std::string MakeHandle(absl::string_view prefix, absl::string_view id);

// Which ids of a file may be names of elements.
enum class IdUse { kReadable, kNever };

// Names for the elements of one collection of a file, which has ids of its own. A readable id is the name, if that is
// the use of ids; of others, it is the title where no other element is called so, else the title and a digest of the
// id. So a name depends on the element's id and title and on the set of the others, never on their order. Not
// thread-safe.
class NamePlan {
 public:
  // `file` and `kind` make the handles of two plans differ.
  NamePlan(absl::string_view file, absl::string_view kind, IdUse use = IdUse::kReadable);

  // False when the id is known already. Not after NameOf().
  bool Add(const std::string& id, const std::string& title);
  bool Has(const std::string& id) const { return titles_.count(id) > 0; }
  std::string NameOf(const std::string& id) const;
  // What else it may be called: the title, where that is its own.
  std::vector<std::string> NamesOf(const std::string& id) const;
  // A name that only this element of this file has, for references to it.
  std::string HandleOf(const std::string& id) const;

 private:
  bool IsName(absl::string_view id) const;

  std::map<std::string, std::string> titles_;  // by id
  std::map<std::string, int> used_;            // how many elements a slug may be of
  const std::string prefix_;
  const IdUse use_;
};

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_NODE_READER_H_
