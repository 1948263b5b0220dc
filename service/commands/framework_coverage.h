// Which clauses meet which requirement of a framework, in the order in which people read requirement ids.
// Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_FRAMEWORK_COVERAGE_H_
#define METAPOWERS_SERVICE_COMMANDS_FRAMEWORK_COVERAGE_H_

#include <map>
#include <set>
#include <string>

#include "metapowers/knowledge/v1/catalogue.pb.h"
#include "service/analysis/facts.h"

namespace metapowers::commands {

// Orders "3.5.1" before "3.10": digits by their number, all else by character.
struct ByNumber {
  bool operator()(const std::string& a, const std::string& b) const;
};

// Whether documents tell of a framework: it applies, the model lists it, or it is no voluntary one, of which those that
// nobody mentions would only fill tables.
bool IsConsidered(const analysis::FrameworkFact& fact);

// Why a framework does not apply, with "not decided: " before it where the model does not say what would decide it.
std::string WhyNotApplied(const model::Model& model, const analysis::FrameworkFact& fact);

// Requirement id -> ids of clauses.
using Coverage = std::map<std::string, std::set<std::string>, ByNumber>;

// The id of the longest chapter that the requirement's id starts with, up to a mark; "" when there is none.
std::string ChapterOf(const knowledge::v1::Framework& framework, const std::string& id);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_FRAMEWORK_COVERAGE_H_
