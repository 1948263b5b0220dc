// What there is to say of several topics to people who do not read their documents. The wording is
// service/commands/executive_report.md.
#ifndef METAPOWERS_SERVICE_SERVER_EXECUTIVE_REPORT_H_
#define METAPOWERS_SERVICE_SERVER_EXECUTIVE_REPORT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "metapowers/v1/executive_report.pb.h"
#include "service/server/backend.h"
#include "service/server/call.h"
#include "service/server/names.h"
#include "service/workspace/snapshot.h"

namespace metapowers::server {

// Where the report stands in a workspace.
inline constexpr absl::string_view kExecutiveReportPath = ".metapowers/reports/executive-report.md";

// The report on `topics`, ids of the workspace `uid`, as of `snapshot`. Topics whose model is missing or not valid are
// listed as unreadable. NOT_FOUND TOPIC_NOT_FOUND; CANCELLED or DEADLINE_EXCEEDED; DATA_LOSS.
absl::StatusOr<v1::ExecutiveReport> MakeExecutiveReport(Backend& backend, const Call& call,
                                                        const workspace::Workspace& workspace,
                                                        const workspace::Snapshot& snapshot,
                                                        const std::vector<std::string>& topics);

// Its Markdown. INTERNAL when the template is wrong, which a test keeps from happening. Thread-safe.
absl::StatusOr<std::string> RenderExecutiveReport(const v1::ExecutiveReport& report);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_EXECUTIVE_REPORT_H_
