#include "service/analysis/handling.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/analysis/terms.h"
#include "service/knowledge/rules.h"

namespace metapowers::analysis {
namespace {

using knowledge::v1::HandlingRequirement;
using model::v1::Component;
using model::v1::DataClass;
using model::v1::Flow;
using model::v1::ThirdParty;

template <class E>
std::string Word(E value) {
  return knowledge::Word(model::YamlName(value));
}

struct Answer {
  Verdict verdict;
  std::string fact;
};

Answer Pass(std::string fact) { return {Verdict::kPass, std::move(fact)}; }
Answer Fail(std::string fact) { return {Verdict::kFail, std::move(fact)}; }
Answer Unknown(std::string fact) { return {Verdict::kUnknown, std::move(fact)}; }

// Whether the requirement is about data of this level and these categories.
bool AppliesTo(const HandlingRequirement& requirement, const std::vector<const DataClass*>& data) {
  if (requirement.from_level() != model::v1::CONFIDENTIALITY_UNSPECIFIED &&
      HighestLevel(data) >= requirement.from_level()) {
    return true;
  }
  return std::any_of(data.begin(), data.end(),
                     [&](const DataClass* one) { return HasCategory(*one, requirement.categories()); });
}

Answer StoreEncrypted(const model::Model& model, const Component& store) {
  if (store.encryption_at_rest() == model::v1::ENCRYPTION_AT_REST_UNSPECIFIED)
    return Unknown("encryption not declared");
  if (store.encryption_at_rest() == model::v1::ENCRYPTION_AT_REST_NONE) return Fail("no encryption");
  const std::string kind = Word(store.encryption_at_rest());
  if (store.encryption_algorithm().empty()) return Unknown(absl::StrCat(kind, ", algorithm not declared"));
  const std::string& asked = model.proto().policy_parameters().encryption_at_rest_algorithm();
  const std::string fact = absl::StrCat(store.encryption_algorithm(), ", ", kind);
  if (!asked.empty() && !absl::StartsWithIgnoreCase(store.encryption_algorithm(), asked)) {
    return Fail(absl::StrCat(fact, "; policy asks for ", asked));
  }
  return Pass(fact);
}

Answer StoreOwnKey(const model::Model& model, const Component& store) {
  switch (store.encryption_at_rest()) {
    case model::v1::ENCRYPTION_AT_REST_UNSPECIFIED:
      return Unknown("encryption not declared");
    case model::v1::ENCRYPTION_AT_REST_NONE:
      return Fail("no encryption");
    case model::v1::ENCRYPTION_AT_REST_TRANSPARENT:
      if (store.kms_key().empty()) return Fail("key of the platform");
      break;
    default:
      break;
  }
  const auto* key = model.Find<model::v1::CryptoKey>(store.kms_key());
  if (key == nullptr) return Unknown("key not named");
  const model::v1::PolicyParameters& policy = model.proto().policy_parameters();
  const int limit = key->has_rotation_days() ? key->rotation_days() : policy.key_rotation_days();
  if (policy.has_key_rotation_days() && limit > policy.key_rotation_days()) {
    return Fail(
        absl::StrCat(key->id(), ", rotated every ", limit, " days; policy asks for ", policy.key_rotation_days()));
  }
  if (key->last_rotated().empty() || limit == 0)
    return Unknown(absl::StrCat(key->id(), ", last rotation not declared"));
  const absl::CivilDay next = model::ToCivilDay(key->last_rotated()) + limit;
  const std::string fact = absl::StrCat(key->id(), ", rotated ", key->last_rotated());
  return next < model.as_of() ? Fail(absl::StrCat(fact, ", was due ", model::FormatDate(next))) : Pass(fact);
}

Answer BackupEncrypted(const Component& store) {
  if (!store.has_backup() || store.backup().method() == model::v1::BACKUP_METHOD_UNSPECIFIED) {
    return Unknown("backup not declared");
  }
  switch (store.backup().encrypted()) {
    case model::v1::TRISTATE_YES:
      return Pass(store.backup().key().empty() ? "encrypted" : absl::StrCat("encrypted, ", store.backup().key()));
    case model::v1::TRISTATE_NO:
      return Fail("clear backups");
    default:
      return Unknown("encryption of backups not declared");
  }
}

Answer CentralLog(const Component& store) {
  switch (store.logging()) {
    case model::v1::LOGGING_LEVEL_CENTRAL:
    case model::v1::LOGGING_LEVEL_IMMUTABLE:
      return Pass(Word(store.logging()));
    case model::v1::LOGGING_LEVEL_NONE:
      return Fail("no logs");
    case model::v1::LOGGING_LEVEL_LOCAL:
      return Fail("local logs only");
    default:
      return Unknown("log destination not declared");
  }
}

Answer FlowEncrypted(const Flow& flow) {
  if (flow.transport_security() == model::v1::TRANSPORT_SECURITY_UNSPECIFIED) return Unknown("protection not declared");
  if (flow.transport_security() == model::v1::TRANSPORT_SECURITY_NONE) {
    return Fail(flow.vpn() ? "clear text inside a VPN" : "clear text");
  }
  return Pass(Word(flow.transport_security()));
}

Answer TlsFloor(const model::Model& model, const Flow& flow) {
  if (flow.min_tls() == model::v1::TLS_VERSION_UNSPECIFIED) return Unknown("TLS floor not declared");
  const model::v1::TlsVersion declared = model.proto().policy_parameters().min_tls();
  const model::v1::TlsVersion floor =
      declared == model::v1::TLS_VERSION_UNSPECIFIED ? model::v1::TLS_VERSION_TLS_1_2 : declared;
  if (flow.min_tls() < floor) return Fail(absl::StrCat(Word(flow.min_tls()), "; floor is ", Word(floor)));
  return Pass(Word(flow.min_tls()));
}

Answer Authenticated(const Flow& flow) {
  if (flow.authentication() == model::v1::FLOW_AUTHENTICATION_UNSPECIFIED) {
    return Unknown("authentication not declared");
  }
  if (flow.authentication() == model::v1::FLOW_AUTHENTICATION_NONE) return Fail("no authentication");
  return Pass(Word(flow.authentication()));
}

Answer Retention(const DataClass& data, bool stored) {
  if (!data.has_retention_days()) return Unknown("retention not declared");
  if (data.retention_days() > 0 && !stored) {
    return Unknown(absl::StrCat(Days(data.retention_days()), ", store not declared"));
  }
  if (data.retention_basis().empty()) return Unknown(absl::StrCat(Days(data.retention_days()), ", basis not declared"));
  return Pass(Days(data.retention_days()));
}

// Primary account numbers need more than disk encryption (PCI DSS 3.5.1.2).
Answer PanUnreadable(const Component& store) {
  switch (store.encryption_at_rest()) {
    case model::v1::ENCRYPTION_AT_REST_UNSPECIFIED:
      return Unknown("encryption not declared");
    case model::v1::ENCRYPTION_AT_REST_NONE:
      return Fail("clear text");
    case model::v1::ENCRYPTION_AT_REST_TRANSPARENT:
      return Fail("disk or platform encryption only");
    default:
      return Pass(absl::StrCat(store.encryption_algorithm(), store.encryption_algorithm().empty() ? "" : ", ",
                               Word(store.encryption_at_rest())));
  }
}

// Masking matters where people read the data: at components that people use.
Answer PanMasked(const Component& component) {
  for (const model::v1::ControlPosture& posture : component.posture()) {
    if (posture.control() != "pan_masking" && posture.control() != "data_masking") continue;
    if (posture.state() == model::v1::POSTURE_STATE_IMPLEMENTED) return Pass("masked");
    if (posture.state() != model::v1::POSTURE_STATE_UNSPECIFIED) return Fail(Word(posture.state()));
  }
  return Unknown("state of control data_masking not declared");
}

class Judge {
 public:
  explicit Judge(const Facts& facts) : facts_(facts), model_(facts.model()) {}

