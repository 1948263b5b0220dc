// Which techniques of ATT&CK matter to a system, and why. Pure.
//
// A technique counts when an open threat names it, when a technology of a component of ours makes it possible, when the
// sector does, or when a known vulnerability opens it (knowledge/data/intel). A technique and the one above it (T1110
// and T1110.003) say the same for technology and sector.
//
// Points of a technique, and what they are for:
//   3  an open threat of high or critical severity names it; else 1, an open threat does
//   2  of its open threats some are detected by no collected log
//   1  a technology that the model declares makes it possible
//   1  the sector makes it worth while
//   1  a known vulnerability opens it
// Five points and more are high relevance, three and four medium, fewer low.
//
// A technique of a technology is missing from the threat model when no threat, open or not, names it, one above or one
// below it.
#ifndef METAPOWERS_SERVICE_ANALYSIS_TECHNIQUE_RELEVANCE_H_
#define METAPOWERS_SERVICE_ANALYSIS_TECHNIQUE_RELEVANCE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/threat_intel.pb.h"
#include "metapowers/knowledge/v1/weakness_catalogue.pb.h"
#include "service/analysis/detections.h"
#include "service/analysis/vulnerabilities.h"

namespace metapowers::analysis {

enum class Relevance { kLow, kMedium, kHigh };

struct TechniqueFact {
  const knowledge::v1::CatalogueEntry* technique = nullptr;
  const knowledge::v1::IntelTactic* tactic = nullptr;               // the first of its tactics, as ATT&CK orders them
  std::vector<const Threat*> open;                                  // that name it, worst first
  std::vector<const Threat*> blind;                                 // of those, not detected
  std::vector<const AppliedDetection*> detections;                  // that show one of them, by id
  std::vector<const knowledge::v1::IntelTechnology*> technologies;  // of the model, in the order of the data
  const knowledge::v1::IntelSector* sector = nullptr;               // of the model, where it names the technique
  std::vector<const Vulnerability*> vulnerabilities;                // that open it, worst first
  int points = 0;
  Relevance relevance = Relevance::kLow;
};

// A kind of technology of the model.
struct TechnologyFact {
  const knowledge::v1::IntelTechnology* technology = nullptr;
  std::vector<std::string> components;                        // sorted
  std::vector<const knowledge::v1::CatalogueEntry*> missing;  // techniques that the threat model lacks
};

struct ThreatIntelligence {
  std::vector<TechniqueFact> techniques;               // most points first, then most open threats, then by id
  std::vector<TechnologyFact> technologies;            // in the order of the data
  const knowledge::v1::IntelSector* sector = nullptr;  // nullptr: no row, or unknown
};

// Refers to its arguments, which outlive it.
ThreatIntelligence GatherIntelligence(const Threats& threats, const Detections& detections,
                                      const VulnerabilityFacts& vulnerabilities);

// Whether the techniques are one, or one is above the other.
bool SameTechnique(absl::string_view a, absl::string_view b);

// Whether it is known by a CVE id: only those have a public record.
bool IsPublic(const Vulnerability& vulnerability);

// The technique that it opens, by its attack vector (CVSS) and the exposure of what it is in; nullptr when they allow
// none, and when no source gives a vector.
const knowledge::v1::CatalogueEntry* TechniqueOf(const Vulnerability& vulnerability);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_TECHNIQUE_RELEVANCE_H_
