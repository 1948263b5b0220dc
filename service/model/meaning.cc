// What holds between fields of the model: CheckMeaning() of validate.h.
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "service/base/file_path.h"
#include "service/model/model.h"
#include "service/model/schema.h"
#include "service/model/validate.h"

namespace metapowers::model {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

class Checker {
 public:
  Checker(const SourceMap& map, Faults& faults) : map_(map), faults_(faults) {}

  // A fault of a field, by its name in the proto.
  void Fault(const Message& message, const std::string& field_name, absl::string_view what, int index = -1) {
    const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(field_name);
    faults_.Add(map_.At(message, field, index), map_.Path(message, field, index), what);
  }

  // The value of a string field must differ from that of another one.
  void Differ(const Message& message, const std::string& field_name, const std::string& value,
              const std::string& other_name, const std::string& other_value) {
    if (value.empty() || value != other_value) return;
    Fault(message, field_name, absl::StrCat("must not be the ", other_name, " too, ", Quote(value)));
  }

  // No two messages of the list may have the same key; an empty or unknown one is another fault's.
  template <class List, class KeyOf>
  void Unique(const List& list, const std::string& field_name, KeyOf key_of) {
    std::map<std::string, const Message*> seen;
    for (const auto& message : list) {
      const std::string key = key_of(message);
      if (key.empty() || key == "unknown") continue;
      const auto [first, is_new] = seen.try_emplace(key, &message);
      if (is_new) continue;
      Fault(message, field_name,
            absl::StrCat(Quote(key), " has an entry already, on line ", map_.At(*first->second).line));
    }
  }

  // Following `next_of` from any element must end.
  template <class List, class NextOf>
  void Acyclic(const List& list, const std::string& field_name, NextOf next_of) {
    absl::flat_hash_map<std::string, std::string> next;
    for (const auto& message : list) next[message.id()] = next_of(message);
    absl::flat_hash_set<std::string> done;  // known not to lead into a cycle that is still to be reported
    for (const auto& message : list) {
      std::vector<std::string> trail;
      absl::flat_hash_set<std::string> on_trail;
      std::string id = message.id();
      while (!id.empty() && !done.contains(id) && on_trail.insert(id).second) {
        trail.push_back(id);
        const auto found = next.find(id);
        id = found == next.end() ? "" : found->second;
      }
      if (id == message.id() && !trail.empty()) {
        trail.push_back(id);
        Fault(message, field_name, absl::StrCat("leads back to itself: ", absl::StrJoin(trail, " -> ")));
      }
      // Only a cycle through this element is reported here, so one outside it stays to be found.
      if (id.empty() || id == message.id() || done.contains(id)) done.insert(trail.begin(), trail.end());
    }
  }

