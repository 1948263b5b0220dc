#include "service/importers/spdx.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/evidence/evidence.h"
#include "service/importers/fields.h"
#include "service/importers/software_bill.h"

namespace metapowers::importers {

namespace pb = model::v1;
using model::YamlNode;

namespace {

// The member by which documents of SPDX 3 are told.
constexpr char kContext[] = "@context";

bool IsSpdx3(const YamlNode& root) {
  const YamlNode* context = root.Find(kContext);
  return context != nullptr && context->kind == YamlNode::Kind::kScalar &&
         absl::StrContains(context->text, "spdx.org/rdf/3");
}

bool Claims(const YamlNode& root) {
  const YamlNode* version = root.Find("spdxVersion");
  return (version != nullptr && version->kind == YamlNode::Kind::kScalar) || IsSpdx3(root);
}

// Imports one file.
class SpdxImporter {
 public:
  SpdxImporter(const Document& document, Inventory& inventory, FileFaults& faults)
      : document_(document),
        reading_(Conventions(), faults),
        root_(document, reading_),
        inventory_(inventory),
        faults_(faults) {}

  void Import() {
    if (!IsReadable()) return;
    const auto report = ReadBill(document_, pb::EVIDENCE_FORMAT_SPDX, faults_);
    if (!report.has_value()) return;
    const Bill bill = {pb::EVIDENCE_FORMAT_SPDX, root_, root_["creationInfo"]["created"],
                       SubjectOf(report->bom->subject_reference), "relationships"};
    AddBill(document_, bill, *report, true, inventory_);
    for (const char* part : {"files", "snippets"}) {
      const Field list = root_[part];
      if (!list.is_list() || list.node().items.empty()) continue;
      inventory_.Skip(list.spot(), absl::StrCat(list.node().items.size(), " ", part),
                      "a bill of materials is read for its packages; the file that is kept has them");
    }
  }

 private:
  bool IsReadable() {
    const Field version = root_["spdxVersion"];
    if (IsSpdx3(*document_.root)) {
      inventory_.Skip(root_[kContext].spot(), "SPDX of version 3", "2.2 and 2.3 are read; export it as SPDX 2.3 JSON");
    } else if (!IsJson(document_.text)) {
      inventory_.Skip(version.spot(), "SPDX that is not JSON", "export it as SPDX 2.3 JSON");
    } else if (version.Text() != "SPDX-2.2" && version.Text() != "SPDX-2.3") {
      inventory_.Skip(version.spot(), absl::StrCat("SPDX of version ", version.Line()),
                      "2.2 and 2.3 are read; export it as SPDX 2.3 JSON");
    } else {
      return true;
    }
    return false;
  }

  // The package of an id, which the document describes.
  BillSubject SubjectOf(const std::string& id) const {
    BillSubject subject;
    if (id.empty()) return subject;
    for (const Field& package : root_["packages"].Maps()) {
      if (package["SPDXID"].Raw() != id) continue;
      subject.name = package["name"].Line();
      subject.at = package;
      subject.description = package[package.Has("description") ? "description" : "summary"].Line();
      subject.version = package["versionInfo"].Line();
      subject.purl = PurlOf(package);
      subject.kind = package["primaryPackagePurpose"];
      subject.container = subject.kind.Text() == "CONTAINER";
      subject.device = subject.kind.Text() == "DEVICE";
      break;
    }
    return subject;
  }

  static std::string PurlOf(const Field& package) {
    for (const Field& reference : package["externalRefs"].Maps()) {
      if (reference["referenceType"].Text() == "purl") return reference["referenceLocator"].Text();
    }
    return "";
  }

  const Document& document_;
  Reading reading_;
  const Field root_;
  Inventory& inventory_;
  FileFaults& faults_;
};

void Import(absl::Span<const Document> documents, Inventory& inventory, FileFaults& faults) {
  for (const Document& document : documents) SpdxImporter(document, inventory, faults).Import();
}

}  // namespace

const Format kSpdx = {"spdx", Claims, Import};

}  // namespace metapowers::importers
