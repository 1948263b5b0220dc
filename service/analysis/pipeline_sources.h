// In which repositories the file of a pipeline can stand, which the model does not say itself. Pure.
//
//   - those of the infrastructure code that manages what it deploys to
//   - where it pushes, or the model leaves that open, those of the components that run there too
//   - without any of these the only repository of the model
#ifndef METAPOWERS_SERVICE_ANALYSIS_PIPELINE_SOURCES_H_
#define METAPOWERS_SERVICE_ANALYSIS_PIPELINE_SOURCES_H_

#include <string>
#include <vector>

#include "service/model/model.h"

namespace metapowers::analysis {

// Ids, sorted. One: it is that; none or several: nobody can tell.
std::vector<std::string> RepositoriesOf(const model::Model& model, const model::v1::Pipeline& pipeline);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_PIPELINE_SOURCES_H_
