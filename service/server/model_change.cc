#include "service/server/model_change.h"

#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/importers/secret_text.h"
#include "service/server/imported_model.h"
#include "service/server/model_summary.h"
#include "service/server/topic_inputs.h"
#include "service/server/topics.h"

namespace metapowers::server {
namespace {

using workspace::Snapshot;

// Ids of the evidence by path, as the model declares it.
std::map<std::string, std::string> EvidenceByPath(const ModelFacts& model) {
  std::map<std::string, std::string> ids;
  for (const auto& evidence : model.model->proto().evidence()) ids.try_emplace(evidence.path(), evidence.id());
  return ids;
}

absl::Status NotDeclared(const std::string& path, const std::map<std::string, std::string>& evidence) {
  std::vector<std::string> known = {std::string(kDecisionsFile)};
  for (const auto& [declared, id] : evidence) known.push_back(declared);
  const std::string shown = Printable(path);
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat("\"", shown, "\" is neither ", kDecisionsFile,
                                " nor the path of evidence that the model declares", DidYouMean(path, known)),
                   {"ATTACHMENT_NOT_DECLARED",
                    {{"path", shown}},
                    {},
                    "declare it under `evidence` in the model, or attach the file under a path that is declared: "
                    "--attach FILE=PATH"});
}

// A commit cannot be taken back by those who have read it. What is a secret only by the name before it stays possible:
// reports of scanners describe passwords.
absl::Status CheckForSecrets(const std::string& path, absl::string_view content) {
  constexpr size_t kMaxLines = 10;
  const std::vector<std::string> lines = importers::LinesWithSecrets(content, true, kMaxLines);
  if (lines.empty()) return absl::OkStatus();
  std::vector<Violation> violations;
  for (const std::string& line : lines) violations.push_back({"context.attachments", line, path});
  return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat("\"", path, "\" is not kept: ", lines.front()),
                   {"ATTACHMENT_HOLDS_SECRET",
                    {{"path", path}},
                    std::move(violations),
                    "take it out of the file, change it where it is in use, and attach the file again; what only looks "
                    "like a secret can be committed with git"});
}

// One change being put together.
class Planner {
 public:
  Planner(Generator& generator, const Snapshot& snapshot, const CheckedContext& context)
      : generator_(generator), snapshot_(snapshot), context_(context) {}

  absl::StatusOr<ModelChange> Plan() {
    RETURN_IF_ERROR(PlanModel());
    RETURN_IF_ERROR(PlanDecisions());
    RETURN_IF_ERROR(PlanEvidence());
    RETURN_IF_ERROR(PlanImported());
    change_.what = absl::StrJoin(parts_, " and ");
    return std::move(change_);
  }

 private:
  absl::Status PlanModel() {
    const std::string& topic = context_.topic.topic;
    const std::string path = context_.topic.PathOf(kModelFile);
    ASSIGN_OR_RETURN(const std::string old, snapshot_.BlobId(path));
    if (context_.model_yaml.empty()) {
      if (old.empty()) return ModelMissing(context_.topic);
      ASSIGN_OR_RETURN(change_.model, generator_.LoadStored(*snapshot_.objects(), old, topic));
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(change_.model, generator_.Load(context_.model_yaml, topic));
    if (old == change_.model->blob) {
      before_ = change_.model;
      return absl::OkStatus();
    }
    if (!old.empty()) {
      const auto loaded = generator_.LoadStored(*snapshot_.objects(), old, topic);
      if (loaded.ok()) before_ = *loaded;  // an invalid one is replaced whatever it said
    }
    Note("model", generator_.SummarizeChange(before_.get(), *change_.model));
    change_.files.push_back({path, std::string(context_.model_yaml), workspace::Origin::kGiven, change_.model->blob});
    return absl::OkStatus();
  }

  absl::Status PlanDecisions() {
    const std::string path = context_.topic.PathOf(kDecisionsFile);
    const auto attached = context_.attachments.find(std::string(kDecisionsFile));
    // A model that the standing decisions do not fit is not written: every later run would fail.
    if (attached == context_.attachments.end()) {
      return ReadDecisions(generator_, snapshot_, context_.topic, *change_.model).status();
    }
    const std::string& text = attached->second->content();
    ASSIGN_OR_RETURN(const auto after, generator_.LoadDecisions(absl::string_view(text), *change_.model));
    ASSIGN_OR_RETURN(const std::optional<std::string> old, snapshot_.ReadFile(path));
    if (old == text) return absl::OkStatus();
    model::v1::Decisions before;
    if (old.has_value()) {
      const auto loaded =
          generator_.LoadDecisions(absl::string_view(*old), before_ == nullptr ? *change_.model : *before_);
      if (loaded.ok()) before = (*loaded)->decisions;
    }
    Note("decisions", SummarizeDecisions(before, after->decisions));
    change_.files.push_back({path, text});
    return absl::OkStatus();
  }

  absl::Status PlanEvidence() {
    const std::map<std::string, std::string> declared = EvidenceByPath(*change_.model);
    std::vector<std::string> names;
    for (const auto& [path, attachment] : context_.attachments) {
      if (path == kDecisionsFile) continue;
      const auto found = declared.find(path);
      if (found == declared.end()) return NotDeclared(path, declared);
      const std::string full = context_.topic.PathOf(path);
      ASSIGN_OR_RETURN(const std::string old, snapshot_.BlobId(full));
      std::string id = BlobIdOf(attachment->content());
      if (old == id) continue;
      RETURN_IF_ERROR(CheckForSecrets(path, attachment->content()));
      names.push_back(absl::StrCat(old.empty() ? "+" : "~", found->second));
      change_.attachments.push_back({full, attachment->content(), workspace::Origin::kGiven, std::move(id)});
    }
    if (!names.empty()) Note("evidence", {absl::StrCat("evidence: ", absl::StrJoin(names, ", "))});
    return absl::OkStatus();
  }

  absl::Status PlanImported() {
    if (context_.imported_yaml.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(std::vector<workspace::FileChange> changes,
                     KeepImportedModel(snapshot_, context_.topic, context_.imported_yaml));
    if (changes.empty()) return absl::OkStatus();
    Note("import", {"import: what the files say is kept for the next refresh"});
    for (workspace::FileChange& change : changes) change_.files.push_back(std::move(change));
    return absl::OkStatus();
  }

  // A part of the change; the model stands for all where it changes.
  void Note(const std::string& part, std::vector<std::string> lines) {
    if (parts_.empty() || parts_.front() != "model") parts_.push_back(part);
    for (std::string& line : lines) change_.summary.push_back(std::move(line));
  }

  Generator& generator_;
  const Snapshot& snapshot_;
  const CheckedContext& context_;
  std::shared_ptr<const ModelFacts> before_;
  std::vector<std::string> parts_;
  ModelChange change_;
};

}  // namespace

absl::StatusOr<ModelChange> PlanModelChange(Generator& generator, const Snapshot& snapshot,
                                            const CheckedContext& context) {
  return Planner(generator, snapshot, context).Plan();
}

}  // namespace metapowers::server
