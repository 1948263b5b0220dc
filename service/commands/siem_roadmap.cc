#include "service/commands/siem_roadmap.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/knowledge/logging.h"
#include "service/knowledge/siem.h"

namespace metapowers::commands {

namespace {

namespace pb = security::detect::v1;
using analysis::PhaseOutcome;

// The criterion on log sources.
constexpr absl::string_view kSources = "sources";
// Criteria of this weight are tried in the first phase.
constexpr int kHeavy = 4;

std::string Of(int part, int whole) { return absl::StrCat(part, " of ", whole); }

class Roadmap {
 public:
  Roadmap(const model::Model& model, const analysis::SourcePlan& plan, pb::SiemSetupResult& result)
      : model_(model), plan_(plan), result_(result) {}

  void Fill() {
    AddPlatform();
    AddCriteria();
    AddSources();
    AddRules();
    AddRouting();
    AddEnrichment();
    AddDashboards();
    AddIncidents();
    AddRetention();
    const auto& terms = knowledge::SiemRules().phases();
    for (int phase = 1; phase <= analysis::kSourcePhases; ++phase) {
      if (tasks_[phase].empty()) continue;
      const PhaseOutcome& outcome = plan_.outcomes[phase];
      pb::SiemPhaseRow& row = *result_.add_phases();
      row.set_number(phase);
      row.set_title(terms.Get(phase - 1).title());
      row.set_ends(model::FormatDate(model_.as_of() + terms.Get(phase - 1).days()));
      row.set_severe(Of(outcome.severe_detected, plan_.severe));
      row.set_open(Of(outcome.detected, plan_.open));
      row.set_complete(Of(outcome.complete, result_.totals().detections()));
      AddAll(tasks_[phase], row.mutable_tasks());
      result_.mutable_totals()->set_tasks(result_.totals().tasks() + row.tasks_size());
    }
    result_.mutable_phrases()->set_tasks(Count(result_.totals().tasks(), "task", "tasks"));
  }

 private:
  template <class Owners>
  void Add(int phase, std::string task, const Owners& owners, std::string done) {
    pb::SiemTaskRow& row = tasks_[phase].emplace_back();
    row.set_task(std::move(task));
    AddAll(owners, row.mutable_owners());
    row.set_done(std::move(done));
  }
  void Add(int phase, std::string task, std::string done) {
    Add(phase, std::move(task), std::vector<std::string>{result_.owner()}, std::move(done));
  }

  void AddPlatform() {
    if (!result_.platform().empty()) return;
    Add(1, "Decide by the criteria whether a platform is taken, and which",
        "The model names the platform, or a decision with its reason and next date says that there is none");
  }

  // Without a platform the criteria are tried when one is chosen.
  void AddCriteria() {
    if (result_.platform().empty()) return;
    std::vector<std::string> heavy;
    std::vector<std::string> light;
    for (const pb::SiemCriterionRow& row : result_.criteria()) {
      if (row.state() == "not met") {
        if (row.id() == kSources) continue;  // each kind has a task of its own
        Add(1, absl::StrCat("Mend \"", row.name(), "\": ", row.fact()), row.trial());
      } else if (row.state() == "not known") {
        (row.weight() >= kHeavy ? heavy : light).push_back(absl::StrCat("\"", row.name(), "\""));
      }
    }
    const std::string done = "The trial of each has passed, with date and name of who made it";
    if (!heavy.empty()) Add(1, absl::StrCat("Try ", result_.platform(), " against ", List(heavy)), done);
    if (!light.empty()) Add(2, absl::StrCat("Try ", result_.platform(), " against ", List(light)), done);
  }

  void AddSources() {
    for (const pb::SiemSourceRow& row : result_.sources()) {
      if (row.phase() == 0) continue;
      const std::vector<std::string> missing(row.missing().begin(), row.missing().end());
      Add(row.phase(), absl::StrCat(row.name(), ": bring in, or confirm as collected, ", List(missing)), row.owners(),
          knowledge::FindLogKind(row.id())->verification());
    }
  }

  // The first phase has what reads all its logs today, too.
  void AddRules() {
    for (int phase = 1; phase <= analysis::kSourcePhases; ++phase) {
      int joined = 0;
      int all = 0;
      for (const int from : {phase, 0}) {
        if (from == 0 && phase > 1) continue;
        for (const auto* detection : plan_.outcomes[from].completed) {
          ++all;
          joined += detection->joins.empty() ? 0 : 1;
        }
      }
      if (all == 0) continue;
      std::string task =
          absl::StrCat("Switch on the ", Count(all, "rule", "rules"), " whose logs are all there by then");
      if (joined > 0) absl::StrAppend(&task, ", ", Count(joined, "correlation", "correlations"), " among them");
      Add(phase, std::move(task),
          "Both test events of each rule were sent: the first raised its alert, the second none");
    }
  }

  void AddRouting() {
    std::vector<std::string> without;
    for (const pb::SiemRoutingRow& row : result_.routing()) {
      if (row.rotations().empty()) without.push_back(row.team());
    }
    if (!without.empty()) {
      Add(1, absl::StrCat("Name the rotation that rules of ", List(without), " call"),
          "One test alert of each team was acknowledged within the response time of its rotation");
    }
    if (result_.totals().silent() > 0) {
      Add(1, "Declare alerts for the critical rules of the routing table that have none",
          "Each has an alert with rotation and runbook in the model");
    }
  }

  void AddEnrichment() {
    if (result_.enrichments().empty()) return;
    Add(1, "Add the fields of the enrichment table at ingestion", "The verification of each field has passed");
  }

  void AddDashboards() {
    std::set<std::string> built;
    for (const pb::SiemPanelRow& row : result_.panels()) {
      if (!row.declared().empty() || !built.insert(row.audience()).second) continue;
      Add(2, absl::StrCat("Build the dashboard ", row.audience()), std::vector<std::string>{row.owner()},
          "Every panel shows its value, and the dashboard stands in the model with its decision");
    }
  }

  void AddIncidents() {
    if (result_.incidents().empty()) return;
    const std::string tool = result_.incident_tool().empty() ? "the record of incidents" : result_.incident_tool();
    Add(2, absl::StrCat("Carry one test alert of each severity through to ", tool),
        "The rotation acknowledged each in its time, and the record has the level of the table");
  }

  void AddRetention() {
    for (const pb::SiemNeedRow& row : result_.needs()) {
      if (row.state() != "not met") continue;
      Add(1, absl::StrCat("Keep events for ", row.need(), ": ", row.days()),
          "One event of the last day of this time is found");
    }
    if (result_.tiers().empty()) return;
    Add(3, "Search one event of the oldest day of each tier", "Each is found, with the time that it took");
  }

  const model::Model& model_;
  const analysis::SourcePlan& plan_;
  pb::SiemSetupResult& result_;
  std::vector<pb::SiemTaskRow> tasks_[analysis::kSourcePhases + 1];
};

}  // namespace

void AddSiemRoadmap(const model::Model& model, const analysis::SourcePlan& plan, pb::SiemSetupResult& result) {
  Roadmap(model, plan, result).Fill();
}

}  // namespace metapowers::commands
