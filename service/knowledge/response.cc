#include "service/knowledge/response.h"

#include <map>

#include "service/knowledge/embedded_rows.h"

namespace metapowers::knowledge {

extern const EmbeddedFile kRespondFiles[];
extern const int kRespondFilesCount;

namespace {

template <class Rows>
const typename Rows::value_type& RowOf(const Rows& rows, absl::string_view id) {
  for (const auto& row : rows) {
    if (row.id() == id) return row;
  }
  BrokenRows(id);
}

}  // namespace

const v1::ResponsePlans& ResponsePlans() {
  static const auto* const rows =
      LoadRows<v1::ResponsePlans>(absl::MakeConstSpan(kRespondFiles, kRespondFilesCount), [](absl::string_view path) {
        return path == "data/respond/plans.textproto" || path == "data/respond/incident_classes.textproto";
      });
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
