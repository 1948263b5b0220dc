// The entrance of the parsers: limits, then the parser of the declared format.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/base/status_macros.h"
#include "service/evidence/collector.h"
#include "service/evidence/cyclonedx_xml.h"
#include "service/evidence/evidence.h"
#include "service/evidence/formats.h"
#include "service/evidence/json.h"
#include "service/evidence/xml.h"

namespace metapowers::evidence {
namespace {

// Members of the root by which a format is told from others.
constexpr absl::string_view kMarks[] = {"@context", "ArtifactName", "SchemaVersion", "bomFormat",  "matches",
                                        "results",  "runs",         "spdxVersion",   "specVersion"};

using List = std::vector<absl::string_view>;

// Every member that the parser of a format reads. The rest of a report (layers, snippets, properties, secrets found) is
// never kept.
const List& NamesOf(model::v1::EvidenceFormat format) {
  static const auto* const names = [] {
    auto* const lists = new std::map<model::v1::EvidenceFormat, List>{
        {model::v1::EVIDENCE_FORMAT_SARIF,
         {"artifactLocation",
          "artifacts",
          "baselineState",
          "defaultConfiguration",
          "driver",
          "extensions",
          "id",
          "index",
          "justification",
          "kind",
          "level",
          "location",
          "locations",
          "message",
          "name",
          "physicalLocation",
          "properties",
          "region",
          "rule",
          "ruleId",
          "ruleIndex",
          "rules",
          "security-severity",
          "semanticVersion",
          "shortDescription",
          "startLine",
          "state",
          "status",
          "suppressions",
          "tags",
          "text",
          "tool",
          "toolComponent",
          "uri",
          "version"}},
        {model::v1::EVIDENCE_FORMAT_CYCLONEDX,
         {"affects",       "analysis",    "bom-ref",  "component",  "components", "cwes",     "dependencies",
          "dependsOn",     "description", "detail",   "expression", "group",      "hashes",   "id",
          "justification", "license",     "licenses", "metadata",   "method",     "name",     "publisher",
          "purl",          "ratings",     "ref",      "references", "score",      "severity", "state",
          "supplier",      "timestamp",   "tools",    "type",       "vector",     "version",  "vulnerabilities"}},
        {model::v1::EVIDENCE_FORMAT_SPDX,
         {"SPDXID", "checksums", "created", "creationInfo", "creators", "documentDescribes", "externalRefs",
          "licenseConcluded", "licenseDeclared", "name", "packages", "referenceLocator", "referenceType",
          "relatedSpdxElement", "relationshipType", "relationships", "spdxElementId", "supplier", "versionInfo"}},
        {model::v1::EVIDENCE_FORMAT_OSV, {"affected",  "aliases",  "cwe_ids",        "database_specific",
                                          "ecosystem", "events",   "fixed",          "groups",
                                          "id",        "ids",      "max_severity",   "name",
                                          "package",   "packages", "path",           "ranges",
                                          "score",     "severity", "source",         "summary",
                                          "type",      "version",  "vulnerabilities"}},
        {model::v1::EVIDENCE_FORMAT_TRIVY,
         {"CVSS",
          "CauseMetadata",
          "Class",
          "CweIDs",
          "FixedVersion",
          "ID",
          "InstalledVersion",
          "Misconfigurations",
          "PURL",
          "PkgIdentifier",
          "PkgName",
          "PkgPath",
          "Results",
          "RuleID",
          "Secrets",
          "Severity",
          "SeveritySource",
          "StartLine",
          "Status",
          "Target",
          "Title",
          "Trivy",
          "V2Score",
          "V2Vector",
          "V3Score",
          "V3Vector",
          "V40Score",
          "V40Vector",
          "VendorIDs",
          "Version",
          "Vulnerabilities",
          "VulnerabilityID"}},
        {model::v1::EVIDENCE_FORMAT_GRYPE, {"artifact", "baseScore",   "cvss",       "cwe",
                                            "cwes",     "description", "descriptor", "fix",
                                            "id",       "location",    "locations",  "metrics",
                                            "name",     "path",        "purl",       "relatedVulnerabilities",
                                            "severity", "source",      "state",      "type",
                                            "vector",   "version",     "versions",   "vulnerability"}}};
    for (auto& [each, list] : *lists) {
      list.insert(list.end(), std::begin(kMarks), std::end(kMarks));
      std::sort(list.begin(), list.end());
    }
    return lists;
  }();
  static const auto* const marks = new List(std::begin(kMarks), std::end(kMarks));
  const auto found = names->find(format);
  return found == names->end() ? *marks : found->second;
}

// Objects whose members are named by others: Trivy names a score after who gave it.
const List& Maps() {
  static const auto* const maps = new List{"CVSS"};
  return *maps;
}

// Values of one file in XML: they take more space than those of JSON until they are all read.
constexpr uint64_t kMaxXmlValues = 800'000;

// As deep as the reader of XML allows.
Value ValueOf(const model::YamlNode& node) {
  Value value;
  switch (node.kind) {
    case model::YamlNode::Kind::kNull:
      break;
    case model::YamlNode::Kind::kScalar:
      value.kind = Value::Kind::kString;
      value.text = node.text;
      if (node.plain && absl::SimpleAtod(node.text, &value.number) && std::isfinite(value.number)) {
        value.kind = Value::Kind::kNumber;
      }
      break;
    case model::YamlNode::Kind::kList:
      value.kind = Value::Kind::kArray;
      for (const model::YamlNode* item : node.items) value.items.push_back(ValueOf(*item));
      break;
    case model::YamlNode::Kind::kMap:
      value.kind = Value::Kind::kObject;
      for (const model::YamlEntry& entry : node.entries) {
        value.keys.push_back(entry.key);
        value.items.push_back(ValueOf(*entry.value));
      }
      break;
  }
  return value;
}

// The tree of a file, or why it cannot be read.
std::pair<Value, JsonFault> ReadTree(model::v1::EvidenceFormat format, absl::string_view bytes) {
  if (format != model::v1::EVIDENCE_FORMAT_CYCLONEDX || !LooksLikeXml(bytes)) {
    return ReadJson(bytes, {NamesOf(format), Maps()});
  }
  CycloneDxXml xml = ReadCycloneDxXml(bytes, kMaxXmlValues);
  if (xml.fault.has_value()) {
    return {Value(), JsonFault{absl::StrCat("line ", xml.fault->at.line), xml.fault->cause, xml.fault->mend}};
  }
  if (xml.tree == nullptr) {
    return {Value(), JsonFault{"the whole file", "is XML of another kind than CycloneDX",
                               "export the file as CycloneDX JSON or XML"}};
  }
  return {ValueOf(xml.tree->root()), JsonFault()};
}

// The format that the members of the root are of; unknown when they are of none.
model::v1::EvidenceFormat LooksLike(const Value& root) {
  if (root.Find("runs") != nullptr) return model::v1::EVIDENCE_FORMAT_SARIF;
  if (root.Find("bomFormat") != nullptr) return model::v1::EVIDENCE_FORMAT_CYCLONEDX;
  if (root.Find("spdxVersion") != nullptr || root.Find("@context") != nullptr) return model::v1::EVIDENCE_FORMAT_SPDX;
  if (root.Find("SchemaVersion") != nullptr || root.Find("ArtifactName") != nullptr) {
    return model::v1::EVIDENCE_FORMAT_TRIVY;
  }
  if (root.Find("matches") != nullptr) return model::v1::EVIDENCE_FORMAT_GRYPE;
  if (root.Find("results") != nullptr) return model::v1::EVIDENCE_FORMAT_OSV;
  return model::v1::EVIDENCE_FORMAT_UNSPECIFIED;
}

absl::Status Read(model::v1::EvidenceFormat format, const Value& root, Collector& collector) {
  switch (format) {
    case model::v1::EVIDENCE_FORMAT_SARIF:
      return ReadSarif(root, collector);
    case model::v1::EVIDENCE_FORMAT_CYCLONEDX:
      return ReadCycloneDx(root, collector);
    case model::v1::EVIDENCE_FORMAT_SPDX:
      return ReadSpdx(root, collector);
    case model::v1::EVIDENCE_FORMAT_OSV:
      return ReadOsv(root, collector);
    case model::v1::EVIDENCE_FORMAT_TRIVY:
      return ReadTrivy(root, collector);
    case model::v1::EVIDENCE_FORMAT_GRYPE:
      return ReadGrype(root, collector);
    default:
      return collector.Fault("format", "the format is not declared", "set `format` of the evidence");
  }
}

}  // namespace

absl::StatusOr<Report> Parse(const model::v1::Evidence& declaration, absl::string_view bytes) {
  Collector collector(declaration);
  if (bytes.size() > kMaxFileBytes) {
    return collector.Fault("the whole file", absl::StrCat("has ", bytes.size(), " bytes; the limit is ", kMaxFileBytes),
                           "split the report by component");
  }
  if (bytes.empty()) return collector.Fault("the whole file", "is empty", "export the report again");
  const auto [root, fault] = ReadTree(declaration.format(), bytes);
  if (!fault.cause.empty()) return collector.Fault(fault.place, fault.cause, fault.mend);
  const std::string declared = model::YamlName(declaration.format());
  if (!root.is_object()) {
    return collector.Fault("the whole file", absl::StrCat("is no object, as ", declared, " reports are"),
                           "export the report again with a current version of the tool");
  }
  const model::v1::EvidenceFormat format = LooksLike(root);
  if (format != declaration.format()) {
    const bool unknown = format == model::v1::EVIDENCE_FORMAT_UNSPECIFIED;
    return collector.Fault("the whole file",
                           absl::StrCat("is declared as ", declared, ", and looks like ",
                                        unknown ? "no known format" : model::YamlName(format)),
                           unknown ? absl::StrCat("export the report as ", declared)
                                   : absl::StrCat("declare `format: ", model::YamlName(format), "`"));
  }
  RETURN_IF_ERROR(Read(format, root, collector));
  return collector.Take();
}

}  // namespace metapowers::evidence
