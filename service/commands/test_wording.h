// How documents write what is known of a security test. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_TEST_WORDING_H_
#define METAPOWERS_SERVICE_COMMANDS_TEST_WORDING_H_

#include <string>

#include "service/analysis/security_tests.h"

namespace metapowers::commands {

// "12 months" of a year and half a year, else as it was declared.
std::string TestIntervalLabel(int days);

// "2026-09-14 (control penetration-testing)"; empty where none is on record.
std::string LastLabel(const analysis::SecurityTest& test);

// `command` for one element, e.g. `api-gateway` with the variable `IMAGE_API_GATEWAY`.
std::string CommandFor(const std::string& command, const std::string& element);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_TEST_WORDING_H_
