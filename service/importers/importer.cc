#include "service/importers/importer.h"

#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/importers/secret_text.h"

namespace metapowers::importers {

void FileFaults::Add(const Spot& spot, absl::string_view path, absl::string_view what) {
  ++total_;
  if (faults_.size() >= model::kMaxFaults) return;
  v1::ModelFault& fault = faults_.emplace_back();
  fault.set_field(std::string(path));
  fault.set_location(absl::StrCat(spot.file, ":", spot.at.line, ":", spot.at.column));
  fault.set_description(WithoutSecrets(what));
}

void FileFaults::Add(const std::string& file, const model::Faults& faults) {
  for (const Violation& violation : DetailsOf(faults.ToStatus(file)).violations) {
    ++total_;
    if (faults_.size() >= model::kMaxFaults) continue;
    v1::ModelFault& fault = faults_.emplace_back();
    fault.set_field(violation.field);
    fault.set_location(violation.location);
    fault.set_description(violation.description);
  }
}

absl::Status FileFaults::ToStatus() const {
  if (empty()) return absl::OkStatus();
  ErrorDetails details;
  details.reason = "MODEL_INVALID";
  details.metadata["errors"] = absl::StrCat(total_);
  for (const v1::ModelFault& fault : faults_) {
    details.violations.push_back({fault.field(), fault.description(), fault.location()});
  }
  if (total_ > faults_.size()) {
    details.violations.push_back({"", absl::StrCat("and ", total_ - faults_.size(), " more"), ""});
  }
  details.next_step = "correct the lines named, or leave the files out, and try again";
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat("the files to import have ", total_, total_ == 1 ? " fault" : " faults"), details);
}

}  // namespace metapowers::importers
