#include "service/commands/baseline_tables.h"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "service/analysis/request_limits.h"
#include "service/commands/naming.h"
#include "service/commands/rows.h"
#include "service/commands/sight_wording.h"
#include "service/commands/wording.h"

namespace metapowers::commands {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::detect::v1;
using analysis::AppliedDetection;
using analysis::LogSource;
using analysis::ThreatSight;
using model::v1::Component;

// Names before the rest is counted.
constexpr size_t kNamed = 6;

class BaselineTables {
 public:
  BaselineTables(const analysis::Landscape& landscape, const analysis::LogSources& sources,
                 const analysis::Detections& detections, pb::AnomalyDetectionResult& result)
      : landscape_(landscape),
        model_(landscape.model()),
        proto_(landscape.model().proto()),
        sources_(sources),
        detections_(detections),
        result_(result) {}

  void Run() {
    AddComponents();
    AddActors();
    AddCredentials();
    AddLearnt();
  }

 private:
  void AddComponents() {
    for (const analysis::ComponentView& view : landscape_.components()) {
      const Component& component = *view.facts->component;
      if (component.kind() == model::v1::COMPONENT_KIND_EXTERNAL_ENTITY || component.out_of_scope()) continue;
      pb::ComponentBaseline& row = *result_.add_components();
      row.set_id(component.id());
      std::set<std::string> callers;
      std::set<std::string> targets;
      for (const int index : view.inbound) {
        const model::v1::Flow& flow = *landscape_.flows()[index].flow;
        callers.insert(flow.source());
        if (!flow.frequency().empty()) row.add_rates(absl::StrCat(flow.frequency(), " (", flow.id(), ")"));
      }
      for (const int index : view.outbound) targets.insert(landscape_.flows()[index].flow->target());
      if (component.event_rate_per_second() > 0) {
        row.add_rates(Count(component.event_rate_per_second(), "event per second", "events per second"));
      }
      AddAll(callers, row.mutable_callers());
      AddAll(targets, row.mutable_targets());
      AddAll(component.regions(), row.mutable_regions());
      for (const LogSource* source : sources_.OfElement(component.id())) row.add_logs(source->kind->id());
      row.set_owner(OwnerName(model_, component.owner_team()));
    }
  }

  void AddActors() {
    for (const analysis::ComponentView& view : landscape_.components()) {
      const Component& component = *view.facts->component;
      if (component.kind() != model::v1::COMPONENT_KIND_EXTERNAL_ENTITY || view.outbound.empty()) continue;
      pb::ActorBaseline& row = *result_.add_actors();
      row.set_id(component.id());
      std::set<std::string> authentication;
      for (const int index : view.outbound) {
        const model::v1::Flow& flow = *landscape_.flows()[index].flow;
        row.add_flows(flow.id());
        authentication.insert(Label(flow.authentication()));
        if (!flow.frequency().empty()) row.add_rates(absl::StrCat(flow.frequency(), " (", flow.id(), ")"));
      }
      AddAll(authentication, row.mutable_authentication());
      AddLimits(view, row);
    }
  }

  // Of the classes of callers that sign in as its flows do, of the interfaces behind these.
  void AddLimits(const analysis::ComponentView& view, pb::ActorBaseline& row) const {
    std::set<std::string> limits;
    for (const int index : view.outbound) {
      const analysis::FlowView& flow = landscape_.flows()[index];
      for (const model::v1::Api* api : analysis::InterfacesBehind(landscape_, flow.target)) {
        for (const std::string& id : api->consumers()) {
          const auto* callers = model_.Find<model::v1::ConsumerClass>(id);
          if (callers == nullptr || callers->requests_per_minute() <= 0) continue;
          if (!SignInAs(*callers, flow.flow->authentication())) continue;
          limits.insert(absl::StrCat(Thousands(callers->requests_per_minute()), " a minute (", id, ")"));
        }
      }
    }
    AddAll(limits, row.mutable_limits());
  }

  static bool SignInAs(const model::v1::ConsumerClass& callers, model::v1::FlowAuthentication flow) {
    if (flow == model::v1::FLOW_AUTHENTICATION_UNSPECIFIED) return true;
    return callers.authentication().empty() || absl::c_linear_search(callers.authentication(), flow);
  }

  void AddCredentials() {
    for (const model::v1::Credential& credential : proto_.secrets().credentials()) {
      pb::CredentialBaseline& row = *result_.add_credentials();
      row.set_id(credential.id());
      AddAll(credential.used_by(), row.mutable_used_by());
      row.set_store(credential.store());
      if (credential.rotation_days() > 0) row.set_rotation(InDays(credential.rotation_days()));
      std::set<std::string> ids;
      for (const ThreatSight& sight : detections_.sights()) {
        if (sight.threat->element_id() != credential.id()) continue;
        for (const AppliedDetection* detection : sight.detections) ids.insert(detection->row->id());
      }
      AddFirst({ids.begin(), ids.end()}, kNamed, row.mutable_detections());
      row.set_owner(OwnerName(model_, credential.owner_team()));
    }
  }

  void AddLearnt() {
    for (const AppliedDetection& detection : detections_.all()) {
      if (detection.row->baseline().empty()) continue;
      if (!detection.running) {
        result_.set_waiting(result_.waiting() + 1);
        continue;
      }
      pb::LearntBaseline& row = *result_.add_learnt();
      row.set_measure(FillSpan(detection.row->baseline(), detection));
      row.set_detection(detection.row->id());
      row.set_logs(Count(static_cast<int64_t>(detection.sources.size()), "log", "logs"));
      if (detection.row->learning_days() == 0) continue;
      row.set_learning(InDays(detection.row->learning_days()));
      row.set_ready(model::FormatDate(model_.as_of() + detection.row->learning_days()));
    }
  }

  const analysis::Landscape& landscape_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const analysis::LogSources& sources_;
  const analysis::Detections& detections_;
  pb::AnomalyDetectionResult& result_;
};

}  // namespace

void AddBaselineTables(const analysis::Landscape& landscape, const analysis::LogSources& sources,
                       const analysis::Detections& detections, pb::AnomalyDetectionResult& result) {
  BaselineTables(landscape, sources, detections, result).Run();
}

}  // namespace metapowers::commands
