// Shipped kinds of security tests, read once from data embedded in the binary. Thread-safe; lives as long as the
// process.
#ifndef METAPOWERS_SERVICE_KNOWLEDGE_SECURITY_TESTS_H_
#define METAPOWERS_SERVICE_KNOWLEDGE_SECURITY_TESTS_H_

#include "metapowers/knowledge/v1/security_tests.pb.h"

namespace metapowers::knowledge {

// Rows of data/detect/security_tests.textproto.
const v1::SecurityTests& SecurityTests();

}  // namespace metapowers::knowledge

#endif  // METAPOWERS_SERVICE_KNOWLEDGE_SECURITY_TESTS_H_
