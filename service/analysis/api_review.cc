#include "service/analysis/api_review.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "service/analysis/terms.h"
#include "service/knowledge/reviews.h"
#include "service/knowledge/rules.h"
#include "service/knowledge/threats.h"

namespace metapowers::analysis {
namespace {

bool SameComponent(const ComponentFacts* a, const ComponentFacts* b) {
  return a == b || (a != nullptr && b != nullptr && a->component->id() == b->component->id());
}

namespace kb = knowledge::v1;
using Kind = EntryPoint::Kind;

constexpr const char* kHttpMethods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

bool IsHttp(const model::v1::Endpoint& endpoint) {
  return endpoint.method().empty() || absl::c_linear_search(kHttpMethods, endpoint.method());
}

kb::ApiWire WireOf(const model::v1::Api& api, const std::vector<const EntryPoint*>& operations) {
  if (api.style() == model::v1::API_STYLE_GRPC) return kb::API_WIRE_GRPC;
  if (api.style() == model::v1::API_STYLE_GRAPHQL) return kb::API_WIRE_GRAPHQL;
  if (api.style() == model::v1::API_STYLE_WEBHOOK) return kb::API_WIRE_WEBHOOK;
  const bool http = absl::c_all_of(operations, [](const EntryPoint* one) { return IsHttp(*one->endpoint); });
  return http ? kb::API_WIRE_HTTP : kb::API_WIRE_MESSAGE;
}

// What pays off in bulk; credentials are API2.
bool IsCritical(const model::v1::DataClass& data) {
  if (HasCategory(data, {model::v1::DATA_CATEGORY_CREDENTIALS, model::v1::DATA_CATEGORY_SECRETS})) return false;
  return data.integrity() >= model::v1::IMPORTANCE_CRITICAL || IsAccountData(data) ||
         HasCategory(data, {model::v1::DATA_CATEGORY_FINANCIAL});
}

using Consumers = std::vector<const model::v1::ConsumerClass*>;

// Lower is stronger.
int Weakness(int method) {
  return knowledge::SurfacePointsOf(kb::SURFACE_TERM_AUTHENTICATION,
                                    model::YamlName(static_cast<model::v1::FlowAuthentication>(method)))
      .points();
}

// The flows of `all` by which the consumers come: of the methods that a class uses together, the strongest that a flow
// names tells its own. All of them where that leaves none.
std::vector<const model::v1::Flow*> FlowsOf(const Consumers& consumers,
                                            const std::vector<const model::v1::Flow*>& all) {
  std::set<int> methods;
  for (const model::v1::ConsumerClass* consumer : consumers) {
    std::optional<int> strongest;
    for (const model::v1::Flow* flow : all) {
      const int method = flow->authentication();
      if (!absl::c_linear_search(consumer->authentication(), method)) continue;
      if (!strongest.has_value() || Weakness(method) < Weakness(*strongest)) strongest = method;
    }
    if (strongest.has_value()) methods.insert(*strongest);
  }
  std::vector<const model::v1::Flow*> flows;
  for (const model::v1::Flow* flow : all) {
    const bool unknown = flow->authentication() == model::v1::FLOW_AUTHENTICATION_UNSPECIFIED;
    if (unknown || methods.contains(flow->authentication())) flows.push_back(flow);
  }
  return methods.empty() ? all : flows;
}

// Whether the rule bears on callers of these classes: one on how callers prove who they are needs one that does so.
bool ConcernsCallers(const kb::ThreatRule& rule, const Consumers& consumers) {
  return consumers.empty() || absl::c_all_of(rule.match(), [&](const kb::AttributeMatch& match) {
           if (match.attribute() != "inbound.authentication" || match.operator_() != kb::MATCH_OPERATOR_IN) return true;
           return absl::c_any_of(consumers, [&](const model::v1::ConsumerClass* consumer) {
             return absl::c_any_of(consumer->authentication(), [&](int method) {
               return absl::c_linear_search(match.values(),
                                            model::YamlName(static_cast<model::v1::FlowAuthentication>(method)));
             });
           });
         });
}

bool Names(const kb::ThreatRule& rule, kb::ApiRisk risk) {
  return absl::c_linear_search(rule.equivalents(), absl::StrCat("owasp-api:", knowledge::ApiRiskRowOf(risk).id()));
}

// Whether the control lowers a case of the risk that callers of these classes can bring about. One that no rule on the
// risk lowers bears on all.
bool BearsOnCallers(absl::string_view control, kb::ApiRisk risk, const Consumers& consumers) {
  bool ruled = false;
  for (const kb::ThreatRule& rule : knowledge::ThreatRules().rules()) {
    const bool lowers =
        absl::c_any_of(rule.controls(), [&](const auto& effect) { return effect.control() == control; });
    if (!lowers || !Names(rule, risk)) continue;
    if (ConcernsCallers(rule, consumers)) return true;
    ruled = true;
  }
  return !ruled;
}

class Review {
 public:
  Review(const Threats& threats, const AttackSurface& surface)
      : threats_(threats), landscape_(threats.landscape()), surface_(surface) {
    for (const Threat* threat : threats.Prioritised()) open_[threat->element_id()].push_back(threat);
    for (const Threat& threat : threats.all()) {
      if (Names(*threat.rule, kb::API_RISK_REQUEST_FORGERY)) forgeable_.insert(threat.element_id());
    }
  }

