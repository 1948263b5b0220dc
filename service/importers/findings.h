// What is found in one file that is imported alone: faults that stop the import, and notes that do not.
#ifndef METAPOWERS_SERVICE_IMPORTERS_FINDINGS_H_
#define METAPOWERS_SERVICE_IMPORTERS_FINDINGS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "metapowers/v1/model_service.pb.h"
#include "service/model/faults.h"

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

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_FINDINGS_H_
