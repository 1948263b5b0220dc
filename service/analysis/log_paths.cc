#include "service/analysis/log_paths.h"

#include <algorithm>
#include <map>
#include <utility>

#include "service/analysis/terms.h"

namespace metapowers::analysis {
namespace {

constexpr absl::string_view kElsewhere = "elsewhere";

std::string IdOfZone(const model::v1::Zone* zone) { return zone == nullptr ? std::string(kElsewhere) : zone->id(); }

}  // namespace

std::string IdOf(const LogZone& zone) { return IdOfZone(zone.zone); }

LogPaths::LogPaths(const Landscape& landscape, const LogSources& sources) : landscape_(landscape) {
  for (const LogSource* source : sources.OfKind("log_platform_audit")) platforms_.insert(source->element_id);
  FindPaths();
  FindZones(sources);
}

void LogPaths::FindPaths() {
  std::set<std::string> log_data;
  for (const model::v1::DataClass& data : landscape_.model().proto().data_classes()) {
    if (HasCategory(data, {model::v1::DATA_CATEGORY_LOGS})) log_data.insert(data.id());
  }
  for (const FlowView& view : landscape_.flows()) {
    const auto& sends = view.flow->sends();
    const bool carries = !sends.empty() && std::all_of(sends.begin(), sends.end(), [&](const std::string& data) {
      return log_data.contains(data);
    });
    if (platforms_.contains(view.flow->target()) || carries) paths_.push_back(&view);
  }
}

void LogPaths::FindZones(const LogSources& sources) {
  std::map<std::string, LogZone> zones;
  for (const LogSource& source : sources.all()) {
    const bool ours = source.element.subject == knowledge::v1::THREAT_SUBJECT_COMPONENT;
    const model::v1::Zone* zone = ours ? source.zone : nullptr;
    LogZone& entry = zones[IdOfZone(zone)];
    entry.zone = zone;
    entry.sources.push_back(&source);
    entry.collected += source.collected() ? 1 : 0;
    entry.per_second += source.per_second.value_or(0);
  }
  for (auto& [id, zone] : zones) {
    for (const FlowView* path : paths_) {
      if (SourceZoneOf(path->source) == id) zone.paths.push_back(path);
    }
    zones_.push_back(std::move(zone));
  }
}

std::string LogPaths::ZoneOf(int component) const {
  return IdOfZone(landscape_.components()[component].facts->effective_zone);
}

std::string LogPaths::SourceZoneOf(int component) const {
  const model::v1::Component& source = *landscape_.components()[component].facts->component;
  return IsExternal(source) || source.out_of_scope() ? std::string(kElsewhere) : ZoneOf(component);
}

}  // namespace metapowers::analysis
