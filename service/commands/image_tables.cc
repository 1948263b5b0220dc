#include "service/commands/image_tables.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/cluster_zones.h"
#include "service/analysis/container_settings.h"
#include "service/analysis/image_review.h"
#include "service/commands/applicable_references.h"
#include "service/commands/evidence_wording.h"
#include "service/commands/naming.h"
#include "service/commands/posture_wording.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/knowledge/rules.h"
#include "service/knowledge/software_rules.h"

namespace metapowers::commands {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::protect::v1;
using analysis::EvidenceFact;
using analysis::ImagePin;
using analysis::ScanFact;
using analysis::Vulnerability;
using model::v1::Component;
using model::v1::Severity;

const char* PinLabel(ImagePin pin) {
  switch (pin) {
    case ImagePin::kDigest:
      return "by digest";
    case ImagePin::kTag:
      return "by tag: its maker can move it";
    case ImagePin::kNone:
      break;
  }
  return "not at all: the newest image is taken";
}

class ImageTables {
 public:
  ImageTables(const Input& input, const analysis::VulnerabilityFacts& judged, ContainerWork& work,
              pb::ContainerSecurityResult& result)
      : input_(input),
        model_(input.model),
        facts_(input.facts),
        rules_(knowledge::ContainerRules()),
        components_(analysis::ContainerComponents(input.facts)),
        judged_(judged),
        work_(work),
        result_(result) {}

  void Run() {
    AddBaseImages();
    AddDockerfiles();
    AddScans();
  }

 private:
  // --- Images ---

  void AddBaseImages() {
    std::map<std::string, std::vector<const Component*>> images;
    for (const Component* component : components_) {
      AddOrigin(*component);
      if (component->container().base_image().empty()) {
        work_.Ask(kb::CONTAINER_ASK_BASE_IMAGE, component->id(), "", TeamOf(model_, *component));
      } else {
        images[component->container().base_image()].push_back(component);
      }
    }
    for (const auto& [image, components] : images) {
      pb::BaseImageRow& row = *result_.add_base_images();
      row.set_image(image);
      if (const kb::ImageKind* kind = analysis::ImageKindOf(image)) {
        row.set_kind(kind->title());
        row.set_meaning(kind->meaning());
      }
      row.set_pinned(PinLabel(analysis::PinOf(image)));
      row.set_support(SupportOf(components));
      AddAll(Ids(components), row.mutable_components());
      std::set<std::string> teams;
      for (const Component* component : components) teams.insert(TeamName(model_, TeamOf(model_, *component)));
      row.set_owner(absl::StrJoin(teams, ", "));
    }
  }

  // Of an image that its maker publishes, the end of support of the product; the model has none of other base images.
  std::string SupportOf(const std::vector<const Component*>& components) {
    for (const Component* component : components) {
      if (component->custom_code()) continue;
      if (!component->eol_date().empty()) return component->eol_date();
      work_.Ask(kb::CONTAINER_ASK_IMAGE_SUPPORT, component->id(), "", TeamOf(model_, *component));
      return "not declared";
    }
    return "not in the model: the owner compares the maker's calendar on each update";
  }

  void AddOrigin(const Component& component) {
    pb::ImageOrigin& row = *result_.add_origins();
    row.set_id(component.id());
    row.set_built(component.custom_code() ? "own build" : "not declared as own");
    row.set_repository(component.repository());
    row.set_signed_(Label(component.container().image_signed()));
    const analysis::ControlPosture posture =
        PostureOn(input_.threats.Get().landscape(), component.id(), "image_provenance");
    row.set_provenance(posture.source.empty() ? Label(posture.state)
                                              : absl::StrCat(Label(posture.state), " (", posture.source, ")"));
    row.set_owner(TeamName(model_, TeamOf(model_, component)));
  }

  // --- Files that build images ---

