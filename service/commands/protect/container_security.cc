#include "service/commands/protect/container_security.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/message.h"
#include "service/analysis/control_posture.h"
#include "service/analysis/scan_coverage.h"
#include "service/commands/applicable_references.h"
#include "service/commands/cluster_manifests.h"
#include "service/commands/config_snippets.h"
#include "service/commands/control_effects.h"
#include "service/commands/naming.h"
#include "service/commands/rows.h"
#include "service/commands/threat_naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/rules.h"
#include "service/knowledge/software_rules.h"
#include "service/knowledge/threats.h"

namespace metapowers::commands::protect {
namespace {

namespace pb = security::protect::v1;
using analysis::EvidenceFact;
using analysis::ScanFact;
using analysis::Threat;
using analysis::Vulnerability;
using knowledge::v1::ContainerAsk;
using knowledge::v1::ContainerSetting;
using model::v1::Component;
using model::v1::Severity;
using model::v1::Tristate;

// Value of a field of yes, no and unknown by its name.
Tristate ValueOf(const google::protobuf::Message& message, const std::string& field) {
  const auto* descriptor = message.GetDescriptor()->FindFieldByName(field);
  return descriptor == nullptr ? model::v1::TRISTATE_UNSPECIFIED
                               : static_cast<Tristate>(message.GetReflection()->GetEnumValue(message, descriptor));
}

bool IsImageFile(const std::string& file) {
  const std::string name = absl::AsciiStrToLower(file.substr(file.find_last_of('/') + 1));
  return absl::StartsWith(name, "dockerfile") || absl::StartsWith(name, "containerfile") ||
         absl::EndsWith(name, ".dockerfile");
}

// "DS2" for "DS-0002" and "DS002": the tool writes both.
std::string PlainRule(absl::string_view rule) {
  const size_t digits = rule.find_first_of("0123456789");
  int number = 0;
  if (digits == absl::string_view::npos || !absl::SimpleAtoi(rule.substr(digits), &number)) return std::string(rule);
  return absl::StrCat(absl::StrReplaceAll(rule.substr(0, digits), {{"-", ""}}), number);
}

std::string SubjectOf(const Vulnerability& one) { return one.component.empty() ? one.repository : one.component; }

std::vector<std::string> Ids(const std::vector<const Component*>& components) {
  std::vector<std::string> ids;
  for (const Component* component : components) ids.push_back(component->id());
  return ids;
}

class Review {
 public:
  explicit Review(const Input& input)
      : input_(input),
        model_(input.model),
        facts_(input.facts),
        rules_(knowledge::ContainerRules()),
        components_(ContainerComponents(facts_)),
        zones_(ClusterZones(input)),
        on_cluster_(absl::c_any_of(components_, [this](const Component* each) { return ClusterOf(*each) != nullptr; })),
        judged_(analysis::JudgeVulnerabilities(facts_, input.evidence)),
        scans_(analysis::ScansNeeded(facts_, *judged_)) {}

