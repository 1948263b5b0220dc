// What a change of a system model means, for its commit message.
#ifndef METAPOWERS_SERVICE_SERVER_MODEL_SUMMARY_H_
#define METAPOWERS_SERVICE_SERVER_MODEL_SUMMARY_H_

#include <string>
#include <vector>

#include "metapowers/model/v1/decisions.pb.h"
#include "metapowers/model/v1/system_model.pb.h"

namespace metapowers::server {

// One sentence per part of the model that differs, in the order of the schema, e.g.
//   Name: "Shop" → "Store".
//   Components 2 → 3: added cache and queue; removed web; changed ledger (encryption at rest: unknown → database).
// Values are named where they are single and short, else only the field. A first model (`before` without id) gets one
// sentence that counts its lists; a text that declares the same facts gets one that says so. Pure.
std::vector<std::string> SummarizeModelChange(const model::v1::SystemModel& before,
                                              const model::v1::SystemModel& after);

// The same of decisions, known by their findings: one line, none without a difference.
std::vector<std::string> SummarizeDecisions(const model::v1::Decisions& before, const model::v1::Decisions& after);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_MODEL_SUMMARY_H_
