// The open questions of the model that a section needs. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_OPEN_QUESTIONS_H_
#define METAPOWERS_SERVICE_COMMANDS_OPEN_QUESTIONS_H_

#include <google/protobuf/repeated_field.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "metapowers/knowledge/v1/surface_rules.pb.h"
#include "metapowers/v1/command.pb.h"
#include "service/model/model.h"

namespace metapowers::commands {

// Questions whose field is one of `types`, e.g. "Component.owner_team", or of a message that one of them names
// alone, e.g. "PolicyParameters"; in the order of OpenQuestions(). What a known part is without because it is assumed
// is asked to be confirmed, and behind the others so is what of `further` types it is without. One without an owner
// goes to the team that owns the system.
std::vector<v1::Question> QuestionsOn(const model::Model& model, absl::Span<const absl::string_view> types,
                                      absl::Span<const absl::string_view> further = {});

// A question that no field asks by itself. An empty `team` is the one that owns the system.
v1::Question Ask(const model::Model& model, std::string field, std::string text, absl::string_view team);

// Questions of a section that shipped rows word, each once, in the order in which they came up. Thread-compatible.
class RowQuestions {
 public:
  using Rows = google::protobuf::RepeatedPtrField<knowledge::v1::SurfaceQuestion>;

  // Both outlive this.
  RowQuestions(const model::Model& model, const Rows& rows) : model_(model), rows_(rows) {}

  // The row of this field, e.g. "Flow.min_tls", or of a word where no field asks by itself, e.g. "evidence"; about the
  // element `id` of `list`. Nothing where no row words it.
  void Ask(absl::string_view field, absl::string_view list, absl::string_view id, absl::string_view team);

  const std::vector<v1::Question>& asked() const { return asked_; }

 private:
  const model::Model& model_;
  const Rows& rows_;
  std::set<std::string> fields_;  // of those that were asked
  std::vector<v1::Question> asked_;
};

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_OPEN_QUESTIONS_H_