  std::vector<HandlingFact> Run() {
    for (const HandlingRequirement& requirement : knowledge::HandlingRules().requirements()) {
      const size_t first = found_.size();
      Apply(requirement);
      std::sort(found_.begin() + first, found_.end(), [](const HandlingFact& a, const HandlingFact& b) {
        return std::tie(a.subject, a.data, a.fact) < std::tie(b.subject, b.data, b.fact);
      });
    }
    return std::move(found_);
  }

 private:
  void Add(const HandlingRequirement& requirement, absl::string_view subject, absl::string_view data, Answer answer,
           absl::string_view team) {
    found_.push_back({&requirement, std::string(subject), std::string(data), answer.verdict, std::move(answer.fact),
                      std::string(team.empty() ? model_.proto().owner_team() : team)});
  }

  void Apply(const HandlingRequirement& requirement) {
    switch (requirement.check()) {
      case knowledge::v1::HANDLING_CHECK_STORE_ENCRYPTED:
        return EachStore(requirement, [this](const Component& store) { return StoreEncrypted(model_, store); });
      case knowledge::v1::HANDLING_CHECK_STORE_OWN_KEY:
        return EachStore(requirement, [this](const Component& store) { return StoreOwnKey(model_, store); });
      case knowledge::v1::HANDLING_CHECK_BACKUP_ENCRYPTED:
        return EachStore(requirement, BackupEncrypted);
      case knowledge::v1::HANDLING_CHECK_CENTRAL_LOG:
        return EachStore(requirement, CentralLog);
      case knowledge::v1::HANDLING_CHECK_FLOW_ENCRYPTED:
        return EachFlow(requirement, FlowEncrypted);
      case knowledge::v1::HANDLING_CHECK_FLOW_TLS_FLOOR:
        return EachFlow(requirement, [this](const Flow& flow) { return TlsFloor(model_, flow); });
      case knowledge::v1::HANDLING_CHECK_FLOW_AUTHENTICATED:
        return EachFlow(requirement, Authenticated);
      case knowledge::v1::HANDLING_CHECK_ACCESS_ROLES:
        return EachClass(requirement, [](const DataClass& data) {
          return data.access_roles().empty() ? Unknown("roles not named")
                                             : Pass(absl::StrJoin(data.access_roles(), ", "));
        });
      case knowledge::v1::HANDLING_CHECK_RETENTION:
        return EachClass(requirement, [this](const DataClass& data) { return Retention(data, IsStored(data)); });
      case knowledge::v1::HANDLING_CHECK_NEVER_LOGGED:
        return EachLoggableClass(requirement);
      case knowledge::v1::HANDLING_CHECK_SUPPLIER_AGREEMENT:
        return EachSupplier(requirement);
      case knowledge::v1::HANDLING_CHECK_SAD_NOT_STORED:
        return EachStoredClass(requirement, [](const Component& store) {
          return Fail(store.kind() == model::v1::COMPONENT_KIND_DATASTORE ? "declared as stored"
                                                                          : "declared as stored by a process");
        });
      case knowledge::v1::HANDLING_CHECK_PAN_UNREADABLE:
        return EachStoredClass(requirement, PanUnreadable);
      case knowledge::v1::HANDLING_CHECK_PAN_MASKED:
        return EachDisplay(requirement);
      case knowledge::v1::HANDLING_CHECK_TRANSFER_MECHANISM:
        return EachTransfer(requirement);
      default:
        return;
    }
  }

