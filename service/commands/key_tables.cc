#include "service/commands/key_tables.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/analysis/control_posture.h"
#include "service/analysis/terms.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/rotation_wording.h"
#include "service/commands/wording.h"
#include "service/knowledge/key_and_access.h"

namespace metapowers::commands {
namespace {

namespace pb = security::protect::v1;
namespace kb = knowledge::v1;
using analysis::KeyFact;
using analysis::KeyState;
using model::v1::Component;
using model::v1::CryptoKey;
using model::v1::DataClass;

std::string StandingText(const kb::AlgorithmRule* algorithm) {
  if (algorithm == nullptr) return "not in the table of algorithms";
  const std::string standing = algorithm->standing() == kb::ALGORITHM_STANDING_CURRENT  ? "current"
                               : algorithm->standing() == kb::ALGORITHM_STANDING_ENDING ? "ending"
                                                                                        : "withdrawn";
  return absl::StrCat(standing, ": ", algorithm->note(), " (", algorithm->source(), ")");
}

// The state's name in the table of states; an active key that is late is still an active one.
absl::string_view StateName(KeyState state) {
  switch (state) {
    case KeyState::kPreActivation:
      return "pre-activation";
    case KeyState::kActive:
    case KeyState::kOverdue:
      return "active";
    case KeyState::kDeactivated:
      return "deactivated";
    default:
      return "unknown";
  }
}

class KeyTables {
 public:
  KeyTables(const Input& input, const std::vector<KeyFact>& keys, ProtectionGaps& gaps,
            pb::EncryptionStrategyResult& result)
      : input_(input), model_(input.model), keys_(keys), gaps_(gaps), result_(result) {}

  void Run() {
    AddKeys();
    AddStates();
    AddCustodians();
    AddRegions();
    AddKeyQuestions();
  }

 private:
  void AddKeys() {
    for (const KeyFact& fact : keys_) {
      if (fact.key->use() == model::v1::KEY_USE_TLS_CERTIFICATE) {
        AddCertificate(fact);
      } else {
        AddKey(fact);
      }
      AddKeyGaps(fact);
    }
    std::vector<pb::CertificateRow> order(result_.certificates().begin(), result_.certificates().end());
    // One without an end goes last: nobody knows when it has to be renewed.
    std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
      return std::make_pair(a.expires().empty(), a.expires()) < std::make_pair(b.expires().empty(), b.expires());
    });
    result_.clear_certificates();
    for (pb::CertificateRow& row : order) *result_.add_certificates() = std::move(row);
  }

  void AddKey(const KeyFact& fact) {
    pb::KeyRow& row = *result_.add_keys();
    row.set_id(fact.key->id());
    row.set_use(Label(fact.key->use()));
    row.set_algorithm(fact.key->algorithm());
    row.set_standing(StandingText(fact.algorithm));
    row.set_storage(fact.key->storage());
    row.set_owner(TeamName(model_, fact.key->owner_team()));
    row.set_state(absl::StrCat(StateName(fact.state), fact.state == KeyState::kOverdue ? ", past its period" : ""));
    row.set_rotation(IntervalLabel(fact.rotation));
    row.set_last_rotated(fact.key->last_rotated());
    row.set_next_rotation(NextLabel(fact.rotation));
    for (const Component* store : fact.stores) row.add_stores(store->id());
    for (const Component* store : fact.backups) row.add_backups(store->id());
  }

  int DaysLeft(const CryptoKey& key) const {
    return static_cast<int>(model::ToCivilDay(key.expires()) - model_.as_of());
  }

  void AddCertificate(const KeyFact& fact) {
    pb::CertificateRow& row = *result_.add_certificates();
    row.set_id(fact.key->id());
    row.set_name(fact.key->name());
    row.set_algorithm(fact.key->algorithm());
    row.set_standing(StandingText(fact.algorithm));
    row.set_storage(fact.key->storage());
    row.set_expires(fact.key->expires());
    if (fact.key->expires().empty()) {
      row.set_left("unknown");
    } else {
      const int days = DaysLeft(*fact.key);
      row.set_left(days < 0 ? absl::StrCat("ended ", Count(-days, "day", "days"), " ago") : Count(days, "day", "days"));
    }
    row.set_renewal(NextLabel(analysis::RenewalOf(model_, *fact.key)));
    row.set_owner(TeamName(model_, fact.key->owner_team()));
    for (const std::string& region : fact.key->regions()) row.add_regions(region);
  }

