// How much hangs on what a model does not say or only assumes.
#ifndef METAPOWERS_SERVICE_SERVER_QUESTION_WEIGHTS_H_
#define METAPOWERS_SERVICE_SERVER_QUESTION_WEIGHTS_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/analysis/threats.h"
#include "service/model/model.h"

namespace metapowers::server {

// Threats that an answer decides.
struct WaitingThreats {
  int count = 0;
  // Some wait for what is computed from the attribute and from others, so that it need not decide all of them.
  bool at_most = false;
};

// How many threats answers decide. Immutable; thread-safe.
class QuestionWeights {
 public:
  // `threats` are those of the whole of `model`.
  QuestionWeights(const model::Model& model, const analysis::Threats& threats);

  // Of what is missing: the rules that wait for the field of its element, and of data also the threats there whose
  // impact has no data to rest on.
  int Of(const model::Question& question) const;
  // How many threats the questions decide together.
  int OfAll(const std::vector<model::Question>& questions) const;

  // Of what is assumed: the rules that wait for the attribute; where it is rated, at most those that wait for what
  // follows from it on its element or on one that it is a part of; of an attribute that makes an element what it is,
  // those that wait for the element; of data, those that find nothing without it.
  WaitingThreats Of(const model::AssumedAttribute& assumed) const;

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
