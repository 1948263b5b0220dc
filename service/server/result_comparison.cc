#include "service/server/result_comparison.h"

#include <string>

#include "absl/strings/ascii.h"
#include "service/analysis/finding_changes.h"
#include "service/analysis/result_diff.h"
#include "service/base/embedded_file.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/render/template.h"

namespace metapowers::server {

extern const EmbeddedFile kFindingChanges[];

namespace {

absl::StatusOr<std::string> Sentence(const v1::FindingChanges& changes) {
  static const auto* const wording =
      new absl::StatusOr<render::Template>(render::Template::Parse(kFindingChanges[0].text, "finding_changes.md"));
  RETURN_IF_ERROR(wording->status());
  ASSIGN_OR_RETURN(std::string text, (*wording)->Render(changes));
  return OneLine(absl::StripAsciiWhitespace(text));
}

}  // namespace

absl::StatusOr<v1::ResultDiff> CompareMade(const CommandEntry& entry, const Made* before, const Made& now) {
  const bool had = before != nullptr;
  v1::ResultDiff diff =
      analysis::DiffResults(had ? before->generated->result.get() : nullptr, *now.generated->result,
                            had ? before->inputs.model->model.get() : nullptr, *now.inputs.model->model);
  diff.set_command(entry.spec->id());
  ASSIGN_OR_RETURN(*diff.mutable_summary(),
                   Sentence(analysis::FindingChangesOf(diff, now.inputs.decisions->decisions)));
  return diff;
}

}  // namespace metapowers::server