  template <class F>
  void EachStore(const HandlingRequirement& requirement, F judge) {
    for (const auto& [id, facts] : facts_.components()) {
      const Component& component = *facts.component;
      if (facts.stores.empty() || component.kind() == model::v1::COMPONENT_KIND_EXTERNAL_ENTITY) continue;
      if (!AppliesTo(requirement, facts.stores)) continue;
      // What is not backed up has no backup to encrypt.
      if (requirement.check() == knowledge::v1::HANDLING_CHECK_BACKUP_ENCRYPTED &&
          component.backup().method() == model::v1::BACKUP_METHOD_NONE) {
        continue;
      }
      Add(requirement, id, "", judge(component), component.owner_team());
    }
  }

  template <class F>
  void EachStoredClass(const HandlingRequirement& requirement, F judge) {
    for (const auto& [id, facts] : facts_.components()) {
      for (const DataClass* data : facts.stores) {
        if (!HasCategory(*data, requirement.categories())) continue;
        Add(requirement, id, data->id(), judge(*facts.component), facts.component->owner_team());
      }
    }
  }

  void EachDisplay(const HandlingRequirement& requirement) {
    std::map<std::string, std::vector<const Flow*>> to_outside;  // by the component of ours at the other end
    for (const Flow& flow : model_.proto().flows()) {
      if (const std::string* inner = InnerEnd(flow)) to_outside[*inner].push_back(&flow);
    }
    for (const auto& [id, facts] : facts_.components()) {
      const Component& component = *facts.component;
      if (IsExternal(component)) continue;
      const bool used = component.used_by_human() || component.admin();
      std::vector<const DataClass*> handled = facts.stores;
      handled.insert(handled.end(), facts.processes.begin(), facts.processes.end());
      for (const DataClass* data : handled) {
        if (!HasCategory(*data, requirement.categories())) continue;
        const Flow* seen = used ? nullptr : MayShow(to_outside[id], data->id());
        if (!used && seen == nullptr) continue;
        Answer answer = PanMasked(component);
        if (!used && answer.verdict != Verdict::kPass) {
          answer = Unknown(absl::StrCat("not declared whether people see it over ", seen->id()));
        }
        Add(requirement, id, data->id(), std::move(answer), component.owner_team());
      }
    }
  }