  pb::ContainerSecurityResult Build() {
    result_.set_system(model_.proto().name());
    result_.set_as_of(model_.proto().as_of());
    result_.set_pod_label(rules_.pod_label());
    if (components_.empty()) {
      AddMachines();
    } else {
      AddBaseImages();
      AddDockerfiles();
      AddScans();
      AddRegistries();
      AddSettings();
      AddClusters();
      for (const ClusterZone& zone : zones_) AddZone(zone);
      AddHardening();
      SortFindings();
      AddRoadmap();
      AddControlEffects(input_, "container-security", *result_.mutable_controls());
      AddQuestions();
    }
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  const std::string& TeamOf(const Component& component) const {
    return component.owner_team().empty() ? model_.proto().owner_team() : component.owner_team();
  }

  std::string In(int days) const { return model::FormatDate(model_.as_of() + days); }

  int TermOf(Severity severity) const {
    for (const knowledge::v1::ContainerTerm& term : rules_.terms()) {
      if (term.severity() == severity) return term.days();
    }
    return rules_.terms(rules_.terms_size() - 1).days();
  }

  const model::v1::Infrastructure* ClusterOf(const Component& component) const {
    const auto* host = model_.Find<model::v1::Infrastructure>(component.runs_on());
    const bool cluster = host != nullptr && host->kind() == model::v1::INFRASTRUCTURE_KIND_KUBERNETES_CLUSTER;
    return cluster ? host : nullptr;
  }

  analysis::ControlPosture PostureOn(const Component& component, const std::string& control) const {
    const analysis::Landscape& landscape = input_.threats.Get().landscape();
    return analysis::PostureOf(landscape.ComponentElement(landscape.IndexOf(component.id())), control);
  }

  void AddMachines() {
    std::map<std::string, int> machines;
    for (const Component& component : model_.proto().components()) {
      if (component.kind() == model::v1::COMPONENT_KIND_EXTERNAL_ENTITY) continue;
      ++machines[component.machine() == model::v1::MACHINE_UNSPECIFIED ? "of unknown kind"
                                                                       : Label(component.machine())];
    }
    for (const auto& [machine, count] : machines) {
      result_.add_machines(absl::StrCat(Count(count, "component", "components"), " (", machine, ")"));
    }
  }

  // --- Images ---

  void AddBaseImages() {
    std::map<std::string, std::vector<const Component*>> images;
    for (const Component* component : components_) {
      AddOrigin(*component);
      if (component->container().base_image().empty()) {
        Ask(knowledge::v1::CONTAINER_ASK_BASE_IMAGE, component->id(), "", TeamOf(*component));
      } else {
        images[component->container().base_image()].push_back(component);
      }
    }
    for (const auto& [image, components] : images) {
      pb::BaseImageRow& row = *result_.add_base_images();
      row.set_image(image);
      for (const knowledge::v1::ImageKind& kind : rules_.image_kinds()) {
        if (!absl::StrContains(absl::AsciiStrToLower(image), kind.contains())) continue;
        row.set_kind(kind.title());
        row.set_meaning(kind.meaning());
        break;
      }
      row.set_pinned(PinOf(image));
      row.set_support(SupportOf(components));
      AddAll(Ids(components), row.mutable_components());
      std::set<std::string> teams;
      for (const Component* component : components) teams.insert(TeamName(model_, TeamOf(*component)));
      row.set_owner(absl::StrJoin(teams, ", "));
    }
  }

  static std::string PinOf(const std::string& image) {
    if (absl::StrContains(image, "@sha256:")) return "by digest";
    const std::string name = image.substr(image.find_last_of('/') + 1);
    const size_t colon = name.find(':');
    if (colon == std::string::npos || name.substr(colon + 1) == "latest")
      return "not at all: the newest image is taken";
    return "by tag: its maker can move it";
  }

  // Of an image that its maker publishes, the end of support of the product; the model has none of other base images.
  std::string SupportOf(const std::vector<const Component*>& components) {
    for (const Component* component : components) {
      if (component->custom_code()) continue;
      if (!component->eol_date().empty()) return component->eol_date();
      Ask(knowledge::v1::CONTAINER_ASK_IMAGE_SUPPORT, component->id(), "", TeamOf(*component));
      return "not declared";
    }
    return "not in the model: the owner compares the maker's calendar on each update";
  }

  void AddOrigin(const Component& component) {
    pb::ImageOrigin& row = *result_.add_origins();
    row.set_id(component.id());
    row.set_built(component.custom_code() ? "own build" : "image of its maker");
    row.set_repository(component.repository());
    row.set_signed_(Label(component.container().image_signed()));
    const analysis::ControlPosture posture = PostureOn(component, "image_provenance");
    row.set_provenance(posture.source.empty() ? Label(posture.state)
                                              : absl::StrCat(Label(posture.state), " (", posture.source, ")"));
    row.set_owner(TeamName(model_, TeamOf(component)));
  }

  // --- Files that build images ---

  void AddDockerfiles() {
    std::map<std::string, std::vector<std::string>> failing;  // plain rule -> subjects
    std::set<std::string> reviewed;                           // repositories and components with a report
    for (const Vulnerability& one : judged_->open) {
      if (!one.in_code() || !IsImageFile(one.file)) continue;
      failing[PlainRule(one.id)].push_back(SubjectOf(one));
      AddDockerfileFinding(one);
    }
    for (const EvidenceFact& fact : judged_->evidence) AddDockerfileReport(fact, reviewed);
    for (const knowledge::v1::ContainerCheck& check : rules_.dockerfile_checks()) {
      pb::DockerfileCheckRow& row = *result_.add_dockerfile_checks();
      row.set_id(check.trivy().empty() ? check.id() : absl::StrCat(check.id(), ", ", check.trivy()));
      row.set_requirement(check.requirement());
      row.set_verification(check.verification());
      AddAll(BindingReferences(binding_, check.references()), row.mutable_references());
      std::set<std::string> subjects;
      for (const std::string& rule : {check.id(), check.trivy()}) {
        const auto found = rule.empty() ? failing.end() : failing.find(PlainRule(rule));
        if (found != failing.end()) subjects.insert(found->second.begin(), found->second.end());
      }
      row.set_state(!subjects.empty()  ? absl::StrCat("fails in ", List({subjects.begin(), subjects.end()}))
                    : reviewed.empty() ? "not reviewed: no report is declared"
                                       : absl::StrCat("no finding in the reports on ", absl::StrJoin(reviewed, ", ")));
    }
    AddDockerfileTasks(reviewed);
  }

  void AddDockerfileFinding(const Vulnerability& one) {
    pb::DockerfileFinding& row = *result_.add_dockerfile_findings();
    row.set_rule(one.id);
    row.set_title(one.title);
    row.set_place(one.line > 0 ? absl::StrCat(one.file, ":", one.line) : one.file);
    row.set_subject(SubjectOf(one));
    row.set_severity(one.severity);
    row.set_owner(TeamName(model_, one.team));
    row.set_due(one.due);
    row.set_evidence(absl::StrJoin(one.evidence, ", "));
  }

  // A report of a tool that reviews such files; of one that reviews other things too only with findings in them.
  void AddDockerfileReport(const EvidenceFact& fact, std::set<std::string>& reviewed) {
    if (!fact.IsScan() || !fact.newest || fact.stale) return;
    const std::string tool = absl::AsciiStrToLower(fact.entry->report.tool);
    const bool known = absl::c_any_of(rules_.dockerfile_tools(),
                                      [&](const std::string& each) { return absl::StartsWith(tool, each); });
    const auto findings = absl::c_count_if(fact.entry->report.findings,
                                           [](const evidence::Finding& each) { return IsImageFile(each.file); });
    const bool only = known && absl::StartsWith(tool, rules_.dockerfile_tools(0));
    if (!known || (findings == 0 && !only)) return;
    const model::v1::Evidence& declaration = *fact.declaration;
    pb::DockerfileReport& row = *result_.add_dockerfile_reports();
    row.set_evidence(declaration.id());
    row.set_tool(fact.entry->report.tool);
    row.set_subject(declaration.component().empty() ? declaration.repository() : declaration.component());
    row.set_produced_on(declaration.produced_on());
    row.set_findings(static_cast<int>(findings));
    if (!row.subject().empty()) reviewed.insert(row.subject());
  }

  void AddDockerfileTasks(const std::set<std::string>& reviewed) {
    std::map<std::string, pb::ContainerTask> tasks;  // by repository
    for (const Component* component : components_) {
      if (!component->custom_code()) continue;
      const std::string& target = component->repository().empty() ? component->id() : component->repository();
      if (reviewed.contains(target) || reviewed.contains(component->id())) continue;
      const auto exposure = analysis::VulnerabilityExposureOf(facts_, *facts_.Find(component->id()));
      const std::string due = In(analysis::FactorOf(exposure).scan_days());
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
      task.set_owner(TeamName(model_, owned ? repository->owner_team() : TeamOf(*component)));
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
    for (const ScanFact& scan : scans_) {
      if (scan.need->kind() != knowledge::v1::SCAN_KIND_IMAGE) continue;
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
    for (const knowledge::v1::ScanGateRule& gate : rules_.gates()) {
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
    const std::vector<const EvidenceFact*>& reports = scan.covered() ? scan.covered_by : scan.outdated_by;
    std::set<std::string> ids;
    std::set<std::string> tools;
    int age = -1;
    for (const EvidenceFact* fact : reports) {
      ids.insert(fact->declaration->id());
      tools.insert(fact->entry->report.tool);
      age = std::max(age, fact->age_days);
    }
    row.set_evidence(absl::StrJoin(ids, ", "));
    row.set_tool(absl::StrJoin(tools, ", "));
    if (age >= 0) row.set_age(InDays(age));
    int stopping = 0;
    for (const Vulnerability& one : judged_->open) {
      if (one.in_code() || one.component != scan.target) continue;
      if (!absl::c_any_of(one.evidence, [&](const std::string& id) { return ids.contains(id); })) continue;
      ++open[one.severity];
      if (one.severity == model::v1::SEVERITY_CRITICAL) {
        row.set_critical(row.critical() + 1);
      } else if (one.severity == model::v1::SEVERITY_HIGH) {
        row.set_high(row.high() + 1);
      } else {
        row.set_lower(row.lower() + 1);
      }
      if (!one.fixed.empty()) row.set_fixable(row.fixable() + 1);
      const bool stops = absl::c_any_of(rules_.gates(), [&](const knowledge::v1::ScanGateRule& gate) {
        return gate.stops() && gate.severity() == one.severity;
      });
      stopping += stops && !one.fixed.empty() ? 1 : 0;
    }
    row.set_gate(!scan.covered() ? "stops: no current scan"
                 : stopping > 0  ? absl::StrCat("stops: ", Count(stopping, "finding", "findings"), " with a fix")
                                 : "passes");
  }

  // --- Settings ---

  void AddRegistries() {
    const auto& registries = model_.proto().delivery().registries();
    for (const model::v1::Registry& registry : registries) {
      for (const ContainerSetting& setting : rules_.registry_settings()) {
        const Tristate declared = ValueOf(registry, setting.field());
        pb::RegistryRow& row = *result_.add_registries();
        row.set_id(registry.id());
        row.set_product(registry.product());
        row.set_setting(absl::StrReplaceAll(setting.field(), {{"_", " "}}));
        row.set_declared(Declared(setting, declared));
        row.set_required(setting.value());
        row.set_verdict(Verdict(setting, declared));
        if (declared == model::v1::TRISTATE_UNSPECIFIED) {
          Ask(knowledge::v1::CONTAINER_ASK_REGISTRY_SETTING, registry.id(), setting.field(), PlatformTeam());
        } else if (declared != setting.required()) {
          AddFinding(setting, registry.id(), nullptr);
        }
      }
    }
    if (registries.empty()) {
      Ask(knowledge::v1::CONTAINER_ASK_REGISTRY, List(Ids(components_)), "", model_.proto().owner_team());
    }
  }

  // Who runs the clusters, where one is declared; else who owns the system.
  const std::string& PlatformTeam() const {
    for (const model::v1::Infrastructure* cluster : Clusters(model_)) {
      if (!cluster->owner_team().empty()) return cluster->owner_team();
    }
    return model_.proto().owner_team();
  }

  static std::string Declared(const ContainerSetting& setting, Tristate declared) {
    if (declared == model::v1::TRISTATE_UNSPECIFIED) return "not declared";
    return declared == setting.required() ? setting.value() : setting.wrong_value();
  }

  static std::string Verdict(const ContainerSetting& setting, Tristate declared) {
    if (declared == model::v1::TRISTATE_UNSPECIFIED) return "not known";
    return declared == setting.required() ? "meets" : "fails";
  }

  std::string KeyOf(const ContainerSetting& setting) const {
    const bool manifest = !setting.key().empty() && on_cluster_;
    return manifest ? setting.key() : absl::StrReplaceAll(setting.field(), {{"_", " "}});
  }

  void AddSettings() {
    for (const ContainerSetting& setting : rules_.settings()) {
      // What only a manifest has, and the model has no field for, has no meaning without a cluster.
      if (setting.field().empty() && !on_cluster_) continue;
      pb::RequiredSetting& row = *result_.add_required();
      row.set_key(KeyOf(setting));
      row.set_value(setting.value());
      row.set_in_model(!setting.field().empty());
      row.set_verification(VerificationOf(setting, "$COMPONENT", "$NAMESPACE", on_cluster_));
      AddAll(BindingReferences(binding_, setting.references()), row.mutable_references());
      if (setting.field().empty()) continue;
      for (const Component* component : components_) CountSetting(setting, *component, row);
    }
    for (const Component* component : components_) AddRuntime(*component);
  }

  void CountSetting(const ContainerSetting& setting, const Component& component, pb::RequiredSetting& row) {
    const Tristate declared = ValueOf(component.container(), setting.field());
    if (declared == model::v1::TRISTATE_UNSPECIFIED) {
      row.set_unknown(row.unknown() + 1);
      Ask(knowledge::v1::CONTAINER_ASK_SETTING, component.id(), setting.field(), TeamOf(component));
    } else if (declared == setting.required()) {
      row.set_meets(row.meets() + 1);
    } else {
      row.set_fails(row.fails() + 1);
      AddFinding(setting, component.id(), &component);
    }
  }

  void AddRuntime(const Component& component) {
    pb::RuntimeRow& row = *result_.add_runtime();
    row.set_id(component.id());
    row.set_zone(component.zone());
    const model::v1::Infrastructure* cluster = ClusterOf(component);
    if (cluster != nullptr) row.set_cluster(cluster->id());
    row.set_owner(TeamName(model_, TeamOf(component)));
    const std::map<std::string, std::string*> cells = {{"runs_as_non_root", row.mutable_non_root()},
                                                       {"read_only_root", row.mutable_read_only()},
                                                       {"privilege_escalation", row.mutable_escalation()},
                                                       {"drops_capabilities", row.mutable_capabilities()},
                                                       {"resource_limits", row.mutable_limits()},
                                                       {"image_signed", row.mutable_signed_()},
                                                       {"image_scanned", row.mutable_scanned()}};
    for (const ContainerSetting& setting : rules_.settings()) {
      const auto cell = cells.find(setting.field());
      if (cell == cells.end()) continue;
      const Tristate declared = ValueOf(component.container(), setting.field());
      *cell->second = Label(declared);
      if (Verdict(setting, declared) != "fails") continue;
      *cell->second = absl::StrCat(Label(declared), " (fails)");
      row.add_fails(KeyOf(setting));
    }
  }

  std::string VerificationOf(const ContainerSetting& setting, const std::string& element, const std::string& space,
                             bool on_cluster) const {
    const std::string& text =
        setting.orchestrated() && !on_cluster ? rules_.plain_verification() : setting.verification();
    return absl::StrReplaceAll(text, {{"{element}", element},
                                      {"{namespace}", space},
                                      {"{key}", absl::StrReplaceAll(setting.field(), {{"_", " "}})},
                                      {"{value}", setting.value()}});
  }

  // The threat that the setting lowers on the element, where one is open.
  const Threat* ThreatOf(const ContainerSetting& setting, const std::string& element) const {
    if (setting.threat().empty()) return nullptr;
    for (const Threat& threat : input_.threats.Get().all()) {
      if (threat.rule->id() == setting.threat() && threat.element_id() == element && threat.open()) return &threat;
    }
    return nullptr;
  }

  // A failing setting of a component, or, without one, of a registry.
  void AddFinding(const ContainerSetting& setting, const std::string& element, const Component* component) {
    pb::SettingFinding& row = *result_.add_findings();
    row.set_id(element);
    row.set_title(setting.title());
    row.set_key(KeyOf(setting));
    row.set_declared(setting.wrong_value());
    row.set_required(setting.value());
    row.set_registry(component == nullptr);
    const Threat* threat = ThreatOf(setting, element);
    row.set_severity(threat == nullptr ? setting.severity() : threat->severity());
    if (threat != nullptr) row.set_threat(threat->key);
    const knowledge::v1::SecurityControl* control = knowledge::FindControl(setting.control());
    row.set_control(control == nullptr ? setting.control() : control->name());
    row.set_measure(absl::StrReplaceAll(setting.measure(), {{"{element}", element}}));
    const auto* zone = component == nullptr ? nullptr : model_.Find<model::v1::Zone>(component->zone());
    const bool known = zone != nullptr && zone->type() == model::v1::ZONE_TYPE_K8S_NAMESPACE;
    row.set_verification(VerificationOf(setting, element, known ? zone->id() : "$NAMESPACE",
                                        component != nullptr && ClusterOf(*component) != nullptr));
    row.set_owner(TeamName(model_, component == nullptr ? PlatformTeam() : TeamOf(*component)));
    row.set_due(threat == nullptr || threat->due->empty() ? In(TermOf(row.severity())) : *threat->due);
    AddAll(BindingReferences(binding_, setting.references()), row.mutable_references());
    measures_.push_back(
        {setting.measure(), row.due(), row.owner(), element, setting.control(), row.verification(), {element}});
  }

  void SortFindings() {
    std::vector<pb::SettingFinding> sorted(result_.findings().begin(), result_.findings().end());
    absl::c_stable_sort(sorted, [](const pb::SettingFinding& a, const pb::SettingFinding& b) {
      return std::make_tuple(a.due(), -a.severity(), a.id()) < std::make_tuple(b.due(), -b.severity(), b.id());
    });
    result_.mutable_findings()->Assign(sorted.begin(), sorted.end());
  }

  // --- Clusters ---

  void AddClusters() {
    for (const model::v1::Infrastructure* cluster : Clusters(model_)) {
      pb::ClusterRow& row = *result_.add_clusters();
      row.set_id(cluster->id());
      row.set_version(cluster->version());
      row.set_environment(Label(cluster->environment()));
      row.set_owner(TeamName(model_, cluster->owner_team()));
      SetSupport(*cluster, row);
      std::set<std::string> zones;
      for (const Component* component : components_) {
        if (component->runs_on() != cluster->id()) continue;
        row.add_components(component->id());
        if (!component->zone().empty()) zones.insert(component->zone());
      }
      AddAll(zones, row.mutable_zones());
      row.set_idle(row.components().empty());
      std::vector<std::string> pipelines;
      for (const model::v1::Pipeline& pipeline : model_.proto().delivery().pipelines()) {
        if (absl::c_linear_search(pipeline.deploys_to(), cluster->id())) {
          pipelines.push_back(absl::StrCat(pipeline.id(), " (", pipeline.platform(),
                                           pipeline.deploys_by_pull() == model::v1::TRISTATE_YES ? ", by pull" : "",
                                           ")"));
        }
      }
      row.set_deploys(absl::StrJoin(pipelines, ", "));
      AddClusterChecks(*cluster, row.idle());
    }
  }

  void SetSupport(const model::v1::Infrastructure& cluster, pb::ClusterRow& row) {
    if (cluster.eol_date().empty()) return;
    const int days = static_cast<int>(model::ToCivilDay(cluster.eol_date()) - model_.as_of());
    row.set_past(days < 0);
    row.set_support(days < 0 ? absl::StrCat(cluster.eol_date(), ", ended ", InDays(-days), " ago")
                             : absl::StrCat(cluster.eol_date(), ", in ", InDays(days)));
    if (days > TermOf(model::v1::SEVERITY_LOW)) return;
    const std::string due = days < 0 ? In(TermOf(model::v1::SEVERITY_HIGH)) : cluster.eol_date();
    measures_.push_back(
        {"raise the Kubernetes version of {element} to one that its provider supports for 12 more months",
         due,
         TeamName(model_, cluster.owner_team()),
         cluster.id(),
         "supported_versions",
         absl::StrCat("kubectl version of ", cluster.id(), " prints that version"),
         {cluster.id()}});
  }

  void AddClusterChecks(const model::v1::Infrastructure& cluster, bool idle) {
    for (const knowledge::v1::ContainerCheck& check : rules_.cluster_checks()) {
      pb::ClusterCheckRow& row = *result_.add_cluster_checks();
      row.set_cluster(cluster.id());
      row.set_id(check.id());
      row.set_requirement(check.requirement());
      row.set_verification(check.verification());
      AddAll(BindingReferences(binding_, check.references()), row.mutable_references());
      row.set_owner(TeamName(model_, cluster.owner_team()));
      const analysis::ControlPosture own = PostureOnCluster(cluster, check.control());
      if (own.state != model::v1::POSTURE_STATE_UNSPECIFIED || idle) {
        row.set_state(Label(own.state));
        row.set_source(own.source);
        continue;
      }
      // What the components of the cluster say of it.
      std::map<model::v1::PostureState, int> states;
      for (const Component* component : components_) {
        if (component->runs_on() == cluster.id()) ++states[PostureOn(*component, check.control()).state];
      }
      std::vector<std::string> parts;
      for (const auto& [state, count] : states) parts.push_back(absl::StrCat(Label(state), " on ", count));
      row.set_state(absl::StrJoin(parts, ", "));
      row.set_source("its components");
    }
  }

  analysis::ControlPosture PostureOnCluster(const model::v1::Infrastructure& cluster,
                                            const std::string& control) const {
    const analysis::Landscape& landscape = input_.threats.Get().landscape();
    for (const analysis::Element& element : landscape.ElementsOf(knowledge::v1::THREAT_SUBJECT_INFRASTRUCTURE)) {
      if (analysis::CurrentId(element) == cluster.id()) return analysis::PostureOf(element, control);
    }
    return {};
  }

  bool UsesIstio() const {
    return absl::c_any_of(model_.proto().components(), [](const Component& component) {
      return absl::c_any_of(component.technology(),
                            [](const std::string& technology) { return absl::EqualsIgnoreCase(technology, "istio"); });
    });
  }

  void AddZone(const ClusterZone& zone) {
    pb::ZoneNetworkRow& row = *result_.add_zones();
    row.set_id(zone.zone->id());
    row.set_cluster(zone.cluster->id());
    row.set_is_namespace(zone.is_namespace());
    row.set_policy(Label(zone.zone->network_policy()));
    AddAll(Ids(zone.components), row.mutable_components());
    row.set_owner(TeamName(model_, zone.cluster->owner_team()));
    const model::v1::NetworkPolicy policy = zone.zone->network_policy();
    row.set_verdict(policy == model::v1::NETWORK_POLICY_DEFAULT_DENY ? "denies by default"
                    : policy == model::v1::NETWORK_POLICY_ALLOW      ? "allows by default"
                                                                     : "not known");
    for (const Component* component : zone.components) {
      if (!MeetsRestricted(*component)) row.add_below(component->id());
    }
    row.set_pod_security(row.below().empty() ? "restricted" : "baseline");
    bool mesh = false;
    for (const ZoneFlow& flow : FlowsOf(input_, zone)) {
      AddZoneFlow(zone, flow);
      (flow.into ? row.set_ingress(row.ingress() + 1) : row.set_egress(row.egress() + 1));
      mesh = mesh || flow.flow->transport_security() == model::v1::TRANSPORT_SECURITY_MESH_MTLS;
    }
    if (policy == model::v1::NETWORK_POLICY_ALLOW) AddOpenZone(zone, row);
    if (!zone.is_namespace()) {
      Ask(knowledge::v1::CONTAINER_ASK_NAMESPACE, zone.zone->id(), "", zone.cluster->owner_team());
    }
    AddManifests(zone, row, mesh);
  }

  void AddZoneFlow(const ClusterZone& zone, const ZoneFlow& flow) {
    pb::ZoneFlowRow& row = *result_.add_zone_flows();
    row.set_zone(zone.zone->id());
    row.set_direction(flow.into ? "in" : "out");
    row.set_flow(flow.flow->id());
    row.set_peer(flow.other->id());
    if (flow.peer != FlowPeer::kUndeclared) {
      row.set_port(flow.flow->protocol().empty() ? absl::StrCat(flow.flow->port())
                                                 : absl::StrCat(flow.flow->port(), " (", flow.flow->protocol(), ")"));
    }
    switch (flow.peer) {
      case FlowPeer::kPod:
        row.set_peer_kind("pods of that component alone");
        break;
      case FlowPeer::kPublic:
        row.set_peer_kind(flow.into ? "any address, by port" : "public addresses, by port");
        break;
      case FlowPeer::kAddress:
        row.set_peer_kind("any address, by port, until its range is known");
        Ask(knowledge::v1::CONTAINER_ASK_ADDRESS, flow.other->id(), "", TeamOf(*flow.other));
        break;
      case FlowPeer::kUndeclared:
        row.set_peer_kind("left out: no port is declared");
        Ask(knowledge::v1::CONTAINER_ASK_PORT, flow.flow->id(), "", TeamOf(*flow.component));
        break;
    }
  }

  void AddOpenZone(const ClusterZone& zone, const pb::ZoneNetworkRow& row) {
    // A planned control may set the date.
    const analysis::ControlPosture posture = PostureOnCluster(*zone.cluster, "default_deny_network");
    const std::string due = posture.due.empty() ? In(TermOf(model::v1::SEVERITY_HIGH)) : posture.due;
    measures_.push_back(
        {"apply the network policies above to {element}, first in logging mode, then enforced", due, row.owner(),
         zone.zone->id(), "default_deny_network",
         absl::StrCat("a connection from a pod of ", zone.zone->id(), " that no flow declares runs into a timeout"),
         Ids(zone.components)});
  }

  void AddManifests(const ClusterZone& zone, const pb::ZoneNetworkRow& row, bool mesh) {
    const std::string space =
        zone.is_namespace()
            ? ""
            : "The model does not name the namespaces of this zone: apply the file in each with -n, after the "
              "question below is answered. ";
    AddManifest(absl::StrCat("Network policies of ", zone.zone->id()), zone.cluster->id(),
                absl::StrCat(space, "Pods carry the label ", rules_.pod_label(), " with the id of their component."),
                NetworkPolicies(input_, zone));
    if (zone.is_namespace()) {
      AddManifest(absl::StrCat("Pod security level of ", zone.zone->id()), zone.cluster->id(),
                  row.below().empty() ? ""
                                      : absl::StrCat("The level rises to restricted when ",
                                                     List({row.below().begin(), row.below().end()}), " meet it."),
                  {NamespaceWithLevel(zone, row.below().empty())});
    }
    if (!mesh) return;
    if (UsesIstio() && zone.is_namespace()) {
      AddManifest(absl::StrCat("Mesh rules of ", zone.zone->id()), zone.cluster->id(),
                  "Each component runs under a service account of its own id.", MeshPolicies(input_, zone));
    } else if (asked_mesh_.insert(zone.cluster->id()).second && !UsesIstio()) {
      Ask(knowledge::v1::CONTAINER_ASK_MESH, zone.cluster->id(), "", zone.cluster->owner_team());
    }
  }

  void AddManifest(std::string title, const std::string& cluster, std::string note,
                   const std::vector<ConfigNode>& documents) {
    metapowers::v1::ConfigSnippet& snippet = *result_.add_manifests();
    snippet = YamlConfig(std::move(title), documents);
    snippet.add_elements(cluster);
    snippet.set_note(std::move(note));
  }

  // The patch of each component on a cluster that fails a setting of its manifest.
  void AddHardening() {
    for (const pb::RuntimeRow& row : result_.runtime()) {
      const Component& component = *facts_.Find(row.id())->component;
      const bool manifest =
          absl::c_any_of(row.fails(), [](const std::string& key) { return absl::StartsWith(key, "securityContext."); });
      if (!manifest || row.cluster().empty()) continue;
      AddManifest(
          absl::StrCat("Settings of ", row.id()), row.cluster(),
          "Merge it into the Deployment; the container has the id of the component, and what it writes goes to /tmp.",
          {HardenedDeployment(component, model_.Find<model::v1::Zone>(component.zone()))});
    }
  }

  // --- Roadmap ---

  struct Measure {
    std::string text;  // with {element}
    std::string due;
    std::string owner;
    std::string element;
    std::string control;
    std::string verification;
    std::vector<std::string> judged;  // elements whose threats it lowers
  };

  // Open threats on these elements that the control lowers, by key.
  void AddThreats(const Measure& measure, std::set<std::string>& threats) const {
    for (const Threat& threat : input_.threats.Get().all()) {
      if (!threat.open() || !absl::c_linear_search(measure.judged, threat.element_id())) continue;
      const bool lowers = absl::c_any_of(threat.controls, [&](const analysis::ControlOnThreat& each) {
        return each.control->id() == measure.control && IsMissing(each);
      });
      if (lowers) threats.insert(threat.key);
    }
  }

  void AddTaskMeasures() {
    for (const pb::ContainerTask& task : result_.scan_tasks()) {
      measures_.push_back({"scan the images of {element} in the build and declare the reports as evidence",
                           task.due(),
                           task.owner(),
                           task.target(),
                           "dependency_scanning",
                           "the table of image scans shows a current report",
                           {task.target()}});
    }
    for (const pb::ContainerTask& task : result_.dockerfile_tasks()) {
      measures_.push_back({"review the files that build images in {element} and declare the reports as evidence",
                           task.due(),
                           task.owner(),
                           task.target(),
                           "image_provenance",
                           "the table of reports above lists it",
                           {task.components().begin(), task.components().end()}});
    }
    for (const pb::BaseImageRow& image : result_.base_images()) {
      if (image.pinned() == "by digest") continue;
      for (const std::string& id : image.components()) {
        measures_.push_back({"fix the base image of {element} by digest and let an update tool raise it",
                             In(TermOf(model::v1::SEVERITY_MEDIUM)),
                             TeamName(model_, TeamOf(*facts_.Find(id)->component)),
                             id,
                             "image_provenance",
                             "each FROM line ends with @sha256: and 64 digits",
                             {id}});
      }
    }
  }

  // One row for what one team does in several places.
  void AddRoadmap() {
    AddTaskMeasures();
    std::map<std::pair<std::string, std::string>, std::vector<const Measure*>> groups;
    for (const Measure& measure : measures_) groups[{measure.text, measure.owner}].push_back(&measure);
    std::vector<pb::RoadmapRow> rows;
    for (const auto& [key, measures] : groups) {
      pb::RoadmapRow& row = rows.emplace_back();
      std::set<std::string> elements;
      std::set<std::string> threats;
      for (const Measure* measure : measures) {
        elements.insert(measure->element);
        AddThreats(*measure, threats);
        if (row.due().empty() || measure->due < row.due()) row.set_due(measure->due);
      }
      const std::vector<std::string> names(elements.begin(), elements.end());
      row.set_work(absl::StrReplaceAll(key.first, {{"{element}", List(names)}}));
      AddAll(elements, row.mutable_elements());
      row.set_owner(key.second);
      row.set_verification(measures.size() == 1
                               ? measures.front()->verification
                               : absl::StrCat(measures.front()->verification, ", and so for the others"));
      row.set_lowers(threats.empty() ? "no open threat: it shows what is not known, or keeps what is in place"
                                     : List({threats.begin(), threats.end()}, 4));
      row.set_wave(WaveOf(row.due()).title());
    }
    absl::c_stable_sort(rows, [](const pb::RoadmapRow& a, const pb::RoadmapRow& b) {
      return std::make_tuple(a.due(), a.owner()) < std::make_tuple(b.due(), b.owner());
    });
    std::map<std::string, int> counts;
    std::string last;
    for (pb::RoadmapRow& row : rows) {
      ++counts[row.wave()];
      last = std::max(last, row.due());
      *result_.add_roadmap() = std::move(row);
    }
    for (const knowledge::v1::ContainerWave& wave : rules_.waves()) {
      pb::RoadmapWave& row = *result_.add_waves();
      row.set_title(wave.title());
      row.set_goal(wave.goal());
      row.set_until(In(wave.days()));
      row.set_tasks(counts[wave.title()]);
    }
    // The last wave takes all that is due later.
    pb::RoadmapWave& latest = *result_.mutable_waves(result_.waves_size() - 1);
    latest.set_until(std::max(latest.until(), last));
  }

  const knowledge::v1::ContainerWave& WaveOf(const std::string& due) const {
    for (const knowledge::v1::ContainerWave& wave : rules_.waves()) {
      if (due <= In(wave.days())) return wave;
    }
    return rules_.waves(rules_.waves_size() - 1);
  }

  // --- Questions, totals ---

  void Ask(ContainerAsk ask, const std::string& name, const std::string& field, const std::string& owner) {
    for (const knowledge::v1::ContainerQuestion& question : rules_.questions()) {
      if (question.ask() != ask) continue;
      metapowers::v1::Question row;
      row.set_field(absl::StrReplaceAll(question.field(), {{"{name}", name}, {"{field}", field}}));
      row.set_text(absl::StrReplaceAll(question.text(),
                                       {{"{name}", name}, {"{field}", absl::StrReplaceAll(field, {{"_", " "}})}}));
      row.set_owner(owner.empty() ? model_.proto().owner_team() : owner);
      row.set_owner_name(TeamName(model_, row.owner()));
      questions_.emplace(row.field() + row.text(), std::move(row));
    }
  }

  void AddQuestions() {
    for (auto& [key, question] : questions_) *result_.add_questions() = question;
  }

  void AddTotals() {
    pb::ContainerTotals& totals = *result_.mutable_totals();
    totals.set_components(static_cast<int>(components_.size()));
    totals.set_base_images(result_.base_images_size());
    totals.set_findings(result_.findings_size());
    std::set<std::string> clusters;
    for (const pb::RuntimeRow& row : result_.runtime()) {
      if (!row.fails().empty()) totals.set_failing(totals.failing() + 1);
      if (!row.cluster().empty()) clusters.insert(row.cluster());
    }
    totals.set_clusters(static_cast<int>(clusters.size()));
    for (const pb::RequiredSetting& row : result_.required()) totals.set_unknown(totals.unknown() + row.unknown());
    for (const pb::RegistryRow& row : result_.registries()) {
      totals.set_unknown(totals.unknown() + (row.verdict() == "not known" ? 1 : 0));
    }
    for (const pb::ImageScanRow& row : result_.scans())
      totals.set_scanned(totals.scanned() + (row.state() == "current"));
    totals.set_zones(result_.zones_size());
    for (const pb::ZoneNetworkRow& row : result_.zones()) {
      totals.set_open_zones(totals.open_zones() + (row.verdict() == "denies by default" ? 0 : 1));
    }
    totals.set_roadmap(result_.roadmap_size());
    pb::ContainerPhrases& phrases = *result_.mutable_phrases();
    phrases.set_components(Count(totals.components(), "component runs", "components run"));
    phrases.set_base_images(Count(totals.base_images(), "base image", "base images"));
    phrases.set_findings(Count(totals.findings(), "setting fails", "settings fail"));
    phrases.set_failing(Count(totals.failing(), "component", "components"));
    phrases.set_scanned(absl::StrCat(totals.scanned(), " of ", Count(totals.components(), "component", "components")));
    phrases.set_unknown(Count(totals.unknown(), "setting is", "settings are"));
    phrases.set_clusters(Count(totals.clusters(), "cluster", "clusters"));
    phrases.set_roadmap(Count(totals.roadmap(), "task", "tasks"));
  }

  const Input& input_;
  mutable ReferenceFilter binding_{input_};
  const model::Model& model_;
  const analysis::Facts& facts_;
  const knowledge::v1::ContainerRules& rules_;
  const std::vector<const Component*> components_;
  const std::vector<ClusterZone> zones_;
  const bool on_cluster_;  // some component runs on one
  const std::unique_ptr<const analysis::VulnerabilityFacts> judged_;
  const std::vector<ScanFact> scans_;
  std::vector<Measure> measures_;
  std::set<std::string> asked_mesh_;                           // clusters
  std::map<std::string, metapowers::v1::Question> questions_;  // each once, by field
  pb::ContainerSecurityResult result_;
};

}  // namespace

pb::ContainerSecurityResult ContainerSecurity(const Input& input) { return Review(input).Build(); }

}  // namespace metapowers::commands::protect