 private:
  const SourceMap& map_;
  Faults& faults_;
};

void CheckComponents(const v1::SystemModel& model, Checker& check) {
  std::set<std::string> internet_zones;
  for (const v1::Zone& zone : model.zones()) {
    if (zone.type() == v1::ZONE_TYPE_INTERNET) internet_zones.insert(zone.id());
  }
  for (const v1::Component& component : model.components()) {
    if (component.out_of_scope() && component.scope_justification().empty()) {
      check.Fault(component, "out_of_scope", "needs a scope_justification");
    }
    const bool datastore = component.kind() == v1::COMPONENT_KIND_DATASTORE;
    if (datastore && component.processes_size() > 0) {
      check.Fault(component, "processes", "a data store keeps what it handles: list it in 'stores'");
    }
    if (datastore && internet_zones.count(component.zone()) > 0) {
      check.Fault(component, "zone", "a data store cannot be outside, in an internet zone; is it an external_entity?");
    }
    const std::set<std::string> stores(component.stores().begin(), component.stores().end());
    for (int i = 0; i < component.processes_size() && !datastore; ++i) {
      if (stores.count(component.processes(i)) == 0) continue;
      check.Fault(component, "processes", absl::StrCat(Quote(component.processes(i)), " is in 'stores' too"), i);
    }
    check.Unique(component.posture(), "control", [](const v1::ControlPosture& posture) { return posture.control(); });
  }
  for (const v1::Flow& flow : model.flows()) {
    check.Differ(flow, "target", flow.target(), "source", flow.source());
    check.Unique(flow.posture(), "control", [](const v1::ControlPosture& posture) { return posture.control(); });
  }
}

// An earlier id stands for one element only: no other has it, now or earlier.
template <class List>
void CheckRenamed(const List& list, Checker& check) {
  std::map<std::string, const Message*> earlier;
  std::set<std::string> now;
  for (const auto& element : list) now.insert(element.id());
  for (const auto& element : list) {
    for (int i = 0; i < element.renamed_from_size(); ++i) {
      const std::string& id = element.renamed_from(i);
      if (now.count(id) > 0) {
        check.Fault(element, "renamed_from", absl::StrCat(Quote(id), " is the id of another element now"), i);
      } else if (!earlier.try_emplace(id, &element).second) {
        check.Fault(element, "renamed_from", absl::StrCat(Quote(id), " is an earlier id of another element too"), i);
      }
    }
  }
}

void CheckDuties(const v1::SystemModel& model, Checker& check) {
  for (const v1::Policy& policy : model.policies()) {
    check.Differ(policy, "approver", policy.approver(), "owner", policy.owner());
  }
  for (const v1::PolicyException& exception : model.policy_parameters().exceptions()) {
    check.Differ(exception, "approved_by", exception.approved_by(), "requested_by", exception.requested_by());
  }
  for (const v1::RaciAssignment& raci : model.raci()) {
    if (raci.accountable_size() > 1) {
      check.Fault(raci, "accountable",
                  absl::StrCat("must be exactly one role, not ", raci.accountable_size(), ": one role answers"));
    }
  }
  check.Unique(model.raci(), "activity", [](const v1::RaciAssignment& raci) { return raci.activity(); });
}

void CheckThreshold(const v1::Threshold& threshold, Checker& check) {
  if (!threshold.has_tolerance() || !threshold.has_limit()) return;
  const bool at_most = threshold.direction() == v1::THRESHOLD_DIRECTION_AT_MOST;
  const bool at_least = threshold.direction() == v1::THRESHOLD_DIRECTION_AT_LEAST;
  if ((at_most && threshold.tolerance() > threshold.limit()) ||
      (at_least && threshold.tolerance() < threshold.limit())) {
    check.Fault(threshold, "limit",
                absl::StrCat(threshold.limit(), " is on the wrong side of the tolerance, ", threshold.tolerance(),
                             ", for direction ", YamlName(threshold.direction())));
  }
}

void CheckEstimate(const Message& message, const std::string& field_name, bool set, const v1::Estimate& estimate,
                   Checker& check, double most = std::numeric_limits<double>::infinity()) {
  if (!set || !estimate.has_low() || !estimate.has_likely() || !estimate.has_high()) return;
  if (estimate.low() > estimate.likely() || estimate.likely() > estimate.high()) {
    check.Fault(message, field_name,
                absl::StrCat("low, likely and high must not fall: ", estimate.low(), ", ", estimate.likely(), ", ",
                             estimate.high()));
  } else if (estimate.high() > most) {
    check.Fault(message, field_name, absl::StrCat("high is ", estimate.high(), ", the most there can be is ", most));
  }
}

void CheckLoss(const v1::LossAssumptions& loss, bool has_currency, Checker& check) {
  if (!has_currency) check.Fault(loss, "source", "amounts need the model's 'currency'");
  CheckEstimate(loss, "cost_per_event", loss.has_cost_per_event(), loss.cost_per_event(), check);
  CheckEstimate(loss, "outage_hours", loss.has_outage_hours(), loss.outage_hours(), check);
  for (const v1::EventFrequency& frequency : loss.frequencies()) {
    CheckEstimate(frequency, "events_per_year", frequency.has_events_per_year(), frequency.events_per_year(), check);
  }
  for (const v1::RecordLoss& records : loss.records()) {
    CheckEstimate(records, "cost_per_record", records.has_cost_per_record(), records.cost_per_record(), check);
    CheckEstimate(records, "disclosed_percent", records.has_disclosed_percent(), records.disclosed_percent(), check,
                  100);
  }
  check.Unique(loss.records(), "data_class", [](const v1::RecordLoss& records) { return records.data_class(); });
  check.Unique(loss.frequencies(), "likelihood",
               [](const v1::EventFrequency& frequency) { return absl::StrCat(frequency.likelihood()); });
}

void CheckNumbers(const v1::SystemModel& model, Checker& check) {
  if (model.risk_appetite().has_loss()) {
    CheckLoss(model.risk_appetite().loss(), !model.currency().empty(), check);
  }
  for (const v1::RiskCategory& category : model.risk_appetite().categories()) {
    for (const v1::Threshold& threshold : category.thresholds()) CheckThreshold(threshold, check);
  }
  for (const v1::AcceptanceAuthority& authority : model.risk_appetite().acceptance()) {
    check.Differ(authority, "second_approver", authority.second_approver(), "role", authority.role());
    if (authority.second_approver_required() && authority.second_approver().empty()) {
      check.Fault(authority, "second_approver_required", "needs a second_approver");
    }
  }
  check.Unique(model.risk_appetite().acceptance(), "level",
               [](const v1::AcceptanceAuthority& authority) { return YamlName(authority.level()); });
  check.Unique(model.policy_parameters().patch_sla(), "severity",
               [](const v1::PatchSla& sla) { return YamlName(sla.severity()); });
  check.Unique(model.recovery().tiers(), "tier", [](const v1::RecoveryTier& tier) { return YamlName(tier.tier()); });
  check.Unique(model.recovery().targets(), "business_function",
               [](const v1::RecoveryTarget& target) { return target.business_function(); });
  const v1::Logging& logging = model.logging();
  if (logging.has_hot_retention_days() && logging.has_total_retention_days() &&
      logging.total_retention_days() < logging.hot_retention_days()) {
    check.Fault(logging, "total_retention_days",
                absl::StrCat(logging.total_retention_days(), " is less than hot_retention_days, ",
                             logging.hot_retention_days()));
  }
}

// Where evidence may stand: in the topic's folder, under a name of no other file of the topic.
void CheckEvidence(const v1::SystemModel& model, Checker& check) {
  for (const v1::Evidence& evidence : model.evidence()) {
    if (absl::StripAsciiWhitespace(evidence.path()).empty()) continue;  // reported already
    std::vector<std::string> components = absl::StrSplit(evidence.path(), '/');
    const std::string lower = absl::AsciiStrToLower(evidence.path());
    std::string objection;
    if (components.size() == 1 &&
        (absl::EndsWith(lower, ".md") || lower == "system-model.yaml" || lower == "decisions.yaml")) {
      objection = "documents, model and decisions have names of that kind";
    }
    // The folders above the topic's count for the depth: .metapowers/security/<topic>.
    components.insert(components.begin(), {".metapowers", "security", "topic"});
    if (objection.empty()) objection = PathObjection(components);
    if (objection.empty()) continue;
    check.Fault(evidence, "path",
                absl::StrCat(Quote(evidence.path()), " is no path below the model's folder: ", objection));
  }
}

}  // namespace

