// How the business goes on while the system or a supplier is down. Pure.
//
//   functions   procedures that are declared for each, and whether the function is restored before its longest
//               tolerable outage and before its procedures end
//   procedure   untested: no date of a test is declared; old: the last test is more than 365 days ago
//   suppliers   critical ones: of high or critical criticality, or whose loss stops a main tier (single_points.h), or
//               that a component cannot do without. What stops: components that the supplier operates, and all that
//               hard-depend on them; what degrades: what depends on them softly or catches up later
#ifndef METAPOWERS_SERVICE_ANALYSIS_CONTINUITY_H_
#define METAPOWERS_SERVICE_ANALYSIS_CONTINUITY_H_

#include <set>
#include <string>
#include <vector>

#include "service/analysis/restoration.h"

namespace metapowers::analysis {

inline constexpr int kProcedureTestDays = 365;

enum class ProcedureState { kTested, kOld, kUntested };

ProcedureState StateOf(const model::Model& model, const model::v1::ContinuityProcedure& procedure);

struct FunctionContinuity {
  const FunctionRecovery* recovery = nullptr;
  std::vector<const model::v1::ContinuityProcedure*> procedures;      // by id
  TargetVerdict outage = TargetVerdict::kUnknown;                     // restored within its longest tolerable outage
  std::vector<const model::v1::ContinuityProcedure*> ends_too_early;  // before the function is restored
};

struct SupplierContinuity {
  const model::v1::ThirdParty* supplier = nullptr;
  std::vector<std::string> operates;  // component ids, sorted
  std::vector<std::string> stops;     // ids of ours that stop, sorted
  std::vector<std::string> degrades;  // ids of ours that go on without it, sorted
  std::set<std::string> functions;    // of what stops
  std::string because;                // why it is critical; empty: it is not
};

// In the order of Restoration::functions().
std::vector<FunctionContinuity> FunctionContinuities(const Facts& facts, const Restoration& restoration);

// Of every supplier, by id.
std::vector<SupplierContinuity> SupplierContinuities(const Facts& facts, const Restoration& restoration);

// Those of them that are critical.
std::vector<SupplierContinuity> CriticalSuppliers(const Facts& facts, const Restoration& restoration);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_CONTINUITY_H_