  void AddDockerfiles() {
    const analysis::ImageFileReview review = analysis::ReviewImageFiles(judged_);
    for (const Vulnerability* one : review.findings) AddDockerfileFinding(*one);
    for (const analysis::ImageFileReport& report : review.reports) AddDockerfileReport(report);
    for (const kb::ContainerCheck& check : rules_.dockerfile_checks()) {
      pb::DockerfileCheckRow& row = *result_.add_dockerfile_checks();
      row.set_id(check.trivy().empty() ? check.id() : absl::StrCat(check.id(), ", ", check.trivy()));
      row.set_requirement(check.requirement());
      row.set_verification(check.verification());
      AddAll(BindingReferences(binding_, check.references()), row.mutable_references());
      const std::set<std::string> failing = review.Failing(check);
      row.set_state(!failing.empty() ? absl::StrCat("fails in ", List({failing.begin(), failing.end()}))
                    : review.reviewed.empty()
                        ? "not reviewed: no report is declared"
                        : absl::StrCat("no finding in the reports on ", absl::StrJoin(review.reviewed, ", ")));
    }
    AddDockerfileTasks(review.reviewed);
  }

  void AddDockerfileFinding(const Vulnerability& one) {
    pb::DockerfileFinding& row = *result_.add_dockerfile_findings();
    row.set_rule(one.id);
    row.set_title(one.title);
    row.set_place(FileLabel(one));
    row.set_subject(SubjectOf(one));
    row.set_severity(one.severity);
    row.set_owner(TeamName(model_, one.team));
    row.set_due(one.due);
    row.set_evidence(absl::StrJoin(one.evidence, ", "));
  }

  void AddDockerfileReport(const analysis::ImageFileReport& report) {
    pb::DockerfileReport& row = *result_.add_dockerfile_reports();
    row.set_evidence(report.fact->declaration->id());
    row.set_tool(report.fact->entry->report.tool);
    row.set_subject(SubjectOf(*report.fact));
    row.set_produced_on(report.fact->declaration->produced_on());
    row.set_findings(report.findings);
  }

  void AddDockerfileTasks(const std::set<std::string>& reviewed) {
    std::map<std::string, pb::ContainerTask> tasks;  // by repository
    for (const Component* component : components_) {
      if (!component->custom_code()) continue;
      const std::string& target = component->repository().empty() ? component->id() : component->repository();
      if (reviewed.contains(target) || reviewed.contains(component->id())) continue;
      const auto exposure = analysis::VulnerabilityExposureOf(facts_, *facts_.Find(component->id()));
      const std::string due = DateAfter(model_, analysis::FactorOf(exposure).scan_days());
      pb::ContainerTask& task = tasks[target];
      task.add_components(component->id());
      if (!task.due().empty() && task.due() <= due) continue;
      task.set_due(due);
      task.set_title("review of the files that build images");
      task.set_target(target);
      task.set_command(absl::StrReplaceAll(rules_.dockerfile_command(), {{"{repository}", target}}));
      task.set_format("sarif");
      const auto* repository = model_.Find<model::v1::Repository>(target);
      const bool owned = repository != nullptr && !repository->owner_team().empty();
      task.set_owner(TeamName(model_, owned ? repository->owner_team() : TeamOf(model_, *component)));
    }
    AddSorted(tasks, result_.mutable_dockerfile_tasks());
  }

  static void AddSorted(std::map<std::string, pb::ContainerTask>& tasks,
                        google::protobuf::RepeatedPtrField<pb::ContainerTask>* to) {
    std::vector<pb::ContainerTask> sorted;
    for (auto& [target, task] : tasks) sorted.push_back(std::move(task));
    absl::c_stable_sort(sorted,
                        [](const pb::ContainerTask& a, const pb::ContainerTask& b) { return a.due() < b.due(); });
    for (pb::ContainerTask& task : sorted) *to->Add() = std::move(task);
  }

  // --- Image scans ---

