#include "service/server/generator.h"

#include <deque>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "service/analysis/own_rules.h"
#include "service/base/digest.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/server/model_summary.h"
#include "service/server/names.h"
#include "service/server/templates.h"
#include "service/workspace/object.h"

namespace metapowers::server {
namespace {

constexpr size_t kOverhead = 150;  // bytes of a small entry beside what it says
// Facts are maps of pointers and short strings over the model: about as much again as the model, twice.
constexpr size_t kFactsFactor = 3;
// Every element has a dozen threats with scores and texts.
constexpr size_t kThreatsFactor = 24;

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

// What tells a model from others: Load() refuses the same text for another topic.
std::string ModelKey(const ModelFacts& model) { return absl::StrCat(model.model->proto().id(), " ", model.blob); }

// What tells the evidence of a model from others. The model says which declaration each blob is of.
std::string EvidenceKey(const Inputs& inputs) {
  std::string blobs;
  for (const StoredEvidence& file : inputs.evidence) absl::StrAppend(&blobs, file.blob, "\n");
  return Sha256Hex(blobs);
}

// What tells the threats of a model from others.
std::string ThreatsKey(const Inputs& inputs) {
  std::string rules;
  for (const StoredFile& rule : inputs.rules) absl::StrAppend(&rules, rule.path, " ", rule.blob, "\n");
  return absl::StrJoin({ModelKey(*inputs.model), inputs.decisions->blob, Sha256Hex(rules)}, " ");
}

// All that a section depends on.
std::string KeyOf(const CommandEntry& entry, const Inputs& inputs) {
  const std::string evidence = entry.command->reads_evidence ? EvidenceKey(inputs) : "";
  return absl::StrJoin({std::string(entry.stem), ThreatsKey(inputs), evidence}, " ");
}

absl::Status TooMuchEvidence() {
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat("the evidence before it has taken up the ", kMaxEvidenceBytes >> 20,
                                " MB that are read of one model"),
                   {"EVIDENCE_INVALID", {}, {}, "remove entries that newer ones replace"});
}

absl::StatusOr<std::vector<model::RuleFile>> ReadRules(const Inputs& inputs) {
  std::vector<model::RuleFile> files;
  for (const StoredFile& rule : inputs.rules) {
    ASSIGN_OR_RETURN(std::string text, inputs.objects->Read(rule.blob, workspace::ObjectType::kBlob));
    if (text.size() > kMaxRuleFileBytes) {
      const std::string what = absl::StrCat("has ", text.size(), " bytes; ", kMaxRuleFileBytes, " are allowed");
      return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat("'", rule.path, "' ", what),
                       {"RULES_INVALID", {{"errors", "1"}}, {{"", what, rule.path}}, "split it into several files"});
    }
    files.push_back({rule.path, std::move(text)});
  }
  return files;
}

}  // namespace

std::string BlobIdOf(absl::string_view text) {
  return workspace::MakeObject(workspace::ObjectType::kBlob, std::string(text)).id;
}

std::string Generator::KnownBlobId(absl::string_view text) {
  const std::string digest = Sha256Hex(text);
  if (const auto known = blob_ids_.Get(digest)) return *known;
  const auto id = std::make_shared<const std::string>(BlobIdOf(text));
  blob_ids_.Put(digest, id, digest.size() + id->size() + kOverhead);
  return *id;
}

std::shared_ptr<const ModelFacts> FactsOf(std::string blob, std::shared_ptr<const model::Model> model) {
  auto facts = std::make_shared<ModelFacts>();
  facts->blob = std::move(blob);
  facts->facts = analysis::Facts::Compute(model);
  facts->questions = model::OpenQuestions(*model);
  facts->model = std::move(model);
  return facts;
}

absl::StatusOr<std::shared_ptr<const ModelFacts>> Generator::Load(absl::string_view yaml, absl::string_view topic) {
  const std::string blob = KnownBlobId(yaml);
  const std::string key = absl::StrCat(topic, " ", blob);
  if (auto known = models_.Get(key)) return known;
  ASSIGN_OR_RETURN(std::shared_ptr<const model::Model> parsed, model::Model::Parse(yaml, kModelFile));
  if (parsed->proto().id() != topic) {
    const std::string why = absl::StrCat("is \"", parsed->proto().id(), "\", but the topic is \"", topic, "\"");
    return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat("the id of the system model ", why),
                     {"MODEL_INVALID", {{"errors", "1"}}, {{"id", why, ""}}, "set `id` in the model to the topic"});
  }
  return Keep(key, blob, std::move(parsed));
}

std::shared_ptr<const ModelFacts> Generator::LoadParsed(absl::string_view yaml,
                                                        std::shared_ptr<const model::Model> parsed) {
  std::string blob = KnownBlobId(yaml);
  const std::string key = absl::StrCat(parsed->proto().id(), " ", blob);
  if (auto known = models_.Get(key)) return known;
  return Keep(key, std::move(blob), std::move(parsed));
}

std::shared_ptr<const ModelFacts> Generator::Keep(const std::string& key, std::string blob,
                                                  std::shared_ptr<const model::Model> parsed) {
  const size_t bytes = kFactsFactor * parsed->proto().SpaceUsedLong();
  auto loaded = FactsOf(std::move(blob), std::move(parsed));
  models_.Put(key, loaded, bytes);
  return loaded;
}

