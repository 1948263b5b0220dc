// The entrance of the parsers: limits, then the parser of the declared format.
#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/evidence/evidence.h"

namespace metapowers::evidence {

absl::StatusOr<Report> Parse(const model::v1::Evidence& declaration, absl::string_view bytes) {
  return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat("evidence \"", declaration.id(), "\" is not read"),
                   {"EVIDENCE_INVALID",
                    {{"evidence", declaration.id()}, {"path", declaration.path()}},
                    {{"format", "no parser reads this format yet", ""}},
                    "declare the entry once its format is read"});
}

}  // namespace metapowers::evidence