void CheckMeaning(const v1::SystemModel& model, const SourceMap& map, Faults& faults) {
  Checker check(map, faults);
  if (!model.schema_version().empty() && model.schema_version() != "1") {
    check.Fault(model, "schema_version", absl::StrCat(Quote(model.schema_version()), " is not known; it must be '1'"));
  }
  check.Acyclic(model.zones(), "parent", [](const v1::Zone& zone) { return zone.parent(); });
  check.Acyclic(model.roles(), "reports_to", [](const v1::Role& role) { return role.reports_to(); });
  CheckComponents(model, check);
  CheckRenamed(model.components(), check);
  CheckRenamed(model.flows(), check);
  CheckDuties(model, check);
  CheckNumbers(model, check);
  CheckEvidence(model, check);
}

void CheckMeaning(const v1::Decisions& decisions, const SourceMap& map, Faults& faults) {
  Checker check(map, faults);
  if (!decisions.schema_version().empty() && decisions.schema_version() != "1") {
    check.Fault(decisions, "schema_version",
                absl::StrCat(Quote(decisions.schema_version()), " is not known; it must be '1'"));
  }
  for (const v1::Decision& decision : decisions.decisions()) {
    check.Differ(decision, "approved_by", decision.approved_by(), "requested_by", decision.requested_by());
    if (IsDate(decision.decided_on()) && IsDate(decision.expires_on()) &&
        decision.expires_on() <= decision.decided_on()) {
      check.Fault(
          decision, "expires_on",
          absl::StrCat(Quote(decision.expires_on()), " is not after decided_on, ", Quote(decision.decided_on())));
    }
  }
  check.Unique(decisions.decisions(), "finding", [](const v1::Decision& decision) { return decision.finding(); });
}

}  // namespace metapowers::model
