#include "service/commands/api_tests.h"

#include <algorithm>
#include <tuple>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/commands/api_wording.h"
#include "service/commands/naming.h"
#include "service/commands/threat_naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/reviews.h"

namespace metapowers::commands {

namespace kb = knowledge::v1;
using analysis::EntryPoint;
using analysis::IsOpenOperation;

namespace {

// Data that a sentence names before it counts the rest.
constexpr size_t kNamed = 4;

int StrongestData(const EntryPoint& operation) {
  int strongest = 0;
  for (const model::v1::DataClass* data : operation.data) {
    strongest = std::max(strongest, static_cast<int>(data->confidentiality()));
  }
  return strongest;
}

}  // namespace

bool ApiTexts::HasOpenOperation() const {
  return absl::c_any_of(api_.operations, [](const EntryPoint* one) { return IsOpenOperation(*one); });
}

std::vector<std::string> ApiTexts::Callers() const {
  std::vector<std::string> names;
  bool anonymous = false;
  for (const model::v1::ConsumerClass* consumer : api_.consumers) {
    names.push_back(consumer->name());
    anonymous |= !consumer->authenticated();
  }
  if (HasOpenOperation() && !anonymous) names.push_back("callers without credentials");
  return names;
}

// The first class that authenticates as the operation asks.
const model::v1::ConsumerClass* ApiTexts::CallerOf(const EntryPoint& operation) const {
  for (const model::v1::ConsumerClass* consumer : api_.consumers) {
    if (consumer->authenticated() != IsOpenOperation(operation)) return consumer;
  }
  return nullptr;
}

bool ApiTexts::Meets(const std::string& need, const EntryPoint& operation) const {
  const model::v1::Endpoint& endpoint = *operation.endpoint;
  if (need == "authenticated") return endpoint.authenticated() == model::v1::TRISTATE_YES;
  if (need == "open") return endpoint.authenticated() == model::v1::TRISTATE_NO;
  if (need == "not_open") return endpoint.authenticated() != model::v1::TRISTATE_NO;
  if (need == "undecided") return endpoint.authenticated() == model::v1::TRISTATE_UNSPECIFIED;
  if (need == "changes") return endpoint.state_changing();
  if (need == "body") return endpoint.method() != "GET" && endpoint.method() != "HEAD" && endpoint.method() != "DELETE";
  if (need == "consumer") return CallerOf(operation) != nullptr;
  if (need == "limit") {
    const model::v1::ConsumerClass* caller = CallerOf(operation);
    return caller != nullptr && caller->has_requests_per_minute();
  }
  if (need == "max") return api_.api->has_max_request_bytes();
  if (need == "types") return !api_.component->component->formats_accepted().empty();
  if (need == "other") return HasOpenOperation() && !IsOpenOperation(operation);
  return false;
}

const EntryPoint* ApiTexts::Choose(const kb::ApiTest& test, const std::vector<const EntryPoint*>& among) const {
  if (!absl::c_linear_search(test.wires(), api_.wire)) return nullptr;
  const EntryPoint* chosen = nullptr;
  const auto rank = [](const EntryPoint& one) {
    return std::make_tuple(one.endpoint->authenticated() == model::v1::TRISTATE_YES, one.endpoint->state_changing(),
                           StrongestData(one));
  };
  for (const EntryPoint* operation : among) {
    if (!absl::c_all_of(test.needs(), [&](const std::string& need) { return Meets(need, *operation); })) continue;
    if (chosen == nullptr || rank(*operation) > rank(*chosen)) chosen = operation;
  }
  return chosen;
}

std::string ApiTexts::FillTest(const std::string& text, const EntryPoint& operation) const {
  const model::v1::ConsumerClass* caller = CallerOf(operation);
  const int64_t limit = caller == nullptr ? 0 : caller->requests_per_minute();
  const int64_t max = api_.api->max_request_bytes();
  const auto anonymous = absl::c_find_if(api_.consumers, [](const auto* one) { return !one->authenticated(); });
  std::vector<std::string> types;
  for (const int type : api_.component->component->formats_accepted()) {
    types.push_back(Label(static_cast<model::v1::DataFormat>(type)));
  }
  return absl::StrReplaceAll(
      text, {{"{operation}", OperationLabel(*operation.endpoint)},
             {"{element}", api_.component->component->id()},
             {"{consumer}", caller == nullptr ? "caller" : caller->name()},
             {"{consumers}", List(Callers())},
             {"{other}", anonymous == api_.consumers.end() ? "a caller without credentials" : (*anonymous)->name()},
             {"{limit}", absl::StrCat(limit)},
             {"{burst}", absl::StrCat(limit + 1)},
             {"{scope}", caller == nullptr ? "" : LimitScope(*caller)},
             {"{max}", absl::StrCat(max)},
             {"{over}", absl::StrCat(max + 1)},
             {"{types}", List(types)},
             {"{all}", absl::StrCat(api_.operations.size())},
             {"{supplier}", api_.suppliers.empty() ? "the supplier" : List(api_.suppliers)},
             {"{flow}", "the call"},
             {"{data}", operation.data.empty() ? "the record" : List(DataNames(operation.data), kNamed)}});
}

std::vector<FilledTest> ApiTexts::Tests(const google::protobuf::RepeatedPtrField<kb::ApiTest>& tests,
                                        const std::vector<const EntryPoint*>& among) const {
  std::vector<FilledTest> filled;
  for (const kb::ApiTest& test : tests) {
    const EntryPoint* operation = Choose(test, among);
    if (operation == nullptr) continue;
    filled.push_back({FillTest(test.request(), *operation),
                      FillTest(test.expected(), *operation),
                      {test.asvs().begin(), test.asvs().end()}});
    if (!test.also()) break;
  }
  return filled;
}

std::string ApiTexts::Fill(const std::string& text, const analysis::ApiRiskFact& fact) const {
  const std::string& specification = api_.api->specification();
  return absl::StrReplaceAll(text, {{"{count}", absl::StrCat(fact.operations.size())},
                                    {"{all}", absl::StrCat(api_.operations.size())},
                                    {"{element}", api_.component->component->id()},
                                    {"{data}", fact.data.empty() ? "data" : List(DataNames(fact.data), kNamed)},
                                    {"{consumers}", Callers().empty() ? "no class declared" : List(Callers())},
                                    {"{supplier}", List(api_.suppliers)},
                                    {"{specification}", specification.empty() ? "none declared" : specification}});
}

FilledTest SupplierTest(const analysis::SupplierApi& api) {
  const std::vector<std::pair<absl::string_view, std::string>> values = {
      {"{supplier}", api.supplier},
      {"{flow}", api.entry->flow->id()},
      {"{element}", api.entry->target->component->id()}};
  for (const kb::ApiTest& test : knowledge::ApiRiskRowOf(kb::API_RISK_CONSUMPTION).tests()) {
    if (!absl::c_linear_search(test.wires(), kb::API_WIRE_PULL)) continue;
    return {absl::StrReplaceAll(test.request(), values), absl::StrReplaceAll(test.expected(), values)};
  }
  return {};
}

}  // namespace metapowers::commands
