// Which elements of a model a framework is about.
#ifndef METAPOWERS_SERVICE_ANALYSIS_COMPLIANCE_SCOPE_H_
#define METAPOWERS_SERVICE_ANALYSIS_COMPLIANCE_SCOPE_H_

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/analysis/landscape.h"

namespace metapowers::analysis {

// What a framework is about. PCI DSS: components of the CDE and those connected with it, flows of the CDE, account data
// and the suppliers that see it; its requirements 3 and 4, on account data itself, only what holds or carries it. A
// framework that certain kinds of data trigger: what handles them. Others: everything. A key is in scope with the
// components whose data or backups it protects, and where it protects none.
class ComplianceScope {
 public:
  ComplianceScope(const Landscape& landscape, const knowledge::v1::Framework& framework);

  bool restricted() const { return restricted_; }
  // Whether the requirement is about the data that triggers the framework and not about all components in scope.
  bool AboutDataAlone(absl::string_view requirement) const;
  bool Has(knowledge::v1::ThreatSubject subject, const std::string& id, bool data_alone) const;
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
  Elements elements_;
  Elements data_elements_;
};

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_COMPLIANCE_SCOPE_H_
