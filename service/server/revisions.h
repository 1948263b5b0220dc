// Commits as callers name them, and as the API tells them.
#ifndef METAPOWERS_SERVICE_SERVER_REVISIONS_H_
#define METAPOWERS_SERVICE_SERVER_REVISIONS_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "metapowers/v1/document_service.pb.h"
#include "service/server/names.h"
#include "service/workspace/commit.h"
#include "service/workspace/engine.h"

namespace metapowers::server {

// The full id of the commit that `revision` names: a full id, which is not looked up here; the first digits of one, 4
// at least; `HEAD`, the newest commit that changed the topic of `scope` (the workspace where it names no topic); or
// `HEAD~N`, the one N such commits before, 10,000 at most. "" for "". Costs the same however long the history is, but
// for the first time that digits are looked for and for N.
// INVALID_ARGUMENT NAME_INVALID or REVISION_AMBIGUOUS; NOT_FOUND REVISION_NOT_FOUND; those of the engine.
absl::StatusOr<std::string> ResolveRevision(workspace::Engine& engine, absl::string_view uid, const ResourceName& scope,
                                            absl::string_view revision);

// The commit `id` of the workspace. NOT_FOUND REVISION_NOT_FOUND; those of the engine.
absl::StatusOr<workspace::CommitInfo> ReadRevision(workspace::Engine& engine, absl::string_view uid,
                                                   const std::string& id);

// `commit` as the API tells it. Pure.
void Describe(const workspace::CommitInfo& commit, v1::Revision& out);

// Brings a revision of a foreign commit, which may say anything at any length, below `limit` bytes, at least 16 KiB:
// without body and trailers, and with its other texts cut. Pure.
void LimitRevision(size_t limit, v1::Revision& revision);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_REVISIONS_H_
