// Rows of the section on encryption about protocols, versions of TLS and their suites. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_TLS_TABLES_H_
#define METAPOWERS_SERVICE_COMMANDS_TLS_TABLES_H_

#include <google/protobuf/repeated_field.h>

#include <string>

#include "metapowers/security/protect/v1/encryption_strategy.pb.h"
#include "service/analysis/facts.h"

namespace metapowers::commands {

// Fills `protocols` and `suites`.
void AddTlsTables(const model::Model& model, security::protect::v1::EncryptionStrategyResult& result);

// The lowest version that the flow accepts, or that it has none.
std::string FloorLabel(const model::v1::Flow& flow);

// Asks for the data of each flow that carries unknown data into the CDE, and for the lowest version of each with TLS
// that declares none. The fields ask nothing by themselves: only flows with TLS have a version, and a flow may carry
// nothing.
void AddFlowQuestions(const analysis::Facts& facts, google::protobuf::RepeatedPtrField<metapowers::v1::Question>& out);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_TLS_TABLES_H_
