// The judgements are analysis'; this puts them into the tables of the section, one function a table.
#include "service/commands/protect/api_security.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/api_review.h"
#include "service/analysis/terms.h"
#include "service/commands/api_tests.h"
#include "service/commands/control_effects.h"
#include "service/commands/entry_wording.h"
#include "service/commands/gateway_limits.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/rows.h"
#include "service/commands/threat_naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/reviews.h"
#include "service/knowledge/rules.h"
#include "service/knowledge/threats.h"

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

std::string StateLabel(ApiRiskState state) {
  switch (state) {
    case ApiRiskState::kOpen:
      return "open";
    case ApiRiskState::kGap:
      return "gap";
    case ApiRiskState::kUnknown:
      return "not known";
    case ApiRiskState::kInPlace:
      return "in place";
  }
  return "";
}

std::string PostureLabel(const ControlPosture& posture) {
  if (posture.state == model::v1::POSTURE_STATE_UNSPECIFIED) return "not known";
  return absl::StrCat(Label(posture.state), posture.evidence.empty() ? "" : ": ", posture.evidence);
}

// "1 MB (1048576 bytes)", as people agree on sizes, and as settings have them.
std::string SizeLabel(int64_t bytes) {
  const std::string exact = absl::StrCat(bytes, " bytes");
  if (bytes >= 1 << 20 && bytes % (1 << 20) == 0) return absl::StrCat(bytes >> 20, " MB (", exact, ")");
  if (bytes >= 1 << 10 && bytes % (1 << 10) == 0) return absl::StrCat(bytes >> 10, " KB (", exact, ")");
  return exact;
}

bool IsWeb(const ReviewedApi& api) { return api.wire != kb::API_WIRE_MESSAGE && api.wire != kb::API_WIRE_GRPC; }

std::vector<std::string> DataOf(const std::vector<const EntryPoint*>& operations) {
  std::set<std::string> data;
  for (const EntryPoint* operation : operations) {
    for (const model::v1::DataClass* one : operation->data) data.insert(one->id());
  }
  return {data.begin(), data.end()};
}

