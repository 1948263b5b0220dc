// One small report of each format, and the declaration that goes with it.
#ifndef METAPOWERS_TESTS_EVIDENCE_FIXTURES_H_
#define METAPOWERS_TESTS_EVIDENCE_FIXTURES_H_

#include <string>

#include "service/evidence/evidence.h"

namespace metapowers::evidence {

inline model::v1::Evidence Declare(model::v1::EvidenceFormat format, const std::string& component = "api") {
  model::v1::Evidence declaration;
  declaration.set_id("scan-1");
  declaration.set_path("evidence/scan-1.json");
  declaration.set_format(format);
  declaration.set_component(component);
  return declaration;
}

inline constexpr char kTrivy[] = R"json({
  "SchemaVersion": 2, "Trivy": {"Version": "0.66.0"}, "ArtifactName": "registry/api:7", "ArtifactType": "container_image",
  "Metadata": {"OS": {"Family": "debian"}, "ImageConfig": {"secret": "hunter2"}},
  "Results": [
    {"Target": "registry/api:7 (debian 12.8)", "Class": "os-pkgs", "Type": "debian", "Vulnerabilities": [
      {"VulnerabilityID": "CVE-2023-4911", "PkgName": "libc6",
       "PkgIdentifier": {"PURL": "pkg:deb/debian/libc6@2.36-9%2Bdeb12u1?arch=amd64&distro=debian-12.8"},
       "InstalledVersion": "2.36-9+deb12u1", "FixedVersion": "2.36-9+deb12u3", "Status": "fixed", "SeveritySource": "nvd",
       "Title": "glibc: buffer overflow in ld.so", "Severity": "HIGH", "CweIDs": ["CWE-122", "CWE-787"],
       "CVSS": {"nvd": {"V3Vector": "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", "V3Score": 7.8}}}]},
    {"Target": "app/api", "Class": "lang-pkgs", "Type": "gobinary", "Vulnerabilities": [
      {"VulnerabilityID": "CVE-2023-44487", "VendorIDs": ["GHSA-qppj-fm5r-hxr3"], "PkgName": "golang.org/x/net",
       "PkgIdentifier": {"PURL": "pkg:golang/golang.org/x/net@v0.14.0"}, "InstalledVersion": "v0.14.0",
       "FixedVersion": "0.17.0", "Title": "HTTP/2 rapid reset", "Severity": "HIGH",
       "CVSS": {"ghsa": {"V3Score": 5.3}, "nvd": {"V2Vector": "AV:N/AC:L/Au:N/C:N/I:N/A:C", "V2Score": 7.8,
                "V3Vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", "V3Score": 7.5}}}]},
    {"Target": "Dockerfile", "Class": "config", "Misconfigurations": [
      {"ID": "DS002", "Title": "Image user is root", "Severity": "HIGH", "Status": "FAIL", "CauseMetadata": {"StartLine": 3}},
      {"ID": "DS001", "Title": "Latest tag", "Severity": "MEDIUM", "Status": "PASS"}]},
    {"Target": "app/config.yml", "Class": "secret", "Secrets": [
      {"RuleID": "aws-access-key-id", "Title": "AWS access key", "Severity": "CRITICAL", "StartLine": 8, "Match": "AKIAHUNTER2"}]}]})json";

inline constexpr char kGrype[] = R"json({
  "matches": [
    {"vulnerability": {"id": "GHSA-jfh8-c2jp-5v3q", "severity": "Critical", "description": "Log4j remote code execution",
       "cvss": [{"source": "a", "type": "Secondary", "version": "3.1", "vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", "metrics": {"baseScore": 10.0}}],
       "fix": {"versions": ["2.15.0"], "state": "fixed"}},
     "relatedVulnerabilities": [{"id": "CVE-2021-44228", "cvss": [{"type": "Primary", "version": "2.0", "vector": "AV:N/AC:M/Au:N/C:C/I:C/A:C", "metrics": {"baseScore": 9.3}}]}],
     "artifact": {"name": "log4j-core", "version": "2.14.1", "type": "java-archive", "purl": "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", "locations": [{"path": "/app/lib/log4j-core-2.14.1.jar"}]}},
    {"vulnerability": {"id": "CVE-2016-2781", "severity": "Negligible", "cvss": [], "fix": {"versions": ["9.9"], "state": "not-fixed"}},
     "relatedVulnerabilities": [], "artifact": {"name": "coreutils", "version": "9.1-1", "type": "deb", "purl": "", "locations": []}}],
  "ignoredMatches": [], "source": {"type": "image"}, "descriptor": {"name": "grype", "version": "0.100.0"}})json";

