// What tests of this phase read of any result.
#ifndef METAPOWERS_TESTS_COMMANDS_RESPOND_RESPOND_CHECKS_H_
#define METAPOWERS_TESTS_COMMANDS_RESPOND_RESPOND_CHECKS_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "tests/commands/command_fixture.h"

namespace metapowers::commands::respond {

// Rows by what `key`, a member of theirs, says.
template <class Rows, class Row = typename Rows::value_type>
std::map<std::string, Row> RowsBy(const Rows& rows, const std::string& (Row::*key)() const) {
  std::map<std::string, Row> found;
  for (const Row& row : rows) found[(row.*key)()] = row;
  return found;
}

// "<rule> <subject>" of each finding.
template <class Result>
std::set<std::string> FindingsOf(const Result& result) {
  std::set<std::string> found;
  for (const auto& row : result.findings()) found.insert(row.rule() + " " + row.subject());
  return found;
}

// The texts of the questions.
template <class Result>
std::set<std::string> QuestionsOf(const Result& result) {
  std::set<std::string> asked;
  for (const auto& question : result.questions()) asked.insert(question.text());
  return asked;
}

}  // namespace metapowers::commands::respond

#endif  // METAPOWERS_TESTS_COMMANDS_RESPOND_RESPOND_CHECKS_H_
