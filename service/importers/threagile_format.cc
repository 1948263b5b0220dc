// Threagile models among other files: kThreagile of threagile.h.
#include <string>

#include "absl/strings/str_cat.h"
#include "service/importers/draft.h"
#include "service/importers/model_elements.h"
#include "service/importers/plain_text.h"
#include "service/importers/threagile.h"
#include "service/importers/threagile_context.h"

namespace metapowers::importers {
namespace {

bool Claims(const model::YamlNode& root) {
  return root.Find("technical_assets") != nullptr ||
         (root.Find("data_assets") != nullptr && root.Find("trust_boundaries") != nullptr);
}

void ImportDocument(const Document& document, Inventory& inventory, FileFaults& faults) {
  Findings findings;
  Draft draft("threagile", "Threagile", document.file, document.file);
  threagile::Context context(draft, findings);
  Reading reading = threagile::ReadingOf(findings);
  threagile::Part root(Field(document, reading), {{}, ""}, findings);
  threagile::ImportRoot(root, context);
  faults.Add(document.file, findings.faults);
  const model::v1::SystemModel& model = draft.model();
  const Spot file{document.file, {0, 0}};
  AddElements(model, draft.bases(), file, inventory);
  if (inventory.name.empty()) inventory.name = model.name();
  if (inventory.description.empty()) inventory.description = model.description();
  if (model.as_of() > inventory.as_of) inventory.as_of = model.as_of();
  for (const Note& note : findings.TakeNotes()) {
    inventory.Note(note.kind, {document.file, note.place.at}, note.place.path, OneLineOf(note.text));
  }
  if (draft.tracked() > 0) {
    inventory.Note(v1::IMPORT_NOTE_KIND_WARNING, file, "risk_tracking",
                   absl::StrCat("of ", draft.tracked(), " risks is not imported with other files: import the model ",
                                "alone to have drafts of decisions"));
  }
  inventory.Count("trust_boundaries", model.zones_size());
  inventory.Count("data_assets", model.data_classes_size());
}

void ImportAll(absl::Span<const Document> documents, Inventory& inventory, FileFaults& faults) {
  for (const Document& document : documents) ImportDocument(document, inventory, faults);
}

}  // namespace

const Format kThreagile = {"threagile", Claims, ImportAll};

}  // namespace metapowers::importers
