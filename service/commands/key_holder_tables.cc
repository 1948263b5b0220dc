#include "service/commands/key_holder_tables.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/commands/naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/key_and_access.h"

namespace metapowers::commands {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::protect::v1;
using analysis::KeyFact;
using model::v1::Component;
using model::v1::DataClass;
using model::v1::Flow;

class HolderTables {
 public:
  HolderTables(const analysis::Facts& facts, const std::vector<KeyFact>& keys, pb::EncryptionStrategyResult& result)
      : facts_(facts), model_(facts.model()), proto_(facts.model().proto()), keys_(keys), result_(result) {}

  void Run() {
    AddModes();
    AddClientSide();
  }

 private:
  void AddModes() {
    for (const kb::EncryptionModeRule& rule : knowledge::KeyAndAccessRules().encryption_modes()) {
      pb::ModeRow row;
      for (const auto& [id, facts] : facts_.components()) {
        if (analysis::IsStore(facts) && facts.component->encryption_at_rest() == rule.mode()) row.add_stores(id);
      }
      if (row.stores().empty()) continue;
      row.set_mode(Label(rule.mode()));
      row.set_side(rule.side());
      row.set_holder(rule.holder());
      row.set_protects(rule.protects());
      row.set_open(rule.open());
      *result_.add_modes() = std::move(row);
    }
  }

  void AddClientSide() {
    for (const auto& [id, facts] : facts_.components()) {
      if (!analysis::IsStore(facts)) continue;
      pb::ClientSideRow row;
      for (const DataClass* data : facts.stores) {
        if (data->confidentiality() == model::v1::CONFIDENTIALITY_STRICTLY_CONFIDENTIAL) row.add_data(data->id());
      }
      if (row.data().empty()) continue;
      row.set_store(id);
      for (const Flow& flow : proto_.flows()) {
        if (flow.target() == id && !flow.readonly() && !flow.sends().empty()) row.add_writers(flow.source());
      }
      const kb::EncryptionModeRule* mode = knowledge::FindEncryptionMode(facts.component->encryption_at_rest());
      row.set_side(mode == nullptr ? "unknown" : mode->side());
      row.set_holder(HolderOf(*facts.component, mode));
      row.set_open(mode == nullptr ? "unknown" : mode->open());
      row.set_decision(DecisionOn(row, facts.component->encryption_at_rest()));
      *result_.add_client_side() = std::move(row);
    }
  }

  std::string HolderOf(const Component& store, const kb::EncryptionModeRule* mode) const {
    if (const KeyFact* key = analysis::FindKey(keys_, store.kms_key())) {
      return absl::StrCat(TeamName(model_, key->key->owner_team()), " (", key->key->id(), ")");
    }
    return mode == nullptr ? "unknown" : mode->holder();
  }

  static std::string DecisionOn(const pb::ClientSideRow& row, model::v1::EncryptionAtRest mode) {
    if (mode == model::v1::ENCRYPTION_AT_REST_PER_USER_KEY) return "none: it is encrypted before it reaches the store";
    if (mode == model::v1::ENCRYPTION_AT_REST_UNSPECIFIED) return "answer how the store encrypts first";
    if (row.writers().empty()) return "no writer is declared: keep the key out of reach of the store's administrators";
    return absl::StrCat("encrypt in ", List({row.writers().begin(), row.writers().end()}, 4),
                        " where administrators of the store must not read it");
  }

  const analysis::Facts& facts_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const std::vector<KeyFact>& keys_;
  pb::EncryptionStrategyResult& result_;
};

}  // namespace

void AddKeyHolderTables(const analysis::Facts& facts, const std::vector<KeyFact>& keys,
                        pb::EncryptionStrategyResult& result) {
  HolderTables(facts, keys, result).Run();
}

}  // namespace metapowers::commands
