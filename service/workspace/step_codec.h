// Steps as the journal keeps them (metapowers.journal.v1.Step): what commits were made of, not their objects, which are
// made again from it, to the same ids. Internal to workspace/. Pure.
#ifndef METAPOWERS_SERVICE_WORKSPACE_STEP_CODEC_H_
#define METAPOWERS_SERVICE_WORKSPACE_STEP_CODEC_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "metapowers/journal/v1/step.pb.h"
#include "service/workspace/engine.h"

namespace metapowers::workspace {

std::string EncodeStep(const CommitBatch& batch);

// DATA_LOSS/STORAGE_CORRUPT.
absl::StatusOr<journal::v1::Step> DecodeStep(absl::string_view body);

// The batch, made again on `base`, which must be at its expected head. DATA_LOSS/STORAGE_CORRUPT when a commit does not
// get the id that it had.
absl::StatusOr<CommitBatch> RebuildBatch(const journal::v1::Step& step, std::shared_ptr<const Snapshot> base);

// The head that the step leaves.
const std::string& HeadAfter(const journal::v1::Step& step);

// The request that the step answers.
std::optional<RequestRecord> RequestOf(const journal::v1::Step& step);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_STEP_CODEC_H_
