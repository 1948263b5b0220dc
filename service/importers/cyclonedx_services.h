// The services of a CycloneDX file (SaaSBOM) as components.
#ifndef METAPOWERS_SERVICE_IMPORTERS_CYCLONEDX_SERVICES_H_
#define METAPOWERS_SERVICE_IMPORTERS_CYCLONEDX_SERVICES_H_

#include <string>

#include "service/importers/fields.h"
#include "service/importers/inventory.h"

namespace metapowers::importers::cyclonedx {

// Adds the services of `root` with their endpoints, data, zones and the flows between them. `subject` is the name of
// the component that the file is about, or empty, and `subject_ref` how the file refers to it.
void AddServices(const Field& root, const std::string& subject, const std::string& subject_ref, Inventory& inventory);

}  // namespace metapowers::importers::cyclonedx

#endif  // METAPOWERS_SERVICE_IMPORTERS_CYCLONEDX_SERVICES_H_
