// Reading a Threagile model key by key: which keys of a mapping nobody asked for, and its vocabulary.
#ifndef METAPOWERS_SERVICE_IMPORTERS_THREAGILE_PART_H_
#define METAPOWERS_SERVICE_IMPORTERS_THREAGILE_PART_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "service/importers/fields.h"
#include "service/importers/findings.h"

namespace metapowers::importers::threagile {

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

// Reads a file by the conventions of Threagile; `findings` outlive it.
Reading ReadingOf(Findings& findings);

// A mapping of the file, read key by key. Keys that nobody asked for are told by ReportUnknown().
class Part {
 public:
  Part(Field field, Place place, Findings& findings)
      : field_(std::move(field)), place_(std::move(place)), findings_(&findings) {}

  const Place& place() const { return place_; }
  // Place of a value, or where it is missing.
  Place PlaceOf(absl::string_view key) const;
  // Whether there is a value.
  bool Has(absl::string_view key) const { return field_.Has(key); }

  // Text as people read it; "" when there is none or after a fault.
  std::string Text(absl::string_view key) { return Take(key).Prose(); }
  // The same on one line.
  std::string Line(absl::string_view key) { return Take(key).Line(); }
  // Exactly what stands there, without outer white space.
  std::string Raw(absl::string_view key) { return Take(key).Text(); }
  std::optional<bool> Flag(absl::string_view key) { return Take(key).Flag(); }
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
  // Marks a key as read.
  Field Take(absl::string_view key);

  Field field_;
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

}  // namespace metapowers::importers::threagile

#endif  // METAPOWERS_SERVICE_IMPORTERS_THREAGILE_PART_H_