inline constexpr char kOsv[] = R"json({
  "results": [{"source": {"path": "/home/runner/work/app/requirements.txt", "type": "lockfile"}, "packages": [
    {"package": {"name": "werkzeug", "version": "3.0.2", "ecosystem": "PyPI"}, "vulnerabilities": [
      {"id": "GHSA-2g68-c3qc-8985", "aliases": ["CVE-2024-34069", "PYSEC-0000-1"], "summary": "Werkzeug debugger",
       "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:H/I:H/A:H"}],
       "affected": [{"package": {"name": "werkzeug", "ecosystem": "PyPI"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.0.3"}]}]},
                    {"package": {"name": "other", "ecosystem": "PyPI"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": "9.9"}]}]}],
       "database_specific": {"severity": "HIGH", "cwe_ids": ["CWE-352"]}},
      {"id": "GHSA-no-score-0001", "summary": "Vector of version 4", "severity": [{"type": "CVSS_V4", "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:L/SC:N/SI:N/SA:N"}]}],
     "groups": [{"ids": ["GHSA-2g68-c3qc-8985"], "max_severity": "7.5"}, {"ids": ["GHSA-no-score-0001"], "max_severity": "6.9"}]}]}]})json";

inline constexpr char kSarif[] = R"json({
  "version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
  "runs": [{"tool": {"driver": {"name": "Semgrep OSS", "semanticVersion": "1.140.0", "rules": [
      {"id": "go.sql-injection", "shortDescription": {"text": "SQL built from input"}, "defaultConfiguration": {"level": "error"}, "properties": {"tags": ["CWE-89: SQL injection", "security"]}},
      {"id": "js/xss", "shortDescription": {"text": "Cross-site scripting"}, "defaultConfiguration": {"level": "warning"}, "properties": {"tags": ["external/cwe/cwe-079"], "security-severity": "6.1"}}]}},
    "artifacts": [{"location": {"uri": "web/page.js"}}],
    "results": [
      {"ruleId": "go.sql-injection", "message": {"text": "tainted"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "services/api/store.go", "uriBaseId": "%SRCROOT%"}, "region": {"startLine": 42, "snippet": {"text": "password = hunter2"}}}}]},
      {"ruleIndex": 1, "message": {"text": "xss"}, "locations": [{"physicalLocation": {"artifactLocation": {"index": 0}, "region": {"startLine": 7}}}]},
      {"ruleId": "js/xss", "level": "note", "message": {"text": "xss"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "../../etc/passwd"}, "region": {"startLine": 1}}}]},
      {"ruleId": "js/xss", "message": {"text": "xss"}, "suppressions": [{"kind": "external", "status": "accepted", "justification": "Output is a constant"}], "locations": [{"physicalLocation": {"artifactLocation": {"uri": "web/other.js"}}}]},
      {"ruleId": "js/xss", "message": {"text": "xss"}, "suppressions": [{"kind": "inSource"}], "locations": [{"physicalLocation": {"artifactLocation": {"uri": "web/third.js"}}}]},
      {"ruleId": "js/xss", "kind": "pass", "message": {"text": "none"}},
      {"ruleId": "CVE-2023-38545", "message": {"text": "Package: curl\nInstalled Version: 7.88.1-10\nFixed Version: 7.88.1-10+deb12u4"}}]}]})json";

inline constexpr char kVex[] = R"json({
  "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": {"tools": {"components": [{"type": "application", "name": "vexctl", "version": "0.4.1"}]}},
  "vulnerabilities": [
    {"id": "CVE-2022-42889", "references": [{"id": "GHSA-599f-7c49-w659", "source": {"name": "GitHub"}}], "cwes": [94],
     "ratings": [{"source": {"name": "NVD"}, "score": 9.8, "severity": "critical", "method": "CVSSv31", "vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
     "analysis": {"state": "not_affected", "justification": "code_not_reachable", "response": ["will_not_fix"], "detail": "No interpolator is used"},
     "affects": [{"ref": "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg:maven/org.apache.commons/commons-text@1.9"}]},
    {"id": "CVE-2021-44228", "analysis": {"state": "imagined"}, "affects": [{"ref": "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"}, {"ref": "web"}]}]})json";

}  // namespace metapowers::evidence

#endif  // METAPOWERS_TESTS_EVIDENCE_FIXTURES_H_
