#include "service/analysis/log_sources.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/analysis/attributes.h"
#include "service/analysis/control_posture.h"
#include "service/analysis/element_team.h"
#include "service/analysis/terms.h"
#include "service/knowledge/logging.h"
#include "service/knowledge/rules.h"
#include "service/model/schema.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;
using model::v1::Component;
using model::v1::Infrastructure;
using model::v1::SecretStore;

constexpr absl::string_view kCentralLogging = "central_logging";
constexpr absl::string_view kStoreKind = "secret_store_audit";
constexpr int64_t kSecondsPerDay = 86'400;

// --- Rows made ready -------------------------------------------------------------------------------------

struct Emitter {
  const k::LogEmitter* row;
  std::vector<Condition> match;
  std::vector<Condition> unless;
};
struct Kind {
  const k::LogKind* row;
  std::vector<Emitter> emitters;
};

std::vector<Condition> Compile(k::ThreatSubject subject,
                               const google::protobuf::RepeatedPtrField<k::AttributeMatch>& rows) {
  std::vector<Condition> conditions;
  // Shipped rows are tried by a test: a failure is a broken binary.
  for (const k::AttributeMatch& row : rows) conditions.push_back(*Condition::Compile(subject, row));
  return conditions;
}

const std::vector<Kind>& Kinds() {
  static const auto* const kinds = [] {
    auto* const all = new std::vector<Kind>();
    for (const k::LogKind& row : knowledge::LogKinds().kinds()) {
      Kind kind{&row, {}};
      for (const k::LogEmitter& emitter : row.emitters()) {
        kind.emitters.push_back(
            {&emitter, Compile(emitter.subject(), emitter.match()), Compile(emitter.subject(), emitter.unless())});
      }
      all->push_back(std::move(kind));
    }
    return all;
  }();
  return *kinds;
}

bool Emits(const Emitter& emitter, const Element& element) {
  const auto holds = [&](const Condition& condition) { return condition.Judge(element) == Truth::kYes; };
  return emitter.row->subject() == element.subject && std::all_of(emitter.match.begin(), emitter.match.end(), holds) &&
         std::none_of(emitter.unless.begin(), emitter.unless.end(), holds);
}

const Emitter* EmitterOf(const Kind& kind, const Element& element) {
  for (const Emitter& emitter : kind.emitters) {
    if (Emits(emitter, element)) return &emitter;
  }
  return nullptr;
}

// --- What the model says of an element ---------------------------------------------------------------------

const Component* ComponentOf(const Element& element) {
  const bool component =
      element.subject == k::THREAT_SUBJECT_COMPONENT || element.subject == k::THREAT_SUBJECT_EXTERNAL_ENTITY;
  return component ? element.component().facts->component : nullptr;
}

