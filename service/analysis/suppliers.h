// Suppliers as the supply chain section sees them: what rests on each, how critical that makes it, and how close it is
// watched. Pure.
//
//   computed     critical: its loss stops a component of tier 0; high: of another main tier, or it keeps or sees
//                strictly confidential data; medium: its loss stops another component, or it sees confidential data;
//                low: the rest. The strongest wins; the declared criticality stands beside it
//   tier         1: declared or computed critical, or high of both kinds at once (it stops something and sees
//                confidential data); 2: declared or computed high, or it sees regulated data; 3: the rest
//   next report  asked for 60 days before the report on file ends; now when it has ended
//   concentrated a name that stands behind two or more suppliers: as supplier or as subprocessor
#ifndef METAPOWERS_SERVICE_ANALYSIS_SUPPLIERS_H_
#define METAPOWERS_SERVICE_ANALYSIS_SUPPLIERS_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "service/analysis/continuity.h"

namespace metapowers::analysis {

struct SupplierFact {
  SupplierContinuity continuity;
  model::v1::Criticality computed = model::v1::CRITICALITY_LOW;
  std::string because;  // of the computed criticality
  int tier = 3;
  std::vector<const model::v1::DataClass*> data;  // shared, sorted by id
  std::optional<int> report_days_left;            // negative when it has ended; unknown without report or date
  std::vector<const CrossBorderFlow*> transfers;  // on flows of components that it operates
  double loss_per_hour = 0;                       // of the functions that stop

  const model::v1::ThirdParty& supplier() const { return *continuity.supplier; }
};

// By id.
std::vector<SupplierFact> SupplierFacts(const Facts& facts, const Restoration& restoration);

struct Concentration {
  std::string name;                    // as one of the suppliers writes it
  std::vector<std::string> suppliers;  // by name, sorted
  std::set<std::string> functions;     // that stop with one of them
  std::set<std::string> data;          // shared with one of them, by id
};

// Most suppliers first, then by name.
std::vector<Concentration> Concentrations(const std::vector<SupplierFact>& suppliers);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_SUPPLIERS_H_
