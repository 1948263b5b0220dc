// What became of the open findings between two results, in short. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_ANALYSIS_FINDING_CHANGES_H_
#define METAPOWERS_SERVICE_ANALYSIS_FINDING_CHANGES_H_

#include "metapowers/model/v1/decisions.pb.h"
#include "metapowers/v1/result_diff.pb.h"

namespace metapowers::analysis {

// The list of a result that holds metapowers.v1.OpenFinding, where it has any.
inline constexpr char kOpenFindings[] = "open_findings";
// Causes that a group names; the rest is counted.
inline constexpr int kMaxCauses = 2;

// The changes of that list in `diff` by what they are, the worst severity first: new, raised, lowered, closed, and no
// longer open because of one of `decisions`. No groups when no finding came, went or changed its severity.
v1::FindingChanges FindingChangesOf(const v1::ResultDiff& diff, const model::v1::Decisions& decisions);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_FINDING_CHANGES_H_