  ApiReview Run() {
    ApiReview review;
    for (const model::v1::Api& api : model().apis()) review.apis.push_back(OfApi(api));
    absl::c_stable_sort(review.apis,
                        [](const ReviewedApi& a, const ReviewedApi& b) { return a.api->id() < b.api->id(); });
    for (const EntryPoint& entry : surface_.entries) {
      if (entry.kind == Kind::kPull) review.supplier_apis.push_back(OfPull(entry));
    }
    absl::c_stable_sort(review.supplier_apis, [](const SupplierApi& a, const SupplierApi& b) {
      return a.entry->flow->id() < b.entry->flow->id();
    });
    return review;
  }

 private:
  const model::v1::SystemModel& model() const { return landscape_.model().proto(); }

  std::string TeamOf(const ComponentFacts* component) const {
    const std::string& team = component->component->owner_team();
    return team.empty() ? model().owner_team() : team;
  }

  std::string SupplierOf(const model::v1::Component& component) const {
    const auto* party = landscape_.model().Find<model::v1::ThirdParty>(component.third_party());
    return party == nullptr ? component.name() : party->name();
  }

  ReviewedApi OfApi(const model::v1::Api& api) {
    ReviewedApi reviewed;
    reviewed.api = &api;
    reviewed.component = landscape_.facts().Find(api.component());
    reviewed.team = TeamOf(reviewed.component);
    for (const EntryPoint& entry : surface_.entries) {
      if (entry.api != nullptr && entry.api->id() == api.id()) reviewed.operations.push_back(&entry);
    }
    reviewed.wire = WireOf(api, reviewed.operations);
    for (const std::string& id : api.consumers()) {
      reviewed.consumers.push_back(landscape_.model().Find<model::v1::ConsumerClass>(id));
    }
    if (!reviewed.operations.empty()) {
      reviewed.arrivals = FlowsOf(reviewed.consumers, reviewed.operations[0]->arrivals);
    }
    reviewed.suppliers = SuppliersOf(reviewed);
    reviewed.browser = absl::c_any_of(reviewed.arrivals, [&](const model::v1::Flow* flow) {
      const model::v1::Component& source = *landscape_.facts().Find(flow->source())->component;
      return IsExternal(source) && source.used_by_human();
    });
    for (const kb::ApiRiskRow& row : knowledge::ApiReview().risks()) reviewed.risks.push_back(Judge(reviewed, row));
    return reviewed;
  }

