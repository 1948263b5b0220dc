// A system model that is being drafted from files of another tool. Whatever the model requires and the files do not
// say is filled in openly: by a placeholder, and by an assumption with an owner and an end date that tells of it.
#ifndef METAPOWERS_SERVICE_IMPORTERS_DRAFT_H_
#define METAPOWERS_SERVICE_IMPORTERS_DRAFT_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "metapowers/model/v1/decisions.pb.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "metapowers/v1/model_service.pb.h"
#include "service/importers/completion.h"
#include "service/importers/findings.h"
#include "service/importers/id_table.h"
#include "service/importers/redaction.h"
#include "service/importers/tracked_risk.h"

namespace metapowers::importers {

// Not thread-safe.
class Draft {
 public:
  // `format` as ImportModelResponse has it; `tool` and `file` as texts name them, `source` the file as the caller does.
  Draft(std::string format, std::string tool, std::string file, std::string source)
      : format_(std::move(format)),
        tool_(std::move(tool)),
        file_(std::move(file)),
        source_(std::move(source)),
        completion_(model_, file_) {}

  model::v1::SystemModel& model() { return model_; }
  const std::string& file() const { return file_; }
  size_t tracked() const { return tracked_.size(); }

  // What attributes of the model rest on, by path. One that is set and not here is a placeholder.
  const std::map<std::string, Basis>& bases() const { return bases_; }
  // The first that is told of an attribute counts.
  void Observed(const std::string& path, const Place& at) { Rest(path, {v1::BASIS_OBSERVED, {source_, at.at}, ""}); }
  void Assumed(const std::string& path, const Place& drawn_from, std::string reason) {
    Rest(path, {v1::BASIS_ASSUMED, {source_, drawn_from.at}, std::move(reason)});
  }
  // The same as what `other` rests on.
  void RestsAs(const std::string& path, const std::string& other);

  // Takes `name` for a team. Names that differ only in case are one team. Not after SettleTeams().
  void AddTeam(absl::string_view name, const Place& at);
  void SettleTeams();
  // The team's id; empty for a name that is empty.
  std::string TeamOf(absl::string_view name) const;

  // As Completion has it.
  void Assume(absl::string_view id, std::string statement, const std::set<std::string>& components = {}) {
    completion_.Assume(id, std::move(statement), components);
  }

  // Takes what was said of a risk: everything of `decision` but the finding, which Finish() finds.
  void AddTracked(TrackedRisk risk, model::v1::DecisionDraft decision, const Place& place);

  // Takes secrets out of its texts.
  void Clean(Redaction& redaction);
  // Fills in what the model requires and nobody has set; `today` is for a model without date.
  void Complete(const std::string& today);

  // The response: texts, counts, notes, assumptions and questions. A tracked risk becomes a draft of a decision on each
  // finding that `findings_of` knows for it; one that is none keeps its foreign key, and a warning tells. INTERNAL when
  // the draft is no valid model, which is a fault of the importer; INVALID_ARGUMENT MODEL_INVALID when it is too large.
  absl::StatusOr<v1::ImportModelResponse> Finish(std::vector<Note> notes, const FindingLookup& findings_of);

 private:
  void Rest(const std::string& path, Basis basis) { bases_.try_emplace(path, std::move(basis)); }
  std::string ModelText(const std::vector<Note>& notes, const std::vector<v1::AttributeBasis>& bases) const;
  model::v1::Decisions Decide(const std::shared_ptr<const model::Model>& draft, const FindingLookup& findings_of,
                              std::vector<Note>& notes) const;

  struct Tracked {
    TrackedRisk risk;
    model::v1::DecisionDraft decision;
    Place place;
  };

  const std::string format_;
  const std::string tool_;
  const std::string file_;
  const std::string source_;
  model::v1::SystemModel model_;
  std::vector<Tracked> tracked_;                           // in the order of the file
  IdTable teams_;                                          // by name in lower case
  std::vector<std::pair<std::string, Place>> team_names_;  // in the order of the file
  std::map<std::string, Basis> bases_;                     // by path in the model
  Completion completion_;
};

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_DRAFT_H_
