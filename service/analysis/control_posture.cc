#include "service/analysis/control_posture.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/analysis/attributes.h"
#include "service/analysis/terms.h"
#include "service/knowledge/threats.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;
using model::v1::PostureState;

// --- What is declared ----------------------------------------------------------------------------------

template <class List>
std::optional<ControlPosture> Declared(const List& postures, absl::string_view control, absl::string_view source) {
  for (const model::v1::ControlPosture& posture : postures) {
    if (posture.control() != control || posture.state() == model::v1::POSTURE_STATE_UNSPECIFIED) continue;
    return ControlPosture{posture.state(), std::string(source), posture.evidence(), ""};
  }
  return std::nullopt;
}

const google::protobuf::RepeatedPtrField<model::v1::ControlPosture>* DeclaredOn(const Element& element) {
  switch (element.subject) {
    case k::THREAT_SUBJECT_COMPONENT:
    case k::THREAT_SUBJECT_EXTERNAL_ENTITY:
      return &element.component().facts->component->posture();
    case k::THREAT_SUBJECT_FLOW:
      return &element.flow().flow->posture();
    default:
      return nullptr;
  }
}

// What the flows into a component say together: those that say something must be all that enter from another zone.
std::optional<ControlPosture> DeclaredOnInbound(const Element& element, absl::string_view control) {
  const Landscape& landscape = *element.landscape;
  int having = 0;
  int silent = 0;
  std::string source;
  for (const int index : element.component().inbound) {
    const FlowView& flow = landscape.flows()[index];
    const auto declared = Declared(flow.flow->posture(), control, "");
    if (declared.has_value() && declared->state == model::v1::POSTURE_STATE_IMPLEMENTED) {
      ++having;
      if (source.empty()) source = absl::StrCat("on flow ", flow.flow->id());
    } else if (flow.crosses) {
      ++silent;
    }
  }
  if (having == 0) return std::nullopt;
  return ControlPosture{silent == 0 ? model::v1::POSTURE_STATE_IMPLEMENTED : model::v1::POSTURE_STATE_PARTIAL, source,
                        "", ""};
}

// --- What attributes imply --------------------------------------------------------------------------------

struct Inference {
  std::vector<Condition> when;
  PostureState state;
};

// Of one control by subject: the inferences whose attributes the subject has.
using Inferences = std::array<std::vector<Inference>, k::ThreatSubject_ARRAYSIZE>;

std::optional<Inference> Compile(k::ThreatSubject subject, const k::ControlInference& row) {
  Inference inference{{}, row.state()};
  for (const k::AttributeMatch& match : row.when()) {
    if (absl::StrContains(match.attribute(), "posture.")) return std::nullopt;  // would ask itself
    std::optional<Condition> condition = Condition::TryCompile(subject, match);
    if (!condition.has_value()) return std::nullopt;  // about elements of another subject
    inference.when.push_back(*std::move(condition));
  }
  return inference;
}

const std::vector<Inference>& InferencesOf(absl::string_view control, k::ThreatSubject subject) {
  static const auto* const all = [] {
    auto* const map = new absl::flat_hash_map<std::string, Inferences>();
    for (const k::SecurityControl& row : knowledge::SecurityControls().controls()) {
      Inferences& of_control = (*map)[row.id()];
      for (int i = 1; i < k::ThreatSubject_ARRAYSIZE; ++i) {
        std::vector<Inference>& compiled = of_control[i];
        for (const k::ControlInference& inference : row.inferences()) {
          auto one = Compile(static_cast<k::ThreatSubject>(i), inference);
          if (one.has_value()) compiled.push_back(*std::move(one));
        }
      }
    }
    return map;
  }();
  static const auto* const none = new std::vector<Inference>();
  const auto found = all->find(control);
  return found == all->end() ? *none : found->second[subject];
}

std::optional<ControlPosture> Implied(const Element& element, absl::string_view control) {
  for (const Inference& inference : InferencesOf(control, element.subject)) {
    const bool holds = std::all_of(inference.when.begin(), inference.when.end(),
                                   [&](const Condition& condition) { return condition.Judge(element) == Truth::kYes; });
    if (!holds) continue;
    std::vector<std::string> reasons;
    for (const Condition& condition : inference.when) reasons.push_back(condition.Say(element));
    return ControlPosture{inference.state, absl::StrJoin(reasons, ", "), "", ""};
  }
  return std::nullopt;
}

// --- Controls of the model ----------------------------------------------------------------------------------

// Ids of the components by which a control that names components covers the element.
std::vector<std::string> CoveredThrough(const Element& element) {
  switch (element.subject) {
    case k::THREAT_SUBJECT_COMPONENT:
    case k::THREAT_SUBJECT_EXTERNAL_ENTITY:
      return {CurrentId(element)};
    case k::THREAT_SUBJECT_FLOW:
      return {element.flow().flow->target()};
    case k::THREAT_SUBJECT_API:
      return {static_cast<const model::v1::Api&>(*element.message).component()};
    case k::THREAT_SUBJECT_CREDENTIAL: {
      const auto& users = static_cast<const model::v1::Credential&>(*element.message).used_by();
      return {users.begin(), users.end()};
    }
    case k::THREAT_SUBJECT_THIRD_PARTY:
    case k::THREAT_SUBJECT_DATA_CLASS:
      return {};
    default: {
      std::vector<std::string> ids;
      for (const int index : element.landscape->DependentComponents(element)) {
        ids.push_back(element.landscape->components()[index].facts->component->id());
      }
      return ids;
    }
  }
}