  // The end of a flow that is ours, where the other is outside and no supplier; else nullptr.
  const std::string* InnerEnd(const Flow& flow) const {
    const auto* source = model_.Find<Component>(flow.source());
    const auto* target = model_.Find<Component>(flow.target());
    if (source == nullptr || target == nullptr || IsExternal(*source) == IsExternal(*target)) return nullptr;
    const Component& outside = IsExternal(*source) ? *source : *target;
    if (!outside.third_party().empty()) return nullptr;
    return IsExternal(*source) ? &flow.target() : &flow.source();
  }

  // The first flow by which the data goes outside, or comes from there while what goes back is not declared.
  const Flow* MayShow(const std::vector<const Flow*>& flows, const std::string& data) const {
    const auto holds = [&](const auto& list) { return std::find(list.begin(), list.end(), data) != list.end(); };
    for (const Flow* flow : flows) {
      const bool called = IsExternal(*model_.Find<Component>(flow->source()));
      const auto& out = called ? flow->receives() : flow->sends();
      const auto& in = called ? flow->sends() : flow->receives();
      if (holds(out) || (out.empty() && holds(in))) return flow;
    }
    return nullptr;
  }

  // The team of the end that can mend a flow: its target, or its source where the target is not ours.
  std::string TeamOf(const Flow& flow) const {
    const auto* target = model_.Find<Component>(flow.target());
    const auto* source = model_.Find<Component>(flow.source());
    const auto ours = [](const Component* component) {
      return component != nullptr && component->kind() != model::v1::COMPONENT_KIND_EXTERNAL_ENTITY &&
             !component->owner_team().empty();
    };
    if (ours(target)) return target->owner_team();
    if (ours(source)) return source->owner_team();
    return target == nullptr ? "" : target->owner_team();
  }

  template <class F>
  void EachFlow(const HandlingRequirement& requirement, F judge) {
    for (const Flow& flow : model_.proto().flows()) {
      const std::vector<const DataClass*> data = DataOf(model_, flow);
      if (data.empty() || !AppliesTo(requirement, data)) continue;
      const bool tls_only = requirement.check() == knowledge::v1::HANDLING_CHECK_FLOW_TLS_FLOOR;
      if (tls_only && !UsesTls(flow)) continue;
      Add(requirement, flow.id(), "", judge(flow), TeamOf(flow));
    }
  }

  template <class F>
  void EachClass(const HandlingRequirement& requirement, F judge) {
    for (const DataClass& data : model_.proto().data_classes()) {
      if (AppliesTo(requirement, {&data})) Add(requirement, data.id(), "", judge(data), data.owner());
    }
  }

  bool IsStored(const DataClass& data) const {
    return std::any_of(facts_.components().begin(), facts_.components().end(), [&](const auto& entry) {
      const auto& stores = entry.second.stores;
      return std::find(stores.begin(), stores.end(), &data) != stores.end();
    });
  }

