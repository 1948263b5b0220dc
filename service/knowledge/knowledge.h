// Shipped knowledge, read once from data embedded in the binary. All look-ups are thread-safe; what they
// return lives as long as the process.
#ifndef METAPOWERS_SERVICE_KNOWLEDGE_KNOWLEDGE_H_
#define METAPOWERS_SERVICE_KNOWLEDGE_KNOWLEDGE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/catalogue.pb.h"

namespace metapowers::knowledge {

// Frameworks and requirements, merged from all data files, sorted by id.
const v1::Catalogue& Catalogue();

// The framework with this id; nullptr when it is not shipped.
const v1::Framework* FindFramework(absl::string_view id);

// The requirement that `reference` names, e.g. "pci-dss-4.0.1:8.4.2"; nullptr when it is not shipped. An id
// may lack the framework's optional prefix: "iso-27001-2022:8.5" is "iso-27001-2022:A.8.5".
const v1::Requirement* FindRequirement(absl::string_view reference);

// How documents print a reference: "PCI DSS 4.0.1 8.4.2", "HIPAA 45 CFR 164.312(d)". A reference that is
// not shipped comes back unchanged, so that nothing a model says is lost.
std::string ReferenceLabel(absl::string_view reference);

// The frameworks, by id, of which `text` cites at least one requirement in the form of ReferenceLabel().
std::vector<const v1::Framework*> FrameworksCitedIn(absl::string_view text);

}  // namespace metapowers::knowledge

#endif  // METAPOWERS_SERVICE_KNOWLEDGE_KNOWLEDGE_H_
