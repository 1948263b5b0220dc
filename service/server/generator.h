// The pure part of the pipeline: model text -> model and facts -> typed result -> section. Each stage is
// cached by content, so a call pays for what is new.
#ifndef METAPOWERS_SERVICE_SERVER_GENERATOR_H_
#define METAPOWERS_SERVICE_SERVER_GENERATOR_H_

#include <google/protobuf/message.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "service/analysis/facts.h"
#include "service/analysis/threats.h"
#include "service/evidence/evidence.h"
#include "service/model/model.h"
#include "service/server/byte_cache.h"
#include "service/server/command_index.h"
#include "service/workspace/object.h"

namespace metapowers::server {

// The Git id of a file with this content.
std::string BlobIdOf(absl::string_view text);

// A model and what follows from it. Immutable.
struct ModelFacts {
  std::string blob;  // Git id of the text
  std::shared_ptr<const model::Model> model;
  std::shared_ptr<const analysis::Facts> facts;
  std::vector<model::Question> questions;
};

// Of a model whose text has the Git id `blob`, or that is told from others by it where it has none.
std::shared_ptr<const ModelFacts> FactsOf(std::string blob, std::shared_ptr<const model::Model> model);

// People's decisions on the findings of a model. Immutable.
struct DecisionsFile {
  std::string blob;  // Git id of the text; "" when there is none
  model::v1::Decisions decisions;
};

// A file of the workspace whose bytes are read only when something is made of them.
struct StoredFile {
  std::string path;  // from the top of the workspace
  std::string blob;  // Git id of the text
};

// An evidence file that the model declares.
struct StoredEvidence {
  std::string id;    // of the declaration
  std::string blob;  // Git id of the bytes; "" when there is no such file
};

// All that the sections of a topic are made from. Immutable.
struct Inputs {
  std::shared_ptr<const ModelFacts> model;
  std::shared_ptr<const DecisionsFile> decisions;
  std::vector<StoredFile> rules;                           // of the workspace's teams, sorted by path
  std::vector<StoredEvidence> evidence;                    // in the order of the model
  std::shared_ptr<const workspace::ObjectSource> objects;  // what the files' bytes are read from
};

inline constexpr size_t kMaxRuleFiles = 64;
inline constexpr size_t kMaxRuleFileBytes = 256 << 10;
// Of all evidence files of a model together. What comes after is not read, and its entry says so.
inline constexpr size_t kMaxEvidenceBytes = 256 << 20;

// What a command makes of its inputs. Immutable.
struct Generated {
  std::shared_ptr<const google::protobuf::Message> result;
  std::vector<std::string> summary;  // one sentence per entry: the template's lines before the section
  std::string section;               // from its `## ` line to its last line end
};

// Thread-safe.
class Generator {
 public:
  // Keeps at most about `cache_bytes` of what it made.
  explicit Generator(size_t cache_bytes)
      : blob_ids_(cache_bytes / 64),
        models_(cache_bytes / 64 * 14),
        changes_(cache_bytes / 64),
        decisions_(cache_bytes / 16),
        threats_(cache_bytes / 4),
        evidence_(cache_bytes / 8),
        sections_(cache_bytes / 16 * 5) {}

  // INVALID_ARGUMENT MODEL_INVALID with every fault, also when the model's id is not `topic`.
  absl::StatusOr<std::shared_ptr<const ModelFacts>> Load(absl::string_view yaml, absl::string_view topic);

  // Of `parsed`, whose text is `yaml` and whose topic is its id.
  std::shared_ptr<const ModelFacts> LoadParsed(absl::string_view yaml, std::shared_ptr<const model::Model> parsed);

  // As Load() of the blob `id` of `objects`, which is read only when it is not known. DATA_LOSS.
  absl::StatusOr<std::shared_ptr<const ModelFacts>> LoadStored(const workspace::ObjectSource& objects,
                                                               absl::string_view id, absl::string_view topic);

  // What a change from `before`, nullptr for none, to `after` means (model_summary.h).
  std::vector<std::string> SummarizeChange(const ModelFacts* before, const ModelFacts& after);

  // The decisions in `yaml`, or none when that is null, on the findings of `model`. INVALID_ARGUMENT DECISIONS_INVALID
  // with every fault.
  absl::StatusOr<std::shared_ptr<const DecisionsFile>> LoadDecisions(absl::optional<absl::string_view> yaml,
                                                                     const ModelFacts& model);

  // `entry` is built. INVALID_ARGUMENT RULES_INVALID with every fault of the rules; INTERNAL when the template is
  // wrong, which a test keeps from happening; DATA_LOSS.
  absl::StatusOr<std::shared_ptr<const Generated>> Generate(const CommandEntry& entry, const Inputs& inputs);

  // Of the model under its rules and decisions. INVALID_ARGUMENT RULES_INVALID with every fault; DATA_LOSS.
  absl::StatusOr<std::shared_ptr<const analysis::ThreatSource>> LoadThreats(const Inputs& inputs);

 private:
  std::shared_ptr<const ModelFacts> Keep(const std::string& key, std::string blob,
                                         std::shared_ptr<const model::Model> parsed);
  // Of a model's text.
  std::string KnownBlobId(absl::string_view text);
  // What the evidence files say. DATA_LOSS.
  absl::StatusOr<std::shared_ptr<const evidence::EvidenceSet>> LoadEvidence(const Inputs& inputs);

  ByteCache<std::string> blob_ids_;              // by SHA-256, which is ten times as fast as a search for collisions
  ByteCache<ModelFacts> models_;                 // by topic and blob id
  ByteCache<std::vector<std::string>> changes_;  // by blob ids of both models
  ByteCache<DecisionsFile> decisions_;           // by topic and blob ids of model and decisions
  ByteCache<analysis::ThreatSource> threats_;    // by topic, blob ids of model and decisions, and rules
  ByteCache<evidence::EvidenceSet> evidence_;    // by topic and blob ids of model and evidence
  ByteCache<Generated> sections_;                // by command, topic and what its inputs are
};

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_GENERATOR_H_
