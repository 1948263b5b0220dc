// Rows of the section on dependencies about bills of materials: which there are, which are missing, and what is in
// them. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_BOM_TABLES_H_
#define METAPOWERS_SERVICE_COMMANDS_BOM_TABLES_H_

#include <vector>

#include "metapowers/security/protect/v1/dependency_scan.pb.h"
#include "service/analysis/software_bill.h"

namespace metapowers::commands {

// Fills `boms`, `warnings`, `coverage`, `tasks`, `inventory`, `duplicates` and `gaps`. `counting` are the files that
// count, by subject.
void AddBomTables(const analysis::Facts& facts, const analysis::SoftwareBill& bill,
                  const std::vector<const analysis::BomFact*>& counting,
                  security::protect::v1::DependencyScanResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_BOM_TABLES_H_
