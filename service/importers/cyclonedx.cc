#include "service/importers/cyclonedx.h"

#include <map>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/evidence/evidence.h"
#include "service/evidence/xml.h"
#include "service/importers/cyclonedx_services.h"
#include "service/importers/fields.h"
#include "service/importers/software_bill.h"

namespace metapowers::importers {

namespace pb = model::v1;
using model::YamlNode;

namespace {

bool Claims(const YamlNode& root) {
  const YamlNode* format = root.Find("bomFormat");
  return format != nullptr && format->kind == YamlNode::Kind::kScalar;
}

// Imports one file.
class CycloneDxImporter {
 public:
  CycloneDxImporter(const Document& document, Inventory& inventory, FileFaults& faults)
      : document_(document),
        reading_(Conventions(), faults),
        root_(document, reading_),
        inventory_(inventory),
        faults_(faults) {}

  void Import() {
    if (!IsReadable()) return;
    const auto report = ReadBill(document_, pb::EVIDENCE_FORMAT_CYCLONEDX, faults_);
    if (!report.has_value()) return;
    const Field component = root_["metadata"]["component"];
    const Field services = root_["services"];
    const Bill bill = {pb::EVIDENCE_FORMAT_CYCLONEDX, root_, root_["metadata"]["timestamp"], SubjectOf(component),
                       "metadata.component"};
    if (inventory_.name.empty() && services.exists()) inventory_.name = bill.subject.name;
    // Where there are services, what depends on them is no package.
    AddBill(document_, bill, *report, !services.exists(), inventory_);
    TellOthers();
    CountVulnerabilities(*report);
    if (services.exists()) {
      cyclonedx::AddServices(root_, bill.subject.name, component.is_map() ? component["bom-ref"].Text() : "",
                             inventory_);
    }
  }

 private:
  bool IsReadable() {
    const Field format = root_["bomFormat"];
    const std::string version = root_["specVersion"].Text();
    if (format.Text() != "CycloneDX") {
      inventory_.Skip(format.spot(), absl::StrCat("bill of materials of format ", format.Line()),
                      "CycloneDX is read; export it as CycloneDX JSON or XML");
    } else if (!IsJson(document_.text) && !evidence::LooksLikeXml(document_.text)) {
      inventory_.Skip(format.spot(), "CycloneDX that is neither JSON nor XML",
                      "convert it: cyclonedx convert --output-format json");
    } else if (!absl::StartsWith(version, "1.") || version == "1.0" || version == "1.1") {
      inventory_.Skip(root_.spot(), absl::StrCat("CycloneDX of version ", root_["specVersion"].Line()),
                      "1.2 and later 1.x are read; convert it: cyclonedx convert --output-version v1_6");
    } else {
      return true;
    }
    return false;
  }

  static BillSubject SubjectOf(const Field& component) {
    if (!component.is_map() || component["name"].Line().empty()) return {};
    BillSubject subject;
    subject.name = component["name"].Line();
    subject.at = component;
    if (component["description"].is_scalar()) subject.description = component["description"].Line();
    if (component["version"].is_scalar()) subject.version = component["version"].Line();
    subject.purl = component["purl"].Text();
    subject.kind = component["type"];
    subject.container = subject.kind.Text() == "container";
    subject.device = subject.kind.Text() == "device";
    return subject;
  }

  // What the list has besides packages.
  void TellOthers() {
    std::map<std::string, int> others;
    CountOthers(root_["components"], others);
    if (others.empty()) return;
    inventory_.Note(v1::IMPORT_NOTE_KIND_KEPT, root_["components"].spot(), "components",
                    absl::StrCat("lists what is no package and has no place in the model: ",
                                 absl::StrJoin(others, ", ", [](std::string* out, const auto& type) {
                                   absl::StrAppend(out, type.second, " of type ", type.first);
                                 })));
  }

  static void CountOthers(const Field& components, std::map<std::string, int>& others) {
    if (!components.is_list()) return;
    for (const Field& component : components.Items()) {
      if (!component.is_map()) continue;
      const Field type = component["type"];
      if (type.is_scalar() && !evidence::IsPackageType(type.Raw())) ++others[type.Line()];
      CountOthers(component["components"], others);
    }
  }

  void CountVulnerabilities(const evidence::Report& report) {
    if (report.content == evidence::Content::kComponents) return;
    inventory_.Count("vulnerabilities", static_cast<int>(report.findings.size()));
    if (report.content != evidence::Content::kStatements) return;
    const Field list = root_["vulnerabilities"];
    inventory_.Note(v1::IMPORT_NOTE_KIND_KEPT, list.spot(), list.path(),
                    "states how vulnerabilities affect the subject (VEX); it lists no packages and is no scan");
  }

  const Document& document_;
  Reading reading_;
  const Field root_;
  Inventory& inventory_;
  FileFaults& faults_;
};

void Import(absl::Span<const Document> documents, Inventory& inventory, FileFaults& faults) {
  for (const Document& document : documents) CycloneDxImporter(document, inventory, faults).Import();
}

}  // namespace

const Format kCycloneDx = {"cyclonedx", Claims, Import};

}  // namespace metapowers::importers
