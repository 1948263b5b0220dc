// What one item of the list looks at, and what it finds.
#ifndef METAPOWERS_SERVICE_LINT_CHECK_H_
#define METAPOWERS_SERVICE_LINT_CHECK_H_

#include <google/protobuf/message.h>

#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "metapowers/knowledge/v1/lint_items.pb.h"
#include "metapowers/v1/lint_service.pb.h"
#include "service/analysis/facts.h"
#include "service/analysis/threats.h"
#include "service/lint/section.h"

namespace metapowers::lint {

// A command of the contract in the topic that is checked.
struct RunState {
  const v1::Command* spec = nullptr;
  bool built = false;  // this version has it
  bool run = false;    // its section is committed
  Section committed;
  // What the command makes of the committed model now; of one that is not run, nothing.
  std::string made;
  std::shared_ptr<const google::protobuf::Message> result;
};

// All that items look at. Immutable while they do.
struct Subject {
  std::string topic;
  const analysis::Facts* facts = nullptr;     // by what is known, as sections are
  const analysis::Facts* presumed = nullptr;  // with what the model assumes
  const analysis::ThreatSource* threats = nullptr;
  std::vector<model::Question> questions;
  std::vector<RunState> commands;                // in contract order
  std::map<std::string, std::string> documents;  // committed ones, by file
  // What the commands that are run make of another model, without looking at anything made before; by command id.
  using Remade = std::map<std::string, std::string>;
  std::function<absl::StatusOr<Remade>(const std::shared_ptr<const model::Model>& model)> remake;

  const model::Model& model() const { return facts->model(); }
  // The command with this id; nullptr when the contract has none.
  const RunState* Find(absl::string_view command) const;
};

// Collects what one item finds.
class Check {
 public:
  Check(const Subject& subject, const knowledge::v1::LintItem& item) : subject_(subject), item_(item) {}
  Check(const Check&) = delete;
  Check& operator=(const Check&) = delete;

  const Subject& subject() const { return subject_; }
  const model::v1::SystemModel& model() const { return subject_.model().proto(); }
  const analysis::Facts& facts() const { return *subject_.facts; }
  // Of a command of this item, which is run.
  const Section& section(absl::string_view command) const { return subject_.Find(command)->committed; }

  // Something was looked at. An item that looks at nothing does not apply.
  void Look(int places = 1) { looked_ += places; }
  // The item does not apply at all, e.g. "the model declares no interface".
  void NotApplicable(std::string reason) { reason_ = std::move(reason); }
  // A place in a section falls short; the item's own mend where none is given.
  void Fail(const Section& section, int line, absl::string_view element, std::string text, std::string mend = "");
  // A place in a document outside of a section.
  void FailDocument(absl::string_view document, int line, std::string text, std::string mend = "");
  // An attribute of the model falls short; `path` as questions write it, e.g. "components[ledger].owner_team".
  void FailModel(absl::string_view path, std::string text, std::string mend = "");
  // A decision falls short.
  void FailDecision(absl::string_view finding, std::string text, std::string mend = "");

  // The verdict, with the findings that fit; without the exemption.
  v1::LintResult Conclude() const;

 private:
  v1::LintFinding& Add(absl::string_view element, std::string text, std::string mend);

  const Subject& subject_;
  const knowledge::v1::LintItem& item_;
  std::vector<v1::LintFinding> findings_;
  std::string reason_;
  int looked_ = 0;
};

// Findings of an item that are told; the rest is counted.
inline constexpr int kFindingsShown = 20;

// How one item is tried.
struct Checker {
  absl::string_view item;
  void (*check)(Check& check);
};

// One row wanted for each key.
struct WantedRows {
  // The table is one with these columns; the first holds the key.
  std::initializer_list<absl::string_view> columns;
  // Columns whose cell must say something.
  std::initializer_list<absl::string_view> filled = {};
};

// Each key stands in the first column of one of the tables, in a row whose cells say something; looks at as many places
// as there are keys. `what` names the keys, e.g. "component".
void WantRows(Check& check, const Section& section, const WantedRows& wanted, const std::vector<std::string>& keys,
              absl::string_view what);

// Cells of the columns say something in all rows of all tables that have all of the columns; looks at each row. `under`
// limits it to tables below the heading of level 3, unless it is empty.
void WantFilled(Check& check, const Section& section, std::initializer_list<absl::string_view> columns,
                absl::string_view under = "");

}  // namespace metapowers::lint

#endif  // METAPOWERS_SERVICE_LINT_CHECK_H_
