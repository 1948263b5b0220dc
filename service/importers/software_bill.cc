#include "service/importers/software_bill.h"

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "service/base/error.h"
#include "service/evidence/xml.h"
#include "service/importers/id_table.h"
#include "service/importers/known_images.h"
#include "service/importers/secret_text.h"
#include "service/model/schema.h"

namespace metapowers::importers {

namespace pb = model::v1;

namespace {

constexpr size_t kMaxSecrets = 5;  // lines that are told

// `api` of `pkg:docker/acme/api@1.2?x#y`; "" when it is none.
std::string NameOfPurl(absl::string_view purl) {
  purl = purl.substr(0, purl.find_first_of("@?#"));
  const size_t slash = purl.rfind('/');
  return slash == absl::string_view::npos ? "" : std::string(purl.substr(slash + 1));
}

// Whether nothing in the file speaks against keeping it for all who read the repository.
bool MayBeKept(const Document& document, Inventory& inventory) {
  const std::vector<std::string> secrets = LinesWithSecrets(document.text, false, kMaxSecrets);
  if (secrets.empty()) return true;
  inventory.Skip(
      {document.file, {0, 0}}, "the file as evidence",
      absl::StrCat(absl::StrJoin(secrets, ", "), secrets.size() == kMaxSecrets ? " (and maybe more)" : "",
                   ": take it out of the file and change it where it is in use, then import the file again"));
  return false;
}

// Keeps the file beside the model. The name of the evidence that it is.
std::string AddEvidence(const Document& document, const Bill& bill, const evidence::Report& report,
                        Inventory& inventory) {
  const std::string base = NearestSlug(bill.subject.name.empty() ? document.file : bill.subject.name);
  // Two that differ in the ending alone would be evidence of one name.
  const auto taken = [&](const std::string& name) {
    return inventory.attachments.count(absl::StrCat("sbom/", name, ".json")) != 0 ||
           inventory.attachments.count(absl::StrCat("sbom/", name, ".xml")) != 0;
  };
  std::string name = base;
  for (int i = 2; taken(name); ++i) name = absl::StrCat(base, "-", i);
  const std::string path = absl::StrCat("sbom/", name, evidence::LooksLikeXml(document.text) ? ".xml" : ".json");
  Shown<pb::Evidence> shown;
  shown.name = absl::StrCat("sbom-", name);
  shown.spot = bill.root.spot();
  shown.value.set_format(bill.format);
  shown.value.set_path(path);
  shown.value.set_tool(absl::StrCat(report.tool, report.tool_version.empty() ? "" : " ", report.tool_version));
  if (const std::string date = bill.made.Text().substr(0, 10); model::IsDate(date)) {
    shown.value.set_produced_on(date);
    shown.Observed("produced_on", bill.made.spot());
  }
  if (!bill.subject.name.empty()) shown.Refers("component", {bill.subject.name, "", bill.subject.at.spot()});
  inventory.attachments[path] = std::string(document.text);
  inventory.evidence.push_back(std::move(shown));
  return inventory.evidence.back().name;
}

// `evidence` is empty, or the evidence that lists its packages.
void AddSubject(const BillSubject& subject, const std::string& evidence, Inventory& inventory) {
  Shown<pb::Component> shown;
  shown.name = subject.name;
  shown.spot = subject.at.spot();
  shown.value.set_name(subject.name);
  shown.value.set_description(subject.description);
  shown.value.set_version(subject.version);
  const KnownImage* known = nullptr;
  if (subject.container) {
    const ImageName image = ParseImageName(subject.name);
    known = FindKnownImage(subject.name);
    if (known == nullptr) shown.names = {image.repository, image.Last()};
  }
  if (subject.container || subject.device) {
    shown.value.set_machine(subject.container ? pb::MACHINE_CONTAINER : pb::MACHINE_DEVICE);
    shown.Observed("machine", subject.kind.spot());
  }
  shown.value.set_kind(known == nullptr ? pb::COMPONENT_KIND_PROCESS : known->kind);
  shown.Assumed("kind", subject.at.spot(), "a bill of materials does not say whether its subject keeps data");
  if (const std::string name = NameOfPurl(subject.purl); !name.empty()) shown.names.push_back(name);
  if (!evidence.empty()) shown.Refers("sbom", {evidence, "", shown.spot});
  inventory.components.push_back(std::move(shown));
}

}  // namespace

bool IsJson(absl::string_view text) {
  return absl::StartsWith(absl::StripLeadingAsciiWhitespace(absl::StripPrefix(text, "\xEF\xBB\xBF")), "{");
}

std::optional<evidence::Report> ReadBill(const Document& document, pb::EvidenceFormat format, FileFaults& faults) {
  pb::Evidence declaration;
  declaration.set_format(format);
  auto report = evidence::Parse(declaration, document.text);
  if (report.ok()) return *std::move(report);
  for (const Violation& violation : DetailsOf(report.status()).violations) {
    faults.Add({document.file, document.root->at}, violation.field, violation.description);
  }
  return std::nullopt;
}

void AddBill(const Document& document, const Bill& bill, const evidence::Report& report, bool warns_of_dependencies,
             Inventory& inventory) {
  const bool lists_packages = report.bom.has_value() && !report.bom->packages.empty();
  std::string evidence;
  if ((report.content != evidence::Content::kComponents || lists_packages) && MayBeKept(document, inventory)) {
    evidence = AddEvidence(document, bill, report, inventory);
  }
  if (bill.subject.name.empty()) {
    inventory.Note(v1::IMPORT_NOTE_KIND_QUESTION, {document.file, {0, 0}}, bill.asked_field,
                   "the file does not say what it is about: which component is it?");
  } else {
    AddSubject(bill.subject, report.bom.has_value() ? evidence : "", inventory);
  }
  if (report.bom.has_value()) inventory.Count("packages", static_cast<int>(report.bom->packages.size()));
  for (const std::string& warning : report.warnings) {
    if (!warns_of_dependencies && absl::StartsWith(warning, "dependencies")) continue;
    inventory.Note(v1::IMPORT_NOTE_KIND_WARNING, {document.file, {0, 0}}, "", warning);
  }
}

}  // namespace metapowers::importers