// What the control says of the element; unspecified when it does not cover it. One that covers a part is partial.
PostureState StateOn(const model::v1::Control& control, const Element& element) {
  if (control.components().empty()) return control.state();
  const auto names = [&](const std::string& id) {
    return std::find(control.components().begin(), control.components().end(), id) != control.components().end();
  };
  if (element.subject == k::THREAT_SUBJECT_PIPELINE &&
      names(static_cast<const model::v1::Pipeline&>(*element.message).component())) {
    return control.state();
  }
  const std::vector<std::string> through = CoveredThrough(element);
  const auto named = std::count_if(through.begin(), through.end(), names);
  if (named == 0) return model::v1::POSTURE_STATE_UNSPECIFIED;
  if (named == static_cast<int>(through.size())) return control.state();
  switch (control.state()) {
    case model::v1::POSTURE_STATE_IMPLEMENTED:
    case model::v1::POSTURE_STATE_PARTIAL:
      return model::v1::POSTURE_STATE_PARTIAL;
    case model::v1::POSTURE_STATE_PLANNED:
      return model::v1::POSTURE_STATE_PLANNED;
    default:
      return model::v1::POSTURE_STATE_UNSPECIFIED;
  }
}

// The best of the controls that cover the element.
std::optional<ControlPosture> FromProgramme(const Element& element, absl::string_view control) {
  const auto rank = [](PostureState state) {
    switch (state) {
      case model::v1::POSTURE_STATE_IMPLEMENTED:
        return 5;
      case model::v1::POSTURE_STATE_PARTIAL:
        return 4;
      case model::v1::POSTURE_STATE_PLANNED:
        return 3;
      case model::v1::POSTURE_STATE_NOT_APPLICABLE:
        return 2;
      case model::v1::POSTURE_STATE_ABSENT:
        return 1;
      default:
        return 0;
    }
  };
  std::optional<ControlPosture> best;
  for (const model::v1::Control* row : element.landscape->ControlsFor(control)) {
    const PostureState state = StateOn(*row, element);
    if (rank(state) == 0 || (best.has_value() && rank(best->state) >= rank(state))) continue;
    best = ControlPosture{state, absl::StrCat("control ", row->id()), row->evidence(), row->due()};
  }
  return best;
}

// What a component that uses the credential declares to lack; that a place is named for the credential is no proof
// then.
std::optional<ControlPosture> LackedByUser(const Element& element, absl::string_view control) {
  for (const std::string& id : CoveredThrough(element)) {
    const int index = element.landscape->IndexOf(id);
    if (index < 0) continue;
    const model::v1::Component& user = *element.landscape->components()[index].facts->component;
    auto declared = Declared(user.posture(), control, absl::StrCat("on ", id));
    if (declared.has_value() && declared->state == model::v1::POSTURE_STATE_ABSENT) return declared;
  }
  return std::nullopt;
}

bool Contradicts(PostureState declared, PostureState implied) {
  return (declared == model::v1::POSTURE_STATE_IMPLEMENTED && implied == model::v1::POSTURE_STATE_ABSENT) ||
         (declared == model::v1::POSTURE_STATE_ABSENT && implied == model::v1::POSTURE_STATE_IMPLEMENTED);
}

}  // namespace

ControlPosture PostureOf(const Element& element, absl::string_view control) {
  if (const auto* postures = DeclaredOn(element)) {
    if (auto declared = Declared(*postures, control, "declared")) return *std::move(declared);
  }
  auto implied = Implied(element, control);
  // What its target has says nothing of a flow that has no use for it.
  if (implied.has_value() && implied->state == model::v1::POSTURE_STATE_NOT_APPLICABLE) return *std::move(implied);
  if (element.subject == k::THREAT_SUBJECT_CREDENTIAL) {
    if (auto lacked = LackedByUser(element, control)) return *std::move(lacked);
  }
  // What a flow itself lacks is not made up for by what its target does on other flows.
  if (element.subject == k::THREAT_SUBJECT_FLOW && implied.has_value() &&
      implied->state == model::v1::POSTURE_STATE_ABSENT) {
    return *std::move(implied);
  }
  if (element.subject == k::THREAT_SUBJECT_FLOW || element.subject == k::THREAT_SUBJECT_API) {
    const int index = element.landscape->IndexOf(CoveredThrough(element).front());
    const model::v1::Component& serving = *element.landscape->components()[index].facts->component;
    if (auto declared = Declared(serving.posture(), control, absl::StrCat("on ", serving.id()))) {
      return *std::move(declared);
    }
  }
  if (element.subject == k::THREAT_SUBJECT_COMPONENT) {
    if (auto declared = DeclaredOnInbound(element, control)) return *std::move(declared);
  }
  if (implied.has_value()) return *std::move(implied);
  return FromProgramme(element, control).value_or(ControlPosture{});
}

std::vector<PostureContradiction> PostureContradictions(const Landscape& landscape) {
  std::vector<PostureContradiction> found;
  for (const k::ThreatSubject subject : {k::THREAT_SUBJECT_COMPONENT, k::THREAT_SUBJECT_FLOW}) {
    for (const Element& element : landscape.ElementsOf(subject)) {
      for (const model::v1::ControlPosture& posture : *DeclaredOn(element)) {
        const auto implied = Implied(element, posture.control());
        if (!implied.has_value() || !Contradicts(posture.state(), implied->state)) continue;
        found.push_back({CurrentId(element), posture.control(), Words(posture.state()),
                         absl::StrCat(Words(implied->state), ": ", implied->source)});
      }
    }
  }
  return found;
}

}  // namespace metapowers::analysis
