#include "service/importers/cyclonedx.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/base/error.h"
#include "service/evidence/evidence.h"
#include "service/importers/cyclonedx_services.h"
#include "service/importers/fields.h"
#include "service/importers/id_table.h"
#include "service/importers/known_images.h"
#include "service/model/schema.h"

namespace metapowers::importers {

namespace pb = model::v1;
using model::YamlNode;

namespace {

bool Claims(const YamlNode& root) {
  const YamlNode* format = root.Find("bomFormat");
  return format != nullptr && format->kind == YamlNode::Kind::kScalar;
}

// What evidence is read: the file is JSON, whatever else YAML would take.
bool IsJson(absl::string_view text) {
  return absl::StartsWith(absl::StripLeadingAsciiWhitespace(absl::StripPrefix(text, "\xEF\xBB\xBF")), "{");
}

// `api` of `pkg:docker/acme/api@1.2?x#y`; "" when it is none.
std::string NameOfPurl(absl::string_view purl) {
  purl = purl.substr(0, purl.find_first_of("@?#"));
  const size_t slash = purl.rfind('/');
  return slash == absl::string_view::npos ? "" : std::string(purl.substr(slash + 1));
}

// Imports one file.
class BomImporter {
 public:
  BomImporter(const Document& document, Inventory& inventory, FileFaults& faults)
      : document_(document),
        reading_(Conventions(), faults),
        root_(document, reading_),
        inventory_(inventory),
        faults_(faults) {}

  void Import(std::set<std::string>& names) {
    if (!IsReadable()) return;
    pb::Evidence declaration;
    declaration.set_format(pb::EVIDENCE_FORMAT_CYCLONEDX);
    const auto report = evidence::Parse(declaration, document_.text);
    if (!report.ok()) {
      for (const Violation& violation : DetailsOf(report.status()).violations) {
        faults_.Add({document_.file, root_.spot().at}, violation.field, violation.description);
      }
      return;
    }
    const Field component = root_["metadata"]["component"];
    subject_ = component.is_map() ? component["name"].Line() : "";
    if (report->content != evidence::Content::kComponents || !report->bom->packages.empty())
      AddEvidence(*report, names);
    subject_.empty() ? AskForSubject() : AddSubject(component);
    Count(*report);
    if (root_["services"].exists()) {
      cyclonedx::AddServices(root_, subject_, component.is_map() ? component["bom-ref"].Text() : "", inventory_);
    }
  }

 private:
  bool IsReadable() {
    const Field format = root_["bomFormat"];
    const std::string version = root_["specVersion"].Text();
    if (format.Text() != "CycloneDX") {
      inventory_.Skip(format.spot(), absl::StrCat("bill of materials of format ", format.Line()),
                      "CycloneDX is read; export it as CycloneDX JSON");
    } else if (!IsJson(document_.text)) {
      inventory_.Skip(format.spot(), "CycloneDX that is not JSON",
                      "convert it: cyclonedx convert --output-format json");
    } else if (!absl::StartsWith(version, "1.") || version == "1.0" || version == "1.1") {
      inventory_.Skip(root_.spot(), absl::StrCat("CycloneDX of version ", root_["specVersion"].Line()),
                      "1.2 and later 1.x are read; convert it: cyclonedx convert --output-version v1_6");
    } else {
      return true;
    }
    return false;
  }

  // Keeps the file beside the model.
  void AddEvidence(const evidence::Report& report, std::set<std::string>& names) {
    const std::string base = NearestSlug(subject_.empty() ? document_.file : subject_);
    evidence_ = base;
    for (int i = 2; !names.insert(evidence_).second; ++i) evidence_ = absl::StrCat(base, "-", i);
    const std::string path = absl::StrCat("sbom/", evidence_, ".json");
    evidence_ = absl::StrCat("sbom-", evidence_);
    Shown<pb::Evidence> shown;
    shown.name = evidence_;
    shown.spot = root_.spot();
    shown.value.set_format(pb::EVIDENCE_FORMAT_CYCLONEDX);
    shown.value.set_path(path);
    shown.value.set_tool(absl::StrCat(report.tool, report.tool_version.empty() ? "" : " ", report.tool_version));
    if (const std::string date = root_["metadata"]["timestamp"].Text().substr(0, 10); model::IsDate(date)) {
      shown.value.set_produced_on(date);
      shown.Observed("produced_on", root_["metadata"]["timestamp"].spot());
    }
    if (!subject_.empty()) shown.Refers("component", {subject_, "", root_["metadata"]["component"].spot()});
    inventory_.attachments[path] = std::string(document_.text);
    inventory_.evidence.push_back(std::move(shown));
  }

  void AskForSubject() {
    inventory_.Note(v1::IMPORT_NOTE_KIND_QUESTION, {document_.file, {0, 0}}, "metadata.component",
                    "the file does not say what it is about: which component is it?");
  }

  void AddSubject(const Field& component) {
    Shown<pb::Component> shown;
    shown.name = subject_;
    shown.spot = component.spot();
    shown.value.set_name(subject_);
    if (component["description"].is_scalar()) shown.value.set_description(component["description"].Line());
    if (component["version"].is_scalar()) shown.value.set_version(component["version"].Line());
    const std::string type = component["type"].Text();
    const KnownImage* known = nullptr;
    if (type == "container") {
      const ImageName image = ParseImageName(subject_);
      known = FindKnownImage(subject_);
      if (known == nullptr) shown.names = {image.repository, image.Last()};
      shown.value.set_machine(pb::MACHINE_CONTAINER);
      shown.Observed("machine", component["type"].spot());
    } else if (type == "device") {
      shown.value.set_machine(pb::MACHINE_DEVICE);
      shown.Observed("machine", component["type"].spot());
    }
    shown.value.set_kind(known == nullptr ? pb::COMPONENT_KIND_PROCESS : known->kind);
    shown.Assumed("kind", component.spot(), "a bill of materials does not say whether its subject keeps data");
    if (const std::string name = NameOfPurl(component["purl"].Text()); !name.empty()) shown.names.push_back(name);
    if (!evidence_.empty() && root_["components"].is_list()) shown.Refers("sbom", {evidence_, "", shown.spot});
    if (inventory_.name.empty() && root_["services"].exists()) inventory_.name = subject_;
    inventory_.components.push_back(std::move(shown));
  }

  void Count(const evidence::Report& report) {
    if (report.bom.has_value()) inventory_.Count("packages", static_cast<int>(report.bom->packages.size()));
    for (const std::string& warning : report.warnings) {
      // Of services, which are no packages.
      if (root_["services"].exists() && absl::StartsWith(warning, "dependencies")) continue;
      inventory_.Note(v1::IMPORT_NOTE_KIND_WARNING, {document_.file, {0, 0}}, "", warning);
    }
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
  std::string subject_;
  std::string evidence_;  // name of the evidence that the file is
};

void Import(absl::Span<const Document> documents, Inventory& inventory, FileFaults& faults) {
  std::set<std::string> names;
  for (const Document& document : documents) BomImporter(document, inventory, faults).Import(names);
}

}  // namespace

const Format kCycloneDx = {"cyclonedx", Claims, Import};

}  // namespace metapowers::importers
