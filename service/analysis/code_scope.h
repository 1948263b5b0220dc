// Which code a system is made of, in which languages, and how thoroughly it is to be verified. Pure.
//
// Own code is that of a component of ours that the model calls custom code, or that names a repository. A repository is
// in scope when such a component is built from it; others (manifests, infrastructure as code) are reviewed elsewhere.
//
// Languages of a repository: its own, those of its components, and that of the stores that these query, as far as rules
// are shipped.
//
// Level of OWASP ASVS 5: that of the first row of the shipped levels whose conditions hold: strictly confidential data
// needs 3; data rated restricted or above, tier 0 or 1, or an answer to the internet need 2; the rest 1. A repository
// has the highest level of its components. Data that is nothing but secrets, such as the password of its own database,
// says nothing about the code: it is left out.
#ifndef METAPOWERS_SERVICE_ANALYSIS_CODE_SCOPE_H_
#define METAPOWERS_SERVICE_ANALYSIS_CODE_SCOPE_H_

#include <string>
#include <vector>

#include "metapowers/knowledge/v1/code_review.pb.h"
#include "service/analysis/landscape.h"

namespace metapowers::analysis {

struct AsvsFact {
  int level = 0;
  std::string reason;  // e.g. "handles data rated strictly confidential"
};

struct CodeComponent {
  const ComponentFacts* facts = nullptr;
  const model::v1::Repository* repository = nullptr;  // nullptr: none declared
  std::string language;                               // as declared, of the component, else of the repository
  // Of what it handles, as far as it counts for the level.
  model::v1::Confidentiality confidentiality = model::v1::CONFIDENTIALITY_UNSPECIFIED;
  AsvsFact asvs;
};

struct CodeRepository {
  const model::v1::Repository* repository = nullptr;
  std::vector<const CodeComponent*> components;                // sorted by id
  std::vector<const knowledge::v1::LanguageRules*> languages;  // in the order of the rows
  AsvsFact asvs;
};

struct CodeScope {
  std::vector<CodeComponent> components;                // sorted by id
  std::vector<CodeRepository> repositories;             // sorted by id
  std::vector<const model::v1::Repository*> elsewhere;  // of no component, sorted by id
  std::vector<std::string> languages_without_rules;     // as declared, sorted

  const CodeComponent* Find(absl::string_view component) const;
  const CodeRepository* FindRepository(absl::string_view repository) const;
};

CodeScope FindCodeScope(const Landscape& landscape);

// The rules of a language by the name that a model uses; nullptr when none is shipped.
const knowledge::v1::LanguageRules* RulesOf(absl::string_view language);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_CODE_SCOPE_H_
