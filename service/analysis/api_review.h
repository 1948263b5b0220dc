// Interfaces against the ten risks of the OWASP API Security Top 10 2023: which apply by what the model declares, to
// which operations, and how each stands. Pure.
//
// When a risk applies to an interface:
//
//   API1   an operation takes an object id from the caller
//   API2   an operation asks who calls, leaves open whether it does, or changes data without asking
//   API3   an operation carries data that is rated above public
//   API4   always
//   API5   callers of different rights share it: two consumer classes, or operations with and without authentication
//   API6   an operation changes data, credentials aside, that is financial, card data or of critical integrity, or
//          changes any data without authentication (sign-up)
//   API7   the component that serves it meets a threat rule that names API7, and it does not take messages
//   API8   it does not take messages, which have neither methods nor headers
//   API9   always
//   API10  it is called by a supplier, or the component that serves it takes answers of a supplier
//
// An interface without declared operations has none of them: that is a question. What a supplier offers and we ask has
// API10 alone; the other nine are risks of whom it answers to.
//
// How a risk stands, the first that holds:
//
//   open      a threat whose rule names the risk is open on the component, the interface or a flow by which its
//             consumers arrive, and bears on how they prove who they are; or a finding on the attack surface that is a
//             case of it is about one of these or an operation
//   gap       one of its controls is absent, partial or planned on the component
//   unknown   nothing is known there of the first of its controls
//   in place  otherwise
#ifndef METAPOWERS_SERVICE_ANALYSIS_API_REVIEW_H_
#define METAPOWERS_SERVICE_ANALYSIS_API_REVIEW_H_

#include <string>
#include <vector>

#include "metapowers/knowledge/v1/api_review.pb.h"
#include "service/analysis/attack_surface.h"
#include "service/analysis/control_posture.h"
#include "service/analysis/threats.h"

namespace metapowers::analysis {

enum class ApiRiskState { kOpen, kGap, kUnknown, kInPlace };

struct ControlState {
  const knowledge::v1::SecurityControl* control = nullptr;
  ControlPosture posture;
};

struct ApiRiskFact {
  knowledge::v1::ApiRisk risk = knowledge::v1::API_RISK_UNSPECIFIED;
  bool applies = false;
  std::vector<const EntryPoint*> operations;                    // that make it apply, in the order of the interface
  std::vector<const model::v1::DataClass*> data;                // that makes it apply, sorted by id
  std::vector<const Threat*> threats;                           // open ones, worst first
  std::vector<const SurfaceFindingFact*> findings;              // most severe first
  std::vector<ControlState> controls;                           // in the order of the row
  ApiRiskState state = ApiRiskState::kUnknown;                  // of one that applies
  model::v1::Severity worst = model::v1::SEVERITY_UNSPECIFIED;  // of threats and findings
};

struct ReviewedApi {
  const model::v1::Api* api = nullptr;
  const ComponentFacts* component = nullptr;
  knowledge::v1::ApiWire wire = knowledge::v1::API_WIRE_UNSPECIFIED;
  std::vector<const EntryPoint*> operations;     // in the order of the surface: widest exposure first, then by id
  std::vector<const model::v1::Flow*> arrivals;  // of its consumers, sorted by id
  std::vector<const model::v1::ConsumerClass*> consumers;  // sorted by id
  std::vector<std::string> suppliers;                      // names of those whose data it acts on, sorted
  bool browser = false;            // people's browsers are among those that arrive: directly or through a gateway
  std::vector<ApiRiskFact> risks;  // the ten, in their order
  std::string team;                // id; never empty
};

// An interface of a supplier or partner that one of our components asks.
struct SupplierApi {
  const EntryPoint* entry = nullptr;  // a pull
  std::string supplier;               // its name, else that of the component
  ApiRiskFact risk;                   // API10
  std::string team;
};

struct ApiReview {
  std::vector<ReviewedApi> apis;           // sorted by id
  std::vector<SupplierApi> supplier_apis;  // by flow
};

// `threats` and `surface` are of the same model, and outlive the review.
ApiReview ReviewApis(const Threats& threats, const AttackSurface& surface);

// Whether it is declared to ask nobody who calls.
bool IsOpenOperation(const EntryPoint& operation);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_API_REVIEW_H_
