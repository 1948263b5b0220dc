#include "service/commands/restore_procedures.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/commands/wording.h"
#include "service/knowledge/recovery.h"

namespace metapowers::commands {

namespace kb = knowledge::v1;
using analysis::RestorationStep;
using security::recover::v1::ProcedureRow;

std::string CodeSourceOf(const model::Model& model, const std::string& infrastructure) {
  for (const model::v1::IacSource& source : model.proto().delivery().iac()) {
    const auto& managed = source.manages();
    if (std::find(managed.begin(), managed.end(), infrastructure) != managed.end()) {
      return absl::StrCat(source.id(), " (", source.tool(), ")");
    }
  }
  return "";
}

RestoreProcedures::RestoreProcedures(const Input& input) : input_(input) {
  for (const kb::RestoreProcedure& row : knowledge::RecoveryRules().procedures()) {
    Procedure& procedure = procedures_.emplace_back();
    procedure.row = &row;
    for (const kb::AttributeMatch& match : row.where()) {
      procedure.where.push_back(*analysis::Condition::Compile(kb::THREAT_SUBJECT_COMPONENT, match));
    }
  }
}

const kb::RestoreProcedure& RestoreProcedures::Of(const RestorationStep& step) const {
  const analysis::Landscape& landscape = input_.threats.Get().landscape();
  const analysis::Element element = landscape.ComponentElement(landscape.IndexOf(step.component->id()));
  const auto fits = [&element](const Procedure& procedure) {
    return std::all_of(procedure.where.begin(), procedure.where.end(),
                       [&element](const auto& condition) { return condition.Judge(element) == analysis::Truth::kYes; });
  };
  // The last one has no condition.
  return *std::find_if(procedures_.begin(), procedures_.end(), fits)->row;
}

void RestoreProcedures::AddRows(const std::vector<RestorationStep>& steps,
                                google::protobuf::RepeatedPtrField<ProcedureRow>& out) const {
  for (const Procedure& procedure : procedures_) {
    ProcedureRow row;
    std::set<std::string> sources;
    for (const RestorationStep& step : steps) {
      if (&Of(step) != procedure.row) continue;
      row.add_components(step.component->id());
      std::string source = CodeSourceOf(input_.model, step.component->runs_on());
      if (!source.empty()) sources.insert(std::move(source));
    }
    if (row.components().empty()) continue;
    const std::string source =
        sources.empty() ? "the record of its installation" : List({sources.begin(), sources.end()});
    row.set_title(procedure.row->title());
    for (const std::string& step : procedure.row->steps()) {
      row.add_steps(absl::StrReplaceAll(step, {{"{source}", source}}));
    }
    row.set_verification(procedure.row->verification());
    *out.Add() = std::move(row);
  }
}

}  // namespace metapowers::commands
