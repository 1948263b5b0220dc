// Reading the files of other tools: values with their places, faults that stop an import, and notes that do not.
#ifndef METAPOWERS_SERVICE_IMPORTERS_SOURCE_H_
#define METAPOWERS_SERVICE_IMPORTERS_SOURCE_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "metapowers/v1/model_service.pb.h"
#include "service/model/faults.h"
#include "service/model/yaml_tree.h"

namespace metapowers::importers {

// Where a value stands.
struct Place {
  model::Position at;
  std::string path;
};

struct Note {
  v1::ImportNoteKind kind;
  Place place;
  std::string text;
};

// What is found while a file is read. Not thread-safe.
class Findings {
 public:
  void Fault(const Place& place, absl::string_view what, model::Faults::Hint hint = nullptr) {
    faults.Add(place.at, place.path, what, std::move(hint));
  }
  // The first kMaxWarnings are kept; the rest is counted.
  void Warn(const Place& place, absl::string_view text, const model::Faults::Hint& hint = nullptr) {
    last_warning_ = place.at;
    if (++warnings_ > kMaxWarnings) return;
    Add(v1::IMPORT_NOTE_KIND_WARNING, place, absl::StrCat(text, hint ? hint() : ""));
  }
  void Keep(const Place& place, absl::string_view text) { Add(v1::IMPORT_NOTE_KIND_KEPT, place, text); }
  void Ask(const Place& place, absl::string_view text) { Add(v1::IMPORT_NOTE_KIND_QUESTION, place, text); }

  // All notes, and one that tells how many warnings are not among them. Once.
  std::vector<Note> TakeNotes() {
    if (warnings_ > kMaxWarnings) {
      Add(v1::IMPORT_NOTE_KIND_WARNING, {last_warning_, ""},
          absl::StrCat("and ", warnings_ - kMaxWarnings, " warnings more"));
    }
    return std::move(notes_);
  }

  model::Faults faults;

 private:
  static constexpr size_t kMaxWarnings = 100;

  void Add(v1::ImportNoteKind kind, const Place& place, absl::string_view text) {
    notes_.push_back({kind, place, std::string(text)});
  }

  std::vector<Note> notes_;
  size_t warnings_ = 0;
  model::Position last_warning_;
};

// A word of a file's vocabulary and what it stands for.
struct Word {
  absl::string_view text;
  int value;
};

// A scalar of a list.
struct Item {
  std::string text;
  Place place;
};

class Part;

// An element of a mapping from titles to elements.
struct Titled;

// An entry of a mapping from titles to texts.
struct TitledText {
  std::string title;
  std::string text;
  Place place;
};

// A mapping of the file, read key by key: a value of the wrong form is reported when it is asked for first. Keys that
// nobody asked for are told by ReportUnknown().
class Part {
 public:
  Part(const model::YamlNode& node, Place place, Findings& findings)
      : node_(&node), place_(std::move(place)), findings_(&findings) {}

  const Place& place() const { return place_; }
  // Place of a value, or where it is missing.
  Place PlaceOf(absl::string_view key) const;

  // The value; nullptr when there is none, or null.
  const model::YamlNode* Take(absl::string_view key);
  // Whether there is a value.
  bool Has(absl::string_view key) const;

  // Text as people read it: without formatting (`<b>`) and outer white space; "" when there is none or after a fault.
  std::string Text(absl::string_view key);
  // The same on one line.
  std::string Line(absl::string_view key);
  // Exactly what stands there, without outer white space.
  std::string Raw(absl::string_view key);
  std::optional<bool> Flag(absl::string_view key);
  // Value of a word, compared without regard to case; 0 when there is none or after a fault.
  int Choice(absl::string_view key, absl::Span<const Word> words);
  // A date; "" when there is none or after a fault.
  std::string Date(absl::string_view key);
  // The scalars of a list.
  std::vector<Item> Items(absl::string_view key);
  // The elements of a mapping from titles to mappings.
  std::vector<Titled> Elements(absl::string_view key);
  // The elements of a list of mappings, each with its title inside; a mapping from titles is taken too.
  std::vector<Titled> Listed(absl::string_view key, absl::string_view title_key);
  // The entries of a mapping from titles to texts, on one line each.
  std::vector<TitledText> Texts(absl::string_view key);
  // A mapping of fields.
  std::optional<Part> Inner(absl::string_view key);

  // Keys of a mapping as they are written; none when it is something else.
  std::vector<std::string> KeysOf(absl::string_view key) const;

  // Marks keys as read whose values are of no use.
  void Ignore(absl::Span<const absl::string_view> keys);
  // Warns of keys that were not asked for.
  void ReportUnknown();

 private:
  bool IsKnown(absl::string_view key) const;
  const model::YamlNode* Scalar(absl::string_view key);

  const model::YamlNode* node_;
  Place place_;
  Findings* findings_;
  std::vector<std::string> known_;
};

struct Titled {
  std::string title;  // as people read it
  std::string raw;    // as it is written
  Part part;
};

// "a, b, c" of the words, for messages.
std::string ListOf(absl::Span<const Word> words);

// `text` without HTML formatting and outer white space.
std::string PlainText(absl::string_view text);

// `text` on one line, with single spaces.
std::string OneLineOf(absl::string_view text);

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_SOURCE_H_
