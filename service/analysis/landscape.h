// The elements of a model as rules see them: each with its neighbours and with what follows from them, computed once
// per model. Near-linear in components and flows.
#ifndef METAPOWERS_SERVICE_ANALYSIS_LANDSCAPE_H_
#define METAPOWERS_SERVICE_ANALYSIS_LANDSCAPE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/threat_rules.pb.h"
#include "service/analysis/facts.h"
#include "service/analysis/topology.h"

namespace metapowers::analysis {

// See attributes.h. A component with `host_ports` of which the model does not say whether the internet reaches them is
// kAdjacent at least: whoever stands on the network of the host connects without a step in between, and that they got
// there is the one step before. What is unknown so neither hides the port (kIsolated) nor makes it open to strangers.
enum class Exposure { kIsolated, kInner, kAdjacent, kPartner, kInternet };

// "internet", as attributes and the grid write it.
absl::string_view ExposureName(Exposure exposure);

class Landscape;

// Data at stake, strongest of each leg; bits are 1 << category.
struct DataSummary {
  int classes = 0;  // how many; 0 means that no level is known to be none
  uint64_t categories = 0;
  model::v1::Confidentiality confidentiality = model::v1::CONFIDENTIALITY_UNSPECIFIED;
  model::v1::Importance integrity = model::v1::IMPORTANCE_UNSPECIFIED;
  model::v1::Importance availability = model::v1::IMPORTANCE_UNSPECIFIED;

  void Add(const model::v1::DataClass& data);
};

// What follows for one component.
struct ComponentView {
  const ComponentFacts* facts = nullptr;
  Exposure exposure = Exposure::kIsolated;
  uint64_t capabilities = 0;  // bits 1 << Capability
  DataSummary handled;        // with overrides and floors
  DataSummary stored;
  bool outside = false;
  bool reach_open = false;  // kAdjacent, and whether the internet reaches one of its ports is to be answered
  bool single_point = false;
  bool mixed_zone = false;
  bool mixed_runtime = false;
  bool unauthenticated_path = false;
  bool guarded = false;
  bool serves_people = false;
  bool unknown_technology = false;  // names one that the catalogue lacks
  std::vector<int> inbound;         // positions in flows(), sorted; a flow to itself is in both
  std::vector<int> outbound;
  std::vector<const model::v1::Api*> apis;
};

// What follows for one flow.
struct FlowView {
  const model::v1::Flow* flow = nullptr;
  int source = 0;  // positions in components()
  int target = 0;
  Exposure exposure = Exposure::kInner;
  bool crosses = false;
  bool same_runtime = false;
  uint64_t families = 0;  // bits 1 << ProtocolFamily
  DataSummary carried;
  DataSummary sent;
  const CrossBorderFlow* border = nullptr;  // nullptr: it crosses none
};

// One element that rules are about. Refers to the landscape, which outlives it.
struct Element {
  knowledge::v1::ThreatSubject subject = knowledge::v1::THREAT_SUBJECT_UNSPECIFIED;
  int index = -1;  // in components() or flows(); -1 for other subjects
  const Landscape* landscape = nullptr;
  const google::protobuf::Message* message = nullptr;

  const ComponentView& component() const;
  const FlowView& flow() const;
};

// Immutable; thread-safe. Refers to the facts, which outlive it.
class Landscape {
 public:
  explicit Landscape(const Facts& facts);
  Landscape(const Landscape&) = delete;
  Landscape& operator=(const Landscape&) = delete;

  const Facts& facts() const { return facts_; }
  const model::Model& model() const { return facts_.model(); }
  // In the order of the model: sorted by id.
  const std::vector<ComponentView>& components() const { return components_; }
  const std::vector<FlowView>& flows() const { return flows_; }

  Element ComponentElement(int index) const;
  Element FlowElement(int index) const;
  Element SystemElement() const;
  // The elements that rules of this subject are about, sorted by id; see ThreatSubject for which those are.
  std::vector<Element> ElementsOf(knowledge::v1::ThreatSubject subject) const;

  // Position of the component with this id; -1 when there is none.
  int IndexOf(absl::string_view component) const;

  // Controls of the model that put this one of the catalogue in place, sorted by id; empty when none does.
  const std::vector<const model::v1::Control*>& ControlsFor(absl::string_view control) const;

  // Positions of the components of ours that stand or fall with an element of another subject: encrypted by the key, on
  // the infrastructure, in the zone, built from the repository, deployed or managed where they run; where the model
  // does not say what is delivered, and for the system, all.
  std::vector<int> DependentComponents(const Element& element) const;

  // Data classes of an element that a rule with this reach counts, sorted by id; of one that is no component itself,
  // what the components hold that depend on it.
  std::vector<const model::v1::DataClass*> DataOf(const Element& element, knowledge::v1::DataReach reach) const;

 private:
  void AddComponents();
  void AddFlows();
  void AddExposure();
  void AddPaths();
  void AddPeople();
  void AddNeighbours();

  const Facts& facts_;
  std::vector<ComponentView> components_;
  std::vector<FlowView> flows_;
  std::map<std::string, std::vector<const model::v1::Control*>, std::less<>> controls_;  // by key of the catalogue
};

// What finding keys call an element: its first id, which later renamings keep; of a component or flow the first of
// `renamed_from`.
const std::string& StableId(const Element& element);

// The id that the model uses now; of the system its topic.
const std::string& CurrentId(const Element& element);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_LANDSCAPE_H_
