#include "service/commands/code_input_tables.h"

#include <map>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/api_access.h"
#include "service/analysis/entry_points.h"
#include "service/commands/entry_wording.h"
#include "service/commands/naming.h"
#include "service/commands/policy_terms.h"
#include "service/commands/posture_wording.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/knowledge/reviews.h"

namespace metapowers::commands {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::protect::v1;
using analysis::CodeComponent;
using analysis::EntryPoint;
using analysis::Threat;
using model::v1::FlowAuthentication;
using Kind = EntryPoint::Kind;

bool SharesWeakness(const google::protobuf::RepeatedPtrField<std::string>& a,
                    const google::protobuf::RepeatedPtrField<std::string>& b) {
  return absl::c_any_of(a, [&](const std::string& id) { return absl::c_linear_search(b, id); });
}

class InputTables {
 public:
  InputTables(const Input& input, const analysis::CodeScope& scope, const std::vector<const Threat*>& threats,
              pb::SecureCodingResult& result)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        rows_(knowledge::CodeReview()),
        landscape_(input.threats.Get().landscape()),
        scope_(scope),
        result_(result) {
    for (const Threat* threat : threats) open_[threat->element_id()].push_back(threat);
  }

  void Run() {
    AddInputs();
    AddInputTests();
    AddAuthentications();
    AddErrors();
  }

 private:
  // --- Input ---

  void AddInputs() {
    for (const EntryPoint& entry : analysis::FindEntryPoints(input_.facts)) {
      if (entry.target == nullptr || scope_.Find(entry.target->component->id()) == nullptr) continue;
      if (entry.kind != Kind::kFlow && entry.kind != Kind::kPull && entry.kind != Kind::kEndpoint) continue;
      if (entry.flow != nullptr && analysis::IsForOperations(*entry.flow)) continue;
      pb::CodeInputRow& row = *result_.add_inputs();
      row.set_id(entry.id);
      row.set_component(entry.target->component->id());
      row.set_from(SenderOf(entry));
      row.set_exposure(ExposureLabel(entry.exposure));
      for (const model::v1::DataClass* data : entry.data) row.add_data(data->id());
      row.set_validated(ValidatorOf(entry));
      row.set_state(PostureLabel(PostureOn(landscape_, row.component(), "input_validation")));
      row.set_owner(OwnerName(model_, entry.owner_team));
    }
  }

  static std::string SenderOf(const EntryPoint& entry) {
    if (entry.kind != Kind::kEndpoint) return entry.source->component->id();
    std::vector<std::string> names;
    for (const model::v1::ConsumerClass* consumer : entry.rate.consumers) names.push_back(consumer->name());
    return names.empty() ? "callers of no declared class" : List(names);
  }

  static std::string ValidatorOf(const EntryPoint& entry) {
    if (entry.api == nullptr) return "own code";
    if (entry.api->schema_validation() == model::v1::TRISTATE_UNSPECIFIED) return "not known";
    if (entry.api->schema_validation() == model::v1::TRISTATE_NO) return "nothing before the code";
    return entry.api->schema_language().empty() ? "a schema" : entry.api->schema_language();
  }

  void AddInputTests() {
    for (const CodeComponent& code : scope_.components) {
      const model::v1::Component& component = *code.facts->component;
      for (const kb::InputCheck& check : rows_.inputs()) {
        if (!absl::c_linear_search(component.formats_accepted(), check.format())) continue;
        pb::CodeInputTest& row = *result_.add_input_tests();
        row.set_component(component.id());
        row.set_format(Label(check.format()));
        row.set_request(absl::StrReplaceAll(check.request(), {{"{element}", component.id()}}));
        row.set_expected(absl::StrReplaceAll(check.expected(), {{"{element}", component.id()}}));
        AddReferences(check, row.mutable_references());
      }
    }
  }

  template <class Check>
  static void AddReferences(const Check& check, google::protobuf::RepeatedPtrField<std::string>* out) {
    AddAll(check.cwe(), out);
    for (const std::string& id : check.asvs()) out->Add(absl::StrCat("ASVS ", id));
  }

  // --- Authentication ---