  void AddScans() {
    std::map<Severity, int> open;
    std::map<std::string, pb::ContainerTask> tasks;
    for (const ScanFact& scan : analysis::ScansNeeded(facts_, judged_)) {
      if (scan.need->kind() != kb::SCAN_KIND_IMAGE) continue;
      AddScan(scan, open);
      if (scan.covered()) continue;
      pb::ContainerTask& task = tasks[scan.target];
      task.set_due(scan.due);
      task.set_title(scan.need->title());
      task.set_target(scan.target);
      AddAll(scan.components, task.mutable_components());
      task.set_command(scan.command);
      task.set_format(scan.format);
      if (!scan.outdated_by.empty()) task.set_outdated(scan.outdated_by.front()->declaration->id());
      task.set_owner(TeamName(model_, scan.team));
    }
    AddSorted(tasks, result_.mutable_scan_tasks());
    for (const kb::ScanGateRule& gate : rules_.gates()) {
      pb::ScanGate& row = *result_.add_gates();
      row.set_severity(gate.severity());
      row.set_rule(gate.rule());
      row.set_open(open[gate.severity()]);
      for (const model::v1::PatchSla& sla : model_.proto().policy_parameters().patch_sla()) {
        if (sla.severity() == gate.severity() && sla.has_hours()) row.set_term(Hours(sla.hours()));
      }
    }
  }

  void AddScan(const ScanFact& scan, std::map<Severity, int>& open) {
    pb::ImageScanRow& row = *result_.add_scans();
    row.set_id(scan.target);
    row.set_owner(TeamName(model_, scan.team));
    row.set_state(scan.covered() ? "current" : scan.outdated_by.empty() ? "none" : "outdated");
    std::set<std::string> ids;
    std::set<std::string> tools;
    for (const EvidenceFact* fact : scan.covered() ? scan.covered_by : scan.outdated_by) {
      ids.insert(fact->declaration->id());
      tools.insert(fact->entry->report.tool);
    }
    row.set_evidence(absl::StrJoin(ids, ", "));
    row.set_tool(absl::StrJoin(tools, ", "));
    const analysis::ImageScan judged = analysis::JudgeScan(scan, judged_);
    if (judged.age_days >= 0) row.set_age(InDays(judged.age_days));
    for (const auto& [severity, count] : judged.open) {
      open[severity] += count;
      if (severity == model::v1::SEVERITY_CRITICAL) {
        row.set_critical(count);
      } else if (severity == model::v1::SEVERITY_HIGH) {
        row.set_high(count);
      } else {
        row.set_lower(row.lower() + count);
      }
    }
    row.set_fixable(judged.fixable);
    row.set_gate(!scan.covered() ? "stops: no current scan"
                 : judged.stopping > 0
                     ? absl::StrCat("stops: ", Count(judged.stopping, "finding", "findings"), " with a fix")
                     : "passes");
  }

  const Input& input_;
  mutable ReferenceFilter binding_{input_};
  const model::Model& model_;
  const analysis::Facts& facts_;
  const kb::ContainerRules& rules_;
  const std::vector<const Component*> components_;
  const analysis::VulnerabilityFacts& judged_;
  ContainerWork& work_;
  pb::ContainerSecurityResult& result_;
};

}  // namespace

void AddImageTables(const Input& input, const analysis::VulnerabilityFacts& judged, ContainerWork& work,
                    pb::ContainerSecurityResult& result) {
  ImageTables(input, judged, work, result).Run();
}

void AddImageWork(const Input& input, const pb::ContainerSecurityResult& result, ContainerWork& work) {
  for (const pb::ContainerTask& task : result.scan_tasks()) {
    work.Add(kb::CONTAINER_TASK_KIND_IMAGE_SCAN, task.target(), task.due(), task.owner(), {task.target()});
  }
  for (const pb::ContainerTask& task : result.dockerfile_tasks()) {
    work.Add(kb::CONTAINER_TASK_KIND_IMAGE_FILES, task.target(), task.due(), task.owner(),
             {task.components().begin(), task.components().end()});
  }
  const std::string due = DateAfter(input.model, analysis::ContainerTermDays(model::v1::SEVERITY_MEDIUM));
  for (const pb::BaseImageRow& image : result.base_images()) {
    if (analysis::PinOf(image.image()) == ImagePin::kDigest) continue;
    for (const std::string& id : image.components()) {
      const std::string& team = TeamOf(input.model, *input.facts.Find(id)->component);
      work.Add(kb::CONTAINER_TASK_KIND_IMAGE_PIN, id, due, TeamName(input.model, team), {id});
    }
  }
}

}  // namespace metapowers::commands
