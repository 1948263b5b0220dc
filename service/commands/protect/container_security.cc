// The judgements are analysis'; this puts them into the tables of the section, one function a table. Images and
// clusters are files of their own.
#include "service/commands/protect/container_security.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/cluster_zones.h"
#include "service/analysis/container_settings.h"
#include "service/analysis/vulnerabilities.h"
#include "service/commands/applicable_references.h"
#include "service/commands/cluster_tables.h"
#include "service/commands/container_work.h"
#include "service/commands/control_effects.h"
#include "service/commands/image_tables.h"
#include "service/commands/naming.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/knowledge/software_rules.h"
#include "service/knowledge/threats.h"

namespace metapowers::commands::protect {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::protect::v1;
using analysis::SettingFact;
using analysis::SettingVerdict;
using kb::ContainerSetting;
using model::v1::Component;

// In a command, for a namespace that the model does not name.
constexpr const char* kAnyNamespace = "$NAMESPACE";

class Review {
 public:
  explicit Review(const Input& input)
      : input_(input),
        model_(input.model),
        rules_(knowledge::ContainerRules()),
        components_(analysis::ContainerComponents(input.facts)),
        on_cluster_(absl::c_any_of(
            components_, [this](const Component* each) { return analysis::ClusterOf(model_, *each) != nullptr; })),
        judged_(analysis::JudgeVulnerabilities(input.facts, input.evidence)),
        work_(input) {}