absl::StatusOr<std::shared_ptr<const ModelFacts>> Generator::LoadStored(const workspace::ObjectSource& objects,
                                                                        absl::string_view id, absl::string_view topic) {
  if (auto known = models_.Get(absl::StrCat(topic, " ", id))) return known;
  ASSIGN_OR_RETURN(const std::string yaml, objects.Read(id, workspace::ObjectType::kBlob));
  return Load(yaml, topic);
}

std::vector<std::string> Generator::SummarizeChange(const ModelFacts* before, const ModelFacts& after) {
  const std::string key = absl::StrCat(before == nullptr ? "" : before->blob, " ", after.blob);
  if (const auto known = changes_.Get(key)) return *known;
  const model::v1::SystemModel none;
  const auto made = std::make_shared<const std::vector<std::string>>(
      SummarizeModelChange(before == nullptr ? none : before->model->proto(), after.model->proto()));
  size_t bytes = key.size() + kOverhead;
  for (const std::string& line : *made) bytes += line.size() + sizeof(line);
  changes_.Put(key, made, bytes);
  return *made;
}

absl::StatusOr<std::shared_ptr<const DecisionsFile>> Generator::LoadDecisions(absl::optional<absl::string_view> yaml,
                                                                              const ModelFacts& model) {
  static const auto* const none = new std::shared_ptr<const DecisionsFile>(std::make_shared<DecisionsFile>());
  if (!yaml.has_value()) return *none;
  const std::string blob = BlobIdOf(*yaml);
  const std::string key = absl::StrCat(ModelKey(model), " ", blob);
  if (auto known = decisions_.Get(key)) return known;
  auto loaded = std::make_shared<DecisionsFile>();
  loaded->blob = blob;
  ASSIGN_OR_RETURN(loaded->decisions, model::ParseDecisions(*yaml, kDecisionsFile, *model.model));
  decisions_.Put(key, loaded, loaded->decisions.SpaceUsedLong());
  return loaded;
}

absl::StatusOr<std::shared_ptr<const Generated>> Generator::Generate(const CommandEntry& entry, const Inputs& inputs) {
  const std::string key = KeyOf(entry, inputs);
  if (auto known = sections_.Get(key)) return known;
  ASSIGN_OR_RETURN(const render::Template* const text, TemplateOf(*entry.command));
  ASSIGN_OR_RETURN(const std::shared_ptr<const analysis::ThreatSource> threats, LoadThreats(inputs));
  std::shared_ptr<const evidence::EvidenceSet> evidence;
  if (entry.command->reads_evidence) {
    ASSIGN_OR_RETURN(evidence, LoadEvidence(inputs));
  }
  auto made = std::make_shared<Generated>();
  made->result = entry.command->generate(commands::Input::Of(
      *inputs.model->facts, *threats, evidence == nullptr ? evidence::EvidenceSet::Empty() : *evidence));
  ASSIGN_OR_RETURN(const std::string rendered, text->Render(*made->result));
  RETURN_IF_ERROR(SplitRendered(rendered, entry.stem, *made));
  sections_.Put(key, made, made->result->SpaceUsedLong() + made->section.size());
  return made;
}

absl::StatusOr<std::shared_ptr<const analysis::ThreatSource>> Generator::LoadThreats(const Inputs& inputs) {
  const std::string key = ThreatsKey(inputs);
  if (auto known = threats_.Get(key)) return known;
  ASSIGN_OR_RETURN(const std::vector<model::RuleFile> files, ReadRules(inputs));
  ASSIGN_OR_RETURN(std::shared_ptr<const analysis::RuleSet> rules, analysis::ParseOwnRules(files));
  auto loaded =
      std::make_shared<analysis::ThreatSource>(inputs.model->facts, std::move(rules), inputs.decisions->decisions);
  threats_.Put(key, loaded, kThreatsFactor * inputs.model->model->proto().SpaceUsedLong());
  return loaded;
}

absl::StatusOr<std::shared_ptr<const evidence::EvidenceSet>> Generator::LoadEvidence(const Inputs& inputs) {
  const std::string key = absl::StrCat(ModelKey(*inputs.model), " ", EvidenceKey(inputs));
  if (auto known = evidence_.Get(key)) return known;
  std::deque<std::string> texts;  // what the views below are of
  evidence::Files files;
  size_t bytes = 0;
  for (const StoredEvidence& file : inputs.evidence) {
    if (file.blob.empty()) continue;
    ASSIGN_OR_RETURN(std::string text, inputs.objects->Read(file.blob, workspace::ObjectType::kBlob));
    bytes += text.size();
    if (bytes > kMaxEvidenceBytes) {
      files[file.id] = TooMuchEvidence();
      bytes -= text.size();
    } else {
      files[file.id] = texts.emplace_back(std::move(text));
    }
  }
  std::shared_ptr<const evidence::EvidenceSet> loaded = evidence::EvidenceSet::Build(*inputs.model->model, files);
  evidence_.Put(key, loaded, loaded->SpaceUsed());
  return loaded;
}

}  // namespace metapowers::server
