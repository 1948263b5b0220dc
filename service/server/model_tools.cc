#include "service/server/model_tools.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/export/model_export.h"
#include "service/model/difference.h"
#include "service/model/model.h"
#include "service/model/model_format.h"
#include "service/server/topics.h"

namespace metapowers::server {
namespace {

v1::ModelDifferenceKind KindOf(model::Difference::Kind kind) {
  switch (kind) {
    case model::Difference::Kind::kAdded:
      return v1::MODEL_DIFFERENCE_KIND_ADDED;
    case model::Difference::Kind::kRemoved:
      return v1::MODEL_DIFFERENCE_KIND_REMOVED;
    case model::Difference::Kind::kChanged:
      break;
  }
  return v1::MODEL_DIFFERENCE_KIND_CHANGED;
}

// A format of ExportModel.
struct Format {
  v1::ModelFormat format;
  const char* ending;  // of the file's name
  exporting::ModelExport (*write)(const model::Model& model);
};
constexpr Format kFormats[] = {
    {v1::MODEL_FORMAT_OTM, ".otm.json", exporting::WriteOtm},
    {v1::MODEL_FORMAT_MERMAID, ".mmd", exporting::WriteMermaid},
    {v1::MODEL_FORMAT_DOT, ".dot", exporting::WriteDot},
    {v1::MODEL_FORMAT_JSON, ".json", exporting::WriteJson},
};

}  // namespace

absl::Status FormatModel(Backend& backend, Call& call, const v1::FormatModelRequest& request,
                         v1::FormatModelResponse& response) {
  const std::string file = request.file_name().empty() ? std::string(kModelFile) : Printable(request.file_name());
  ASSIGN_OR_RETURN(*response.mutable_model_yaml(), model::FormatModel(request.model_yaml(), file));
  return absl::OkStatus();
}

absl::Status CompareModels(Backend& backend, Call& call, const v1::CompareModelsRequest& request,
                           v1::CompareModelsResponse& response) {
  ASSIGN_OR_RETURN(const auto before, model::Model::Parse(request.before_yaml(), "before"));
  ASSIGN_OR_RETURN(const auto after, model::Model::Parse(request.after_yaml(), "after"));
  for (model::Difference& difference : model::Differences(before->proto(), after->proto())) {
    v1::ModelDifference& out = *response.add_differences();
    out.set_text(model::InWords(difference));
    out.set_field(std::move(difference.path));
    out.set_kind(KindOf(difference.kind));
    out.set_before(std::move(difference.before));
    out.set_after(std::move(difference.after));
  }
  return absl::OkStatus();
}

absl::Status ExportModel(Backend& backend, Call& call, const v1::ExportModelRequest& request,
                         v1::ExportModelResponse& response) {
  for (const Format& format : kFormats) {
    if (format.format != request.format()) continue;
    ASSIGN_OR_RETURN(const auto model, model::Model::Parse(request.model_yaml(), kModelFile));
    exporting::ModelExport text = format.write(*model);
    response.set_content(std::move(text.text));
    response.set_file_name(absl::StrCat(model->proto().id(), format.ending));
    response.mutable_left_out()->Assign(text.left_out.begin(), text.left_out.end());
    return absl::OkStatus();
  }
  const std::string what = absl::StrCat("must be a format that the service knows, not ", request.format());
  return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat("format ", what),
                   {"ARGUMENT_INVALID", {}, {{"format", what, ""}}, "name otm, mermaid, dot or json"});
}

}  // namespace metapowers::server
