// The system model itself in formats of other tools. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_EXPORT_MODEL_EXPORT_H_
#define METAPOWERS_SERVICE_EXPORT_MODEL_EXPORT_H_

#include <string>
#include <vector>

#include "service/model/model.h"

namespace metapowers::exporting {

struct ModelExport {
  std::string text;
  // What the format cannot say and the text leaves out, by field: `controls`, `components.replicas`; and where it had
  // to say what the model does not, a sentence that tells. In the order of the schema, sentences last.
  std::vector<std::string> left_out;
};

// Open Threat Model 0.2 as JSON. Ids, types, ratings and attributes that an import of OTM kept in `imported_id` and in
// tags (`otm:type=`, `otm:parent=`, `otm:trust=`, `otm:confidentiality=`, `otm:attribute:KEY=`, `otm:bidirectional`;
// see importers/otm.h) are said again.
ModelExport WriteOtm(const model::Model& model);

// The data flow diagram as a Mermaid flowchart: a subgraph for each zone, nested as they are.
ModelExport WriteMermaid(const model::Model& model);

// The same as Graphviz DOT, zones as clusters.
ModelExport WriteDot(const model::Model& model);

// All of the model as JSON with the names of the YAML: Model::Parse() gives the same model of it. Leaves out nothing.
ModelExport WriteJson(const model::Model& model);

}  // namespace metapowers::exporting

#endif  // METAPOWERS_SERVICE_EXPORT_MODEL_EXPORT_H_
