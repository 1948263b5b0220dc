// Files beside or around a model, as they are read from a workspace.
#ifndef METAPOWERS_SERVICE_MODEL_SOURCE_FILE_H_
#define METAPOWERS_SERVICE_MODEL_SOURCE_FILE_H_

#include <string>

namespace metapowers::model {

// A file of a team's own threat rules.
struct RuleFile {
  std::string path;  // from the top of the workspace, e.g. ".metapowers/rules/payments.yaml"
  std::string text;  // as it was written; not checked
};

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_SOURCE_FILE_H_