template <class Tags>
bool Tagged(const Tags& tags, model::v1::ScopeTag tag) {
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

PciScope DeclaredScope(const Infrastructure& infrastructure) {
  if (Tagged(infrastructure.scope_tags(), model::v1::SCOPE_TAG_PCI_CDE)) return PciScope::kCde;
  if (Tagged(infrastructure.scope_tags(), model::v1::SCOPE_TAG_PCI_CONNECTED)) return PciScope::kConnected;
  if (Tagged(infrastructure.scope_tags(), model::v1::SCOPE_TAG_PCI_OUT)) return PciScope::kOut;
  return PciScope::kNotApplicable;
}

// Whether we set the clock of what stamps its events.
bool IsMachine(model::v1::InfrastructureKind kind) {
  return kind == model::v1::INFRASTRUCTURE_KIND_VIRTUAL_MACHINE ||
         kind == model::v1::INFRASTRUCTURE_KIND_PHYSICAL_HOST || kind == model::v1::INFRASTRUCTURE_KIND_DATA_CENTRE ||
         kind == model::v1::INFRASTRUCTURE_KIND_NETWORK_DEVICE;
}

void AddScope(const Element& element, LogSource& source) {
  if (const Component* component = ComponentOf(element)) {
    const ComponentView& view = element.component();
    source.zone = view.facts->effective_zone;
    source.pci = view.facts->pci_scope;
    source.criticality = view.facts->criticality.level;
    source.hipaa = Tagged(component->scope_tags(), model::v1::SCOPE_TAG_HIPAA) ||
                   (view.handled.categories & (uint64_t{1} << model::v1::DATA_CATEGORY_PHI)) != 0;
    source.own_clock = element.subject == k::THREAT_SUBJECT_COMPONENT &&
                       component->machine() != model::v1::MACHINE_MANAGED_SERVICE && component->third_party().empty();
  } else if (element.subject == k::THREAT_SUBJECT_INFRASTRUCTURE) {
    const auto& infrastructure = static_cast<const Infrastructure&>(*element.message);
    source.pci = DeclaredScope(infrastructure);
    source.hipaa = Tagged(infrastructure.scope_tags(), model::v1::SCOPE_TAG_HIPAA);
    source.own_clock = IsMachine(infrastructure.kind());
  } else if (element.subject == k::THREAT_SUBJECT_THIRD_PARTY) {
    source.criticality = static_cast<const model::v1::ThirdParty&>(*element.message).criticality();
  }
}

std::string DisplayName(const Element& element) {
  const auto* field = element.message->GetDescriptor()->FindFieldByName("name");
  const std::string name = field == nullptr ? "" : model::StringAt(*element.message, *field, -1);
  return name.empty() ? CurrentId(element) : name;
}

// --- Whether it is collected --------------------------------------------------------------------------------

struct Collected {
  LogCollection state = LogCollection::kUnknown;
  std::string reason;
};

Collected FromLogging(const Component& component) {
  const std::string reason = absl::StrCat("logging is ", Words(component.logging()));
  switch (component.logging()) {
    case model::v1::LOGGING_LEVEL_IMMUTABLE:
      return {LogCollection::kImmutable, reason};
    case model::v1::LOGGING_LEVEL_CENTRAL:
      return {LogCollection::kCentral, reason};
    case model::v1::LOGGING_LEVEL_LOCAL:
      return {LogCollection::kLocal, reason};
    case model::v1::LOGGING_LEVEL_NONE:
      return {LogCollection::kNone, reason};
    default:
      return {};
  }
}

// `claimed`: whether controls of the programme count too.
Collected FromPosture(const Element& element, absl::string_view control, bool claimed) {
  const ControlPosture posture = PostureOf(element, control);
  const bool programme = absl::StartsWith(posture.source, "control ");
  if (programme != claimed) return {};
  const std::string reason =
      programme ? posture.source : absl::StrCat(control, " is ", Words(posture.state), " (", posture.source, ")");
  switch (posture.state) {
    case model::v1::POSTURE_STATE_IMPLEMENTED:
      return {programme ? LogCollection::kClaimed : LogCollection::kCentral, reason};
    case model::v1::POSTURE_STATE_PARTIAL:
      return {programme ? LogCollection::kUnknown : LogCollection::kLocal, programme ? "" : reason};
    case model::v1::POSTURE_STATE_PLANNED:
      return {LogCollection::kPlanned, reason};
    case model::v1::POSTURE_STATE_ABSENT:
      return {LogCollection::kNone, reason};
    default:
      return {};
  }
}

Collected FromStore(const SecretStore& store) {
  if (store.audit_log().empty()) return {};
  return {LogCollection::kCentral, absl::StrCat("audit_log of ", store.id(), " is ", store.audit_log())};
}

// What a control that is not there yet says of the log that it would write.
Collected FromMissingControl(const Element& element, const Component& component, const k::LogKind& kind) {
  for (const model::v1::Control& control : element.landscape->model().proto().controls()) {
    const bool planned = control.state() == model::v1::POSTURE_STATE_PLANNED;
    if (!planned && control.state() != model::v1::POSTURE_STATE_ABSENT) continue;
    const auto& covered = control.components();
    if (!covered.empty() && std::find(covered.begin(), covered.end(), component.id()) == covered.end()) continue;
    const auto& references = control.framework_refs();
    const bool writes = std::any_of(kind.meets().begin(), kind.meets().end(), [&](const std::string& requirement) {
      return std::find(references.begin(), references.end(), requirement) != references.end();
    });
    if (!writes) continue;
    return {planned ? LogCollection::kPlanned : LogCollection::kNone,
            absl::StrCat("control ", control.id(), " is ", Words(control.state()),
                         control.due().empty() ? "" : absl::StrCat(", due ", control.due()))};
  }
  return {};
}

Collected CollectionOf(const Element& element, const k::LogKind& kind) {
  Collected found;
  const Component* component = ComponentOf(element);
  if (component != nullptr) found = FromMissingControl(element, *component, kind);
  if (found.state == LogCollection::kUnknown && component != nullptr) found = FromLogging(*component);
  if (found.state == LogCollection::kUnknown && component != nullptr) {
    found = FromPosture(element, kCentralLogging, false);
  }
  if (found.state == LogCollection::kUnknown && component != nullptr && kind.id() == kStoreKind) {
    for (const SecretStore& store : element.landscape->model().proto().secrets().stores()) {
      if (store.component() == component->id() && found.state == LogCollection::kUnknown) found = FromStore(store);
    }
  }
  for (const bool claimed : {false, true}) {
    for (const absl::string_view control : {absl::string_view(kind.control()), kCentralLogging}) {
      if (control.empty() || found.state != LogCollection::kUnknown) continue;
      found = FromPosture(element, control, claimed);
    }
  }
  return found;
}

// --- Assembly -----------------------------------------------------------------------------------------------

std::string Part(const std::string& own, const std::string& of_kind) {
  if (own == "-") return "";
  return own.empty() ? of_kind : own;
}

// Whether the component is the machine that the model also has as infrastructure.
bool SameMachine(const Component& component, const Infrastructure& infrastructure) {
  return component.runs_on() == infrastructure.id() &&
         ((component.machine() == model::v1::MACHINE_VM &&
           infrastructure.kind() == model::v1::INFRASTRUCTURE_KIND_VIRTUAL_MACHINE) ||
          (component.machine() == model::v1::MACHINE_PHYSICAL &&
           infrastructure.kind() == model::v1::INFRASTRUCTURE_KIND_PHYSICAL_HOST));
}

class Builder {
 public:
  explicit Builder(const Landscape& landscape) : landscape_(landscape), model_(landscape.model()) {}

  std::vector<LogSource> Build() {
    for (const k::ThreatSubject subject :
         {k::THREAT_SUBJECT_COMPONENT, k::THREAT_SUBJECT_EXTERNAL_ENTITY, k::THREAT_SUBJECT_THIRD_PARTY,
          k::THREAT_SUBJECT_INFRASTRUCTURE, k::THREAT_SUBJECT_REPOSITORY, k::THREAT_SUBJECT_PIPELINE,
          k::THREAT_SUBJECT_REGISTRY}) {
      for (const Element& element : landscape_.ElementsOf(subject)) AddElement(element);
    }
    for (const SecretStore& store : model_.proto().secrets().stores()) {
      // A file or a safe of paper records nothing: of a store that no component runs only its declared log is known.
      if (store.component().empty() && !store.audit_log().empty()) AddStore(store);
    }
    DropDoubledMachines();
    std::stable_sort(sources_.begin(), sources_.end(), [](const LogSource& a, const LogSource& b) {
      return a.position != b.position ? a.position < b.position : a.key < b.key;
    });
    return std::move(sources_);
  }

 private:
  void AddElement(const Element& element) {
    bool first = true;
    const std::vector<Kind>& kinds = Kinds();
    for (size_t i = 0; i < kinds.size(); ++i) {
      const Emitter* emitter = EmitterOf(kinds[i], element);
      if (emitter == nullptr) continue;
      LogSource source;
      source.position = static_cast<int>(i);
      source.kind = kinds[i].row;
      source.emitter = emitter->row;
      source.element = element;
      source.element_id = CurrentId(element);
      source.element_name = DisplayName(element);
      source.key = absl::StrCat(source.kind->id(), "@", StableId(element));
      source.team = TeamOf(element);
      Collected collected = CollectionOf(element, *source.kind);
      source.collection = collected.state;
      source.reason = std::move(collected.reason);
      AddScope(element, source);
      if (const Component* component = ComponentOf(element); component != nullptr && first)
        AddVolume(*component, source);
      first = false;
      Finish(source);
    }
  }

  void AddVolume(const Component& component, LogSource& source) const {
    source.takes_rate = source.element.subject == k::THREAT_SUBJECT_COMPONENT;
    if (!source.takes_rate || !component.has_event_rate_per_second()) return;
    source.per_second = component.event_rate_per_second();
    const model::v1::Logging& logging = model_.proto().logging();
    if (!logging.has_average_event_bytes()) return;
    source.bytes_per_day = int64_t{*source.per_second} * logging.average_event_bytes() * kSecondsPerDay;
  }

  void AddStore(const SecretStore& store) {
    LogSource source;
    source.kind = knowledge::FindLogKind(kStoreKind);
    for (size_t i = 0; i < Kinds().size(); ++i) {
      if (Kinds()[i].row == source.kind) source.position = static_cast<int>(i);
    }
    source.element_id = store.id();
    source.element_name = store.name();
    source.key = absl::StrCat(kStoreKind, "@", store.id());
    source.team = store.owner_team().empty() ? model_.proto().owner_team() : store.owner_team();
    Collected collected = FromStore(store);
    source.collection = collected.state;
    source.reason = std::move(collected.reason);
    Finish(source);
  }

  void Finish(LogSource& source) {
    static const k::LogEmitter& none = k::LogEmitter::default_instance();
    const k::LogEmitter& emitter = source.emitter == nullptr ? none : *source.emitter;
    source.category = Part(emitter.category(), source.kind->category());
    source.product = Part(emitter.product(), source.kind->product());
    source.service = Part(emitter.service(), source.kind->service());
    if (source.gap()) {
      const bool urgent = source.criticality >= model::v1::CRITICALITY_HIGH || source.pci == PciScope::kCde ||
                          source.pci == PciScope::kConnected || source.hipaa;
      source.due = model::FormatDate(
          model_.as_of() + knowledge::GapTermDays(urgent ? model::v1::SEVERITY_HIGH : model::v1::SEVERITY_MEDIUM));
    }
    sources_.push_back(std::move(source));
  }

  void DropDoubledMachines() {
    std::set<std::string> infrastructure;  // "<kind>@<id>"
    for (const LogSource& source : sources_) {
      if (source.element.subject == k::THREAT_SUBJECT_INFRASTRUCTURE) {
        infrastructure.insert(absl::StrCat(source.kind->id(), "@", source.element_id));
      }
    }
    const auto doubled = [&](const LogSource& source) {
      if (source.element.subject != k::THREAT_SUBJECT_COMPONENT) return false;
      const Component& component = *source.element.component().facts->component;
      const auto* machine = model_.Find<Infrastructure>(component.runs_on());
      return machine != nullptr && SameMachine(component, *machine) &&
             infrastructure.count(absl::StrCat(source.kind->id(), "@", machine->id())) > 0;
    };
    sources_.erase(std::remove_if(sources_.begin(), sources_.end(), doubled), sources_.end());
  }

  const Landscape& landscape_;
  const model::Model& model_;
  std::vector<LogSource> sources_;
};

}  // namespace

