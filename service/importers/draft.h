// A system model that is being drafted from files of another tool. Whatever the model requires and the files do not
// say is filled in openly: by a placeholder, and by an assumption with an owner and an end date that tells of it.
#ifndef METAPOWERS_SERVICE_IMPORTERS_DRAFT_H_
#define METAPOWERS_SERVICE_IMPORTERS_DRAFT_H_

#include <memory>
#include <set>
#include <string>
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
  // `format` as ImportModelResponse has it; `tool` and `file` as texts name them.
  Draft(std::string format, std::string tool, std::string file)
      : format_(std::move(format)), tool_(std::move(tool)), file_(std::move(file)), completion_(model_, file_) {}

  model::v1::SystemModel& model() { return model_; }
  const std::string& file() const { return file_; }
  size_t tracked() const { return tracked_.size(); }
  // Id of the team that stands for those that the file does not name; empty without one.
  const std::string& placeholder_team() const { return completion_.placeholder(); }

  // Takes `name` for a team. Names that differ only in case are one team. Not after SettleTeams().
  void AddTeam(absl::string_view name);
  void SettleTeams();
  // The team's id; the placeholder's for a name that is empty.
  std::string TeamOf(absl::string_view name);

  // As Completion has it.
  void Assume(absl::string_view id, std::string statement, const std::set<std::string>& components = {}) {
    completion_.Assume(id, std::move(statement), components);
  }

  // Takes what was said of a risk: everything of `decision` but the finding, which Finish() finds.
  void AddTracked(TrackedRisk risk, model::v1::DecisionDraft decision, const Place& place);

  // Takes secrets out of its texts.
  void Clean(Redaction& redaction);
  // Fills in what the model requires and nobody has set.
  void Complete();

  // The response: texts, counts, notes, assumptions and questions. A tracked risk becomes a draft of a decision on each
  // finding that `findings_of` knows for it; one that is none keeps its foreign key, and a warning tells. INTERNAL when
  // the draft is no valid model, which is a fault of the importer; INVALID_ARGUMENT MODEL_INVALID when it is too large.
  absl::StatusOr<v1::ImportModelResponse> Finish(std::vector<Note> notes, const FindingLookup& findings_of);

 private:
  std::string ModelText(const std::vector<Note>& notes) const;
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
  model::v1::SystemModel model_;
  std::vector<Tracked> tracked_;         // in the order of the file
  IdTable teams_;                        // by name in lower case
  std::vector<std::string> team_names_;  // in the order of the file
  Completion completion_;
};

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_DRAFT_H_
