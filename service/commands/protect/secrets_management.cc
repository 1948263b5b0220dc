// Reach, rotation and order of revocation are analysis'; this file arranges them by credential and pipeline. Stores and
// rotation are files of their own.
#include "service/commands/protect/secrets_management.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/analysis/credentials.h"
#include "service/analysis/element_team.h"
#include "service/analysis/handling.h"
#include "service/analysis/iac_review.h"
#include "service/analysis/pipeline_sources.h"
#include "service/analysis/terms.h"
#include "service/commands/access_wording.h"
#include "service/commands/applicable_references.h"
#include "service/commands/control_effects.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/protection_gaps.h"
#include "service/commands/rotation_tables.h"
#include "service/commands/rotation_wording.h"
#include "service/commands/rows.h"
#include "service/commands/secret_delivery_tables.h"
#include "service/commands/secret_snippets.h"
#include "service/commands/secret_store_tables.h"
#include "service/commands/shared_column.h"
#include "service/commands/wording.h"
#include "service/knowledge/key_and_access.h"
#include "service/knowledge/rules.h"

namespace metapowers::commands::protect {
namespace {

namespace pb = security::protect::v1;
namespace kb = knowledge::v1;
using analysis::ComponentFacts;
using analysis::CredentialFact;
using model::v1::Component;
using model::v1::Flow;
using model::v1::Pipeline;
using model::v1::SecretStore;

class Secrets {
 public:
  explicit Secrets(const Input& input)
      : input_(input),
        model_(input.model),
        facts_(input.facts),
        proto_(input.model.proto()),
        secrets_(input.model.proto().secrets()),
        inventory_(analysis::FindCredentials(facts_)),
        gaps_(input) {}

  pb::SecretsManagementResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    AddDeclared();
    AddSecrets();
    AddKeys();
    AddUndeclared();
    AddBlastRadius();
    AddLeaks();
    AddSecretStoreTables(facts_, inventory_, gaps_, result_);
    AddRotationTables(input_, inventory_, result_);
    AddSecretDeliveryTables(model_, result_);
    AddSecretSnippets(model_, inventory_, result_);
    gaps_.MoveTo(*result_.mutable_gaps(), *result_.mutable_measures());
    AddWaves();
    AddControlEffects(input_, "secrets-management", *result_.mutable_controls());
    AddQuestions();
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  void AddDeclared() {
    if (secrets_.has_default_rotation_days()) result_.set_default_rotation(InDays(secrets_.default_rotation_days()));
    if (secrets_.has_emergency_revocation_minutes()) {
      result_.set_emergency(Minutes(secrets_.emergency_revocation_minutes()));
    }
    result_.set_runbook(secrets_.revocation_runbook());
    result_.set_injection(secrets_.injection());
    result_.set_scanner(secrets_.scanner());
    *result_.mutable_forbidden() = secrets_.forbidden_locations();
    AddAll(BindingReferences(binding_, knowledge::InventoryReasonOf("secrets").references()),
           result_.mutable_references());
  }

  // --- Inventory ---

  void AddSecrets() {
    for (const CredentialFact& fact : inventory_.credentials) {
      const model::v1::Credential& credential = *fact.credential;
      pb::SecretRow& row = *result_.add_secrets();
      row.set_id(credential.id());
      row.set_name(credential.name());
      row.set_kind(Label(credential.kind()));
      if (fact.store != nullptr) {
        row.set_store(fact.store->name());
        row.set_break_glass(fact.store->break_glass());
      }
      for (const ComponentFacts* user : fact.users) row.add_used_by(user->component->id());
      row.set_flow(credential.flow());
      row.set_rotation(IntervalLabel(fact.rotation));
      row.set_last_rotated(credential.last_rotated());
      row.set_next_rotation(NextLabel(fact.rotation));
      row.set_owner(TeamName(model_, credential.owner_team()));
      AddCredentialGaps(fact);
    }
  }

  void AddCredentialGaps(const CredentialFact& fact) {
    const model::v1::Credential& credential = *fact.credential;
    const std::string& team = credential.owner_team();
    if (fact.rotation.overdue_days > 0) {
      gaps_.Add("credential-overdue", credential.id(), absl::StrCat("due ", NextLabel(fact.rotation)), team);
    }
    if (fact.users.size() > 1) {
      gaps_.Add("credential-shared", credential.id(),
                absl::StrCat("used by ", Count(static_cast<int64_t>(fact.users.size()), "component", "components")),
                team);
    }
    if (!fact.without_need.empty()) {
      gaps_.Add("credential-without-need", credential.id(),
                absl::StrCat("no flow to ", fact.flow->target(), " from ", List(fact.without_need)), team);
    }
  }