  // Logs cannot be kept out of logs: what they hold of other classes is judged with those.
  void EachLoggableClass(const HandlingRequirement& requirement) {
    for (const DataClass& data : model_.proto().data_classes()) {
      if (!AppliesTo(requirement, {&data}) || HasCategory(data, {model::v1::DATA_CATEGORY_LOGS})) continue;
      Add(requirement, data.id(), "", NeverLogged(requirement, data), data.owner());
    }
  }

  Answer NeverLogged(const HandlingRequirement& requirement, const DataClass& data) const {
    const auto& listed = model_.proto().policy_parameters().never_logged();
    const auto& redacted = model_.proto().logging().redacted();
    if (listed.empty() && redacted.empty())
      return Unknown("neither policy nor log pipeline lists what is never logged");
    std::vector<std::string> missing;
    for (const int category : data.categories()) {
      const auto& asked = requirement.categories();
      if (std::find(asked.begin(), asked.end(), category) == asked.end()) continue;
      if (std::find(listed.begin(), listed.end(), category) != listed.end()) continue;
      if (std::find(redacted.begin(), redacted.end(), category) != redacted.end()) continue;
      missing.push_back(knowledge::Category(static_cast<model::v1::DataCategory>(category)).label());
    }
    if (!missing.empty()) return Fail(absl::StrCat(absl::StrJoin(missing, ", "), " not listed"));
    return Pass("listed");
  }

  void EachSupplier(const HandlingRequirement& requirement) {
    for (const ThirdParty& supplier : model_.proto().third_parties()) {
      std::vector<const DataClass*> data;
      for (const std::string& id : supplier.data_shared()) {
        if (const auto* one = model_.Find<DataClass>(id)) data.push_back(one);
      }
      if (data.empty() || !AppliesTo(requirement, data)) continue;
      Add(requirement, supplier.id(), "", Agreement(supplier, data), supplier.owner_team());
    }
  }

  Answer Agreement(const ThirdParty& supplier, const std::vector<const DataClass*>& data) const {
    std::vector<std::string> names, absent, open;
    for (const auto& [name, state] : AgreementsNeeded(facts_, supplier, data)) {
      names.push_back(name);
      if (state == model::v1::TRISTATE_NO) absent.push_back(absl::StrCat("no ", name));
      if (state == model::v1::TRISTATE_UNSPECIFIED) open.push_back(absl::StrCat(name, " not declared"));
    }
    if (!absent.empty()) return Fail(absl::StrJoin(absent, ", "));
    if (!open.empty()) return Unknown(absl::StrJoin(open, ", "));
    return Pass(absl::StrJoin(names, ", "));
  }

  void EachTransfer(const HandlingRequirement& requirement) {
    for (const CrossBorderFlow& crossing : facts_.cross_border_flows()) {
      if (!crossing.mechanism_required || crossing.data.empty()) continue;
      std::vector<std::string> ids;
      for (const DataClass* data : crossing.data) ids.push_back(data->id());
      Add(requirement, crossing.flow->id(), absl::StrCat(crossing.from, " to ", crossing.to), Mechanism(crossing),
          crossing.data.front()->owner());
    }
  }

  static Answer Mechanism(const CrossBorderFlow& crossing) {
    if (crossing.mechanism == nullptr) return Fail("no mechanism declared");
    const std::string name = Word(crossing.mechanism->mechanism());
    if (crossing.mechanism_expired) return Fail(absl::StrCat(name, " ended ", crossing.mechanism->expires()));
    if (crossing.mechanism->assessed_on().empty()) return Unknown(absl::StrCat(name, ", assessment not declared"));
    return Pass(absl::StrCat(name, ", assessed ", crossing.mechanism->assessed_on()));
  }

