#include "service/server/archetypes.h"

#include <google/protobuf/text_format.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "service/base/embedded_file.h"
#include "service/base/error.h"
#include "service/base/strings.h"
#include "service/server/names.h"

namespace metapowers::server {

extern const EmbeddedFile kExamples[];
extern const int kExamplesCount;

namespace {

// The embedded file that ends in `path`; nullptr when it is not there.
const EmbeddedFile* FindExample(absl::string_view path) {
  for (int i = 0; i < kExamplesCount; ++i) {
    if (absl::EndsWith(kExamples[i].path, path)) return &kExamples[i];
  }
  return nullptr;
}

const EmbeddedFile* ModelOf(const v1::Archetype& archetype) {
  return FindExample(absl::StrCat("/", archetype.model_id(), "/", kModelFile));
}

// `yaml` with the value of its top-level key `id` replaced.
std::string WithId(absl::string_view yaml, absl::string_view id) {
  size_t start = absl::StartsWith(yaml, "id:") ? 0 : yaml.find("\nid:") + 1;
  const size_t end = std::min(yaml.find('\n', start), yaml.size());
  return absl::StrCat(yaml.substr(0, start), "id: ", id, yaml.substr(end));
}

// The model, and what stands in its folder.
v1::DraftModelResponse Draft(const EmbeddedFile& model, absl::string_view topic_id) {
  v1::DraftModelResponse draft;
  draft.set_model_yaml(WithId(model.text, topic_id));
  const absl::string_view folder = absl::StripSuffix(model.path, kModelFile);
  for (int i = 0; i < kExamplesCount; ++i) {
    absl::string_view path = kExamples[i].path;
    if (!absl::ConsumePrefix(&path, folder) || path == kModelFile) continue;
    v1::Attachment& attachment = *draft.add_attachments();
    attachment.set_path(std::string(path));
    attachment.set_content(std::string(kExamples[i].text));
  }
  return draft;
}

}  // namespace

const v1::ListArchetypesResponse& Archetypes() {
  static const auto* const archetypes = [] {
    v1::ListArchetypesResponse declared;
    const EmbeddedFile* manifest = FindExample("/archetypes.textproto");
    auto* const found = new v1::ListArchetypesResponse;
    // A test parses the manifest and finds every model of it; here a fault leaves the list short.
    if (manifest == nullptr || !google::protobuf::TextFormat::ParseFromString(std::string(manifest->text), &declared)) {
      return found;
    }
    for (const v1::Archetype& archetype : declared.archetypes()) {
      if (ModelOf(archetype) != nullptr) *found->add_archetypes() = archetype;
    }
    return found;
  }();
  return *archetypes;
}

absl::StatusOr<v1::DraftModelResponse> DraftFrom(absl::string_view archetype, absl::string_view topic_id) {
  std::vector<std::string> names;
  for (const v1::Archetype& known : Archetypes().archetypes()) {
    if (known.name() == archetype) return Draft(*ModelOf(known), topic_id);
    names.push_back(known.name());
  }
  const std::string printable = Printable(archetype);
  return MakeError(
      absl::StatusCode::kNotFound,
      absl::StrCat("no archetype is called \"", printable, "\"", DidYouMean(archetype, names)),
      {"ARCHETYPE_UNKNOWN", {{"archetype", printable}}, {}, absl::StrCat("use one of: ", absl::StrJoin(names, ", "))});
}

}  // namespace metapowers::server
