// Our findings in terms of another tool's rules: what a rule declares in `equivalents` as `TOOL:RULE`. Other tools do
// not put a risk on the same element as we do, so that the findings of one of theirs are looked for around it.
#ifndef METAPOWERS_SERVICE_ANALYSIS_EQUIVALENT_FINDINGS_H_
#define METAPOWERS_SERVICE_ANALYSIS_EQUIVALENT_FINDINGS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/analysis/threats.h"

namespace metapowers::analysis {

// Stands for any element.
inline constexpr absl::string_view kAnyElement = "*";

// The findings that `equivalent` is about these elements, in the order of their keys. `elements` names the one that
// the risk is about first, then others that take part; any of them may be kAnyElement.
//
// Those on the first element. Where none is, those next to it: on components of a shared runtime or zone, on flows that
// leave a component. Where the first is any, those on what each of the others is, is an end of, or is connected with.
// Where none is either, those on the system as a whole.
std::vector<const Threat*> FindingsLike(const Threats& threats, absl::string_view equivalent,
                                        const std::vector<std::string>& elements);

// One rule of another tool and what a model has of it.
struct EquivalentRule {
  std::string name;                // as the other tool calls it, e.g. `unencrypted-asset`
  std::vector<std::string> rules;  // ids of ours, sorted
  int findings = 0;                // decided and controlled ones too
  int questions = 0;               // findings if what is asked turns out so
  int model_quality = 0;           // what to mend in the model
};

// Each rule of `tool` (`threagile`) that one of `rules` is like, sorted by name.
std::vector<EquivalentRule> EquivalentRules(const Threats& threats, const RuleSet& rules, absl::string_view tool);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_EQUIVALENT_FINDINGS_H_
