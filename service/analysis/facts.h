// What a declared model implies: facts that two or more commands need, each computed once, with the
// reasoning that led to it. Pure: equal models give equal facts, in the same order.
#ifndef METAPOWERS_SERVICE_ANALYSIS_FACTS_H_
#define METAPOWERS_SERVICE_ANALYSIS_FACTS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/catalogue.pb.h"
#include "service/model/model.h"

namespace metapowers::analysis {

// PCI DSS scope (section 4 of the standard: CDE, connected-to or security-affecting, out of scope); the
// values are in the order of their width. Rules and their sources: pci_scope.h.
enum class PciScope { kNotApplicable, kOut, kConnected, kCde };

// How critical a component is; the terms and their scale stand in criticality.h. `derivation` prints each, e.g.
// "tier 1 -> high; stores card-data (confidentiality strictly confidential, one level less) -> high; highest is high".
struct CriticalityFact {
  model::v1::Criticality level = model::v1::CRITICALITY_UNSPECIFIED;
  std::string derivation;
};

struct ComponentFacts {
  const model::v1::Component* component = nullptr;
  // By what is known, and where more is assumed, the derivation says so. Rules are tried by `presumed_criticality`
  // first, which counts that too.
  CriticalityFact criticality;
  model::v1::Criticality presumed_criticality = model::v1::CRITICALITY_UNSPECIFIED;
  // Highest confidentiality of what it stores, processes or transfers; overrides win.
  model::v1::Confidentiality confidentiality = model::v1::CONFIDENTIALITY_UNSPECIFIED;
  std::vector<const model::v1::DataClass*> stores;     // sorted by id
  std::vector<const model::v1::DataClass*> processes;  // declared, without those stored
  std::vector<const model::v1::DataClass*> transfers;  // on its flows, without the two above
  PciScope pci_scope = PciScope::kNotApplicable;
  std::string pci_reason;  // the data class or flow that makes it so, e.g. "stores cardholder-data (PAN)"
  const model::v1::Zone* effective_zone = nullptr;  // nullptr: the internet, or unknown
  bool zone_unknown = false;                        // one of ours, and the model does not say where it is
  std::vector<std::string> depends_on;              // ids of hard dependencies, direct, sorted
  std::vector<std::string> dependents;              // ids that hard-depend on it, direct, sorted
  int transitive_dependents = 0;                    // others that stop when it stops, without external entities
  bool exposed_to_internet = false;                 // declared, or entered by a flow from outside every zone
};

// A declared compliance scope that the facts contradict.
struct ScopeConflict {
  std::string id;  // component or infrastructure element
  std::string name;
  model::v1::ScopeTag declared = model::v1::SCOPE_TAG_UNSPECIFIED;
  std::string computed;  // what the facts say, e.g. "connected"
  std::string reason;    // the fact, e.g. "flow api-to-ledger connects it with CDE component ledger"
};

// A flow whose ends are in different zones.
struct ZoneCrossing {
  const model::v1::Flow* flow = nullptr;
  const model::v1::Zone* from = nullptr;  // zone of the source; nullptr: the internet
  const model::v1::Zone* to = nullptr;    // zone of the target; nullptr: the internet
};

// A component, supplier or infrastructure element whose loss stops something of tier 0 or 1. One entry
// per element, with all its reasons; what counts stands in single_points.h.
struct SinglePoint {
  enum class Kind { kComponent, kThirdParty, kInfrastructure };
  Kind kind = Kind::kComponent;
  std::string id;
  std::string name;
  std::string reason;              // e.g. "1 replica; the only way from outside to ledger, settlement"
  std::vector<std::string> stops;  // component ids of tier 0 and 1 that stop, sorted
};

// A flow that carries personal or regulated data from one jurisdiction to another. A flow that does so
// between several pairs of jurisdictions has one entry for each; rules and their sources: transfers.h.
struct CrossBorderFlow {
  const model::v1::Flow* flow = nullptr;
  std::string from;  // jurisdiction, e.g. "EU"
  std::string to;
  std::vector<const model::v1::DataClass*> data;   // the regulated classes it carries, sorted
  const model::v1::Transfer* mechanism = nullptr;  // nullptr: none declared
  bool mechanism_expired = false;                  // it ended before `as_of`
  // Personal data leaves the EU, the UK or Switzerland, so that a mechanism is required.
  bool mechanism_required = false;

