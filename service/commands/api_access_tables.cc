#include "service/commands/api_access_tables.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/api_access.h"
#include "service/analysis/rotation.h"
#include "service/analysis/terms.h"
#include "service/commands/api_tests.h"
#include "service/commands/api_wording.h"
#include "service/commands/entry_wording.h"
#include "service/commands/naming.h"
#include "service/commands/policy_terms.h"
#include "service/commands/posture_wording.h"
#include "service/commands/rows.h"
#include "service/commands/threat_naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/reviews.h"
#include "service/knowledge/rules.h"

namespace metapowers::commands {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::protect::v1;
using analysis::CallerProof;
using analysis::ConsumerFact;
using analysis::EntryPoint;
using analysis::ReviewedApi;
using model::v1::ConsumerClass;
using model::v1::FlowAuthentication;

// Names that a cell holds before it counts the rest.
constexpr size_t kNamed = 6;

class AccessTables {
 public:
  AccessTables(const Input& input, const analysis::ApiReview& review, RowQuestions& questions,
               pb::ApiSecurityResult& result)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        landscape_(input.threats.Get().landscape()),
        review_(review),
        questions_(questions),
        result_(result) {}

  void Run() {
    AddConsumers();
    AddMethods();
    AddCredentials();
    AddAuthorizations();
  }

 private:
  // --- Authentication ---

  void AddConsumers() {
    for (const ConsumerFact& fact : analysis::Consumers(model_, review_)) {
      const ConsumerClass& consumer = *fact.consumer;
      pb::ConsumerRow& row = *result_.add_consumers();
      row.set_id(consumer.id());
      row.set_name(consumer.name());
      for (int i = 0; i < consumer.authentication_size(); ++i) {
        const std::string method = Label(static_cast<FlowAuthentication>(consumer.authentication(i)));
        if (i == 0) row.set_primary(method);
        if (i > 0) row.add_further(absl::StrCat(method, i == 1 ? " as secondary factor" : " as further factor"));
      }
      if (consumer.has_consumers()) row.set_count(Thousands(consumer.consumers()));
      for (const ReviewedApi* api : fact.apis) row.add_apis(api->api->id());
      AddAll(fact.threats, row.mutable_threats());
      row.set_verdict(ProofLabel(fact.proof));
      row.set_reason(ReasonOf(fact));
    }
  }

  static std::string ReasonOf(const ConsumerFact& fact) {
    if (fact.proof == CallerProof::kUnknown) return "the model names no method";
    if (fact.proof != CallerProof::kNone) {
      return knowledge::ConsumerMethodOf(static_cast<FlowAuthentication>(fact.consumer->authentication(0))).judgement();
    }
    std::vector<std::string> changes;
    for (const model::v1::Endpoint* endpoint : fact.changes) changes.push_back(OperationLabel(*endpoint));
    if (!changes.empty()) return absl::StrCat("changes data without credentials: ", List(changes, kNamed));
    return absl::StrCat("calls ", Count(fact.open, "operation", "operations"), " that are open by declaration");
  }

  void AddMethods() {
    std::map<int, std::vector<std::string>> used;
    for (const ConsumerClass& consumer : proto_.consumer_classes()) {
      for (const int method : consumer.authentication()) used[method].push_back(consumer.name());
    }
    for (const auto& [number, consumers] : used) {
      const auto method = static_cast<FlowAuthentication>(number);
      const kb::ConsumerMethod& known = knowledge::ConsumerMethodOf(method);
      pb::MethodRow& row = *result_.add_methods();
      row.set_method(Label(method));
      AddAll(consumers, row.mutable_consumers());
      row.set_judgement(known.judgement());
      row.set_requirement(FillTerms(model_, known.requirement()));
      row.set_verification(FillTerms(model_, known.verification()));
      AddAll(known.standards(), row.mutable_references());
      for (const std::string& id : known.asvs()) row.add_references(absl::StrCat("ASVS ", id));
    }
  }

  void AddCredentials() {
    for (const analysis::ApiCredential& fact : analysis::ApiCredentials(model_, review_)) {
      pb::CredentialRow& row = *result_.add_credentials();
      AddAll(fact.used_by, row.mutable_used_by());
      fact.data != nullptr ? DescribeCredential(*fact.data, row) : DescribeCredential(*fact.credential, row);
    }
  }

  void DescribeCredential(const model::v1::DataClass& data, pb::CredentialRow& row) {
    row.set_id(data.id());
    row.set_name(data.name());
    row.set_kind("data class");
    row.set_lifetime(Label(data.credential_lifetime()));
    row.set_rotation("not declared for a data class");
    row.set_owner(OwnerName(model_, data.owner()));
    if (data.credential_lifetime() == 0) {
      questions_.Ask("DataClass.credential_lifetime", "data_classes", data.id(), data.owner());
    }
  }

