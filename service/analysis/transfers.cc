#include "service/analysis/transfers.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "service/analysis/places.h"
#include "service/analysis/terms.h"

namespace metapowers::analysis {

namespace {

using model::v1::DataClass;
using model::v1::Jurisdiction;
using Places = std::set<Jurisdiction>;
// From and to -> ids of what moves.
using Moves = std::map<std::pair<Jurisdiction, Jurisdiction>, std::set<std::string>>;

using model::v1::Component;

bool IsPerson(const Component& component) { return IsExternal(component) && component.used_by_human(); }

// Whether a supplier who processes on our behalf runs the component outside.
bool ActsForUs(const model::Model& model, const Component& component) {
  const auto* supplier = model.Find<model::v1::ThirdParty>(component.third_party());
  if (supplier == nullptr) return false;
  const auto& roles = supplier->roles();
  return roles.empty() || std::any_of(roles.begin(), roles.end(),
                                      [](int role) { return role != model::v1::THIRD_PARTY_ROLE_CONTROLLER; });
}

// Whether data that goes from the one to the other is exported or imported by the organisation of the model.
bool IsOurTransfer(const model::Model& model, const Component& from, const Component& to) {
  if (IsPerson(to)) return false;
  if (IsExternal(from) && IsExternal(to)) return ActsForUs(model, IsPerson(from) ? to : from);
  return !IsPerson(from);
}

void AddMoves(const model::Model& model, const Places& from, const Places& to,
              const google::protobuf::RepeatedPtrField<std::string>& data, Moves& moves) {
  for (const std::string& id : data) {
    const DataClass& item = *model.Find<DataClass>(id);
    if (!IsRegulated(item)) continue;
    const Places subjects = JurisdictionsOf(model, {item.subject_regions().begin(), item.subject_regions().end()});
    for (Jurisdiction origin : from) {
      if (to.count(origin) > 0) continue;
      if (from.size() > 1 && !subjects.empty() && subjects.count(origin) == 0) continue;
      for (Jurisdiction target : to) moves[{origin, target}].insert(id);
    }
  }
}

bool NeedsMechanism(Jurisdiction from) {
  return from == model::v1::JURISDICTION_EU || from == model::v1::JURISDICTION_UK || from == model::v1::JURISDICTION_CH;
}

CrossBorderFlow Describe(const model::Model& model, const model::v1::Flow& flow, Jurisdiction from, Jurisdiction to,
                         const std::set<std::string>& ids) {
  CrossBorderFlow entry;
  entry.flow = &flow;
  entry.from = JurisdictionName(from);
  entry.to = JurisdictionName(to);
  for (const std::string& id : ids) entry.data.push_back(model.Find<DataClass>(id));
  entry.mechanism = model.Find<model::v1::Transfer>(flow.transfer_mechanism());
  entry.mechanism_expired = entry.mechanism != nullptr && !entry.mechanism->expires().empty() &&
                            model::ToCivilDay(entry.mechanism->expires()) < model.as_of();
  entry.mechanism_required = NeedsMechanism(from) && std::any_of(entry.data.begin(), entry.data.end(),
                                                                 [](const DataClass* d) { return IsPersonal(*d); });
  return entry;
}

}  // namespace

std::vector<CrossBorderFlow> FindCrossBorderFlows(const Topology& topology) {
  const model::Model& model = topology.model();
  std::vector<Places> places(topology.size());
  for (int i = 0; i < topology.size(); ++i) {
    places[i] = JurisdictionsOf(model, RegionsOf(model, topology.component(i)));
  }
  std::vector<CrossBorderFlow> found;
  for (const Link& link : topology.links()) {
    const Component& source = topology.component(link.source);
    const Component& target = topology.component(link.target);
    Moves moves;
    if (IsOurTransfer(model, source, target)) {
      AddMoves(model, places[link.source], places[link.target], link.flow->sends(), moves);
    }
    if (IsOurTransfer(model, target, source)) {
      AddMoves(model, places[link.target], places[link.source], link.flow->receives(), moves);
    }
    const size_t first = found.size();
    for (const auto& [ends, ids] : moves) {
      found.push_back(Describe(model, *link.flow, ends.first, ends.second, ids));
    }
    std::sort(found.begin() + first, found.end(), [](const CrossBorderFlow& a, const CrossBorderFlow& b) {
      return std::tie(a.from, a.to) < std::tie(b.from, b.to);
    });
  }
  return found;
}

}  // namespace metapowers::analysis