class Audit {
 public:
  explicit Audit(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        landscape_(input.threats.Get().landscape()),
        surface_(analysis::AnalyseAttackSurface(input.facts)),
        review_(analysis::ReviewApis(input.threats.Get(), surface_)),
        gateways_(LimitingComponents(input, review_)) {}

  pb::ApiSecurityResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    result_.set_edition(knowledge::ApiReview().edition());
    result_.set_asvs(knowledge::Asvs().version());
    AddApis();
    AddSupplierApis();
    AddReviews();
    AddConsumers();
    AddMethods();
    AddCredentials();
    AddAuthorizations();
    AddLimits();
    AddGateways();
    AddInputs();
    AddOrigins();
    AddTransports();
    AddHeaders();
    AddRemedies();
    AddControlEffects(input_, "api-security", *result_.mutable_controls());
    AddQuestions();
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  std::string Owner(const std::string& team) const {
    return TeamName(model_, team.empty() ? proto_.owner_team() : team);
  }

  ControlPosture PostureOn(const model::v1::Component& component, absl::string_view control) const {
    return analysis::PostureOf(landscape_.ComponentElement(landscape_.IndexOf(component.id())), control);
  }

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
      AddAll(DataOf(api.operations), row.mutable_data());
      for (const model::v1::Flow* flow : api.arrivals) row.add_arrivals(flow->id());
      row.set_specification(api.api->specification());
      row.set_owner(Owner(api.team));
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
      row.set_owner(Owner(api.team));
      ++tests_;
    }
  }

  static std::vector<std::string> ControlLabels(const ApiRiskFact& fact) {
    std::vector<std::string> labels;
    for (const analysis::ControlState& one : fact.controls) {
      labels.push_back(absl::StrCat(
          one.control->name(), ": ",
          one.posture.state == model::v1::POSTURE_STATE_UNSPECIFIED ? "not known" : Label(one.posture.state)));
    }
    return labels;
  }

  static std::vector<std::string> BasisOf(const ApiRiskFact& fact) {
    std::vector<std::string> basis;
    for (const Threat* threat : fact.threats) basis.push_back(threat->key);
    for (std::string& label : ControlLabels(fact)) basis.push_back(std::move(label));
    return basis;
  }

  void AddReviews() {
    for (const ReviewedApi& api : review_.apis) {
      const ApiTexts texts(input_, api);
      pb::ApiReviewGroup& group = *result_.add_reviews();
      group.set_id(api.api->id());
      group.set_name(api.api->name());
      group.set_owner(Owner(api.team));
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
    for (const Threat* threat : fact.threats) line.add_open_items(threat->key);
    for (const analysis::SurfaceFindingFact* finding : fact.findings) {
      line.add_open_items(
          absl::StrCat(knowledge::SurfaceFindingKindOf(finding->finding).title(), " (", finding->subject, ")"));
    }
    AddAll(ControlLabels(fact), line.mutable_controls());
    if (fact.state == ApiRiskState::kOpen) group.set_open(group.open() + 1);
    for (const FilledTest& test : texts.Tests(row.tests(), fact.operations)) {
      AddTest(api, row.id(), test, row.asvs(), *group.add_tests());
    }
  }

  template <class Ids>
  void AddTest(const ReviewedApi& api, const std::string& topic, const FilledTest& test, const Ids& asvs,
               pb::TestRow& row) {
    row.set_subject(api.api->id());
    row.set_topic(topic);
    row.set_request(test.request);
    row.set_expected(test.expected);
    AddAll(asvs, row.mutable_asvs());
    ++tests_;
  }

  // --- Authentication ---

  void AddConsumers() {
    for (const ConsumerClass& consumer : proto_.consumer_classes()) {
      pb::ConsumerRow& row = *result_.add_consumers();
      row.set_id(consumer.id());
      row.set_name(consumer.name());
      for (int i = 0; i < consumer.authentication_size(); ++i) {
        const std::string method = Label(static_cast<FlowAuthentication>(consumer.authentication(i)));
        if (i == 0) row.set_primary(method);
        if (i > 0) row.add_further(absl::StrCat(method, i == 1 ? " as secondary factor" : " as further factor"));
      }
      if (consumer.has_consumers()) row.set_count(Thousands(consumer.consumers()));
      int open = 0;
      std::vector<std::string> changing;
      std::set<std::string> threats;
      for (const ReviewedApi& api : review_.apis) {
        if (!absl::c_linear_search(api.consumers, &consumer)) continue;
        row.add_apis(api.api->id());
        CountOpen(api, open, changing);
        AddThreatsOn(api, threats);
      }
      AddAll(threats, row.mutable_threats());
      AddVerdict(consumer, open, changing, row);
    }
  }

  static void CountOpen(const ReviewedApi& api, int& open, std::vector<std::string>& changing) {
    for (const EntryPoint* operation : api.operations) {
      if (operation->endpoint->authenticated() != model::v1::TRISTATE_NO) continue;
      ++open;
      if (operation->endpoint->state_changing()) changing.push_back(OperationLabel(*operation->endpoint));
    }
  }

  // Open threats on the authentication of the interface.
  static void AddThreatsOn(const ReviewedApi& api, std::set<std::string>& threats) {
    for (const ApiRiskFact& fact : api.risks) {
      if (fact.risk != kb::API_RISK_AUTHENTICATION) continue;
      for (const Threat* threat : fact.threats) threats.insert(threat->key);
    }
  }

  static void AddVerdict(const ConsumerClass& consumer, int open, const std::vector<std::string>& changing,
                         pb::ConsumerRow& row) {
    if (!consumer.authenticated()) {
      row.set_verdict("no identity");
      row.set_reason(changing.empty() ? absl::StrCat("calls ", Count(open, "operation", "operations"),
                                                     " that are open by declaration")
                                      : absl::StrCat("changes data without credentials: ", List(changing, kNamed)));
      return;
    }
    if (consumer.authentication().empty()) {
      row.set_verdict("not known");
      row.set_reason("the model names no method");
      return;
    }
    bool enough = consumer.authentication_size() > 1;
    for (const int method : consumer.authentication()) {
      enough |= knowledge::ConsumerMethodOf(static_cast<FlowAuthentication>(method)).enough_alone();
    }
    row.set_verdict(enough ? "enough" : "too weak");
    row.set_reason(
        knowledge::ConsumerMethodOf(static_cast<FlowAuthentication>(consumer.authentication(0))).judgement());
  }

  void AddMethods() {
    std::map<int, std::vector<std::string>> used;
    for (const ConsumerClass& consumer : proto_.consumer_classes()) {
      for (const int method : consumer.authentication()) used[method].push_back(consumer.name());
    }
    const model::v1::PolicyParameters& policy = proto_.policy_parameters();
    const auto term = [](bool set, const std::string& text) { return set ? text : "a time that no policy sets yet"; };
    const std::vector<std::pair<absl::string_view, std::string>> values = {
        {"{session_idle}", term(policy.has_session_idle_minutes(), Minutes(policy.session_idle_minutes()))},
        {"{token_ttl}", term(policy.has_service_token_ttl_minutes(), Minutes(policy.service_token_ttl_minutes()))},
        {"{key_rotation}",
         term(proto_.secrets().has_default_rotation_days(), InDays(proto_.secrets().default_rotation_days()))}};
    for (const auto& [number, consumers] : used) {
      const auto method = static_cast<FlowAuthentication>(number);
      const kb::ConsumerMethod& known = knowledge::ConsumerMethodOf(method);
      pb::MethodRow& row = *result_.add_methods();
      row.set_method(Label(method));
      AddAll(consumers, row.mutable_consumers());
      row.set_judgement(known.judgement());
      row.set_requirement(absl::StrReplaceAll(known.requirement(), values));
      row.set_verification(absl::StrReplaceAll(known.verification(), values));
      AddAll(known.standards(), row.mutable_references());
      for (const std::string& id : known.asvs()) row.add_references(absl::StrCat("ASVS ", id));
    }
  }

  void AddCredentials() {
    std::map<std::string, std::set<std::string>> carried;
    for (const ReviewedApi& api : review_.apis) {
      for (const model::v1::Flow* flow : api.arrivals) {
        for (const auto* list : {&flow->sends(), &flow->receives()}) {
          for (const std::string& id : *list) carried[id].insert(api.api->id());
        }
      }
      for (const std::string& id : DataOf(api.operations)) carried[id].insert(api.api->id());
    }
    for (const auto& [id, apis] : carried) {
      const auto& data = *model_.Find<model::v1::DataClass>(id);
      if (!analysis::HasCategory(data, {model::v1::DATA_CATEGORY_CREDENTIALS})) continue;
      pb::CredentialRow& row = *result_.add_credentials();
      row.set_id(id);
      row.set_name(data.name());
      row.set_kind("data class");
      AddAll(apis, row.mutable_used_by());
      row.set_lifetime(Label(data.credential_lifetime()));
      row.set_rotation("not declared for a data class");
      row.set_owner(Owner(data.owner()));
      if (data.credential_lifetime() == 0) Ask("DataClass.credential_lifetime", "data_classes", id, data.owner());
    }
    for (const model::v1::Credential& credential : proto_.secrets().credentials()) AddCredential(credential);
  }

  void AddCredential(const model::v1::Credential& credential) {
    std::set<std::string> users;
    for (const ReviewedApi& api : review_.apis) {
      const std::string& component = api.component->component->id();
      if (absl::c_linear_search(credential.used_by(), component)) users.insert(component);
      for (const model::v1::Flow* flow : api.arrivals) {
        if (flow->id() == credential.flow()) users.insert(api.api->id());
      }
    }
    for (const analysis::SupplierApi& api : review_.supplier_apis) {
      if (!credential.flow().empty() && api.entry->flow->id() == credential.flow()) users.insert(credential.flow());
    }
    if (users.empty()) return;
    pb::CredentialRow& row = *result_.add_credentials();
    row.set_id(credential.id());
    row.set_name(credential.name());
    row.set_kind(Label(credential.kind()));
    AddAll(users, row.mutable_used_by());
    row.set_lifetime("until rotated");
    const int days =
        credential.has_rotation_days() ? credential.rotation_days() : proto_.secrets().default_rotation_days();
    row.set_rotation(absl::StrCat(days > 0 ? absl::StrCat("every ", InDays(days)) : std::string("no interval declared"),
                                  credential.last_rotated().empty()
                                      ? ", last date not declared"
                                      : absl::StrCat(", last ", credential.last_rotated())));
    row.set_owner(Owner(credential.owner_team()));
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
      group.set_object(PostureLabel(PostureOn(component, "object_authorisation")));
      group.set_function(PostureLabel(PostureOn(component, "function_authorisation")));
      group.set_property(PostureLabel(PostureOn(component, "property_authorisation")));
      std::set<std::string> rights;
      for (const model::v1::Flow* flow : api.arrivals) rights.insert(RightsLabel(flow->authorization()));
      group.set_rights(rights.empty() ? "no flow declared" : List({rights.begin(), rights.end()}));
      const std::vector<std::string> callers = ApiTexts(input_, api).Callers();
      for (const EntryPoint* operation : api.operations) AddAuthorization(api, *operation, callers, *group.add_rows());
    }
  }

  static void AddAuthorization(const ReviewedApi& api, const EntryPoint& operation,
                               const std::vector<std::string>& callers, pb::AuthorizationRow& row) {
    const model::v1::Endpoint& endpoint = *operation.endpoint;
    row.set_operation(OperationLabel(endpoint));
    row.set_object(endpoint.object_level() ? "owner of the object" : "takes no object id");
    const bool open = endpoint.authenticated() == model::v1::TRISTATE_NO;
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

  // --- Limits ---

  void AddLimits() {
    for (const ReviewedApi& api : review_.apis) {
      for (const ConsumerClass* consumer : api.consumers) {
        pb::LimitRow& row = *result_.add_limits();
        row.set_api(api.api->id());
        row.set_consumer(consumer->name());
        row.set_owner(Owner(api.team));
        row.set_enforced_at(List(LimitersOf(api)));
        if (!consumer->has_requests_per_minute()) {
          row.set_limit(absl::StrCat("no number declared, ", LimitScope(*consumer)));
          unlimited_.insert(consumer->id());
          continue;
        }
        const int64_t limit = consumer->requests_per_minute();
        row.set_limit(absl::StrCat(limit, " requests per minute ", LimitScope(*consumer)));
        row.set_burst_test(IsWeb(api) || api.wire == kb::API_WIRE_GRPC
                               ? absl::StrCat("request ", limit + 1, " within a minute is refused with 429")
                               : absl::StrCat("message ", limit + 1, " within a minute waits at the sender"));
      }
    }
  }

  std::vector<std::string> LimitersOf(const ReviewedApi& api) const {
    std::vector<std::string> limiters;
    for (const LimitingComponent& gateway : gateways_) {
      if (!absl::c_linear_search(gateway.apis, &api)) continue;
      const bool known = gateway.posture.state != model::v1::POSTURE_STATE_UNSPECIFIED;
      limiters.push_back(
          absl::StrCat(gateway.component->id(), " (", known ? Label(gateway.posture.state) : "not known", ")"));
    }
    return limiters;
  }

  void AddGateways() {
    for (const LimitingComponent& gateway : gateways_) {
      pb::GatewayRow& row = *result_.add_gateways();
      row.set_component(gateway.component->id());
      if (gateway.product != nullptr) row.set_product(gateway.product->name());
      row.set_state(PostureLabel(gateway.posture));
      for (const ReviewedApi* api : gateway.apis) row.add_apis(api->api->id());
      row.set_own_code(gateway.component->custom_code() && gateway.product == nullptr);
      row.set_owner(Owner(gateway.component->owner_team()));
      if (gateway.product == nullptr && !row.own_code()) {
        Ask("Component.technology", "components", gateway.component->id(), gateway.component->owner_team());
      }
      if (auto config = LimitConfig(input_, gateway)) *result_.add_configs() = *std::move(config);
    }
  }

  // --- Requests, origins, transport ---

  void AddInputs() {
    for (const ReviewedApi& api : review_.apis) {
      pb::InputRow& row = *result_.add_inputs();
      row.set_api(api.api->id());
      row.set_validation(Label(api.api->schema_validation()));
      if (!api.api->schema_language().empty()) {
        row.set_validation(absl::StrCat(row.validation(), ", ", api.api->schema_language()));
      }
      row.set_max_request(api.api->has_max_request_bytes() ? SizeLabel(api.api->max_request_bytes()) : "unknown");
      for (const int format : api.component->component->formats_accepted()) {
        row.add_types(Label(static_cast<model::v1::DataFormat>(format)));
      }
      row.set_posture(PostureLabel(PostureOn(*api.component->component, "input_validation")));
      if (api.api->schema_validation() == model::v1::TRISTATE_NO) row.add_findings("requests are not validated");
      row.set_owner(Owner(api.team));
      const ApiTexts texts(input_, api);
      for (const kb::RequestTest& check : knowledge::ApiReview().request_tests()) {
        for (const FilledTest& test : texts.Tests(check.tests(), api.operations)) {
          AddTest(api, check.name(), test, check.asvs(), *result_.add_input_tests());
        }
      }
    }
  }

  void AddOrigins() {
    for (const ReviewedApi& api : review_.apis) {
      if (!IsWeb(api) || api.operations.empty()) continue;
      for (const kb::OriginRule& rule : knowledge::ApiReview().origins()) {
        if (rule.policy() != api.api->cors()) continue;
        const auto caller = absl::c_find_if(api.consumers, [](const auto* one) { return one->authenticated(); });
        const std::vector<std::pair<absl::string_view, std::string>> values = {
            {"{consumer}", caller == api.consumers.end() ? "caller" : (*caller)->name()},
            {"{element}", api.component->component->id()},
            {"{operation}", OperationLabel(*api.operations[0]->endpoint)}};
        pb::OriginRow& row = *result_.add_origins();
        row.set_api(api.api->id());
        row.set_policy(absl::StrReplaceAll(rule.label(), values));
        row.set_setting(absl::StrReplaceAll(rule.setting(), values));
        row.set_request(absl::StrReplaceAll(rule.request(), values));
        row.set_expected(absl::StrReplaceAll(rule.expected(), values));
        row.set_flagged(rule.policy() == model::v1::CORS_POLICY_ANY);
        row.set_owner(Owner(api.team));
        ++tests_;
      }
    }
  }

  void AddTransports() {
    std::map<std::string, std::vector<std::string>> apis;
    for (const ReviewedApi& api : review_.apis) {
      for (const model::v1::Flow* flow : api.arrivals) apis[flow->id()].push_back(api.api->id());
    }
    for (const EntryPoint& entry : surface_.entries) {
      const bool arrival = entry.kind == EntryPoint::Kind::kFlow && apis.contains(entry.flow->id());
      if (!arrival && entry.kind != EntryPoint::Kind::kPull) continue;
      pb::TransportRow& row = *result_.add_transports();
      row.set_flow(entry.flow->id());
      if (arrival) AddAll(apis[entry.flow->id()], row.mutable_apis());
      row.set_protection(ProtectionLabel(entry));
      const model::v1::TlsVersion floor = proto_.policy_parameters().min_tls();
      row.set_floor(floor == model::v1::TLS_VERSION_UNSPECIFIED ? "no policy" : Label(floor));
      row.set_verdict(TransportVerdict(entry));
      row.set_owner(Owner(entry.owner_team));
      if (row.verdict() == "not known") Ask("Flow.min_tls", "flows", entry.flow->id(), entry.owner_team);
    }
    std::sort(result_.mutable_transports()->begin(), result_.mutable_transports()->end(),
              [](const pb::TransportRow& a, const pb::TransportRow& b) { return a.flow() < b.flow(); });
  }

  std::string TransportVerdict(const EntryPoint& entry) const {
    switch (entry.transport) {
      case model::v1::TRANSPORT_SECURITY_NONE:
        return entry.vpn ? "inside a VPN" : "clear text";
      case model::v1::TRANSPORT_SECURITY_TLS:
      case model::v1::TRANSPORT_SECURITY_MTLS:
      case model::v1::TRANSPORT_SECURITY_MESH_MTLS:
        if (entry.min_tls == 0) return "not known";
        if (proto_.policy_parameters().min_tls() == 0) return "no floor to meet";
        return analysis::BelowTlsFloor(input_.facts, entry) ? "below the floor" : "meets the floor";
      case model::v1::TRANSPORT_SECURITY_UNSPECIFIED:
        return "not known";
      default:
        return "no TLS: protected otherwise";
    }
  }

  void AddHeaders() {
    for (const ReviewedApi& api : review_.apis) {
      if (!api.browser || !IsWeb(api)) continue;
      const model::v1::Component& component = *api.component->component;
      const bool confidential = absl::c_any_of(api.operations, [](const EntryPoint* operation) {
        return absl::c_any_of(operation->data, [](const auto* data) { return analysis::IsConfidential(*data); });
      });
      pb::HeaderRow& row = *result_.add_headers();
      row.set_api(api.api->id());
      std::set<std::string> names;
      for (const kb::HeaderRule& rule : knowledge::ApiReview().headers()) {
        if (rule.confidential() && !confidential) continue;
        if (!rule.policies().empty() && !absl::c_linear_search(rule.policies(), api.api->cors())) continue;
        if (names.insert(rule.line().substr(0, rule.line().find(':'))).second) row.add_headers(rule.line());
      }
      const ControlPosture posture = PostureOn(component, "header_hardening");
      row.set_state(PostureLabel(posture));
      row.set_verification(absl::StrReplaceAll(knowledge::FindControl("header_hardening")->verification(),
                                               {{"{element}", component.id()}}));
      row.set_owner(Owner(api.team));
      if (posture.state == 0) Ask("Component.posture.header_hardening", "components", component.id(), api.team);
    }
  }

  // --- Remediation ---

  void AddRemedies() {
    std::map<std::string, pb::RemedyRow> rows;
    const auto add = [&](const ApiRiskFact& fact) {
      const std::string& id = knowledge::ApiRiskRowOf(fact.risk).id();
      for (const Threat* threat : fact.threats) {
        pb::RemedyRow& row = rows[threat->key];
        if (row.key().empty()) Describe(*threat, row);
        if (!absl::c_linear_search(row.risks(), id)) row.add_risks(id);
      }
      for (const analysis::SurfaceFindingFact* finding : fact.findings) {
        pb::RemedyRow& row = rows[absl::StrCat(finding->finding, " ", finding->subject)];
        if (row.key().empty()) Describe(*finding, row);
        if (!absl::c_linear_search(row.risks(), id)) row.add_risks(id);
      }
    };
    for (const ReviewedApi& api : review_.apis) {
      for (const ApiRiskFact& fact : api.risks) {
        if (fact.applies) add(fact);
      }
    }
    for (const analysis::SupplierApi& api : review_.supplier_apis) add(api.risk);
    std::vector<pb::RemedyRow> sorted;
    for (auto& [key, row] : rows) sorted.push_back(std::move(row));
    absl::c_stable_sort(sorted, [](const pb::RemedyRow& a, const pb::RemedyRow& b) {
      return std::make_tuple(-a.severity(), a.due(), a.key()) < std::make_tuple(-b.severity(), b.due(), b.key());
    });
    for (pb::RemedyRow& row : sorted) *result_.add_remedies() = std::move(row);
  }

  void Describe(const Threat& threat, pb::RemedyRow& row) const {
    row.set_key(threat.key);
    row.set_element(threat.element_id());
    row.set_severity(threat.severity());
    row.set_measure(analysis::MitigationOf(threat));
    const kb::SecurityControl* first = nullptr;
    for (const analysis::ControlOnThreat& each : threat.controls) {
      if (!IsMissing(each)) continue;
      if (first == nullptr) first = each.control;
      row.add_controls(each.control->name());
    }
    if (first != nullptr) {
      const std::string data = threat.data.empty() ? "its data" : List(DataNames(threat.data), kNamed);
      row.set_verification(absl::StrReplaceAll(first->verification(), {{"{element}", threat.element_id()},
                                                                       {"{system}", proto_.name()},
                                                                       {"{team}", Owner(*threat.team)},
                                                                       {"{data}", data}}));
    }
    row.set_owner(Owner(*threat.team));
    row.set_due(*threat.due);
  }

  void Describe(const analysis::SurfaceFindingFact& finding, pb::RemedyRow& row) const {
    const kb::SurfaceFindingKind& kind = knowledge::SurfaceFindingKindOf(finding.finding);
    row.set_key(absl::StrCat(kind.title(), ": ", finding.fact));
    row.set_element(finding.subject);
    row.set_severity(finding.severity);
    row.set_measure(kind.measure());
    row.set_verification(kind.verification());
    row.set_owner(Owner(finding.team));
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
        Ask("ConsumerClass.authentication", "consumer_classes", consumer.id(), proto_.owner_team());
      }
    }
    for (const ReviewedApi& api : review_.apis) AskAbout(api);
    AddAll(asked_, result_.mutable_questions());
  }

  void AskAbout(const ReviewedApi& api) {
    if (api.api->specification().empty() && !api.operations.empty()) {
      Ask("Api.specification", "apis", api.api->id(), api.team);
    }
    const model::v1::Component& component = *api.component->component;
    for (const ApiRiskFact& fact : api.risks) {
      if (!fact.applies) continue;
      for (const analysis::ControlState& one : fact.controls) {
        if (one.posture.state != model::v1::POSTURE_STATE_UNSPECIFIED) continue;
        Ask(absl::StrCat("Component.posture.", one.control->id()), "components", component.id(), api.team);
      }
    }
  }

  // Asks each question once; nothing where no row words it.
  void Ask(const std::string& type, absl::string_view list, const std::string& id, const std::string& team) {
    const std::string field = absl::StrCat(list, "[", id, "]", type.substr(type.find('.')));
    if (absl::c_any_of(asked_, [&](const auto& one) { return one.field() == field; })) return;
    for (const kb::SurfaceQuestion& rule : knowledge::ApiReview().questions()) {
      if (rule.field() != type) continue;
      metapowers::v1::Question& question = asked_.emplace_back();
      question.set_field(field);
      question.set_text(absl::StrReplaceAll(rule.text(), {{"{id}", id}}));
      question.set_owner(team.empty() ? proto_.owner_team() : team);
      question.set_owner_name(TeamName(model_, question.owner()));
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
    totals.set_tests(tests_);
    totals.set_remedies(result_.remedies_size());
    for (const pb::RemedyRow& row : result_.remedies()) {
      totals.set_severe(totals.severe() + (row.severity() >= model::v1::SEVERITY_HIGH ? 1 : 0));
    }
    totals.set_unlimited(static_cast<int>(unlimited_.size()));
    totals.set_questions(result_.questions_size());
    AddPhrases(totals);
  }

  void AddPhrases(const pb::ApiTotals& totals) {
    pb::ApiPhrases& phrases = *result_.mutable_phrases();
    phrases.set_apis(absl::StrCat(Count(totals.apis(), "interface", "interfaces"), " with ",
                                  Count(totals.operations(), "declared operation", "declared operations")));
    phrases.set_supplier_apis(
        Count(totals.supplier_apis(), "interface of a supplier or partner", "interfaces of suppliers and partners"));
    phrases.set_applying(absl::StrCat("Of ", totals.apis() * 10, " pairs of interface and risk, ", totals.applying(),
                                      totals.applying() == 1 ? " applies" : " apply"));
    phrases.set_open(absl::StrCat(totals.open(), totals.open() == 1 ? " is open" : " are open"));
    phrases.set_remedies(Count(totals.remedies(), "finding is", "findings are"));
    phrases.set_severe(totals.severe() == 0 ? "none of them is" : Count(totals.severe(), "of them is", "of them are"));
  }

  const Input& input_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const analysis::Landscape& landscape_;
  const analysis::AttackSurface surface_;
  const analysis::ApiReview review_;
  const std::vector<LimitingComponent> gateways_;
  std::vector<metapowers::v1::Question> asked_;
  std::set<std::string> unlimited_;
  int tests_ = 0;
  pb::ApiSecurityResult result_;
};

}  // namespace

pb::ApiSecurityResult ApiSecurity(const Input& input) { return Audit(input).Build(); }

}  // namespace metapowers::commands::protect
