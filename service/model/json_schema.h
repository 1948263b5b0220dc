// JSON Schema of the system model, for editors and other tools.
#ifndef METAPOWERS_SERVICE_MODEL_JSON_SCHEMA_H_
#define METAPOWERS_SERVICE_MODEL_JSON_SCHEMA_H_

#include <string>

namespace metapowers::model {

// JSON Schema 2020-12 of `system-model.yaml`, indented, made from the descriptors and the comments of the
// protos. The same in every run. What needs more than one field (references, cycles) is not in it.
std::string JsonSchema();

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_JSON_SCHEMA_H_
