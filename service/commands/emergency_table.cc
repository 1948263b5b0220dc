#include "service/commands/emergency_table.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "metapowers/knowledge/v1/technologies.pb.h"
#include "service/analysis/on_call.h"
#include "service/analysis/outside.h"
#include "service/commands/naming.h"

namespace metapowers::commands {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::protect::v1;
using model::v1::Component;

class EmergencyTable {
 public:
  EmergencyTable(const analysis::Landscape& landscape, ProtectionGaps& gaps, pb::AccessControlResult& result)
      : landscape_(landscape),
        facts_(landscape.facts()),
        model_(landscape.model()),
        proto_(landscape.model().proto()),
        gaps_(gaps),
        result_(result) {}

  // A secret store without a way in is a gap of secrets-management.
  void AddEmergency() {
    for (const model::v1::SecretStore& store : proto_.secrets().stores()) {
      AddEmergencyRow(store.id(), store.component(), "secret store", store.break_glass(), store.audit_log(),
                      store.owner_team());
    }
    for (const analysis::ComponentView& view : landscape_.components()) {
      const Component& component = *view.facts->component;
      if (!analysis::IsOurs(facts_, *view.facts)) continue;
      const bool signs_in = (view.capabilities & (uint64_t{1} << kb::CAPABILITY_IDENTITY_PROVIDER)) != 0;
      if (!signs_in && !analysis::IsBastion(component)) continue;
      const std::string recorded = component.logging() == model::v1::LOGGING_LEVEL_UNSPECIFIED
                                       ? ""
                                       : absl::StrCat(Label(component.logging()), " logs");
      AddEmergencyRow(component.id(), component.id(), signs_in ? "sign-in" : "access for administration",
                      component.degraded_mode(), recorded, component.owner_team());
      if (component.degraded_mode().empty()) {
        gaps_.Add("emergency-access-missing", component.id(), "no way in is declared while the usual one is down",
                  component.owner_team());
      }
    }
  }

 private:
  void AddEmergencyRow(const std::string& target, const std::string& component, const std::string& kind,
                       const std::string& way, const std::string& recorded, const std::string& team) {
    pb::EmergencyRow& row = *result_.add_emergency();
    row.set_target(target);
    row.set_kind(kind);
    row.set_way(way);
    const auto* owner = model_.Find<model::v1::Team>(team);
    row.set_who(owner == nullptr ? "not declared"
                                 : absl::StrCat(owner->lead(), owner->deputy().empty() ? "" : "; ", owner->deputy()));
    row.set_recorded(recorded);
    for (const model::v1::Alert* alert : analysis::AlertsOn(model_, component)) row.add_alerts(alert->id());
    row.set_reviewed(result_.review_owner().empty() ? "nobody declared"
                                                    : absl::StrCat(result_.review_owner(), ", after each use"));
  }

  const analysis::Landscape& landscape_;
  const analysis::Facts& facts_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  ProtectionGaps& gaps_;
  pb::AccessControlResult& result_;
};

}  // namespace

void AddEmergencyTable(const analysis::Landscape& landscape, ProtectionGaps& gaps, pb::AccessControlResult& result) {
  EmergencyTable(landscape, gaps, result).AddEmergency();
}

}  // namespace metapowers::commands
