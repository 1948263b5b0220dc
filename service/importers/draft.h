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
#include "service/importers/id_table.h"
#include "service/importers/source.h"
#include "service/importers/tracked_risk.h"

namespace metapowers::importers {

// Days that an assumption of an import may stand unconfirmed.
inline constexpr int kAssumptionDays = 90;

// Not thread-safe.
class Draft {
 public:
  // `format` as ImportModelResponse has it; `tool` and `file` as texts name them.
  Draft(std::string format, std::string tool, std::string file)
      : format_(std::move(format)), tool_(std::move(tool)), file_(std::move(file)) {}

  model::v1::SystemModel& model() { return model_; }
  const std::string& file() const { return file_; }

  // Takes `name` for a team. Names that differ only in case are one team. Not after SettleTeams().
  void AddTeam(absl::string_view name);
  void SettleTeams();
  // The team's id; the placeholder's for a name that is empty.
  std::string TeamOf(absl::string_view name);

  // Adds an assumption. Its owner and end date are filled in by Finish().
  void Assume(absl::string_view id, std::string statement, const std::set<std::string>& components = {});

  // Takes what was said of a risk: everything of `decision` but the finding, which Finish() finds.
  void AddTracked(TrackedRisk risk, model::v1::DecisionDraft decision, const Place& place);

  // Fills in what the model requires and nobody has set: organisation, regions, roles, accountable team.
  void Complete();

  // The response: texts, counts, notes, assumptions and questions. A tracked risk becomes a draft of a decision on each
  // finding that `findings_of` knows for it; one that is none keeps its foreign key, and a warning tells. INTERNAL when
  // the draft is no valid model, which is a fault of the importer; INVALID_ARGUMENT MODEL_INVALID when it is too large.
  absl::StatusOr<v1::ImportModelResponse> Finish(std::vector<Note> notes, const FindingLookup& findings_of);

 private:
  void AddPlaceholderTeam();
  void CompleteOwner();
  std::string ModelText(const std::vector<Note>& notes) const;
  model::v1::Decisions Decide(const std::shared_ptr<const model::Model>& draft, const FindingLookup& findings_of,
                              std::vector<Note>& notes) const;
  void Count(v1::ImportModelResponse& response) const;

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
  std::string placeholder_;              // id of the placeholder team; empty while there is none
};

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_DRAFT_H_
