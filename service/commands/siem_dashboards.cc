#include "service/commands/siem_dashboards.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/analysis/alert_coverage.h"
#include "service/commands/log_naming.h"
#include "service/commands/rows.h"
#include "service/commands/sight_wording.h"
#include "service/knowledge/siem.h"

namespace metapowers::commands {

namespace {

namespace kb = knowledge::v1;
namespace pb = security::detect::v1;
using analysis::AppliedDetection;
using analysis::LogSource;
using model::v1::Dashboard;

std::string Of(int64_t part, size_t whole) { return absl::StrCat(part, " of ", whole); }

class Dashboards {
 public:
  Dashboards(const model::Model& model, const analysis::LogSources& sources, const analysis::Detections& detections,
             const analysis::SourcePlan& plan, pb::SiemSetupResult& result)
      : model_(model), sources_(sources), detections_(detections), plan_(plan), result_(result) {}

  void Fill() {
    std::set<const Dashboard*> used;
    const auto& declared = model_.proto().monitoring().dashboards();
    for (const kb::SiemDashboard& needed : knowledge::SiemRules().dashboards()) {
      if (result_.platform().empty()) break;
      const auto found = std::find_if(declared.begin(), declared.end(), [&](const Dashboard& each) {
        return used.count(&each) == 0 && analysis::Mentions(each.audience(), needed.words());
      });
      if (found != declared.end()) used.insert(&*found);
      for (const kb::SiemPanel& panel : needed.panels()) {
        AddPanel(needed, panel, found == declared.end() ? "" : found->name());
      }
    }
    for (const Dashboard& each : declared) {
      if (used.count(&each) == 0) result_.add_other_dashboards(absl::StrCat(each.name(), " (", each.audience(), ")"));
    }
  }

 private:
  void AddPanel(const kb::SiemDashboard& dashboard, const kb::SiemPanel& panel, const std::string& declared) {
    std::vector<std::string> kinds;
    int collected = 0;
    size_t sources = 0;
    for (const std::string& id : panel.log_kinds()) {
      const std::vector<const LogSource*> of_kind = sources_.OfKind(id);
      if (!of_kind.empty()) kinds.push_back(LogKindName(id));
      sources += of_kind.size();
      for (const LogSource* source : of_kind) collected += source->collected() ? 1 : 0;
    }
    if (kinds.empty() && !panel.log_kinds().empty()) return;
    pb::SiemPanelRow& row = *result_.add_panels();
    row.set_audience(dashboard.audience());
    row.set_declared(declared);
    row.set_title(panel.title());
    row.set_formula(panel.formula());
    AddAll(kinds, row.mutable_kinds());
    if (sources > 0) row.set_collected(Of(collected, sources));
    row.set_today(Figure(panel.figure()));
    row.set_decision(panel.decision());
    row.set_owner(OwnerOf(model_, dashboard.owners()));
  }

  std::string Figure(const std::string& id) const {
    if (id == "threats") return Of(plan_.outcomes[0].severe_detected, static_cast<size_t>(plan_.severe));
    if (id == "sources") {
      const auto& all = sources_.all();
      const auto collected = [](const LogSource& source) { return source.collected(); };
      return absl::StrCat(Of(std::count_if(all.begin(), all.end(), collected), all.size()), " collected");
    }
    if (id == "correlations") {
      return Complete([](const AppliedDetection& detection) { return !detection.joins.empty(); });
    }
    if (id == "control-failures") {
      return Complete([](const AppliedDetection& detection) { return detection.row->control_failure(); });
    }
    return "";
  }

  template <class Predicate>
  std::string Complete(Predicate counts) const {
    int complete = 0;
    size_t all = 0;
    for (const AppliedDetection& detection : detections_.all()) {
      if (!counts(detection)) continue;
      ++all;
      complete += detection.collected == static_cast<int>(detection.sources.size()) ? 1 : 0;
    }
    return absl::StrCat(Of(complete, all), " rules read all their logs");
  }

  const model::Model& model_;
  const analysis::LogSources& sources_;
  const analysis::Detections& detections_;
  const analysis::SourcePlan& plan_;
  pb::SiemSetupResult& result_;
};

}  // namespace

void AddSiemDashboards(const model::Model& model, const analysis::LogSources& sources,
                       const analysis::Detections& detections, const analysis::SourcePlan& plan,
                       pb::SiemSetupResult& result) {
  Dashboards(model, sources, detections, plan, result).Fill();
}

}  // namespace metapowers::commands
