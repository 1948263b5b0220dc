#include "service/commands/bom_tables.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/base/shell.h"
#include "service/commands/naming.h"
#include "service/commands/package_wording.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/knowledge/rules.h"

namespace metapowers::commands {
namespace {

namespace pb = security::protect::v1;
using analysis::BomFact;
using evidence::Package;
using knowledge::v1::PackageManager;

// Rows of the longest tables; the rest is counted.
constexpr size_t kMaxRows = 500;
// Names that a cell lists before it counts the rest.
constexpr size_t kNamed = 8;

class BomTables {
 public:
  BomTables(const analysis::Facts& facts, const analysis::SoftwareBill& bill, pb::DependencyScanResult& result)
      : facts_(facts), model_(facts.model()), bill_(bill), result_(result) {}

  void Run(const std::vector<const BomFact*>& counting) {
    AddBoms();
    AddCoverage();
    AddTasks();
    for (const BomFact* bom : counting) AddInventory(*bom);
  }

 private:
  void AddBoms() {
    for (const BomFact& bom : bill_.boms()) {
      pb::BomRow& row = *result_.add_boms();
      row.set_id(bom.source->declaration->id());
      row.set_format(Label(bom.source->declaration->format()));
      row.set_tool(ToolLabel(bom));
      row.set_declared_for(bom.subject);
      row.set_produced_on(bom.date);
      if (bom.age_days >= 0) row.set_age(InDays(bom.age_days));
      row.set_state(StateLabel(bom.state));
      row.set_reason(bom.source->entry->reason);
      row.set_owner(TeamName(model_, bom.source->team));
      if (bom.bom == nullptr) continue;
      row.set_describes(bom.bom->subject);
      row.set_packages(static_cast<int>(bom.bom->packages.size()));
      for (const std::string& warning : bom.source->entry->report.warnings) {
        pb::BomWarning& out = *result_.add_warnings();
        out.set_evidence(row.id());
        out.set_text(warning);
      }
    }
  }

  void AddCoverage() {
    for (const std::string& id : analysis::BuiltComponents(facts_)) {
      const model::v1::Component& component = *facts_.Find(id)->component;
      pb::BomCoverage& row = *result_.add_coverage();
      row.set_id(id);
      row.set_owner(TeamName(model_, PackageTeam(model_, id)));
      row.set_language(component.language());
      row.set_repository(component.repository());
      for (const PackageManager* manager : analysis::PackageManagersOf(facts_, component)) {
        row.add_managers(manager->title());
      }
      const BomFact* bom = bill_.Of(id);
      row.set_state(bom == nullptr ? "not covered" : bom->state == BomFact::State::kCurrent ? "covered" : "outdated");
      if (bom == nullptr) continue;
      row.set_evidence(bom->source->declaration->id());
      if (bom->age_days >= 0) row.set_age(InDays(bom->age_days));
      row.set_tool(ToolLabel(*bom));
      row.set_packages(static_cast<int>(bom->bom->packages.size()));
    }
  }

  // One task for each package manager of a repository, and one for each image that nobody here builds.
  void AddTasks() {
    std::map<std::pair<std::string, std::string>, pb::BomTask> tasks;  // by subject and command
    for (const std::string& id : analysis::BuiltComponents(facts_)) {
      const BomFact* bom = bill_.Of(id);
      if (bom != nullptr && bom->state == BomFact::State::kCurrent) continue;
      const analysis::ComponentFacts& component = *facts_.Find(id);
      const std::string outdated = bom == nullptr ? "" : bom->source->declaration->id();
      std::vector<const PackageManager*> managers = analysis::PackageManagersOf(facts_, *component.component);
      managers.erase(std::remove_if(managers.begin(), managers.end(),
                                    [](const PackageManager* manager) { return manager->ecosystem().empty(); }),
                     managers.end());
      for (const PackageManager* manager : managers) {
        // Two managers would write over each other's file.
        const std::string target = managers.size() == 1 ? id : absl::StrCat(id, "-", manager->name());
        AddTask(component, manager->title(), absl::StrReplaceAll(manager->bom_command(), {{"{target}", target}}),
                manager->bom_format(), outdated, tasks);
      }
      if (!managers.empty()) continue;
      const std::string& image = component.component->container().base_image();
      const bool foreign = !component.component->custom_code() && !image.empty();
      const std::string target = foreign ? ShellWord(image) : component.component->custom_code() ? "dir:." : "$IMAGE";
      AddTask(component, foreign ? "container image" : "any",
              absl::StrCat("syft ", target, " -o cyclonedx-json=evidence/", id, ".cdx.json"), "cyclonedx", outdated,
              tasks);
    }
    std::vector<pb::BomTask> sorted;
    for (auto& [key, task] : tasks) sorted.push_back(std::move(task));
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const pb::BomTask& a, const pb::BomTask& b) { return a.due() < b.due(); });
    for (pb::BomTask& task : sorted) *result_.add_tasks() = std::move(task);
  }

