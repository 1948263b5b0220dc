#include "client/commands/import_report.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/output.h"

namespace metapowers::client {
namespace {

using metapowers::v1::ImportModelResponse;
using metapowers::v1::ImportNoteKind;
using metapowers::v1::SkippedItem;

// Places that are named of all that were left out for one reason, and warnings that are told.
constexpr size_t kMaxPlaces = 3;
constexpr int kMaxWarnings = 20;

int CountNotes(const ImportModelResponse& imported, ImportNoteKind kind) {
  return static_cast<int>(std::count_if(imported.notes().begin(), imported.notes().end(),
                                        [&](const auto& note) { return note.kind() == kind; }));
}

// What the threat model has of each rule of the other tool.
void PrintRules(std::ostream& out, const ImportModelResponse& imported) {
  std::vector<std::vector<std::string>> rows;
  int none = 0;
  for (const auto& rule : imported.rules()) {
    std::vector<std::string> counts;
    if (rule.findings() > 0) counts.push_back(Plural(rule.findings(), "finding"));
    if (rule.questions() > 0) counts.push_back(Plural(rule.questions(), "question"));
    if (rule.model_quality() > 0) counts.push_back(absl::StrCat(rule.model_quality(), " to mend in the model"));
    if (counts.empty()) {
      ++none;
    } else {
      rows.push_back({"  " + rule.name(), absl::StrJoin(counts, ", ")});
    }
  }
  if (imported.rules().empty()) return;
  out << "findings of the threat model by rule of " << ForTerminal(imported.format()) << ":\n";
  PrintTable(out, rows);
  out << "  nothing of the other " << none << '\n';
}

void PrintSkipped(std::ostream& out, const ImportModelResponse& imported) {
  if (imported.skipped().empty()) return;
  std::vector<std::string> reasons;  // in the order they came
  std::map<std::string, std::vector<const SkippedItem*>> by_reason;
  for (const SkippedItem& item : imported.skipped()) {
    std::vector<const SkippedItem*>& items = by_reason[item.reason()];
    if (items.empty()) reasons.push_back(item.reason());
    items.push_back(&item);
  }
  out << "not imported, " << Plural(imported.skipped_size(), "item") << ":\n";
  for (const std::string& reason : reasons) {
    const std::vector<const SkippedItem*>& items = by_reason[reason];
    std::vector<std::string> places;
    for (size_t i = 0; i < std::min(items.size(), kMaxPlaces); ++i) {
      const std::string& item = items[i]->item();
      places.push_back(
          ForTerminal(absl::StrCat(items[i]->location(), item == "file" ? "" : absl::StrCat(" (", item, ")"))));
    }
    out << "  " << absl::StrJoin(places, ", ");
    if (items.size() > kMaxPlaces) out << " and " << items.size() - kMaxPlaces << " more";
    out << ": " << ForTerminal(reason) << '\n';
  }
}

}  // namespace

void PrintImport(std::ostream& out, const ImportModelResponse& imported) {
  const std::string formats = absl::StrJoin(absl::StrSplit(imported.format(), ','), ", ");
  out << "imported from " << ForTerminal(formats);
  if (imported.imported_files_size() > 1) out << " (" << imported.imported_files_size() << " files)";
  out << ":\n";
  std::vector<std::vector<std::string>> rows;
  for (const auto& count : imported.counts())
    rows.push_back({"  " + ForTerminal(count.field()), absl::StrCat(count.count())});
  PrintTable(out, rows);
  PrintRules(out, imported);
  PrintSkipped(out, imported);
  out << "assumed, to be confirmed:\n";
  for (const std::string& statement : imported.assumptions()) out << "  " << ForTerminal(statement) << '\n';
  const int kept = CountNotes(imported, metapowers::v1::IMPORT_NOTE_KIND_KEPT);
  const int asked = CountNotes(imported, metapowers::v1::IMPORT_NOTE_KIND_QUESTION);
  if (kept + asked > 0) {
    out << Plural(kept, "text") << " without a place in the model and " << Plural(asked, "unanswered question")
        << " of the files stand at the end of the model\n";
  }
  out << Plural(imported.questions_size(), "question") << " about what the files do not say\n";
}

void PrintImportWarnings(std::ostream& err, const ImportModelResponse& imported) {
  int told = 0;
  const int warnings = CountNotes(imported, metapowers::v1::IMPORT_NOTE_KIND_WARNING);
  for (const auto& note : imported.notes()) {
    if (note.kind() != metapowers::v1::IMPORT_NOTE_KIND_WARNING) continue;
    if (++told > kMaxWarnings) break;
    err << "warning: " << ForTerminal(note.location()) << ": " << ForTerminal(note.field())
        << (note.field().empty() ? "" : ": ") << ForTerminal(note.text()) << '\n';
  }
  if (warnings > kMaxWarnings) {
    err << "and " << warnings - kMaxWarnings << " warnings more; they stand at the end of the model\n";
  }
}

}  // namespace metapowers::client
