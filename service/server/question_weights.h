// How much hangs on what a model does not say or only assumes.
#ifndef METAPOWERS_SERVICE_SERVER_QUESTION_WEIGHTS_H_
#define METAPOWERS_SERVICE_SERVER_QUESTION_WEIGHTS_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/analysis/threats.h"
#include "service/model/model.h"

namespace metapowers::server {

// The element that a path is about: "web" of `components[web].container.base_image`; empty for none.
std::string ElementOf(absl::string_view path);

// Whether a question on the field is about what data is where, which decides the impact of threats.
bool IsAboutData(absl::string_view field_type);

// Whether criticality, scores of ways in or factors of vulnerabilities are made of the field, though no rule names it.
bool IsRated(absl::string_view field_type);

// How many threats answers decide. Immutable; thread-safe.
class QuestionWeights {
 public:
  explicit QuestionWeights(const std::shared_ptr<const model::Model>& model);

  // Of what is missing: the rules that wait for the field of its element, and of data also the threats there whose
  // impact has no data to rest on.
  int Of(const model::Question& question) const;
  // How many threats the questions decide together.
  int OfAll(const std::vector<model::Question>& questions) const;

  // Of what is assumed: the rules that wait for the attribute; where it is rated, for what follows from it on its
  // element or on one that it is a part of; of an attribute that makes an element what it is, those that wait for the
  // element; of data, those that find nothing without it.
  int Of(const model::AssumedAttribute& assumed) const;

 private:
  using OfField = std::pair<std::string, std::string>;  // field and element

  void CountFollowing(const analysis::UndecidedThreat& undecided, const std::set<OfField>& assumed);

  std::vector<std::pair<std::string, std::set<std::string>>>
      waiting_;                           // of each: element, and fields that it waits for
  std::map<OfField, int> of_element_;     // rules that wait
  std::map<std::string, int> following_;  // rules that wait for what follows from an element
  std::map<std::string, analysis::WaitingRules, std::less<>> waiting_rules_;  // by element
  std::map<std::string, int> without_data_;  // threats whose impact has no data to rest on
};

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_QUESTION_WEIGHTS_H_
