// Shipped threat rules, controls, technologies and the catalogues that they cite, read once from data embedded in the
// binary. All look-ups are thread-safe; what they return lives as long as the process.
#ifndef METAPOWERS_SERVICE_KNOWLEDGE_THREATS_H_
#define METAPOWERS_SERVICE_KNOWLEDGE_THREATS_H_

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/security_controls.pb.h"
#include "metapowers/knowledge/v1/technologies.pb.h"
#include "metapowers/knowledge/v1/threat_rules.pb.h"
#include "metapowers/knowledge/v1/weakness_catalogue.pb.h"

namespace metapowers::knowledge {

// Rules of data/threats/*_rules.textproto, merged.
const v1::ThreatRules& ThreatRules();

const v1::RiskGrid& RiskGrid();

// Controls of data/controls/*.textproto, merged.
const v1::SecurityControls& SecurityControls();

// The control with this key; nullptr when it is not shipped.
const v1::SecurityControl* FindControl(absl::string_view id);

// By name or alias, in any case; nullptr when the catalogue lacks it.
const v1::Technology* FindTechnology(absl::string_view name);
const v1::Protocol* FindProtocol(absl::string_view name);
const v1::Language* FindLanguage(absl::string_view name);

// An entry of CWE, CAPEC or ATT&CK by its id, e.g. "CWE-319", "CAPEC-94", "T1557"; nullptr when there is none.
const v1::CatalogueEntry* FindWeakness(absl::string_view id);

// "CWE, as shipped"...: name and version of the three catalogues, for the basis of documents.
const v1::WeaknessCatalogue& Cwe();
const v1::WeaknessCatalogue& Capec();
const v1::WeaknessCatalogue& Attack();

}  // namespace metapowers::knowledge

#endif  // METAPOWERS_SERVICE_KNOWLEDGE_THREATS_H_
