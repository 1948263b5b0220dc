// How each component is restored: the shipped procedures, filled in with what builds the place where it runs. Pure;
// thread-compatible.
#ifndef METAPOWERS_SERVICE_COMMANDS_RESTORE_PROCEDURES_H_
#define METAPOWERS_SERVICE_COMMANDS_RESTORE_PROCEDURES_H_

#include <string>
#include <vector>

#include "google/protobuf/repeated_field.h"
#include "metapowers/knowledge/v1/recovery_rules.pb.h"
#include "metapowers/security/recover/v1/recovery_plan.pb.h"
#include "service/analysis/attributes.h"
#include "service/analysis/restoration.h"
#include "service/commands/command.h"

namespace metapowers::commands {

// Infrastructure as code that manages the element: "terraform-aws (Terraform)"; empty where none is declared.
std::string CodeSourceOf(const model::Model& model, const std::string& infrastructure);

class RestoreProcedures {
 public:
  // `input` outlives this.
  explicit RestoreProcedures(const Input& input);

  // The first procedure that fits the component.
  const knowledge::v1::RestoreProcedure& Of(const analysis::RestorationStep& step) const;

  // Procedures of some of the steps, in the order of the data, each with its components in their order.
  void AddRows(const std::vector<analysis::RestorationStep>& steps,
               google::protobuf::RepeatedPtrField<security::recover::v1::ProcedureRow>& out) const;

 private:
  struct Procedure {
    const knowledge::v1::RestoreProcedure* row;
    std::vector<analysis::Condition> where;
  };

  const Input& input_;
  std::vector<Procedure> procedures_;
};

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_RESTORE_PROCEDURES_H_
