// Which shipped policy clauses apply to a model, with their sentences filled in. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_CLAUSE_BOOK_H_
#define METAPOWERS_SERVICE_COMMANDS_CLAUSE_BOOK_H_

#include <string>
#include <vector>

#include "metapowers/knowledge/v1/policy_clauses.pb.h"
#include "service/commands/command.h"
#include "service/commands/model_query.h"

namespace metapowers::commands {

// What becomes of a clause.
enum class ClauseState {
  kInForce,
  kWaiting,   // it applies, but the model lacks a number or name that it states
  kDeclined,  // the model declares that it does not hold
};

struct Clause {
  const knowledge::v1::PolicyClause* row = nullptr;
  ClauseState state = ClauseState::kInForce;
  std::string id;
  std::string title;
  std::string actor;
  std::string requirement;
  std::string because;
  std::string evidence;
  std::string cadence;
  std::vector<std::string> references;                         // of frameworks that apply, as the row orders them
  std::vector<const knowledge::v1::ReferenceLimit*> too_weak;  // of references left out for that
  std::vector<std::string> elements;                           // labels of what it binds
  std::vector<std::string> not_met;  // with their owner, e.g. "ledger-db (Payments engineering)"
  std::vector<std::string> not_known;
  int judged = 0;             // elements of which a model can say whether they keep it
  std::string question;       // of a waiting clause
  std::string missing_field;  // path, of a waiting or declined clause
};

// The clauses of an area that apply to the model, in the order of the shipped rows. `policy` gives owner,
// approver and review interval; without one the fallback role stands in for both.
std::vector<Clause> ClausesOf(const Input& input, model::v1::PolicyArea area, const model::v1::Policy* policy);

// How documents print references, by framework: "PCI DSS 4.0.1 3.5.1, 3.7.4; CSF 2.0 PR.DS-01".
std::string Controls(const std::vector<std::string>& references);

// Names in braces in `text`, e.g. "every:policy_parameters.access_review_days"; for tests of the data.
std::vector<std::string> Placeholders(absl::string_view text);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_CLAUSE_BOOK_H_
