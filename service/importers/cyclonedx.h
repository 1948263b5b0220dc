// CycloneDX in JSON and XML, versions 1.2 and later 1.x: bills of materials (SBOM), of services (SaaSBOM), and
// statements on vulnerabilities (VEX).
//
// What a file describes becomes a component, with the file beside the model as evidence of its packages; the evidence
// layer reads it there, as it does any report. Services become components with their endpoints, what depends on them
// becomes flows, and what their data is classified as becomes data classes. A file without a subject is kept all the
// same, and the question asked which component it is about.
#ifndef METAPOWERS_SERVICE_IMPORTERS_CYCLONEDX_H_
#define METAPOWERS_SERVICE_IMPORTERS_CYCLONEDX_H_

#include "service/importers/importer.h"

namespace metapowers::importers {

extern const Format kCycloneDx;

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_CYCLONEDX_H_
