// Tests of interfaces, filled in for what the model declares. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_API_TESTS_H_
#define METAPOWERS_SERVICE_COMMANDS_API_TESTS_H_

#include <google/protobuf/repeated_field.h>

#include <string>
#include <vector>

#include "metapowers/knowledge/v1/api_review.pb.h"
#include "service/analysis/api_review.h"
#include "service/commands/command.h"

namespace metapowers::commands {

struct FilledTest {
  std::string request;
  std::string expected;
  std::vector<std::string> asvs;  // of its own; empty: those of its risk or check
};

// Fills texts about one interface. Refers to its arguments, which outlive it.
class ApiTexts {
 public:
  ApiTexts(const Input& input, const analysis::ReviewedApi& api) : input_(input), api_(api) {}

  // Those that fit, about the operation of `among` that tells most: the strongest data, changes before reads.
  std::vector<FilledTest> Tests(const google::protobuf::RepeatedPtrField<knowledge::v1::ApiTest>& tests,
                                const std::vector<const analysis::EntryPoint*>& among) const;

  // `text` with the placeholders of a risk filled in.
  std::string Fill(const std::string& text, const analysis::ApiRiskFact& fact) const;

  // Names of the classes that may call it, and of callers without credentials where some operation needs none.
  std::vector<std::string> Callers() const;

 private:
  const analysis::EntryPoint* Choose(const knowledge::v1::ApiTest& test,
                                     const std::vector<const analysis::EntryPoint*>& among) const;
  bool Meets(const std::string& need, const analysis::EntryPoint& operation) const;
  const model::v1::ConsumerClass* CallerOf(const analysis::EntryPoint& operation) const;
  bool HasOpenOperation() const;
  std::string FillTest(const std::string& text, const analysis::EntryPoint& operation) const;

  const Input& input_;
  const analysis::ReviewedApi& api_;
};

// The test of an interface that a component asks.
FilledTest SupplierTest(const analysis::SupplierApi& api);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_API_TESTS_H_
