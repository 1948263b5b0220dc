#include "service/server/topic_lint.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "service/base/status_macros.h"
#include "service/document/sections.h"
#include "service/lint/lint.h"
#include "service/model/yaml_writer.h"
#include "service/server/document_frame.h"
#include "service/server/section_guard.h"
#include "service/server/topic_inputs.h"
#include "service/server/topics.h"

namespace metapowers::server {
namespace {

// Line of the section `heading` in `document`, from 1; 0 when it has none.
int LineOf(absl::string_view document, absl::string_view heading) {
  for (const document::Section& section : document::SplitSections(document).sections) {
    if (section.heading == heading) return section.line;
  }
  return 0;
}

absl::StatusOr<std::string> ReadDocument(const workspace::Snapshot& snapshot, const ResourceName& topic,
                                         const std::string& file) {
  ASSIGN_OR_RETURN(std::optional<std::string> text, snapshot.ReadFile(topic.PathOf(file)));
  return std::move(text).value_or("");
}

// What the commands that are run make of another model: a generator of its own, so that nothing made before answers.
// Decisions count where they fit the model; evidence is the same, entry by entry.
absl::StatusOr<lint::Subject::Remade> Remake(const Backend& backend, const Call& call, const Inputs& inputs,
                                             const std::vector<const CommandEntry*>& run,
                                             const std::shared_ptr<const model::Model>& model) {
  Generator generator(backend.env.limits.cache_bytes);
  Inputs changed = inputs;
  changed.model = FactsOf("", model);
  const absl::StatusOr<std::shared_ptr<const DecisionsFile>> decisions = generator.LoadDecisions(
      inputs.decisions->blob.empty() ? absl::nullopt
                                     : absl::make_optional(model::WriteYaml(inputs.decisions->decisions)),
      *changed.model);
  if (decisions.ok()) {
    changed.decisions = *decisions;
  } else {
    ASSIGN_OR_RETURN(changed.decisions, generator.LoadDecisions(absl::nullopt, *changed.model));
  }
  const auto& declared = changed.model->model->proto().evidence();
  for (int i = 0; i < declared.size() && i < static_cast<int>(changed.evidence.size()); ++i) {
    changed.evidence[i].id = declared[i].id();
  }
  lint::Subject::Remade remade;
  for (const CommandEntry* entry : run) {
    RETURN_IF_ERROR(call.CheckAlive());
    ASSIGN_OR_RETURN(const auto generated, generator.Generate(*entry, changed));
    remade[entry->spec->id()] = generated->section;
  }
  return remade;
}

}  // namespace

absl::StatusOr<v1::LintTopicResponse> LintTopicAt(Backend& backend, const Call& call,
                                                  const workspace::Snapshot& snapshot, const ResourceName& topic) {
  RETURN_IF_ERROR(TopicTree(snapshot, topic).status());
  ASSIGN_OR_RETURN(const Inputs inputs, ReadInputs(backend.generator, snapshot, topic));
  ASSIGN_OR_RETURN(const std::shared_ptr<const analysis::ThreatSource> threats, backend.generator.LoadThreats(inputs));
  lint::Subject subject;
  subject.topic = topic.topic;
  subject.facts = &inputs.model->facts->known();
  subject.presumed = inputs.model->facts.get();
  subject.threats = threats.get();
  subject.questions = inputs.model->questions;
  std::vector<const CommandEntry*> run;
  for (const CommandEntry& entry : CommandIndex::Get().commands()) {
    RETURN_IF_ERROR(call.CheckAlive());
    const std::string& file = entry.spec->document();
    if (subject.documents.count(file) == 0) {
      ASSIGN_OR_RETURN(std::string text, ReadDocument(snapshot, topic, file));
      if (!text.empty()) subject.documents[file] = std::move(text);
    }
    lint::RunState& state = subject.commands.emplace_back();
    state.spec = entry.spec;
    state.built = entry.command != nullptr;
    const auto document = subject.documents.find(file);
    if (!state.built || document == subject.documents.end()) continue;
    const auto section = FindSection(document->second, entry.spec->heading());
    if (!section.has_value()) continue;
    ASSIGN_OR_RETURN(const auto generated, backend.generator.Generate(entry, inputs));
    state.run = true;
    state.committed = lint::Section(*entry.spec, *section, LineOf(document->second, entry.spec->heading()));
    state.made = generated->section;
    state.result = generated->result;
    run.push_back(&entry);
  }
  subject.remake = [&](const std::shared_ptr<const model::Model>& model) {
    return Remake(backend, call, inputs, run, model);
  };
  v1::LintTopicResponse response = lint::Lint(subject);
  RETURN_IF_ERROR(call.CheckAlive());
  response.set_commit(snapshot.commit());
  return response;
}

}  // namespace metapowers::server