  std::vector<std::string> SuppliersOf(const ReviewedApi& reviewed) const {
    std::set<std::string> suppliers;
    const auto add = [&](const std::string& source) {
      suppliers.insert(SupplierOf(*landscape_.facts().Find(source)->component));
    };
    if (reviewed.wire == kb::API_WIRE_WEBHOOK) {
      for (const model::v1::Flow* flow : reviewed.arrivals) add(flow->source());
    }
    for (const EntryPoint& entry : surface_.entries) {
      if (entry.kind != Kind::kPull || !SameComponent(entry.target, reviewed.component)) continue;
      add(entry.source->component->id());
    }
    return {suppliers.begin(), suppliers.end()};
  }

  ApiRiskFact Judge(const ReviewedApi& reviewed, const kb::ApiRiskRow& row) {
    ApiRiskFact fact;
    fact.risk = row.risk();
    for (const EntryPoint* operation : reviewed.operations) {
      if (Concerns(reviewed, row.risk(), *operation)) fact.operations.push_back(operation);
    }
    fact.applies = !fact.operations.empty();
    if (!fact.applies) return fact;
    std::set<const model::v1::DataClass*> data;
    for (const EntryPoint* operation : fact.operations) {
      for (const model::v1::DataClass* one : operation->data) {
        if (IsAtStake(row.risk(), *one)) data.insert(one);
      }
    }
    fact.data.assign(data.begin(), data.end());
    absl::c_sort(fact.data, [](const auto* a, const auto* b) { return a->id() < b->id(); });
    std::set<std::string> elements = {reviewed.component->component->id(), reviewed.api->id()};
    for (const model::v1::Flow* flow : reviewed.arrivals) elements.insert(flow->id());
    AddState(row, elements, reviewed.consumers, *reviewed.component, fact);
    return fact;
  }

  static bool IsAtStake(kb::ApiRisk risk, const model::v1::DataClass& data) {
    if (risk == kb::API_RISK_BUSINESS_FLOW) return IsCritical(data);
    return data.confidentiality() > model::v1::CONFIDENTIALITY_PUBLIC;
  }

  bool Concerns(const ReviewedApi& reviewed, kb::ApiRisk risk, const EntryPoint& operation) const {
    const model::v1::Endpoint& endpoint = *operation.endpoint;
    switch (risk) {
      case kb::API_RISK_OBJECT_AUTHORIZATION:
        return endpoint.object_level();
      case kb::API_RISK_AUTHENTICATION:
        return !IsOpenOperation(operation) || endpoint.state_changing();
      case kb::API_RISK_PROPERTY_AUTHORIZATION:
        return absl::c_any_of(operation.data, [&](const auto* data) { return IsAtStake(risk, *data); });
      case kb::API_RISK_FUNCTION_AUTHORIZATION:
        return SharesRights(reviewed) && !IsOpenOperation(operation);
      case kb::API_RISK_BUSINESS_FLOW:
        return endpoint.state_changing() &&
               (IsOpenOperation(operation) ||
                absl::c_any_of(operation.data, [&](const auto* data) { return IsAtStake(risk, *data); }));
      case kb::API_RISK_REQUEST_FORGERY:
        return reviewed.wire != kb::API_WIRE_MESSAGE && forgeable_.contains(reviewed.component->component->id());
      case kb::API_RISK_MISCONFIGURATION:
        return reviewed.wire != kb::API_WIRE_MESSAGE;
      case kb::API_RISK_CONSUMPTION:
        return !reviewed.suppliers.empty();
      default:
        return true;
    }
  }

  static bool SharesRights(const ReviewedApi& reviewed) {
    const bool open = absl::c_any_of(reviewed.operations, [](const auto* one) { return IsOpenOperation(*one); });
    const bool closed = absl::c_any_of(reviewed.operations, [](const auto* one) { return !IsOpenOperation(*one); });
    return (open && closed) || reviewed.consumers.size() > 1;
  }

