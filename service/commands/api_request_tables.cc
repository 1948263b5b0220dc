#include "service/commands/api_request_tables.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/api_access.h"
#include "service/analysis/request_limits.h"
#include "service/analysis/terms.h"
#include "service/commands/api_tests.h"
#include "service/commands/api_wording.h"
#include "service/commands/entry_wording.h"
#include "service/commands/gateway_snippets.h"
#include "service/commands/naming.h"
#include "service/commands/posture_wording.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/knowledge/reviews.h"
#include "service/knowledge/threats.h"

namespace metapowers::commands {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::protect::v1;
using analysis::ControlPosture;
using analysis::EntryPoint;
using analysis::ReviewedApi;
using model::v1::ConsumerClass;

bool IsWeb(const ReviewedApi& api) { return api.wire != kb::API_WIRE_MESSAGE && api.wire != kb::API_WIRE_GRPC; }

// What one request too many meets.
std::string BurstTest(const ReviewedApi& api, int64_t limit) {
  if (api.wire == kb::API_WIRE_MESSAGE) {
    return absl::StrCat("message ", limit + 1, " within a minute waits at the sender");
  }
  const char* const refusal = api.wire == kb::API_WIRE_GRPC ? "the status RESOURCE_EXHAUSTED" : "429";
  return absl::StrCat("request ", limit + 1, " within a minute is refused with ", refusal);
}

class RequestTables {
 public:
  RequestTables(const Input& input, const analysis::AttackSurface& surface, const analysis::ApiReview& review,
                RowQuestions& questions, pb::ApiSecurityResult& result)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        landscape_(input.threats.Get().landscape()),
        surface_(surface),
        review_(review),
        gateways_(analysis::LimitingComponents(landscape_, review)),
        questions_(questions),
        result_(result) {}

  void Run() {
    AddLimits();
    AddGateways();
    AddInputs();
    AddOrigins();
    AddTransports();
    AddHeaders();
  }

 private:
  // --- Limits ---

  void AddLimits() {
    for (const ReviewedApi& api : review_.apis) {
      for (const ConsumerClass* consumer : api.consumers) {
        pb::LimitRow& row = *result_.add_limits();
        row.set_api(api.api->id());
        row.set_consumer(consumer->name());
        row.set_owner(OwnerName(model_, api.team));
        row.set_enforced_at(List(LimitersOf(api)));
        if (!consumer->has_requests_per_minute()) {
          row.set_limit(absl::StrCat("no number declared, ", LimitScope(*consumer)));
          continue;
        }
        const int64_t limit = consumer->requests_per_minute();
        row.set_limit(absl::StrCat(limit, " requests per minute ", LimitScope(*consumer)));
        row.set_burst_test(BurstTest(api, limit));
      }
    }
  }

  std::vector<std::string> LimitersOf(const ReviewedApi& api) const {
    std::vector<std::string> limiters;
    for (const analysis::LimitingComponent& gateway : gateways_) {
      if (!absl::c_linear_search(gateway.apis, &api)) continue;
      limiters.push_back(absl::StrCat(gateway.component->id(), " (", PostureLabel(gateway.posture.state), ")"));
    }
    return limiters;
  }

  void AddGateways() {
    for (const analysis::LimitingComponent& gateway : gateways_) {
      pb::GatewayRow& row = *result_.add_gateways();
      row.set_component(gateway.component->id());
      if (gateway.product != nullptr) row.set_product(gateway.product->name());
      row.set_state(PostureLabel(gateway.posture));
      for (const ReviewedApi* api : gateway.apis) row.add_apis(api->api->id());
      row.set_own_code(gateway.component->custom_code() && gateway.product == nullptr);
      row.set_owner(OwnerName(model_, gateway.component->owner_team()));
      if (gateway.product == nullptr && !row.own_code()) {
        questions_.Ask("Component.technology", "components", gateway.component->id(), gateway.component->owner_team());
      }
      if (auto snippet = LimitSnippet(model_, gateway)) *result_.add_configs() = *std::move(snippet);
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
      row.set_posture(PostureLabel(PostureOn(landscape_, api.component->component->id(), "input_validation")));
      if (api.api->schema_validation() == model::v1::TRISTATE_NO) row.add_findings("requests are not validated");
      row.set_owner(OwnerName(model_, api.team));
      const ApiTexts texts(input_, api);
      for (const kb::RequestTest& check : knowledge::ApiReview().request_tests()) {
        for (const FilledTest& test : texts.Tests(check.tests(), api.operations)) {
          AddTest(api, check, test);
        }
      }
    }
  }

  void AddTest(const ReviewedApi& api, const kb::RequestTest& check, const FilledTest& test) {
    pb::TestRow& row = *result_.add_input_tests();
    row.set_subject(api.api->id());
    row.set_topic(check.name());
    row.set_request(test.request);
    row.set_expected(test.expected);
    if (test.asvs.empty()) AddAll(check.asvs(), row.mutable_asvs());
    AddAll(test.asvs, row.mutable_asvs());
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
        row.set_owner(OwnerName(model_, api.team));
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
      const analysis::TransportState state = analysis::TransportOf(input_.facts, entry);
      row.set_verdict(TransportLabel(state));
      row.set_owner(OwnerName(model_, entry.owner_team));
      if (state == analysis::TransportState::kUnknown) {
        const bool tls = entry.transport != model::v1::TRANSPORT_SECURITY_UNSPECIFIED;
        questions_.Ask(tls ? "Flow.min_tls" : "Flow.transport_security", "flows", entry.flow->id(), entry.owner_team);
      }
    }
    std::sort(result_.mutable_transports()->begin(), result_.mutable_transports()->end(),
              [](const pb::TransportRow& a, const pb::TransportRow& b) { return a.flow() < b.flow(); });
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
      const ControlPosture posture = PostureOn(landscape_, component.id(), "header_hardening");
      row.set_state(PostureLabel(posture));
      row.set_verification(absl::StrReplaceAll(knowledge::FindControl("header_hardening")->verification(),
                                               {{"{element}", component.id()}}));
      row.set_owner(OwnerName(model_, api.team));
      if (posture.state == 0)
        questions_.Ask("Component.posture.header_hardening", "components", component.id(), api.team);
    }
  }

  const Input& input_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const analysis::Landscape& landscape_;
  const analysis::AttackSurface& surface_;
  const analysis::ApiReview& review_;
  const std::vector<analysis::LimitingComponent> gateways_;
  RowQuestions& questions_;
  pb::ApiSecurityResult& result_;
};

}  // namespace

void AddApiRequestTables(const Input& input, const analysis::AttackSurface& surface, const analysis::ApiReview& review,
                         RowQuestions& questions, pb::ApiSecurityResult& result) {
  RequestTables(input, surface, review, questions, result).Run();
}

}  // namespace metapowers::commands