  void AddKeyGaps(const KeyFact& fact) {
    const CryptoKey& key = *fact.key;
    const bool ends = !key.expires().empty();
    if (fact.state == KeyState::kDeactivated) {
      gaps_.Add("certificate-ended", key.id(), absl::StrCat("ended ", key.expires()), key.owner_team());
    } else if (ends && DaysLeft(key) <= analysis::kRenewalDays) {
      gaps_.Add("certificate-ends-soon", key.id(),
                absl::StrCat("ends ", key.expires(), ", ", Count(DaysLeft(key), "day", "days"), " left"),
                key.owner_team(), model::ToCivilDay(key.expires()) - 1);
    }
    if (fact.state == KeyState::kOverdue) {
      gaps_.Add("key-overdue", key.id(), absl::StrCat("due ", NextLabel(fact.rotation)), key.owner_team());
    }
    if (fact.algorithm != nullptr && fact.algorithm->standing() == kb::ALGORITHM_STANDING_WITHDRAWN) {
      gaps_.Add("algorithm-withdrawn", key.id(), absl::StrCat(key.algorithm(), ": ", fact.algorithm->note()),
                key.owner_team());
    }
    if (!fact.unreachable.empty()) {
      gaps_.Add("key-region-missing", key.id(),
                absl::StrCat("its data is in ", List(fact.unreachable), ", where the key is not declared"),
                key.owner_team());
    }
    if (!fact.abroad.empty()) {
      gaps_.Add("key-abroad", key.id(), absl::StrCat("also declared for ", List(fact.abroad)), key.owner_team());
    }
  }

  void AddStates() {
    for (const kb::KeyStateRule& rule : knowledge::KeyAndAccessRules().key_states()) {
      pb::KeyStateRow& row = *result_.add_states();
      row.set_state(rule.name());
      row.set_use(rule.use());
      row.set_duty(rule.duty());
      for (const KeyFact& fact : keys_) {
        if (StateName(fact.state) == rule.name()) row.add_keys(fact.key->id());
      }
    }
  }

  std::string PostureText(const analysis::Element& element, absl::string_view control) const {
    const analysis::ControlPosture posture = analysis::PostureOf(element, control);
    if (posture.state == model::v1::POSTURE_STATE_UNSPECIFIED) return "not declared";
    return posture.source.empty() ? Label(posture.state)
                                  : absl::StrCat(Label(posture.state), " (", posture.source, ")");
  }

  void AddCustodians() {
    std::map<const google::protobuf::Message*, analysis::Element> elements;
    for (const analysis::Element& element : input_.threats.Get().landscape().ElementsOf(kb::THREAT_SUBJECT_KEY)) {
      elements.emplace(element.message, element);
    }
    for (const KeyFact& fact : keys_) {
      pb::CustodianRow& row = *result_.add_custodians();
      row.set_key(fact.key->id());
      row.set_owner(TeamName(model_, fact.key->owner_team()));
      const auto* team = model_.Find<model::v1::Team>(fact.key->owner_team());
      if (team != nullptr) {
        row.set_custodians(team->deputy().empty() ? absl::StrCat(team->lead(), "; no deputy declared")
                                                  : absl::StrCat(team->lead(), "; ", team->deputy()));
      }
      const analysis::Element& element = elements.at(fact.key);
      row.set_dual_control(PostureText(element, "dual_control"));
      row.set_second_copy(PostureText(element, "key_recovery"));
      row.set_loss(LossText(fact));
    }
  }

