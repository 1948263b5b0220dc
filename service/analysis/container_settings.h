// Settings of containers and registries against the shipped rows (ContainerSetting). Pure.
//
// A declared setting meets its row when it has the required value, and else fails; one that is not declared is unknown,
// which is a question and never a finding. A failing one has the severity and the due date of the threat that its row
// names, where this is open on the element; else the severity of the row and the term of that. Settings without a field
// in the model are checks and stand here for no element; what means something on a cluster alone stands for no element
// outside of one, and what calling the interface of the cluster needs for none that calls it.
#ifndef METAPOWERS_SERVICE_ANALYSIS_CONTAINER_SETTINGS_H_
#define METAPOWERS_SERVICE_ANALYSIS_CONTAINER_SETTINGS_H_

#include <string>
#include <vector>

#include "metapowers/knowledge/v1/container_rules.pb.h"
#include "service/analysis/threats.h"

namespace metapowers::analysis {

enum class SettingVerdict { kUnknown, kMeets, kFails };

struct SettingFact {
  const knowledge::v1::ContainerSetting* setting = nullptr;
  const model::v1::Component* component = nullptr;  // exactly one of
  const model::v1::Registry* registry = nullptr;    // these two is set
  model::v1::Tristate declared = model::v1::TRISTATE_UNSPECIFIED;
  SettingVerdict verdict = SettingVerdict::kUnknown;
  // Of a failing one.
  const Threat* threat = nullptr;  // open; nullptr: none
  model::v1::Severity severity = model::v1::SEVERITY_UNSPECIFIED;
  std::string due;

  const std::string& element() const { return component != nullptr ? component->id() : registry->id(); }
};

// Of the components in containers: by setting in the order of the rows, then by component.
std::vector<SettingFact> ComponentSettings(const Threats& threats);

// Of the registries: by registry, then by setting in the order of the rows.
std::vector<SettingFact> RegistrySettings(const Threats& threats);

// Days to mend a finding.
int ContainerTermDays(model::v1::Severity severity);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_CONTAINER_SETTINGS_H_