  void AddAuthentications() {
    std::map<int, int> used;
    for (const model::v1::Flow& flow : proto_.flows()) {
      if (scope_.Find(flow.target()) == nullptr || analysis::IsForOperations(flow)) continue;
      ++used[flow.authentication()];
      pb::CodeAuthenticationRow& row = *result_.add_authentications();
      row.set_flow(flow.id());
      row.set_from(flow.source());
      row.set_to(flow.target());
      row.set_method(Label(flow.authentication()));
      row.set_rights(RightsLabel(flow.authorization()));
      row.set_judged(ProofLabel(analysis::ProofOf(flow)));
      for (const Threat* threat : open_[flow.id()]) {
        if (IsOnAccess(*threat->rule)) row.add_threats(threat->key());
      }
      row.set_owner(OwnerName(model_, input_.facts.Find(flow.target())->component->owner_team()));
    }
    for (const auto& [number, flows] : used) {
      if (number == 0) continue;
      const kb::ConsumerMethod& method = knowledge::ConsumerMethodOf(static_cast<FlowAuthentication>(number));
      pb::CodeMethodRow& row = *result_.add_methods();
      row.set_method(Label(static_cast<FlowAuthentication>(number)));
      row.set_flows(flows);
      row.set_requirement(FillTerms(model_, method.requirement()));
      row.set_verification(FillTerms(model_, method.verification()));
      for (const std::string& id : method.asvs()) row.add_references(absl::StrCat("ASVS ", id));
    }
  }

  bool IsOnAccess(const kb::ThreatRule& rule) const {
    return absl::c_any_of(rule.equivalents(),
                          [&](const std::string& id) { return absl::c_linear_search(rows_.access_equivalents(), id); });
  }

  static std::string ProofLabel(analysis::FlowProof proof) {
    switch (proof) {
      case analysis::FlowProof::kUnknown:
        return "not known";
      case analysis::FlowProof::kNone:
        return "no proof";
      case analysis::FlowProof::kStaticSecret:
        return "static secret";
      case analysis::FlowProof::kInFront:
        return "proven in front of it";
      case analysis::FlowProof::kProven:
        return "proven";
    }
    return "";
  }

  // --- Errors ---

  void AddErrors() {
    const auto& never = proto_.policy_parameters().never_logged();
    for (const CodeComponent& code : scope_.components) {
      const model::v1::Component& component = *code.facts->component;
      pb::CodeErrorRow& row = *result_.add_errors();
      row.set_component(component.id());
      row.set_logging(Label(component.logging()));
      for (const auto* list : {&code.facts->stores, &code.facts->processes, &code.facts->transfers}) {
        for (const model::v1::DataClass* data : *list) {
          const bool forbidden =
              absl::c_any_of(data->categories(), [&](int category) { return absl::c_linear_search(never, category); });
          if (forbidden || data->confidentiality() == model::v1::CONFIDENTIALITY_STRICTLY_CONFIDENTIAL) {
            row.add_never_logged(data->id());
          }
        }
      }
      row.set_degraded(component.degraded_mode());
      for (const Threat* threat : open_[component.id()]) {
        const bool about_errors = absl::c_any_of(rows_.errors(), [&](const kb::ErrorCheck& check) {
          return !check.of_load() && SharesWeakness(check.cwe(), threat->rule->cwe());
        });
        if (about_errors) row.add_threats(threat->key());
      }
      row.set_owner(OwnerName(model_, component.owner_team()));
    }
    for (const kb::ErrorCheck& check : rows_.errors()) {
      pb::CodeErrorCheck& row = *result_.add_error_checks();
      row.set_name(check.name());
      row.set_rule(FillLogging(model_, check.rule()));
      row.set_test(FillLogging(model_, check.test()));
      row.set_expected(FillLogging(model_, check.expected()));
      AddReferences(check, row.mutable_references());
    }
  }

  const Input& input_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const kb::CodeReview& rows_;
  const analysis::Landscape& landscape_;
  const analysis::CodeScope& scope_;
  std::map<std::string, std::vector<const Threat*>> open_;  // on code, by element
  pb::SecureCodingResult& result_;
};

}  // namespace

void AddCodeInputTables(const Input& input, const analysis::CodeScope& scope,
                        const std::vector<const analysis::Threat*>& threats, pb::SecureCodingResult& result) {
  InputTables(input, scope, threats, result).Run();
}

}  // namespace metapowers::commands