  bool lacks_mechanism() const { return mechanism_required && (mechanism == nullptr || mechanism_expired); }
};

// Whether a framework applies, and which facts say so; see applicability.h.
struct FrameworkFact {
  std::string id;
  std::string label;                                    // short name when shipped, else the id
  const knowledge::v1::Framework* framework = nullptr;  // nullptr: the model names one that is not shipped
  const model::v1::Framework* declaration = nullptr;    // nullptr: the model does not list it
  bool applies = false;                                 // the facts trigger it, or it is declared in scope
  bool triggered = false;                               // the facts trigger it
  bool declared = false;                                // the model lists it
  bool declared_in_scope = false;
  bool conflict = false;             // the facts trigger it, yet it is declared out of scope
  std::string reason;                // the triggering facts, or which facts are absent
  std::vector<std::string> because;  // law or section by which those facts make it apply, one for each trigger
};

// Dates that have passed or will within 90 days of `as_of`.
struct EndOfLifeFact {
  std::string id;
  std::string name;
  std::string version;
  std::string eol_date;
  int days_left = 0;  // negative when past
};

class Facts {
 public:
  // `model` and the shipped knowledge outlive the facts.
  static std::shared_ptr<const Facts> Compute(std::shared_ptr<const model::Model> model);

  const model::Model& model() const { return *model_; }
  // What follows from the model without what it marks as assumed (model::Model::known()), which scores are made of;
  // these facts themselves where nothing is. Lives as long as they do.
  const Facts& known() const { return known_ == nullptr ? *this : *known_; }

  // By component id; has every component.
  const std::map<std::string, ComponentFacts, std::less<>>& components() const { return components_; }
  // Component ids in an order in which each comes after all that it hard-depends on; cycles are broken at
  // the smallest id and listed in dependency_cycles().
  const std::vector<std::string>& restoration_order() const { return restoration_order_; }
  const std::vector<std::vector<std::string>>& dependency_cycles() const { return dependency_cycles_; }
  // The facts of one component; nullptr when the model has none with this id.
  const ComponentFacts* Find(absl::string_view component_id) const;
  // The rest is sorted by id of what it is about.
  const std::vector<SinglePoint>& single_points() const { return single_points_; }
  const std::vector<ScopeConflict>& scope_conflicts() const { return scope_conflicts_; }
  const std::vector<ZoneCrossing>& zone_crossings() const { return zone_crossings_; }
  const std::vector<CrossBorderFlow>& cross_border_flows() const { return cross_border_flows_; }
  const std::vector<FrameworkFact>& frameworks() const { return frameworks_; }
  const std::vector<EndOfLifeFact>& end_of_life() const { return end_of_life_; }
  // Value of a computed threshold metric, with the ids that make it up, sorted; see metrics.h.
  struct MetricValue {
    int64_t value = 0;
    std::vector<std::string> ids;
  };
  MetricValue Metric(model::v1::ThresholdMetric metric) const;

 private:
  Facts() = default;
  friend class FactsBuilder;

  std::shared_ptr<const model::Model> model_;
  std::shared_ptr<const Facts> known_;
  std::map<std::string, ComponentFacts, std::less<>> components_;
  std::vector<std::string> restoration_order_;
  std::vector<std::vector<std::string>> dependency_cycles_;
  std::vector<SinglePoint> single_points_;
  std::vector<ScopeConflict> scope_conflicts_;
  std::vector<ZoneCrossing> zone_crossings_;
  std::vector<CrossBorderFlow> cross_border_flows_;
  std::vector<FrameworkFact> frameworks_;
  std::vector<EndOfLifeFact> end_of_life_;
};

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_FACTS_H_