  void AddKeys() {
    for (const model::v1::CryptoKey& key : proto_.keys()) {
      const analysis::Rotation rotation = analysis::RenewalOf(model_, key);
      pb::SecretKeyRow& row = *result_.add_keys();
      row.set_id(key.id());
      row.set_use(Label(key.use()));
      row.set_storage(key.storage());
      row.set_rotation(IntervalLabel(rotation));
      row.set_last_rotated(key.last_rotated());
      row.set_next_rotation(NextLabel(rotation));
      row.set_owner(TeamName(model_, key.owner_team()));
    }
  }

  void AddUndeclared() {
    for (const Flow* flow : inventory_.undeclared) {
      pb::UndeclaredSecretRow& row = *result_.add_undeclared();
      const auto data = analysis::DataOf(model_, *flow);
      const std::string& team = facts_.Find(flow->source())->component->owner_team();
      row.set_flow(flow->id());
      row.set_path(absl::StrCat(flow->source(), " to ", flow->target()));
      row.set_authentication(Label(flow->authentication()));
      row.set_level(data.empty() ? "no data declared" : Label(analysis::HighestLevel(data)));
      row.set_owner(OwnerName(model_, team));
      gaps_.Add("credential-expected", flow->id(),
                absl::StrCat("proves itself by ", Label(flow->authentication()), ", and no credential is declared"),
                team);
    }
  }

  // --- Exposure ---

  void AddBlastRadius() {
    for (const CredentialFact* fact : inventory_.revocation_order) {
      pb::BlastRadiusRow& row = *result_.add_blast_radius();
      row.set_credential(fact->credential->id());
      if (fact->target != nullptr) row.set_opens(fact->target->component->id());
      for (const model::v1::DataClass* data : fact->data) row.add_data(data->id());
      row.set_level(fact->data.empty() ? "none known" : Label(fact->confidentiality));
      row.set_pci(PciScopeLabel(fact->pci_scope));
      row.set_users(static_cast<int>(fact->users.size()));
      for (const std::string& id : fact->without_need) row.add_without_need(id);
    }
    result_.set_blast_radius_pci(SaidByAll(result_.blast_radius(), [](const pb::BlastRadiusRow& row) {
      return row.pci().empty() ? std::string("not applicable") : row.pci();
    }));
  }

  void AddLeak(kb::LeakKind kind, absl::string_view place, absl::string_view element, std::string guard,
               absl::string_view team) {
    const kb::LeakPlace& known = knowledge::LeakPlaceOf(kind);
    pb::LeakRow& row = *result_.add_leaks();
    row.set_place(std::string(place));
    row.set_element(std::string(element));
    row.set_way(known.way());
    row.set_check(known.check());
    row.set_guard(std::move(guard));
    row.set_owner(OwnerName(model_, team));
  }

  void AddLeaks() {
    for (const std::string& place : secrets_.forbidden_locations()) {
      AddLeak(kb::LEAK_KIND_FORBIDDEN, "forbidden place", place, "forbidden by the model", SecretsTeam());
    }
    for (const model::v1::Repository& repository : proto_.delivery().repositories()) {
      AddLeak(kb::LEAK_KIND_REPOSITORY, "repository", repository.id(),
              absl::StrCat("scan for secrets: ", Label(repository.secret_scanning())), repository.owner_team());
      if (repository.secret_scanning() == model::v1::TRISTATE_NO) {
        gaps_.Add("scanning-off", repository.id(), "secret_scanning is no", repository.owner_team());
      }
    }
    const analysis::Landscape& landscape = input_.threats.Get().landscape();
    for (const analysis::Element& element : landscape.ElementsOf(kb::THREAT_SUBJECT_PIPELINE)) {
      const auto& pipeline = static_cast<const Pipeline&>(*element.message);
      AddLeak(kb::LEAK_KIND_PIPELINE, "pipeline", pipeline.id(),
              absl::StrCat("approval by a person: ", Label(pipeline.approval_required())), analysis::TeamOf(element));
    }
    for (const analysis::Element& element : landscape.ElementsOf(kb::THREAT_SUBJECT_REGISTRY)) {
      const auto& registry = static_cast<const model::v1::Registry&>(*element.message);
      AddLeak(kb::LEAK_KIND_IMAGE, "registry", registry.id(),
              absl::StrCat("private: ", Label(registry.private_access()),
                           ", scan on arrival: ", Label(registry.scan_on_push())),
              analysis::TeamOf(element));
    }
    AddStateLeaks();
    AddLogLeak();
    AddGapsOfCode();
  }