  void AddTask(const analysis::ComponentFacts& component, const std::string& manager, const std::string& command,
               const std::string& format, const std::string& outdated,
               std::map<std::pair<std::string, std::string>, pb::BomTask>& tasks) const {
    const std::string& id = component.component->id();
    pb::BomTask& task = tasks[{id, command}];
    const auto exposure = analysis::VulnerabilityExposureOf(facts_, component);
    task.set_due(model::FormatDate(model_.as_of() + analysis::FactorOf(exposure).scan_days()));
    task.set_subject(id);
    task.set_manager(manager);
    task.set_command(command);
    task.set_format(format);
    task.set_outdated(outdated);
    task.set_owner(TeamName(model_, PackageTeam(model_, id)));
  }

  void AddInventory(const BomFact& bom) {
    std::map<std::string, pb::EcosystemRow> rows;
    std::map<std::string, std::vector<const Package*>> by_name;
    std::vector<const Package*> unversioned;
    std::vector<const Package*> unhashed;
    for (const Package& package : bom.bom->packages) {
      pb::EcosystemRow& row = rows[EcosystemLabel(evidence::EcosystemOf(package))];
      row.set_packages(row.packages() + 1);
      if (package.depth == Package::Depth::kDirect) row.set_direct(row.direct() + 1);
      if (package.depth == Package::Depth::kTransitive) row.set_transitive(row.transitive() + 1);
      if (package.depth == Package::Depth::kUnknown) row.set_unplaced(row.unplaced() + 1);
      if (package.version.empty()) unversioned.push_back(&package);
      if (!package.hashed) unhashed.push_back(&package);
      row.set_without_version(row.without_version() + (package.version.empty() ? 1 : 0));
      row.set_without_hash(row.without_hash() + (package.hashed ? 0 : 1));
      row.set_without_licence(row.without_licence() + (package.licences.empty() ? 1 : 0));
      by_name[absl::StrCat(EcosystemLabel(evidence::EcosystemOf(package)), "\n", package.name)].push_back(&package);
    }
    for (const auto& [name, packages] : by_name) {
      std::set<std::string> versions;
      for (const Package* package : packages) versions.insert(package->version);
      if (versions.size() < 2) continue;
      pb::EcosystemRow& row = rows[EcosystemLabel(evidence::EcosystemOf(*packages.front()))];
      row.set_several(row.several() + 1);
      AddDuplicate(bom, packages, versions);
    }
    for (auto& [ecosystem, row] : rows) {
      row.set_subject(bom.subject);
      row.set_ecosystem(ecosystem);
      row.set_graph(bom.bom->has_graph);
      *result_.add_inventory() = std::move(row);
    }
    AddGap(bom, "no version: it can be anything", unversioned);
    AddGap(bom, "no digest in the file: a changed copy is not seen", unhashed);
  }

  void AddDuplicate(const BomFact& bom, const std::vector<const Package*>& packages,
                    const std::set<std::string>& versions) {
    if (result_.duplicates_size() >= static_cast<int>(kMaxRows)) return;
    pb::DuplicatePackage& row = *result_.add_duplicates();
    row.set_subject(bom.subject);
    row.set_package(packages.front()->name);
    AddAll(versions, row.mutable_versions());
    std::set<std::string> asked_by;
    for (const Package* package : packages) {
      const std::vector<const Package*> path = bom.bom->PathTo(*package);
      if (!path.empty()) asked_by.insert(path.front()->name);
    }
    AddAll(asked_by, row.mutable_asked_by());
  }

  void AddGap(const BomFact& bom, const char* gap, const std::vector<const Package*>& packages) {
    if (packages.empty()) return;
    pb::PackageGap& row = *result_.add_gaps();
    row.set_subject(bom.subject);
    row.set_gap(gap);
    row.set_count(static_cast<int>(packages.size()));
    for (const Package* package : packages) {
      if (row.packages_size() < static_cast<int>(kNamed)) row.add_packages(WithVersion(*package));
    }
  }

  const analysis::Facts& facts_;
  const model::Model& model_;
  const analysis::SoftwareBill& bill_;
  pb::DependencyScanResult& result_;
};

}  // namespace

void AddBomTables(const analysis::Facts& facts, const analysis::SoftwareBill& bill,
                  const std::vector<const BomFact*>& counting, pb::DependencyScanResult& result) {
  BomTables(facts, bill, result).Run(counting);
}

}  // namespace metapowers::commands
