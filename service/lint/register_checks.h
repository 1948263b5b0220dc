// Checks of tables that must add up: the risk register and the compliance gaps.
#ifndef METAPOWERS_SERVICE_LINT_REGISTER_CHECKS_H_
#define METAPOWERS_SERVICE_LINT_REGISTER_CHECKS_H_

#include "service/lint/check.h"

namespace metapowers::lint {

// Sources, matrix, treatments and owners of the risk register count the same risks, and each key stands once.
void CheckRegister(Check& check);

// Open requirements have status and what closes them, actions have effort, and scores follow their formula. Does not
// apply where no framework of the catalogue does.
void CheckGaps(Check& check);

}  // namespace metapowers::lint

#endif  // METAPOWERS_SERVICE_LINT_REGISTER_CHECKS_H_
