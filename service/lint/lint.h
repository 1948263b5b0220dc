// Tries every item of the shipped list on a topic. Pure.
//
// An item whose commands are not run does not apply yet, and says which to run. A decision `lint:<item>` with status
// `accepted` exempts the topic from an item until its expiry; one that has ended, names no item or has another status
// is told and does not count.
#ifndef METAPOWERS_SERVICE_LINT_LINT_H_
#define METAPOWERS_SERVICE_LINT_LINT_H_

#include <vector>

#include "metapowers/v1/lint_service.pb.h"
#include "service/lint/check.h"

namespace metapowers::lint {

// One for each item, in no order.
std::vector<Checker> Checkers();

// One item, without the exemption from it.
v1::LintResult TryItem(const Subject& subject, const knowledge::v1::LintItem& item);

// Everything but the commit.
v1::LintTopicResponse Lint(const Subject& subject);

}  // namespace metapowers::lint

#endif  // METAPOWERS_SERVICE_LINT_LINT_H_
