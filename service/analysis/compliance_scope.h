// Which elements of a model a framework is about.
#ifndef METAPOWERS_SERVICE_ANALYSIS_COMPLIANCE_SCOPE_H_
#define METAPOWERS_SERVICE_ANALYSIS_COMPLIANCE_SCOPE_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/analysis/landscape.h"

namespace metapowers::analysis {

// What of its framework's elements a requirement is about.
enum class RequirementScope {
  kAll,
  kAccountData,   // PCI DSS 3 and 4: what holds or carries account data
  kOpenNetworks,  // PCI DSS 4.2.1: of that, only flows with an end outside of every zone of ours
  kPeople,        // PCI DSS 8.3.1: of all flows only those of personnel and suppliers' people (people_access.h)
};

// What a framework is about. PCI DSS: components of the CDE and those connected with it, flows of the CDE, account data
// and the suppliers that see it. A framework that certain kinds of data trigger: what handles them. Others: everything.
// A key is in scope with the components whose data or backups it protects, and where it protects none.
class ComplianceScope {
 public:
  ComplianceScope(const Landscape& landscape, const knowledge::v1::Framework& framework);

  bool restricted() const { return restricted_; }
  RequirementScope ScopeOf(absl::string_view requirement) const;
  bool Has(knowledge::v1::ThreatSubject subject, const std::string& id, RequirementScope scope) const;
  // Components of ours in it, sorted.
  const std::vector<std::string>& components() const { return components_; }

 private:
  using Elements = std::set<std::pair<int, std::string>>;  // of the subjects that are restricted

  void Add(const Landscape& landscape, bool data_alone, Elements& elements);
  void AddUsers(const Landscape& landscape, const std::set<int>& inside, Elements& elements) const;
  bool Holds(const google::protobuf::RepeatedPtrField<std::string>& classes) const;

  const model::Model& model_;
  bool pci_ = false;
  bool restricted_ = false;
  uint64_t categories_ = 0;
  std::vector<std::string> components_;
  std::map<RequirementScope, Elements> elements_;  // kAll alone but for PCI DSS
};

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_COMPLIANCE_SCOPE_H_
