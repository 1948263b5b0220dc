// The bill of materials of a CycloneDX file: components, nested ones too, and the graph of their dependencies.
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/base/status_macros.h"
#include "service/evidence/bom_builder.h"
#include "service/evidence/formats.h"

namespace metapowers::evidence {
namespace {

// A list of licences, each by SPDX id or name, or one expression.
void SetLicences(const Value& component, Package& package) {
  for (const Value& entry : component.List("licenses")) {
    if (const absl::string_view expression = entry.Text("expression"); !expression.empty()) {
      package.licences.emplace_back(expression);
    }
    const Value* licence = entry.Find("license");
    if (licence == nullptr) continue;
    const absl::string_view id = licence->Text("id");
    package.licences.emplace_back(id.empty() ? licence->Text("name") : id);
  }
}

Package ToPackage(const Value& component) {
  Package package;
  package.purl = std::string(component.Text("purl"));
  const absl::string_view group = component.Text("group");
  const absl::string_view mark = group.empty() ? "" : absl::StartsWith(package.purl, "pkg:maven/") ? ":" : "/";
  package.name = absl::StrCat(group, mark, component.Text("name"));
  package.version = std::string(component.Text("version"));
  const Value* supplier = component.Find("supplier");
  package.supplier = std::string(supplier == nullptr ? component.Text("publisher") : supplier->Text("name"));
  package.hashed = !component.List("hashes").empty();
  SetLicences(component, package);
  return package;
}

absl::Status ReadComponents(const Value& parent, const std::string& place, Collector& collector, BomBuilder& builder) {
  ASSIGN_OR_RETURN(const auto* components, collector.ListAt(parent, "components", place));
  for (size_t i = 0; i < components->size(); ++i) {
    const std::string at = absl::StrCat(place, place.empty() ? "" : ".", "components[", i, "]");
    const Value* component = collector.Object((*components)[i], at);
    if (component == nullptr) continue;
    if (IsPackageType(component->Text("type"))) {
      RETURN_IF_ERROR(builder.Add(component->Text("bom-ref"), ToPackage(*component), at));
    }
    RETURN_IF_ERROR(ReadComponents(*component, at, collector, builder));
  }
  return absl::OkStatus();
}

}  // namespace

bool IsPackageType(absl::string_view type) {
  for (const absl::string_view other : {"file", "data", "operating-system", "cryptographic-asset", "device"}) {
    if (type == other) return false;
  }
  return true;
}

absl::Status ReadCycloneDxBom(const Value& root, Collector& collector) {
  BomBuilder builder(collector);
  if (const Value* metadata = root.Find("metadata")) {
    builder.SetCreated(metadata->Text("timestamp"));
    if (const Value* subject = metadata->Find("component")) {
      builder.SetSubject(subject->Text("bom-ref"), subject->Text("name"), subject->Text("version"));
    }
  }
  RETURN_IF_ERROR(ReadComponents(root, "", collector, builder));
  ASSIGN_OR_RETURN(const auto* dependencies, collector.ListAt(root, "dependencies", ""));
  for (const Value& dependency : *dependencies) {
    for (const Value& target : dependency.List("dependsOn")) builder.Depends(dependency.Text("ref"), target.text);
  }
  collector.SetBom(builder.Take());
  return absl::OkStatus();
}

}  // namespace metapowers::evidence