  std::string LossText(const KeyFact& fact) const {
    if (fact.key->use() == model::v1::KEY_USE_TLS_CERTIFICATE) return "connections stop until a new one is issued";
    if (fact.key->use() == model::v1::KEY_USE_SIGNING) return "what it signs cannot be issued until it is replaced";
    if (fact.key->use() == model::v1::KEY_USE_TOKENISATION) return "new tokens no longer match those already given out";
    if (fact.data.empty()) return "no declared store";
    std::vector<std::string> names;
    for (const DataClass* data : fact.data) names.push_back(data->id());
    const std::string what = fact.stores.empty() ? "backups of " : "";
    return absl::StrCat(what, List(names, 6), " cannot be opened");
  }

  void AddRegions() {
    for (const KeyFact& fact : keys_) {
      if (fact.key->regions().empty()) continue;
      pb::KeyRegionRow& row = *result_.add_key_regions();
      row.set_key(fact.key->id());
      std::set<std::string> jurisdictions, places;
      for (const std::string& id : fact.key->regions()) {
        row.add_regions(id);
        if (const auto* region = model_.Find<model::v1::Region>(id)) {
          jurisdictions.insert(analysis::JurisdictionName(region->jurisdiction()));
        }
      }
      for (const std::string& name : jurisdictions) row.add_jurisdictions(name);
      for (const Component* store : fact.stores) places.insert(store->regions().begin(), store->regions().end());
      for (const Component* store : fact.backups) {
        places.insert(store->backup().locations().begin(), store->backup().locations().end());
      }
      for (const std::string& place : places) row.add_data_regions(place);
      std::vector<std::string> faults;
      if (!fact.unreachable.empty()) faults.push_back(absl::StrCat("missing in ", List(fact.unreachable)));
      if (!fact.abroad.empty()) faults.push_back(absl::StrCat("beyond its data in ", List(fact.abroad)));
      // No store is encrypted with a certificate, or with a key that signs or makes tokens.
      const bool keeps =
          fact.key->use() == model::v1::KEY_USE_DATA_AT_REST || fact.key->use() == model::v1::KEY_USE_BACKUP;
      row.set_verdict(places.empty()   ? keeps ? "no declared store" : "used where it is declared"
                      : faults.empty() ? "fits"
                                       : absl::StrJoin(faults, "; "));
    }
  }

  void Ask(std::string field, std::string text, absl::string_view team) {
    *result_.add_questions() = commands::Ask(model_, std::move(field), std::move(text), team);
  }

  // What the model leaves open and no field asks by itself.
  void AddKeyQuestions() {
    for (const KeyFact& fact : keys_) {
      const std::string field = absl::StrCat("keys[", fact.key->id(), "]");
      const bool certificate = fact.key->use() == model::v1::KEY_USE_TLS_CERTIFICATE;
      if (certificate && fact.key->expires().empty()) {
        Ask(absl::StrCat(field, ".expires"), absl::StrCat("When does ", fact.key->id(), " end?"),
            fact.key->owner_team());
      }
      if (!fact.rotation.known() && !certificate) {
        Ask(absl::StrCat(field, ".last_rotated"),
            absl::StrCat("When was ", fact.key->id(), " last rotated, and how often is it?"), fact.key->owner_team());
      }
      if (fact.key->owner_team().empty()) {
        Ask(absl::StrCat(field, ".owner_team"), absl::StrCat("Which team answers for ", fact.key->id(), "?"), "");
      }
      if (fact.algorithm == nullptr) {
        Ask(absl::StrCat(field, ".algorithm"),
            absl::StrCat("Which standard approves ", fact.key->algorithm(), " of ", fact.key->id(), "?"),
            fact.key->owner_team());
      }
      if (fact.state == KeyState::kPreActivation) {
        Ask("components", absl::StrCat("Which store or backup uses ", fact.key->id(), "?"), fact.key->owner_team());
      }
    }
  }

  const Input& input_;
  const model::Model& model_;
  const std::vector<KeyFact>& keys_;
  ProtectionGaps& gaps_;
  pb::EncryptionStrategyResult& result_;
};

}  // namespace

void AddKeyTables(const Input& input, const std::vector<KeyFact>& keys, ProtectionGaps& gaps,
                  pb::EncryptionStrategyResult& result) {
  KeyTables(input, keys, gaps, result).Run();
}

}  // namespace metapowers::commands