LogSources LogSources::Of(const Landscape& landscape) {
  LogSources sources;
  sources.all_ = Builder(landscape).Build();
  return sources;
}

bool LogSources::AnyCollected() const {
  return std::any_of(all_.begin(), all_.end(), [](const LogSource& source) { return source.collected(); });
}

bool LogSources::AllStay() const {
  return !AnyCollected() && std::any_of(all_.begin(), all_.end(), [](const LogSource& source) {
    return source.collection == LogCollection::kLocal;
  });
}

const LogSource* LogSources::Find(absl::string_view key) const {
  for (const LogSource& source : all_) {
    if (source.key == key) return &source;
  }
  return nullptr;
}

std::vector<const LogSource*> LogSources::OfKind(absl::string_view kind) const {
  std::vector<const LogSource*> found;
  for (const LogSource& source : all_) {
    if (source.kind->id() == kind) found.push_back(&source);
  }
  return found;
}

std::vector<const LogSource*> LogSources::OfElement(absl::string_view element_id) const {
  std::vector<const LogSource*> found;
  for (const LogSource& source : all_) {
    if (source.element_id == element_id) found.push_back(&source);
  }
  return found;
}

std::vector<const LogSource*> LogSources::OfComponent(absl::string_view component_id) const {
  std::vector<const LogSource*> found;
  for (const LogSource& source : all_) {
    const bool component = source.element.subject == knowledge::v1::THREAT_SUBJECT_COMPONENT;
    if (component && source.element_id == component_id) found.push_back(&source);
  }
  return found;
}

}  // namespace metapowers::analysis
