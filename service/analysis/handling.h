// Whether the declared system handles its data as the shipped requirements ask: one verdict for each
// requirement and each store, flow, data class and supplier that it applies to. Pure.
//
// What people see must be masked: what a component that people use, or administer, keeps or processes. Of other
// components it is unknown while such data goes to somebody outside who is no supplier, or comes from there and the
// flow does not say what goes back.
#ifndef METAPOWERS_SERVICE_ANALYSIS_HANDLING_H_
#define METAPOWERS_SERVICE_ANALYSIS_HANDLING_H_

#include <string>
#include <utility>
#include <vector>

#include "metapowers/knowledge/v1/handling_rules.pb.h"
#include "service/analysis/facts.h"

namespace metapowers::analysis {

enum class Verdict { kPass, kFail, kUnknown };

// A verdict. What a requirement does not ask for has none.
struct HandlingFact {
  const knowledge::v1::HandlingRequirement* requirement = nullptr;
  std::string subject;  // id of the store, flow, data class or supplier
  std::string data;     // id of the data class, where the requirement is about one category; else empty
  Verdict verdict = Verdict::kUnknown;
  std::string fact;  // what decides, e.g. "AES-256-GCM, customer key" or "no encryption"
  std::string team;  // id of the team that answers for the subject; never empty
};

// All verdicts, in the order of the requirements, then by subject and data.
std::vector<HandlingFact> JudgeHandling(const Facts& facts);

// An agreement that a supplier has to have signed, and whether it has.
struct AgreementFact {
  std::string name;  // e.g. "data processing agreement"
  model::v1::Tristate in_force = model::v1::TRISTATE_UNSPECIFIED;
};

// Agreements that a supplier needs to be given these data classes under the frameworks that apply.
std::vector<AgreementFact> AgreementsNeeded(const Facts& facts, const model::v1::ThirdParty& supplier,
                                            const std::vector<const model::v1::DataClass*>& data);

// Value of the policy parameter that a requirement's measure states, with its unit, e.g. "365 days"; empty
// when the model declares none.
std::string ParameterValue(const model::Model& model, knowledge::v1::HandlingParameter parameter);

// Highest level among data classes; unknown ones do not count.
model::v1::Confidentiality HighestLevel(const std::vector<const model::v1::DataClass*>& data);

// Data classes that a flow carries in either direction, sorted by id.
std::vector<const model::v1::DataClass*> DataOf(const model::Model& model, const model::v1::Flow& flow);

// Whether a flow is protected by TLS, so that a lowest version makes sense.
bool UsesTls(const model::v1::Flow& flow);

// Whether a data class has one of the categories.
bool HasCategory(const model::v1::DataClass& data, const google::protobuf::RepeatedField<int>& categories);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_HANDLING_H_
