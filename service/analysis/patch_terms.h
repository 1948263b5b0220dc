// Within which time a vulnerability of a severity is mended: the term that the policy declares, against the month that
// PCI DSS 6.3.3 allows for critical ones where the framework applies. Pure.
//
//   none        neither sets a term
//   pci alone   the policy sets none, PCI DSS does
//   too long    the own term ends after that of PCI DSS, which then holds in scope
//   own         the own term holds; where PCI DSS sets one too, it is the shorter one
#ifndef METAPOWERS_SERVICE_ANALYSIS_PATCH_TERMS_H_
#define METAPOWERS_SERVICE_ANALYSIS_PATCH_TERMS_H_

#include <vector>

#include "service/analysis/vulnerabilities.h"

namespace metapowers::analysis {

enum class TermState { kNone, kPciAlone, kTooLong, kOwn };

struct PatchTermFact {
  model::v1::Severity severity = model::v1::SEVERITY_UNSPECIFIED;
  int hours = 0;     // of the policy; 0: none declared
  bool pci = false;  // PCI DSS sets a term too
  TermState state = TermState::kNone;
  int open = 0;
  int overdue = 0;
};

// By band of severity in the order of the shipped rules; `vulnerabilities` are counted.
std::vector<PatchTermFact> PatchTerms(const Facts& facts, const std::vector<const Vulnerability*>& vulnerabilities);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_PATCH_TERMS_H_