  pb::ContainerSecurityResult Build() {
    result_.set_system(model_.proto().name());
    result_.set_as_of(model_.proto().as_of());
    result_.set_pod_label(rules_.pod_label());
    if (components_.empty()) {
      AddMachines();
    } else {
      AddImageTables(input_, *judged_, work_, result_);
      AddRegistries();
      AddSettings();
      AddClusterTables(input_, work_, result_);
      SortFindings();
      AddImageWork(input_, result_, work_);
      work_.AddRoadmap(result_);
      AddControlEffects(input_, "container-security", *result_.mutable_controls());
      work_.AddQuestions(result_);
    }
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
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

  // --- Settings ---

  void AddRegistries() {
    for (const SettingFact& fact : analysis::RegistrySettings(input_.threats.Get())) {
      pb::RegistryRow& row = *result_.add_registries();
      row.set_id(fact.registry->id());
      row.set_product(fact.registry->product());
      row.set_setting(FieldLabel(*fact.setting));
      row.set_declared(DeclaredLabel(fact));
      row.set_required(fact.setting->value());
      row.set_verdict(VerdictLabel(fact.verdict));
      if (fact.verdict == SettingVerdict::kUnknown) {
        work_.Ask(kb::CONTAINER_ASK_REGISTRY_SETTING, fact.registry->id(), fact.setting->field(), PlatformTeam());
      }
      if (fact.verdict == SettingVerdict::kFails) AddFinding(fact);
    }
    if (model_.proto().delivery().registries().empty()) {
      work_.Ask(kb::CONTAINER_ASK_REGISTRY, List(Ids(components_)), "", model_.proto().owner_team());
    }
  }

  // Who runs the clusters, where one is declared; else who owns the system.
  const std::string& PlatformTeam() const {
    for (const model::v1::Infrastructure* cluster : analysis::Clusters(model_)) {
      if (!cluster->owner_team().empty()) return cluster->owner_team();
    }
    return model_.proto().owner_team();
  }

  static std::string FieldLabel(const ContainerSetting& setting) {
    return absl::StrReplaceAll(setting.field(), {{"_", " "}});
  }

  static std::string DeclaredLabel(const SettingFact& fact) {
    if (fact.verdict == SettingVerdict::kUnknown) return "not declared";
    return fact.verdict == SettingVerdict::kMeets ? fact.setting->value() : fact.setting->wrong_value();
  }

  static const char* VerdictLabel(SettingVerdict verdict) {
    if (verdict == SettingVerdict::kUnknown) return "not known";
    return verdict == SettingVerdict::kMeets ? "meets" : "fails";
  }

  std::string KeyOf(const ContainerSetting& setting) const {
    const bool manifest = !setting.key().empty() && on_cluster_;
    return manifest ? setting.key() : FieldLabel(setting);
  }

  void AddSettings() {
    const std::vector<SettingFact> facts = analysis::ComponentSettings(input_.threats.Get());
    for (const ContainerSetting& setting : rules_.settings()) {
      if (setting.cluster_only() && !on_cluster_) continue;
      pb::RequiredSetting& row = *result_.add_required();
      row.set_key(KeyOf(setting));
      row.set_value(setting.value());
      row.set_in_model(!setting.field().empty());
      row.set_verification(VerificationOf(setting, "$COMPONENT", kAnyNamespace, on_cluster_));
      AddAll(BindingReferences(binding_, setting.references()), row.mutable_references());
      for (const SettingFact& fact : facts) {
        if (fact.setting == &setting) CountSetting(fact, row);
      }
    }
    std::map<const Component*, std::vector<const SettingFact*>> by_component;
    for (const SettingFact& fact : facts) by_component[fact.component].push_back(&fact);
    for (const Component* component : components_) AddRuntime(*component, by_component[component]);
  }

  void CountSetting(const SettingFact& fact, pb::RequiredSetting& row) {
    switch (fact.verdict) {
      case SettingVerdict::kUnknown:
        row.set_unknown(row.unknown() + 1);
        work_.Ask(kb::CONTAINER_ASK_SETTING, fact.element(), fact.setting->field(), TeamOf(model_, *fact.component));
        break;
      case SettingVerdict::kMeets:
        row.set_meets(row.meets() + 1);
        break;
      case SettingVerdict::kFails:
        row.set_fails(row.fails() + 1);
        AddFinding(fact);
        break;
    }
  }

  void AddRuntime(const Component& component, const std::vector<const SettingFact*>& facts) {
    pb::RuntimeRow& row = *result_.add_runtime();
    row.set_id(component.id());
    row.set_zone(component.zone());
    if (const auto* cluster = analysis::ClusterOf(model_, component)) row.set_cluster(cluster->id());
    row.set_owner(TeamName(model_, TeamOf(model_, component)));
    const std::map<std::string, std::string*> cells = {
        {"runs_as_non_root", row.mutable_non_root()},       {"read_only_root", row.mutable_read_only()},
        {"privilege_escalation", row.mutable_escalation()}, {"drops_capabilities", row.mutable_capabilities()},
        {"resource_limits", row.mutable_limits()},          {"image_signed", row.mutable_signed_()},
        {"image_scanned", row.mutable_scanned()},           {"mounts_account_token", row.mutable_account_token()}};
    row.set_account_token(row.cluster().empty() ? "no cluster" : "needed");
    for (const SettingFact* fact : facts) {
      const auto cell = cells.find(fact->setting->field());
      if (cell == cells.end()) continue;
      const bool fails = fact->verdict == SettingVerdict::kFails;
      *cell->second = absl::StrCat(Label(fact->declared), fails ? " (fails)" : "");
      if (fails) row.add_fails(KeyOf(*fact->setting));
    }
  }

  std::string VerificationOf(const ContainerSetting& setting, const std::string& element, const std::string& space,
                             bool on_cluster) const {
    const std::string& text =
        setting.orchestrated() && !on_cluster ? rules_.plain_verification() : setting.verification();
    return absl::StrReplaceAll(
        text,
        {{"{element}", element}, {"{namespace}", space}, {"{key}", FieldLabel(setting)}, {"{value}", setting.value()}});
  }

  void AddFinding(const SettingFact& fact) {
    const ContainerSetting& setting = *fact.setting;
    const Component* component = fact.component;
    pb::SettingFinding& row = *result_.add_findings();
    row.set_id(fact.element());
    row.set_title(setting.title());
    row.set_key(KeyOf(setting));
    row.set_declared(setting.wrong_value());
    row.set_required(setting.value());
    row.set_registry(component == nullptr);
    row.set_severity(fact.severity);
    if (fact.threat != nullptr) row.set_threat(fact.threat->key());
    row.set_control(knowledge::FindControl(setting.control())->name());
    row.set_measure(absl::StrReplaceAll(setting.measure(), {{"{element}", fact.element()}}));
    const auto* zone = component == nullptr ? nullptr : model_.Find<model::v1::Zone>(component->zone());
    const bool known = zone != nullptr && zone->type() == model::v1::ZONE_TYPE_K8S_NAMESPACE;
    row.set_verification(VerificationOf(setting, fact.element(), known ? zone->id() : kAnyNamespace,
                                        component != nullptr && analysis::ClusterOf(model_, *component) != nullptr));
    row.set_owner(TeamName(model_, component == nullptr ? PlatformTeam() : TeamOf(model_, *component)));
    row.set_due(fact.due);
    AddAll(BindingReferences(binding_, setting.references()), row.mutable_references());
    work_.Add({setting.measure(),
               row.due(),
               row.owner(),
               fact.element(),
               setting.control(),
               row.verification(),
               {fact.element()}});
  }

  void SortFindings() {
    std::vector<pb::SettingFinding> sorted(result_.findings().begin(), result_.findings().end());
    absl::c_stable_sort(sorted, [](const pb::SettingFinding& a, const pb::SettingFinding& b) {
      return std::make_tuple(a.due(), -a.severity(), a.id()) < std::make_tuple(b.due(), -b.severity(), b.id());
    });
    result_.mutable_findings()->Assign(sorted.begin(), sorted.end());
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
  const kb::ContainerRules& rules_;
  const std::vector<const Component*> components_;
  const bool on_cluster_;  // some component runs on one
  const std::unique_ptr<const analysis::VulnerabilityFacts> judged_;
  ContainerWork work_;
  pb::ContainerSecurityResult result_;
};

}  // namespace

pb::ContainerSecurityResult ContainerSecurity(const Input& input) { return Review(input).Build(); }

}  // namespace metapowers::commands::protect
