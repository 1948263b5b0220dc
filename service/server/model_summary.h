// What a change of a system model means, for its commit message.
#ifndef METAPOWERS_SERVICE_SERVER_MODEL_SUMMARY_H_
#define METAPOWERS_SERVICE_SERVER_MODEL_SUMMARY_H_

#include <string>
#include <vector>

#include "metapowers/model/v1/system_model.pb.h"

namespace metapowers::server {

// One line per part of the model that differs, in the order of the schema, e.g.
// "components 12 -> 13: +cache, ~ledger-db", with `+` added, `-` removed, `~` changed. A first model
// (`before` without id) gets one line that counts its lists. Pure.
std::vector<std::string> SummarizeModelChange(const model::v1::SystemModel& before,
                                              const model::v1::SystemModel& after);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_MODEL_SUMMARY_H_