  const Facts& facts_;
  const model::Model& model_;
  std::vector<HandlingFact> found_;
};

std::string InDays(bool declared, int days) { return declared ? absl::StrCat(days, " days") : ""; }

}  // namespace

bool UsesTls(const Flow& flow) {
  return flow.transport_security() == model::v1::TRANSPORT_SECURITY_TLS ||
         flow.transport_security() == model::v1::TRANSPORT_SECURITY_MTLS ||
         flow.transport_security() == model::v1::TRANSPORT_SECURITY_MESH_MTLS;
}

std::vector<AgreementFact> AgreementsNeeded(const Facts& facts, const ThirdParty& supplier,
                                            const std::vector<const DataClass*>& data) {
  const auto binds = [&](absl::string_view framework) {
    return std::any_of(facts.frameworks().begin(), facts.frameworks().end(),
                       [&](const FrameworkFact& fact) { return fact.applies && fact.id == framework; });
  };
  const auto holds = [&](std::initializer_list<model::v1::DataCategory> categories) {
    return std::any_of(data.begin(), data.end(), [&](const DataClass* one) { return HasCategory(*one, categories); });
  };
  // GDPR Art. 28 is about processors: a supplier that decides on its own purposes is a controller and signs none.
  const bool processes = std::any_of(supplier.roles().begin(), supplier.roles().end(), [](int role) {
    return role == model::v1::THIRD_PARTY_ROLE_PROCESSOR || role == model::v1::THIRD_PARTY_ROLE_SUBPROCESSOR;
  });
  std::vector<AgreementFact> needed = {{"contract", supplier.contract()}};
  if ((binds("gdpr") || binds("uk-gdpr")) && processes &&
      holds({model::v1::DATA_CATEGORY_PII, model::v1::DATA_CATEGORY_SPECIAL_PII, model::v1::DATA_CATEGORY_PHI})) {
    needed.push_back({"data processing agreement", supplier.dpa()});
  }
  if (binds("hipaa") && holds({model::v1::DATA_CATEGORY_PHI})) {
    needed.push_back({"business associate agreement", supplier.baa()});
  }
  return needed;
}

std::vector<HandlingFact> JudgeHandling(const Facts& facts) { return Judge(facts).Run(); }

std::string ParameterValue(const model::Model& model, knowledge::v1::HandlingParameter parameter) {
  const model::v1::PolicyParameters& policy = model.proto().policy_parameters();
  switch (parameter) {
    case knowledge::v1::HANDLING_PARAMETER_AT_REST_ALGORITHM:
      return policy.encryption_at_rest_algorithm();
    case knowledge::v1::HANDLING_PARAMETER_MIN_TLS:
      return policy.min_tls() == model::v1::TLS_VERSION_UNSPECIFIED ? "" : Word(policy.min_tls());
    case knowledge::v1::HANDLING_PARAMETER_KEY_ROTATION_DAYS:
      return InDays(policy.has_key_rotation_days(), policy.key_rotation_days());
    case knowledge::v1::HANDLING_PARAMETER_ACCESS_REVIEW_DAYS:
      return InDays(policy.has_access_review_days(), policy.access_review_days());
    case knowledge::v1::HANDLING_PARAMETER_VENDOR_REVIEW_DAYS:
      return InDays(policy.has_vendor_review_days(), policy.vendor_review_days());
    case knowledge::v1::HANDLING_PARAMETER_LOG_RETENTION_DAYS:
      return InDays(model.proto().logging().has_total_retention_days(), model.proto().logging().total_retention_days());
    default:
      return "";
  }
}

model::v1::Confidentiality HighestLevel(const std::vector<const DataClass*>& data) {
  auto highest = model::v1::CONFIDENTIALITY_UNSPECIFIED;
  for (const DataClass* one : data) highest = std::max(highest, one->confidentiality());
  return highest;
}

std::vector<const DataClass*> DataOf(const model::Model& model, const Flow& flow) {
  std::set<std::string> ids(flow.sends().begin(), flow.sends().end());
  ids.insert(flow.receives().begin(), flow.receives().end());
  std::vector<const DataClass*> data;
  for (const std::string& id : ids) {
    if (const auto* one = model.Find<DataClass>(id)) data.push_back(one);
  }
  return data;
}

bool HasCategory(const DataClass& data, const google::protobuf::RepeatedField<int>& categories) {
  return std::any_of(data.categories().begin(), data.categories().end(), [&](int held) {
    return std::find(categories.begin(), categories.end(), held) != categories.end();
  });
}

}  // namespace metapowers::analysis