  void AddStateLeaks() {
    for (const model::v1::IacSource& source : proto_.delivery().iac()) {
      if (!analysis::KeepsState(source)) continue;
      const auto* repository = model_.Find<model::v1::Repository>(source.repository());
      const std::string team = repository == nullptr ? "" : repository->owner_team();
      AddLeak(kb::LEAK_KIND_STATE, "infrastructure state", source.id(),
              absl::StrCat(source.state_backend().empty() ? "place not declared" : source.state_backend(),
                           "; encrypted: ", Label(source.state_encrypted())),
              team);
      if (source.state_encrypted() == model::v1::TRISTATE_NO) {
        gaps_.Add("state-clear", source.id(), "state_encrypted is no", team);
      }
    }
  }

  // Secrets that stand in code, or beside what uses them.
  void AddGapsOfCode() {
    for (const auto& [id, facts] : facts_.components()) {
      for (const model::v1::ControlPosture& posture : facts.component->posture()) {
        if (posture.control() != "secrets_external" || posture.state() != model::v1::POSTURE_STATE_ABSENT) continue;
        gaps_.Add(
            "secrets-beside-code", id,
            absl::StrCat("secrets_external is absent", posture.evidence().empty() ? "" : ": ", posture.evidence()),
            facts.component->owner_team());
      }
    }
    for (const model::v1::DataClass& data : proto_.data_classes()) {
      if (data.credential_lifetime() != model::v1::CREDENTIAL_LIFETIME_HARDCODED) continue;
      gaps_.Add("secret-hard-coded", data.id(), "credential_lifetime is hardcoded", data.owner());
    }
  }

  void AddLogLeak() {
    const model::v1::Logging& logging = proto_.logging();
    if (logging.platform().empty()) return;
    const auto& redacted = logging.redacted();
    const bool secrets = std::any_of(redacted.begin(), redacted.end(), [](int category) {
      return category == model::v1::DATA_CATEGORY_CREDENTIALS || category == model::v1::DATA_CATEGORY_SECRETS;
    });
    AddLeak(kb::LEAK_KIND_LOG, "logs", logging.platform(),
            secrets ? "credentials are redacted" : "redaction does not list credentials or secrets", SecretsTeam());
  }

  // Answers for secrets where nothing names a team: the one whose main work is security, else that of the first store.
  std::string SecretsTeam() const {
    std::string first;  // by id, so that the order in the file never matters
    for (const model::v1::Team& team : proto_.teams()) {
      if (team.security_team() && (first.empty() || team.id() < first)) first = team.id();
    }
    if (!first.empty()) return first;
    return secrets_.stores().empty() ? "" : secrets_.stores(0).owner_team();
  }

  // --- Roadmap ---

  // One wave for each term of the severities: what is due within it and not within the one before.
  void AddWaves() {
    std::vector<int> terms;
    for (const kb::GapTerm& term : knowledge::AssetRules().terms()) terms.push_back(term.days());
    std::sort(terms.begin(), terms.end());
    std::string after;
    for (const int days : terms) {
      const std::string ends = model::FormatDate(model_.as_of() + days);
      std::map<std::pair<std::string, std::pair<std::string, std::string>>, pb::SecretsWaveRow> rows;
      pb::SecretsWave wave;
      for (const metapowers::v1::ProtectionGap& gap : result_.gaps()) {
        const bool last = days == terms.back();
        if (gap.due() <= after || (gap.due() > ends && !last)) continue;
        wave.set_gaps(wave.gaps() + gap.subjects_size());
        pb::SecretsWaveRow& row = rows[{gap.due(), {gap.title(), gap.owner()}}];
        row.set_due(gap.due());
        row.set_title(gap.title());
        row.set_owner(gap.owner());
        for (const std::string& subject : gap.subjects()) row.add_subjects(subject);
        row.set_done_when(gap.verification());
      }
      after = ends;
      if (rows.empty()) continue;
      wave.set_number(result_.waves_size() + 1);
      wave.set_ends(ends);
      for (auto& [key, row] : rows) {
        std::sort(row.mutable_subjects()->begin(), row.mutable_subjects()->end());
        if (row.subjects_size() > 1) row.set_done_when("the check in the table of gaps holds for each element");
        *wave.add_rows() = std::move(row);
      }
      *result_.add_waves() = std::move(wave);
    }
  }

  // --- Questions and totals ---

