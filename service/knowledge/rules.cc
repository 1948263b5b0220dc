#include "service/knowledge/rules.h"

#include <map>

#include "absl/strings/str_replace.h"
#include "metapowers/knowledge/v1/words.pb.h"
#include "service/knowledge/embedded_rows.h"
#include "service/knowledge/software_rules.h"

namespace metapowers::knowledge {

extern const EmbeddedFile kRuleFiles[];
extern const int kRuleFilesCount;

namespace {

template <class Rows>
const Rows* Load(absl::string_view path) {
  return LoadFile<Rows>(absl::MakeConstSpan(kRuleFiles, kRuleFilesCount), path);
}

}  // namespace

const v1::AssetRules& AssetRules() {
  static const auto* const rules = Load<v1::AssetRules>("data/rules/asset_rules.textproto");
  return *rules;
}

const v1::AssetGapKind& GapKind(v1::AssetGap gap) {
  for (const v1::AssetGapKind& kind : AssetRules().gaps()) {
    if (kind.gap() == gap) return kind;
  }
  BrokenRows(v1::AssetGap_Name(gap));
}

int GapTermDays(model::v1::Severity severity) {
  int days = 0;
  for (const v1::GapTerm& term : AssetRules().terms()) {
    if (term.severity() == severity) return term.days();
    if (term.severity() == model::v1::SEVERITY_LOW) days = term.days();
  }
  return days;
}

const v1::HandlingRules& HandlingRules() {
  static const auto* const rules = Load<v1::HandlingRules>("data/rules/handling_rules.textproto");
  return *rules;
}

const v1::CategoryRule& Category(model::v1::DataCategory category) {
  for (const v1::CategoryRule& rule : HandlingRules().categories()) {
    if (rule.category() == category) return rule;
  }
  return v1::CategoryRule::default_instance();
}

const v1::VulnerabilityRules& VulnerabilityRules() {
  static const auto* const rules = Load<v1::VulnerabilityRules>("data/rules/vulnerability_rules.textproto");
  return *rules;
}

const v1::SurfaceRules& SurfaceRules() {
  static const auto* const rules = Load<v1::SurfaceRules>("data/rules/surface_rules.textproto");
  return *rules;
}

const v1::SurfacePoints& SurfacePointsOf(v1::SurfaceTerm term, absl::string_view value) {
  for (const v1::SurfacePoints& points : SurfaceRules().points()) {
    if (points.term() == term && points.value() == value) return points;
  }
  return v1::SurfacePoints::default_instance();
}

const v1::SurfaceFindingKind& SurfaceFindingKindOf(v1::SurfaceFinding finding) {
  for (const v1::SurfaceFindingKind& kind : SurfaceRules().findings()) {
    if (kind.finding() == finding) return kind;
  }
  BrokenRows(v1::SurfaceFinding_Name(finding));
}

const v1::DependencyRules& DependencyRules() {
  static const auto* const rules = Load<v1::DependencyRules>("data/rules/dependency_rules.textproto");
  return *rules;
}

const v1::ContainerRules& ContainerRules() {
  static const auto* const rules = Load<v1::ContainerRules>("data/rules/container_rules.textproto");
  return *rules;
}

std::string Word(absl::string_view yaml_name) {
  // The map views the labels of the message, which is kept for as long.
  static const v1::Words* const source = Load<v1::Words>("data/rules/words.textproto");
  static const auto* const words = [] {
    auto* const map = new std::map<absl::string_view, absl::string_view>();
    for (const v1::Word& word : source->words()) map->emplace(word.name(), word.label());
    return map;
  }();
  const auto found = words->find(yaml_name);
  return found == words->end() ? absl::StrReplaceAll(yaml_name, {{"_", " "}}) : std::string(found->second);
}

}  // namespace metapowers::knowledge
