#include "service/analysis/container_settings.h"

#include "google/protobuf/message.h"
#include "service/analysis/cluster_zones.h"
#include "service/knowledge/software_rules.h"

namespace metapowers::analysis {
namespace {

using knowledge::v1::ContainerSetting;
using model::v1::Tristate;

// Value of a field of yes, no and unknown by its name.
Tristate ValueOf(const google::protobuf::Message& message, const std::string& field) {
  const auto* descriptor = message.GetDescriptor()->FindFieldByName(field);
  return descriptor == nullptr ? model::v1::TRISTATE_UNSPECIFIED
                               : static_cast<Tristate>(message.GetReflection()->GetEnumValue(message, descriptor));
}

// Whether the row asks something of the component.
bool IsAbout(const ContainerSetting& setting, const model::Model& model, const model::v1::Component& component) {
  if (setting.cluster_only() && ClusterOf(model, component) == nullptr) return false;
  return !setting.unless_calls_cluster() || !CallsTheCluster(model, component);
}

// The threat that the setting lowers on the element, where one is open.
const Threat* ThreatOf(const Threats& threats, const ContainerSetting& setting, const std::string& element) {
  if (setting.threat().empty()) return nullptr;
  for (const Threat& threat : threats.all()) {
    if (threat.rule->id() == setting.threat() && threat.element_id() == element && threat.open()) return &threat;
  }
  return nullptr;
}

void Judge(const Threats& threats, SettingFact& fact) {
  if (fact.declared == model::v1::TRISTATE_UNSPECIFIED) return;
  fact.verdict = fact.declared == fact.setting->required() ? SettingVerdict::kMeets : SettingVerdict::kFails;
  if (fact.verdict == SettingVerdict::kMeets) return;
  const model::Model& model = threats.landscape().model();
  fact.threat = ThreatOf(threats, *fact.setting, fact.element());
  fact.severity = fact.threat == nullptr ? fact.setting->severity() : fact.threat->severity();
  fact.due = fact.threat == nullptr || fact.threat->due->empty()
                 ? model::FormatDate(model.as_of() + ContainerTermDays(fact.severity))
                 : *fact.threat->due;
}

}  // namespace

std::vector<SettingFact> ComponentSettings(const Threats& threats) {
  std::vector<SettingFact> facts;
  for (const ContainerSetting& setting : knowledge::ContainerRules().settings()) {
    if (setting.field().empty()) continue;
    for (const model::v1::Component* component : ContainerComponents(threats.landscape().facts())) {
      if (!IsAbout(setting, threats.landscape().model(), *component)) continue;
      SettingFact& fact = facts.emplace_back();
      fact.setting = &setting;
      fact.component = component;
      fact.declared = ValueOf(component->container(), setting.field());
      Judge(threats, fact);
    }
  }
  return facts;
}

std::vector<SettingFact> RegistrySettings(const Threats& threats) {
  std::vector<SettingFact> facts;
  for (const model::v1::Registry& registry : threats.landscape().model().proto().delivery().registries()) {
    for (const ContainerSetting& setting : knowledge::ContainerRules().registry_settings()) {
      SettingFact& fact = facts.emplace_back();
      fact.setting = &setting;
      fact.registry = &registry;
      fact.declared = ValueOf(registry, setting.field());
      Judge(threats, fact);
    }
  }
  return facts;
}

int ContainerTermDays(model::v1::Severity severity) {
  const auto& terms = knowledge::ContainerRules().terms();
  for (const knowledge::v1::ContainerTerm& term : terms) {
    if (term.severity() == severity) return term.days();
  }
  return terms.rbegin()->days();
}

}  // namespace metapowers::analysis
