// Checks of all documents against each other, the catalogues and the calendar.
#ifndef METAPOWERS_SERVICE_LINT_AGREEMENT_CHECKS_H_
#define METAPOWERS_SERVICE_LINT_AGREEMENT_CHECKS_H_

#include "service/lint/check.h"

namespace metapowers::lint {

// Numbers of the committed text are those that are made now; `<entry>_count` of a typed result is the length of its
// list `<entries>`, unless it is left empty where a count says it all; the inventory has a row for each component.
void CheckNumbers(Check& check);

// Cited ids are in the catalogues, and the basis line of each document names the frameworks that it cites.
void CheckCitations(Check& check);

// Owners in tables are people, roles or teams of the model; reviews, assumptions and assessments are not overdue; what
// tables show as in force has not ended.
void CheckDates(Check& check);

}  // namespace metapowers::lint

#endif  // METAPOWERS_SERVICE_LINT_AGREEMENT_CHECKS_H_
