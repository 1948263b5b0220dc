// The judgements are analysis'; this puts them into the tables of the section, one function a table.
#include "service/commands/protect/api_security.h"

#include <map>
#include <tuple>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/api_access.h"
#include "service/analysis/api_review.h"
#include "service/commands/api_access_tables.h"
#include "service/commands/api_request_tables.h"
#include "service/commands/api_tests.h"
#include "service/commands/api_wording.h"
#include "service/commands/control_effects.h"
#include "service/commands/entry_wording.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/policy_terms.h"
#include "service/commands/posture_wording.h"
#include "service/commands/rows.h"
#include "service/commands/threat_naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/reviews.h"
#include "service/knowledge/rules.h"

namespace metapowers::commands::protect {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::protect::v1;
using analysis::ApiRiskFact;
using analysis::ApiRiskState;
using analysis::ControlPosture;
using analysis::EntryPoint;
using analysis::ReviewedApi;
using analysis::Threat;
using model::v1::ConsumerClass;
using model::v1::FlowAuthentication;

// Names that a cell holds before it counts the rest.
constexpr size_t kNamed = 6;

class Audit {
 public:
  explicit Audit(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        surface_(analysis::AnalyseAttackSurface(input.presumed)),
        review_(analysis::ReviewApis(input.threats.Get(), surface_)),
        questions_(input.model, knowledge::ApiReview().questions()) {}

  pb::ApiSecurityResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    result_.set_edition(knowledge::ApiReview().edition());
    result_.set_asvs(knowledge::Asvs().version());
    AddApis();
    AddSupplierApis();
    AddReviews();
    AddApiAccessTables(input_, review_, questions_, result_);
    AddApiRequestTables(input_, surface_, review_, questions_, result_);
    AddRemedies();
    AddControlEffects(input_, "api-security", *result_.mutable_controls());
    AddQuestions();
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  // --- Inventory ---

  void AddApis() {
    for (const ReviewedApi& api : review_.apis) {
      pb::ApiRow& row = *result_.add_apis();
      row.set_id(api.api->id());
      row.set_name(api.api->name());
      row.set_style(absl::StrCat(Label(api.api->style()), api.api->version().empty() ? "" : " ", api.api->version()));
      row.set_component(api.component->component->id());
      if (!api.operations.empty()) row.set_exposure(ExposureLabel(api.operations[0]->exposure));
      for (const ConsumerClass* consumer : api.consumers) row.add_consumers(consumer->name());
      for (const EntryPoint* operation : api.operations) {
        const model::v1::Endpoint& endpoint = *operation->endpoint;
        row.set_operations(row.operations() + 1);
        const bool open = endpoint.authenticated() == model::v1::TRISTATE_NO;
        const bool undecided = endpoint.authenticated() == model::v1::TRISTATE_UNSPECIFIED;
        row.set_open_operations(row.open_operations() + (open ? 1 : 0));
        row.set_undecided(row.undecided() + (undecided ? 1 : 0));
        row.set_changing(row.changing() + (endpoint.state_changing() ? 1 : 0));
      }
      AddAll(analysis::CarriedData(api.operations), row.mutable_data());
      for (const model::v1::Flow* flow : api.arrivals) row.add_arrivals(flow->id());
      row.set_specification(api.api->specification());
      row.set_owner(OwnerName(model_, api.team));
    }
  }

  void AddSupplierApis() {
    for (const analysis::SupplierApi& api : review_.supplier_apis) {
      pb::SupplierApiRow& row = *result_.add_supplier_apis();
      row.set_flow(api.entry->flow->id());
      row.set_supplier(api.supplier);
      row.set_component(api.entry->target->component->id());
      row.set_protocol(ProtocolLabel(*api.entry->flow));
      for (const model::v1::DataClass* data : api.entry->data) row.add_data(data->id());
      row.set_authentication(Label(api.entry->flow->authentication()));
      row.set_proof(AuthenticationLabel(*api.entry));
      row.set_protection(ProtectionLabel(*api.entry));
      row.set_state(StateLabel(api.risk.state));
      AddAll(BasisOf(api.risk), row.mutable_basis());
      const FilledTest test = SupplierTest(api);
      row.set_request(test.request);
      row.set_expected(test.expected);
      row.set_owner(OwnerName(model_, api.team));
    }
  }

  static std::vector<std::string> ControlLabels(const ApiRiskFact& fact) {
    std::vector<std::string> labels;
    for (const analysis::ControlState& one : fact.controls) {
      labels.push_back(absl::StrCat(one.control->name(), ": ", PostureLabel(one.posture.state)));
    }
    return labels;
  }

  static std::vector<std::string> BasisOf(const ApiRiskFact& fact) {
    std::vector<std::string> basis;
    for (const Threat* threat : fact.threats) basis.push_back(threat->key());
    for (std::string& label : ControlLabels(fact)) basis.push_back(std::move(label));
    return basis;
  }

  void AddReviews() {
    for (const ReviewedApi& api : review_.apis) {
      const ApiTexts texts(input_, api);
      pb::ApiReviewGroup& group = *result_.add_reviews();
      group.set_id(api.api->id());
      group.set_name(api.api->name());
      group.set_owner(OwnerName(model_, api.team));
      for (const ApiRiskFact& fact : api.risks) {
        const kb::ApiRiskRow& row = knowledge::ApiRiskRowOf(fact.risk);
        if (fact.applies) {
          AddRisk(api, texts, fact, row, group);
        } else {
          pb::ExcludedRisk& excluded = *group.add_excluded();
          excluded.set_id(row.id());
          excluded.set_name(row.name());
          excluded.set_reason(texts.Fill(row.not_applies(), fact));
        }
      }
      group.set_applying(group.risks_size());
    }
  }

  void AddRisk(const ReviewedApi& api, const ApiTexts& texts, const ApiRiskFact& fact, const kb::ApiRiskRow& row,
               pb::ApiReviewGroup& group) {
    pb::ApiRiskLine& line = *group.add_risks();
    line.set_id(row.id());
    line.set_name(row.name());
    line.set_because(texts.Fill(row.applies(), fact));
    if (fact.operations.size() < api.operations.size()) {
      for (const EntryPoint* operation : fact.operations) line.add_operations(OperationLabel(*operation->endpoint));
    }
    line.set_state(StateLabel(fact.state));
    line.set_worst(fact.worst);
    for (const Threat* threat : fact.threats) line.add_open_items(threat->key());
    for (const analysis::SurfaceFindingFact* finding : fact.findings) {
      line.add_open_items(
          absl::StrCat(knowledge::SurfaceFindingKindOf(finding->finding).title(), " (", finding->subject, ")"));
    }
    AddAll(ControlLabels(fact), line.mutable_controls());
    if (fact.state == ApiRiskState::kOpen) group.set_open(group.open() + 1);
    for (const FilledTest& test : texts.Tests(row.tests(), fact.operations)) {
      pb::TestRow& tried = *group.add_tests();
      tried.set_subject(api.api->id());
      tried.set_topic(row.id());
      tried.set_request(test.request);
      tried.set_expected(test.expected);
      if (test.asvs.empty()) AddAll(row.asvs(), tried.mutable_asvs());
      AddAll(test.asvs, tried.mutable_asvs());
    }
  }

  // --- Remediation ---

  void AddRemedies() {
    std::map<std::string, pb::RemedyRow> rows;
    const auto add = [&](const ApiRiskFact& fact, absl::string_view tested_in) {
      const kb::ApiRiskRow& risk = knowledge::ApiRiskRowOf(fact.risk);
      const std::string& id = risk.id();
      for (const Threat* threat : fact.threats) {
        pb::RemedyRow& row = rows[threat->key()];
        if (row.key().empty()) Describe(*threat, row);
        if (!absl::c_linear_search(row.risks(), id)) row.add_risks(id);
        if (const kb::SecurityControl* control = FittingControl(*threat, risk); control != nullptr) {
          row.set_verification(VerificationOf(*control, *threat));
        } else if (row.verification().empty()) {
          row.set_verification(absl::StrCat("Each test of ", id, " on ", tested_in, " ends as expected"));
        }
      }
      for (const analysis::SurfaceFindingFact* finding : fact.findings) {
        pb::RemedyRow& row = rows[absl::StrCat(finding->finding, " ", finding->subject)];
        if (row.key().empty()) Describe(*finding, row);
        if (!absl::c_linear_search(row.risks(), id)) row.add_risks(id);
      }
    };
    for (const ReviewedApi& api : review_.apis) {
      for (const ApiRiskFact& fact : api.risks) {
        if (fact.applies) add(fact, api.api->id());
      }
    }
    for (const analysis::SupplierApi& api : review_.supplier_apis) {
      add(api.risk, api.entry->flow->id());
      // The answer is what is tried here, and not what the control accepts elsewhere.
      for (const Threat* threat : api.risk.threats) {
        rows[threat->key()].set_verification(
            absl::StrCat("The test of ", api.entry->flow->id(), " among the interfaces of suppliers ends as expected"));
      }
    }
    std::vector<pb::RemedyRow> sorted;
    for (auto& [key, row] : rows) sorted.push_back(std::move(row));
    absl::c_stable_sort(sorted, [](const pb::RemedyRow& a, const pb::RemedyRow& b) {
      return std::make_tuple(-a.severity(), a.due(), a.key()) < std::make_tuple(-b.severity(), b.due(), b.key());
    });
    for (pb::RemedyRow& row : sorted) *result_.add_remedies() = std::move(row);
  }

  // What proves the risk closed: the first missing control of the threat that is one of the risk's own. Another one may
  // lower the threat and says nothing of the risk, as a limit of requests does on who may read a record.
  static const kb::SecurityControl* FittingControl(const Threat& threat, const kb::ApiRiskRow& risk) {
    for (const analysis::ControlOnThreat& each : threat.controls) {
      if (IsMissing(each) && absl::c_linear_search(risk.controls(), each.control->id())) return each.control;
    }
    return nullptr;
  }

  // Of a flow the test is made on what answers it.
  std::string VerificationOf(const kb::SecurityControl& control, const Threat& threat) const {
    const std::string data = threat.data.empty() ? "its data" : List(DataNames(threat.data), kNamed);
    const bool on_flow = threat.element.subject == kb::THREAT_SUBJECT_FLOW;
    const std::string& tested = on_flow ? threat.element.flow().flow->target() : threat.element_id();
    return absl::StrReplaceAll(FillTerms(model_, control.verification()), {{"the target of {element}", tested},
                                                                           {"{element}", tested},
                                                                           {"{system}", proto_.name()},
                                                                           {"{team}", OwnerName(model_, *threat.team)},
                                                                           {"{data}", data}});
  }

  void Describe(const Threat& threat, pb::RemedyRow& row) const {
    row.set_key(threat.key());
    row.set_element(threat.element_id());
    row.set_severity(threat.severity());
    row.set_measure(analysis::MitigationOf(threat));
    for (const analysis::ControlOnThreat& each : threat.controls) {
      if (IsMissing(each)) row.add_controls(each.control->name());
    }
    row.set_owner(OwnerName(model_, *threat.team));
    row.set_due(*threat.due);
  }

  void Describe(const analysis::SurfaceFindingFact& finding, pb::RemedyRow& row) const {
    const kb::SurfaceFindingKind& kind = knowledge::SurfaceFindingKindOf(finding.finding);
    row.set_key(absl::StrCat(kind.title(), ": ", finding.fact));
    row.set_element(finding.subject);
    row.set_severity(finding.severity);
    row.set_measure(kind.measure());
    row.set_verification(kind.verification());
    row.set_owner(OwnerName(model_, finding.team));
    row.set_due(finding.due);
  }

  // --- Questions ---

  void AddQuestions() {
    for (metapowers::v1::Question& question :
         QuestionsOn(model_, {"Endpoint.authenticated", "ConsumerClass.requests_per_minute", "Api.schema_validation",
                              "Api.max_request_bytes", "Api.cors", "PolicyParameters.min_tls",
                              "PolicyParameters.session_idle_minutes", "PolicyParameters.service_token_ttl_minutes"})) {
      *result_.add_questions() = std::move(question);
    }
    for (const ConsumerClass& consumer : proto_.consumer_classes()) {
      if (consumer.authenticated() && consumer.authentication().empty()) {
        questions_.Ask("ConsumerClass.authentication", "consumer_classes", consumer.id(), proto_.owner_team());
      }
    }
    for (const ReviewedApi& api : review_.apis) AskAbout(api);
    AddAll(questions_.asked(), result_.mutable_questions());
  }

  void AskAbout(const ReviewedApi& api) {
    if (api.api->specification().empty() && !api.operations.empty()) {
      questions_.Ask("Api.specification", "apis", api.api->id(), api.team);
    }
    const model::v1::Component& component = *api.component->component;
    for (const ApiRiskFact& fact : api.risks) {
      if (!fact.applies) continue;
      for (const analysis::ControlState& one : fact.controls) {
        if (one.posture.state != model::v1::POSTURE_STATE_UNSPECIFIED) continue;
        questions_.Ask(absl::StrCat("Component.posture.", one.control->id()), "components", component.id(), api.team);
      }
    }
  }

  // --- Totals ---

  void AddTotals() {
    pb::ApiTotals& totals = *result_.mutable_totals();
    totals.set_apis(result_.apis_size());
    for (const pb::ApiRow& row : result_.apis()) totals.set_operations(totals.operations() + row.operations());
    for (const ReviewedApi& api : review_.apis) {
      totals.set_webhooks(totals.webhooks() + (api.wire == kb::API_WIRE_WEBHOOK ? 1 : 0));
    }
    totals.set_supplier_apis(result_.supplier_apis_size());
    for (const pb::ApiReviewGroup& group : result_.reviews()) {
      totals.set_applying(totals.applying() + group.applying());
      totals.set_open(totals.open() + group.open());
    }
    totals.set_tests(totals.supplier_apis() + result_.input_tests_size() + result_.origins_size());
    for (const pb::ApiReviewGroup& group : result_.reviews()) totals.set_tests(totals.tests() + group.tests_size());
    totals.set_remedies(result_.remedies_size());
    for (const pb::RemedyRow& row : result_.remedies()) {
      totals.set_severe(totals.severe() + (row.severity() >= model::v1::SEVERITY_HIGH ? 1 : 0));
    }
    for (const analysis::ConsumerFact& fact : analysis::Consumers(model_, review_)) {
      const bool limited = fact.consumer->has_requests_per_minute();
      totals.set_unlimited(totals.unlimited() + (!limited && !fact.apis.empty() ? 1 : 0));
    }
    totals.set_questions(result_.questions_size());
    AddPhrases(totals);
  }

  void AddPhrases(const pb::ApiTotals& totals) {
    pb::ApiPhrases& phrases = *result_.mutable_phrases();
    phrases.set_apis(absl::StrCat(Count(totals.apis(), "interface", "interfaces"), " with ",
                                  Count(totals.operations(), "declared operation", "declared operations")));
    phrases.set_supplier_apis(
        Count(totals.supplier_apis(), "interface of a supplier or partner", "interfaces of suppliers and partners"));
    phrases.set_applying(absl::StrCat("Of ", totals.apis() * knowledge::ApiReview().risks_size(),
                                      " pairs of interface and risk, ", totals.applying(),
                                      totals.applying() == 1 ? " applies" : " apply"));
    phrases.set_open(absl::StrCat(totals.open(), totals.open() == 1 ? " is open" : " are open"));
    phrases.set_remedies(Count(totals.remedies(), "finding is", "findings are"));
    phrases.set_severe(totals.severe() == 0 ? "none of them is" : Count(totals.severe(), "of them is", "of them are"));
  }

  const Input& input_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const analysis::AttackSurface surface_;
  const analysis::ApiReview review_;
  RowQuestions questions_;
  pb::ApiSecurityResult result_;
};

}  // namespace

pb::ApiSecurityResult ApiSecurity(const Input& input) { return Audit(input).Build(); }

}  // namespace metapowers::commands::protect
