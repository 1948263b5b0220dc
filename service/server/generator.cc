#include "service/server/generator.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/server/names.h"
#include "service/workspace/object.h"

namespace metapowers::server {
namespace {

// Facts are maps of pointers and short strings over the model: about as much again as the model, twice.
constexpr size_t kFactsFactor = 3;

// Splits a rendered template into summary sentences and section.
absl::Status SplitRendered(absl::string_view rendered, absl::string_view stem, Generated& out) {
  const size_t start = absl::StartsWith(rendered, "## ") ? 0 : rendered.find("\n## ") + 1;
  if (start == 0 && !absl::StartsWith(rendered, "## ")) {
    return MakeError(absl::StatusCode::kInternal, absl::StrCat("template of ", stem, " renders no section"),
                     {"INTERNAL", {}, {}, ""});
  }
  for (const absl::string_view line : absl::StrSplit(rendered.substr(0, start), '\n')) {
    std::string sentence = OneLine(absl::StripAsciiWhitespace(line));
    if (!sentence.empty()) out.summary.push_back(std::move(sentence));
  }
  out.section = std::string(rendered.substr(start));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const ModelFacts>> Generator::Load(absl::string_view yaml, absl::string_view topic) {
  const std::string blob = workspace::MakeObject(workspace::ObjectType::kBlob, std::string(yaml)).id;
  const std::string key = absl::StrCat(topic, " ", blob);
  if (auto known = models_.Get(key)) return known;
  ASSIGN_OR_RETURN(std::shared_ptr<const model::Model> parsed, model::Model::Parse(yaml, kModelFile));
  if (parsed->proto().id() != topic) {
    const std::string why = absl::StrCat("is \"", parsed->proto().id(), "\", but the topic is \"", topic, "\"");
    return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat("the id of the system model ", why),
                     {"MODEL_INVALID", {{"errors", "1"}}, {{"id", why, ""}}, "set `id` in the model to the topic"});
  }
  auto loaded = std::make_shared<ModelFacts>();
  loaded->blob = blob;
  loaded->model = parsed;
  loaded->facts = analysis::Facts::Compute(parsed);
  loaded->questions = model::OpenQuestions(*parsed);
  models_.Put(key, loaded, kFactsFactor * parsed->proto().SpaceUsedLong());
  return loaded;
}

absl::StatusOr<std::shared_ptr<const Generated>> Generator::Generate(const CommandEntry& entry,
                                                                     const ModelFacts& model) {
  const std::string key = absl::StrCat(entry.stem, " ", model.model->proto().id(), " ", model.blob);
  if (auto known = sections_.Get(key)) return known;
  ASSIGN_OR_RETURN(const render::Template* const text, TemplateOf(*entry.command));
  auto made = std::make_shared<Generated>();
  made->result = entry.command->generate({*model.model, *model.facts, evidence::EvidenceSet::Empty()});
  ASSIGN_OR_RETURN(const std::string rendered, text->Render(*made->result));
  RETURN_IF_ERROR(SplitRendered(rendered, entry.stem, *made));
  sections_.Put(key, made, made->result->SpaceUsedLong() + made->section.size());
  return made;
}

absl::StatusOr<const render::Template*> Generator::TemplateOf(const commands::Command& command) {
  absl::MutexLock lock(&mutex_);
  const auto known = templates_.find(command.stem);
  if (known != templates_.end()) return &known->second;
  ASSIGN_OR_RETURN(render::Template parsed,
                   render::Template::Parse(command.template_text, absl::StrCat(command.stem, ".md")));
  return &templates_.emplace(std::string(command.stem), std::move(parsed)).first->second;
}

}  // namespace metapowers::server
