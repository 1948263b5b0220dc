// SPDX 2.2 and 2.3 (ISO/IEC 5962): a bill of materials. Its packages, what each depends on, and which of them the
// document describes.
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/base/status_macros.h"
#include "service/evidence/bom_builder.h"
#include "service/evidence/formats.h"

namespace metapowers::evidence {
namespace {

constexpr absl::string_view kDocument = "SPDXRef-DOCUMENT";

// "NOASSERTION" and "NONE" state nothing that can be judged.
absl::string_view Stated(absl::string_view text) {
  return text == "NOASSERTION" || text == "NONE" ? absl::string_view() : text;
}

absl::string_view SubjectOf(const Value& root) {
  const std::vector<Value>& described = root.List("documentDescribes");
  if (!described.empty()) return described[0].text;
  for (const Value& relationship : root.List("relationships")) {
    const absl::string_view type = relationship.Text("relationshipType");
    if (type == "DESCRIBES" && relationship.Text("spdxElementId") == kDocument) {
      return relationship.Text("relatedSpdxElement");
    }
    if (type == "DESCRIBED_BY" && relationship.Text("relatedSpdxElement") == kDocument) {
      return relationship.Text("spdxElementId");
    }
  }
  return "";
}

Package ToPackage(const Value& entry) {
  Package package;
  package.name = std::string(entry.Text("name"));
  package.version = std::string(entry.Text("versionInfo"));
  absl::string_view supplier = Stated(entry.Text("supplier"));
  if (!absl::ConsumePrefix(&supplier, "Organization: ")) absl::ConsumePrefix(&supplier, "Person: ");
  package.supplier = std::string(supplier);
  package.hashed = !entry.List("checksums").empty();
  absl::string_view licence = Stated(entry.Text("licenseConcluded"));
  if (licence.empty()) licence = Stated(entry.Text("licenseDeclared"));
  if (!licence.empty()) package.licences.emplace_back(licence);
  for (const Value& reference : entry.List("externalRefs")) {
    if (package.purl.empty() && reference.Text("referenceType") == "purl") {
      package.purl = std::string(reference.Text("referenceLocator"));
    }
  }
  return package;
}

// Only statements that one asks for the other; that a package contains files says nothing of it.
void AddRelationship(const Value& relationship, BomBuilder& builder) {
  const absl::string_view type = relationship.Text("relationshipType");
  const absl::string_view from = relationship.Text("spdxElementId");
  const absl::string_view to = relationship.Text("relatedSpdxElement");
  if (type == "DEPENDS_ON") builder.Depends(from, to);
  for (const absl::string_view reverse : {"DEPENDENCY_OF", "RUNTIME_DEPENDENCY_OF", "OPTIONAL_DEPENDENCY_OF"}) {
    if (type == reverse) builder.Depends(to, from);
  }
}

}  // namespace

absl::Status ReadSpdx(const Value& root, Collector& collector) {
  const absl::string_view version = root.Text("spdxVersion");
  if (version != "SPDX-2.3" && version != "SPDX-2.2") {
    const std::string found = version.empty() ? "is missing, as in SPDX 3" : absl::StrCat("is \"", version, "\"");
    return collector.Fault("spdxVersion", absl::StrCat(found, ", and SPDX-2.2 and SPDX-2.3 are read"),
                           "export the file as SPDX 2.3 JSON");
  }
  collector.SetContent(Content::kComponents);
  BomBuilder builder(collector);
  if (const Value* creation = root.Find("creationInfo")) {
    builder.SetCreated(creation->Text("created"));
    for (const Value& creator : creation->List("creators")) {
      absl::string_view tool = creator.text;
      if (absl::ConsumePrefix(&tool, "Tool: ")) collector.SetTool(tool, "");
    }
  }
  const absl::string_view subject = SubjectOf(root);
  ASSIGN_OR_RETURN(const auto* packages, collector.ListAt(root, "packages", ""));
  for (size_t i = 0; i < packages->size(); ++i) {
    const std::string place = absl::StrCat("packages[", i, "]");
    const Value* entry = collector.Object((*packages)[i], place);
    if (entry == nullptr) continue;
    const absl::string_view id = entry->Text("SPDXID");
    if (!subject.empty() && id == subject) {
      builder.SetSubject(id, entry->Text("name"), entry->Text("versionInfo"));
    } else {
      RETURN_IF_ERROR(builder.Add(id, ToPackage(*entry), place));
    }
  }
  ASSIGN_OR_RETURN(const auto* relationships, collector.ListAt(root, "relationships", ""));
  for (const Value& relationship : *relationships) AddRelationship(relationship, builder);
  collector.SetBom(builder.Take());
  return absl::OkStatus();
}

}  // namespace metapowers::evidence
