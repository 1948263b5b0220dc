// SPDX 2.2 and 2.3 in JSON: bills of materials. The package that the document describes becomes a component, with the
// file beside the model as evidence of the others, as of a CycloneDX file (software_bill.h). What is said of single
// files and snippets has no place in the model.
#ifndef METAPOWERS_SERVICE_IMPORTERS_SPDX_H_
#define METAPOWERS_SERVICE_IMPORTERS_SPDX_H_

#include "service/importers/importer.h"

namespace metapowers::importers {

extern const Format kSpdx;

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_SPDX_H_