  void DescribeCredential(const model::v1::Credential& credential, pb::CredentialRow& row) {
    row.set_id(credential.id());
    row.set_name(credential.name());
    row.set_kind(Label(credential.kind()));
    row.set_lifetime("until rotated");
    const int days = analysis::RotationOf(model_, credential).interval_days;
    row.set_rotation(absl::StrCat(days > 0 ? absl::StrCat("every ", InDays(days)) : std::string("no interval declared"),
                                  credential.last_rotated().empty()
                                      ? ", last date not declared"
                                      : absl::StrCat(", last ", credential.last_rotated())));
    row.set_owner(OwnerName(model_, credential.owner_team()));
  }

  // --- Authorization ---

  void AddAuthorizations() {
    for (const kb::AuthorizationLevel& level : knowledge::ApiReview().levels()) {
      pb::AuthorizationRule& rule = *result_.add_rules();
      rule.set_name(level.name());
      rule.set_rule(level.rule());
      for (const std::string& id : level.asvs()) rule.add_references(knowledge::AsvsLabel(id));
    }
    for (const ReviewedApi& api : review_.apis) {
      const model::v1::Component& component = *api.component->component;
      pb::AuthorizationGroup& group = *result_.add_authorizations();
      group.set_api(api.api->id());
      group.set_component(component.id());
      group.set_object(PostureLabel(PostureOn(landscape_, component.id(), "object_authorisation")));
      group.set_function(PostureLabel(PostureOn(landscape_, component.id(), "function_authorisation")));
      group.set_property(PostureLabel(PostureOn(landscape_, component.id(), "property_authorisation")));
      std::set<std::string> rights;
      for (const model::v1::Flow* flow : api.arrivals) rights.insert(RightsLabel(flow->authorization()));
      group.set_rights(rights.empty() ? "no flow declared" : List({rights.begin(), rights.end()}));
      const std::vector<std::string> callers = ApiTexts(input_, api).Callers();
      for (const EntryPoint* operation : api.operations) {
        AddAuthorization(api, *operation, callers, *group.add_rows());
        if (analysis::OpensByIdAlone(*operation)) AddOpenRecord(api, *operation);
      }
    }
  }

  void AddOpenRecord(const ReviewedApi& api, const EntryPoint& operation) {
    const std::string label = absl::StrCat(api.api->id(), " ", OperationLabel(*operation.endpoint));
    std::vector<std::string> data;
    std::string owner;
    for (const model::v1::DataClass* each : operation.data) {
      if (!analysis::IsConfidential(*each)) continue;
      data.push_back(each->id());
      if (owner.empty()) owner = each->owner();
    }
    for (const kb::OpenRecordDuty& duty : knowledge::ApiReview().open_records()) {
      pb::OpenRecordRow& row = *result_.add_open_records();
      row.set_operation(label);
      AddAll(data, row.mutable_data());
      row.set_duty(absl::StrReplaceAll(duty.duty(), {{"{operation}", label}}));
      row.set_test(absl::StrReplaceAll(duty.test(), {{"{operation}", label}}));
      row.set_cwe(WeaknessLabel(duty.cwe()));
      for (const std::string& id : duty.asvs()) row.add_references(knowledge::AsvsLabel(id));
      row.set_severity(duty.severity());
      row.set_owner(OwnerName(model_, api.team));
      row.set_due(model::FormatDate(model_.as_of() + knowledge::GapTermDays(duty.severity())));
    }
    questions_.Ask("Endpoint.object_level", "apis", label, owner);
  }

  static void AddAuthorization(const ReviewedApi& api, const EntryPoint& operation,
                               const std::vector<std::string>& callers, pb::AuthorizationRow& row) {
    const model::v1::Endpoint& endpoint = *operation.endpoint;
    row.set_operation(OperationLabel(endpoint));
    const bool open = analysis::IsOpenOperation(operation);
    row.set_object(!endpoint.object_level() ? "takes no object id"
                   : open                   ? "whoever knows the id: no owner can be checked"
                                            : "owner of the object");
    std::vector<std::string> allowed;
    for (const ConsumerClass* consumer : api.consumers) {
      if (open || consumer->authenticated()) allowed.push_back(consumer->name());
    }
    row.set_function(open                                                          ? "anyone"
                     : endpoint.authenticated() == model::v1::TRISTATE_UNSPECIFIED ? "not known"
                     : allowed.empty()                                             ? "no class declared"
                                                                                   : List(allowed));
    std::vector<std::string> fields;
    for (const model::v1::DataClass* data : operation.data) {
      if (data->confidentiality() > model::v1::CONFIDENTIALITY_PUBLIC) fields.push_back(data->id());
    }
    row.set_property(fields.empty() ? "no data above public" : absl::StrCat("fields of ", List(fields, kNamed)));
  }

  const Input& input_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const analysis::Landscape& landscape_;
  const analysis::ApiReview& review_;
  RowQuestions& questions_;
  pb::ApiSecurityResult& result_;
};

}  // namespace

void AddApiAccessTables(const Input& input, const analysis::ApiReview& review, RowQuestions& questions,
                        pb::ApiSecurityResult& result) {
  AccessTables(input, review, questions, result).Run();
}

}  // namespace metapowers::commands
