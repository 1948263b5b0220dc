#include "service/knowledge/response.h"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "service/knowledge/embedded_rows.h"

namespace metapowers::knowledge {

extern const EmbeddedFile kRespondFiles[];
extern const int kRespondFilesCount;

namespace {

// The rows of these files together.
template <class Rows>
const Rows* RowsOf(std::initializer_list<absl::string_view> names) {
  return LoadRows<Rows>(absl::MakeConstSpan(kRespondFiles, kRespondFilesCount), [names](absl::string_view path) {
    return std::any_of(names.begin(), names.end(), [path](absl::string_view name) {
      return path == absl::StrCat("data/respond/", name, ".textproto");
    });
  });
}

template <class Rows>
const typename Rows::value_type& RowOf(const Rows& rows, absl::string_view id) {
  for (const auto& row : rows) {
    if (row.id() == id) return row;
  }
  BrokenRows(id);
}

}  // namespace

const v1::ResponsePlans& ResponsePlans() {
  static const auto* const rows = RowsOf<v1::ResponsePlans>({"plans", "incident_classes"});
  return *rows;
}

const v1::NotificationRules& NotificationRules() {
  static const auto* const rows = RowsOf<v1::NotificationRules>({"notification_rules", "messages"});
  return *rows;
}

const v1::ContainmentRules& ContainmentRules() {
  static const auto* const rows = RowsOf<v1::ContainmentRules>({"containment_rules"});
  return *rows;
}

const v1::ForensicRules& ForensicRules() {
  static const auto* const rows = RowsOf<v1::ForensicRules>({"forensic_rules"});
  return *rows;
}

const v1::LessonRules& LessonRules() {
  static const auto* const rows = RowsOf<v1::LessonRules>({"lessons"});
  return *rows;
}

const v1::IncidentClass* IncidentClassOf(absl::string_view threat_rule) {
  static const auto* const classes = [] {
    auto* const found = new std::map<absl::string_view, const v1::IncidentClass*>();
    for (const v1::IncidentClass& row : ResponsePlans().classes()) {
      for (const std::string& rule : row.rules()) found->emplace(rule, &row);
    }
    return found;
  }();
  const auto found = classes->find(threat_rule);
  return found == classes->end() ? nullptr : found->second;
}

const v1::ReadinessRule& ReadinessRuleOf(absl::string_view id) { return RowOf(ResponsePlans().readiness(), id); }
const v1::ResponseDependency& ResponseDependencyOf(absl::string_view id) {
  return RowOf(ResponsePlans().dependencies(), id);
}
const v1::PlanTree& PlanTreeOf(absl::string_view id) { return RowOf(ResponsePlans().trees(), id); }

}  // namespace metapowers::knowledge
