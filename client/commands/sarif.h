// Faults and open questions of models as SARIF 2.1.0, which code review tools show at their lines. Pure.
#ifndef METAPOWERS_CLIENT_COMMANDS_SARIF_H_
#define METAPOWERS_CLIENT_COMMANDS_SARIF_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "metapowers/v1/model_service.pb.h"

namespace metapowers::client {

// A model that was checked, or could not be read.
struct CheckedModel {
  std::string file;        // as it was named
  std::string text;        // what was checked
  std::string unreadable;  // why it could not be read; empty when it was
  metapowers::v1::ValidateModelResponse result;
};

// One run: a result for each fault (level error) and, where `questions`, for each open question (level note), at its
// line and column. URIs are relative to `root`, an absolute path; files outside of it get absolute ones.
std::string ToSarif(const std::vector<CheckedModel>& models, bool questions, const std::string& root);

// Line, from 1, on which the element that a question's path names has its id; 1 where the text does not show it.
int LineOfQuestion(absl::string_view text, absl::string_view path);

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_COMMANDS_SARIF_H_
