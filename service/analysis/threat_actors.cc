#include "service/analysis/threat_actors.h"

#include <algorithm>
#include <set>
#include <utility>

#include "service/knowledge/intel.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;

absl::string_view ActorOf(EntryExposure exposure) {
  switch (exposure) {
    case EntryExposure::kInternet:
      return "outsider";
    case EntryExposure::kPartner:
      return "partner";
    case EntryExposure::kSupplier:
      return "supplier";
    case EntryExposure::kOnSite:
      return "visitor";
    case EntryExposure::kUnknown:  // whoever else may come, those inside can
    case EntryExposure::kInside:
      break;
  }
  return "insider";
}

// The actor that is behind threats on such elements; empty where that depends on the ways in.
absl::string_view ActorBehind(k::ThreatSubject subject) {
  switch (subject) {
    case k::THREAT_SUBJECT_THIRD_PARTY:
      return "supplier";
    case k::THREAT_SUBJECT_REPOSITORY:
    case k::THREAT_SUBJECT_PIPELINE:
    case k::THREAT_SUBJECT_REGISTRY:
    case k::THREAT_SUBJECT_IAC_SOURCE:
      return "deliverer";
    default:
      return "";
  }
}

ThreatActor Gather(const k::IntelActor& row, const Threats& threats, const std::vector<EntryPoint>& entries) {
  ThreatActor actor;
  actor.row = &row;
  std::set<std::string> who;
  std::set<std::string> entered;
  std::set<const model::v1::DataClass*> data;
  for (const EntryPoint& entry : entries) {
    if (ActorOf(entry.exposure) != row.id()) continue;
    actor.ways.push_back(&entry);
    actor.unauthenticated += entry.authenticated == model::v1::TRISTATE_NO ? 1 : 0;
    if (entry.source != nullptr) who.insert(entry.source->component->id());
    if (entry.target != nullptr) entered.insert(entry.target->component->id());
    for (const DataBehind& behind : entry.behind) data.insert(behind.data);
  }
  for (const Threat* threat : threats.Prioritised()) {
    const bool behind = ActorBehind(threat->element.subject) == row.id();
    if (!behind && entered.count(threat->element_id()) == 0) continue;
    actor.threats.push_back(threat);
    if (behind) who.insert(threat->element_id());
  }
  actor.who.assign(who.begin(), who.end());
  actor.data.assign(data.begin(), data.end());
  std::sort(actor.data.begin(), actor.data.end(), [](const auto* a, const auto* b) {
    return a->confidentiality() != b->confidentiality() ? a->confidentiality() > b->confidentiality()
                                                        : a->id() < b->id();
  });
  return actor;
}

}  // namespace

std::vector<ThreatActor> FindThreatActors(const Threats& threats, const std::vector<EntryPoint>& entries) {
  std::vector<ThreatActor> actors;
  for (const k::IntelActor& row : knowledge::ThreatIntelRules().actors()) {
    ThreatActor actor = Gather(row, threats, entries);
    if (!actor.ways.empty() || !actor.threats.empty()) actors.push_back(std::move(actor));
  }
  return actors;
}

}  // namespace metapowers::analysis
