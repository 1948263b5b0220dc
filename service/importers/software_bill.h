// A bill of materials (CycloneDX, SPDX) in a draft: the file beside the model as evidence of its packages, and what it
// describes as a component.
#ifndef METAPOWERS_SERVICE_IMPORTERS_SOFTWARE_BILL_H_
#define METAPOWERS_SERVICE_IMPORTERS_SOFTWARE_BILL_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "service/evidence/evidence.h"
#include "service/importers/fields.h"
#include "service/importers/importer.h"
#include "service/importers/inventory.h"

namespace metapowers::importers {

// What a file says of what it describes.
struct BillSubject {
  std::string name;         // empty when it describes nothing by name
  Field at;                 // where; none without a name
  std::string description;  // may be empty
  std::string version;      // may be empty
  std::string purl;         // may be empty
  bool container = false;   // it is an image of a container
  bool device = false;
  Field kind;  // what says that it is one of both
};

// What a file says of itself.
struct Bill {
  model::v1::EvidenceFormat format = model::v1::EVIDENCE_FORMAT_UNSPECIFIED;
  Field root;
  Field made;  // its date and time
  BillSubject subject;
  std::string asked_field;  // the one that would name the subject
};

// Whether a text is JSON, by its first character: what the readers of evidence take.
bool IsJson(absl::string_view text);

// What the readers of evidence find in the document; nothing, with a fault for each cause, where they refuse it.
std::optional<evidence::Report> ReadBill(const Document& document, model::v1::EvidenceFormat format,
                                         FileFaults& faults);

// Adds the file, unless it lists nothing; its subject, or the question for it; and what the file counts. A file that
// holds a secret is skipped as evidence: it is kept byte for byte or not at all, since its digest is what others know
// it by.
// `warns_of_dependencies` is false where the file's dependencies are of more than packages.
void AddBill(const Document& document, const Bill& bill, const evidence::Report& report, bool warns_of_dependencies,
             Inventory& inventory);

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_SOFTWARE_BILL_H_