  SupplierApi OfPull(const EntryPoint& entry) {
    SupplierApi supplier;
    supplier.entry = &entry;
    supplier.supplier = SupplierOf(*entry.source->component);
    supplier.team = TeamOf(entry.target);
    supplier.risk.risk = kb::API_RISK_CONSUMPTION;
    supplier.risk.applies = true;
    supplier.risk.operations = {&entry};
    supplier.risk.data = entry.data;
    AddState(knowledge::ApiRiskRowOf(kb::API_RISK_CONSUMPTION), {entry.flow->id()}, {}, *entry.target, supplier.risk);
    return supplier;
  }

  void AddState(const kb::ApiRiskRow& row, const std::set<std::string>& elements, const Consumers& consumers,
                const ComponentFacts& component, ApiRiskFact& fact) {
    AddThreats(row, elements, consumers, fact);
    AddFindings(row, elements, fact.operations, fact);
    const Element element = landscape_.ComponentElement(landscape_.IndexOf(component.component->id()));
    bool gap = false;
    for (const std::string& control : row.controls()) {
      if (!BearsOnCallers(control, row.risk(), consumers)) continue;
      ControlState state{knowledge::FindControl(control), PostureOf(element, control)};
      gap |= state.posture.state == model::v1::POSTURE_STATE_ABSENT ||
             state.posture.state == model::v1::POSTURE_STATE_PARTIAL ||
             state.posture.state == model::v1::POSTURE_STATE_PLANNED;
      fact.controls.push_back(std::move(state));
    }
    // The first control is the one that the risk is about: the others do not make up for it.
    const bool known =
        !fact.controls.empty() && fact.controls.front().posture.state != model::v1::POSTURE_STATE_UNSPECIFIED;
    const bool open = !fact.threats.empty() || !fact.findings.empty();
    fact.state = open    ? ApiRiskState::kOpen
                 : gap   ? ApiRiskState::kGap
                 : known ? ApiRiskState::kInPlace
                         : ApiRiskState::kUnknown;
  }

  void AddThreats(const kb::ApiRiskRow& row, const std::set<std::string>& elements, const Consumers& consumers,
                  ApiRiskFact& fact) {
    for (const std::string& element : elements) {
      const auto found = open_.find(element);
      if (found == open_.end()) continue;
      for (const Threat* threat : found->second) {
        if (Names(*threat->rule, row.risk()) && ConcernsCallers(*threat->rule, consumers)) {
          fact.threats.push_back(threat);
        }
      }
    }
    absl::c_stable_sort(fact.threats, [](const Threat* a, const Threat* b) {
      return std::make_tuple(-a->severity(), -a->scores.current.product(), a) <
             std::make_tuple(-b->severity(), -b->scores.current.product(), b);
    });
    for (const Threat* threat : fact.threats) fact.worst = std::max(fact.worst, threat->severity());
  }

  void AddFindings(const kb::ApiRiskRow& row, const std::set<std::string>& elements,
                   const std::vector<const EntryPoint*>& operations, ApiRiskFact& fact) {
    for (const SurfaceFindingFact& finding : surface_.findings) {
      if (!absl::c_linear_search(row.findings(), finding.finding)) continue;
      const bool here = elements.contains(finding.subject) || absl::c_any_of(finding.entries, [&](size_t at) {
                          return absl::c_linear_search(operations, &surface_.entries[at]);
                        });
      if (!here) continue;
      fact.findings.push_back(&finding);
      fact.worst = std::max(fact.worst, finding.severity);
    }
  }

  const Threats& threats_;
  const Landscape& landscape_;
  const AttackSurface& surface_;
  std::map<std::string, std::vector<const Threat*>> open_;  // by element
  std::set<std::string> forgeable_;                         // components that meet a rule on API7
};

}  // namespace

bool IsOpenOperation(const EntryPoint& operation) {
  return operation.endpoint->authenticated() == model::v1::TRISTATE_NO;
}

ApiReview ReviewApis(const Threats& threats, const AttackSurface& surface) { return Review(threats, surface).Run(); }

}  // namespace metapowers::analysis