  void Ask(std::string field, std::string text, absl::string_view team) {
    *result_.add_questions() = commands::Ask(model_, std::move(field), std::move(text), team);
  }

  void AddQuestions() {
    for (metapowers::v1::Question& question : QuestionsOn(model_, {"SecretsManagement", "Credential"},
                                                          {"Flow.authentication", "Flow.source", "Flow.target"})) {
      *result_.add_questions() = std::move(question);
    }
    for (const CredentialFact& fact : inventory_.credentials) {
      const std::string& id = fact.credential->id();
      const std::string field = absl::StrCat("secrets.credentials[", id, "]");
      const std::string& team = fact.credential->owner_team();
      if (!fact.rotation.known()) {
        Ask(absl::StrCat(field, ".last_rotated"),
            absl::StrCat("When was ", id, " last rotated, and within how many days is it again?"), team);
      }
      if (fact.flow == nullptr) Ask(absl::StrCat(field, ".flow"), absl::StrCat("Which flow does ", id, " open?"), team);
      if (team.empty()) Ask(absl::StrCat(field, ".owner_team"), absl::StrCat("Which team answers for ", id, "?"), "");
    }
    for (const model::v1::Repository& repository : proto_.delivery().repositories()) {
      if (repository.secret_scanning() != model::v1::TRISTATE_UNSPECIFIED) continue;
      Ask(absl::StrCat("delivery.repositories[", repository.id(), "].secret_scanning"),
          absl::StrCat("Is every push to ", repository.id(), " scanned for secrets?"), repository.owner_team());
    }
    for (const Pipeline& pipeline : proto_.delivery().pipelines()) {
      if (analysis::RepositoriesOf(model_, pipeline).size() == 1) continue;
      Ask(absl::StrCat("delivery.pipelines[", pipeline.id(), "]"),
          absl::StrCat("Which repository holds the file of ", pipeline.id(),
                       "? Declare the repository of what it delivers: of one component or of its infrastructure code."),
          SecretsTeam());
    }
    for (const model::v1::IacSource& source : proto_.delivery().iac()) {
      if (source.state_encrypted() != model::v1::TRISTATE_UNSPECIFIED || !analysis::KeepsState(source)) continue;
      Ask(absl::StrCat("delivery.iac[", source.id(), "].state_encrypted"),
          absl::StrCat("Is the state of ", source.id(), " encrypted?"), "");
    }
    if (secrets_.scanner().empty()) Ask("secrets.scanner", "Which tool looks for secrets in code?", SecretsTeam());
    if (secrets_.injection().empty()) Ask("secrets.injection", "How do workloads get their secrets?", SecretsTeam());
    if (secrets_.forbidden_locations().empty()) {
      Ask("secrets.forbidden_locations", "Where must secrets never be?", SecretsTeam());
    }
  }

  void AddTotals() {
    pb::SecretsTotals& totals = *result_.mutable_totals();
    totals.set_credentials(result_.secrets_size());
    for (const CredentialFact& fact : inventory_.credentials) {
      totals.set_overdue(totals.overdue() + (fact.rotation.overdue_days > 0 ? 1 : 0));
      totals.set_without_store(totals.without_store() + (fact.store == nullptr ? 1 : 0));
    }
    totals.set_undeclared(result_.undeclared_size());
    totals.set_stores(result_.stores_size());
    totals.set_gaps(CountGaps(result_.gaps()));
    pb::SecretsPhrases& phrases = *result_.mutable_phrases();
    phrases.set_credentials(Count(totals.credentials(), "credential is", "credentials are"));
    phrases.set_overdue(Count(totals.overdue(), "is overdue", "are overdue"));
    phrases.set_without_store(Count(totals.without_store(), "has no declared store", "have no declared store"));
    phrases.set_undeclared(Count(totals.undeclared(), "flow uses a secret that is", "flows use a secret that is"));
    phrases.set_stores(Count(totals.stores(), "secret store is", "secret stores are"));
    phrases.set_gaps(Count(totals.gaps(), "gap", "gaps"));
  }

  const Input& input_;
  mutable ReferenceFilter binding_{input_};
  const model::Model& model_;
  const analysis::Facts& facts_;
  const model::v1::SystemModel& proto_;
  const model::v1::SecretsManagement& secrets_;
  const analysis::CredentialInventory inventory_;
  ProtectionGaps gaps_;
  pb::SecretsManagementResult result_;
};

}  // namespace

pb::SecretsManagementResult SecretsManagement(const Input& input) { return Secrets(input).Build(); }

}  // namespace metapowers::commands::protect
