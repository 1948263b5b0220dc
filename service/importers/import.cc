#include "service/importers/import.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "service/base/api_limits.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/importers/attribute_bases.h"
#include "service/importers/classify.h"
#include "service/importers/compose.h"
#include "service/importers/draft_response.h"
#include "service/importers/importer.h"
#include "service/importers/plain_text.h"
#include "service/importers/redaction.h"
#include "service/importers/source_names.h"
#include "service/importers/threagile.h"
#include "service/model/yaml_writer.h"

namespace metapowers::importers {
namespace {

// Lines of notes, and of skipped items, at the end of a draft; the response has all.
constexpr size_t kMaxListed = 200;

absl::Status CheckFiles(const std::vector<SourceFile>& files) {
  size_t bytes = 0;
  for (const SourceFile& file : files) bytes += file.content.size();
  std::string what;
  if (files.empty()) what = "must have one file at least";
  if (files.size() > kMaxImportFiles) {
    what = absl::StrCat("must be ", kMaxImportFiles, " at most, not ", files.size());
  } else if (bytes > kMaxImportBytes) {
    what = absl::StrCat("must have ", kMaxImportBytes, " bytes together at most, not ", bytes);
  }
  if (what.empty()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat("files ", what),
                   {"ARGUMENT_INVALID", {}, {{"files", what, ""}}, "name the files and folders of one system only"});
}

// Sorts what has a location by it, in the order of the files.
template <class Located>
void SortByLocation(const std::vector<std::string>& files, std::vector<Located>& items) {
  std::map<absl::string_view, size_t> order;
  for (const std::string& file : files) order.try_emplace(file, order.size());
  const auto place = [&](const Located& item) {
    absl::string_view file = item.location();
    int line = 0;
    const size_t colon = file.rfind(':');
    if (order.find(file) == order.end() && colon != absl::string_view::npos &&
        absl::SimpleAtoi(file.substr(colon + 1), &line)) {
      file = file.substr(0, colon);
    }
    const auto found = order.find(file);
    return std::make_pair(found == order.end() ? order.size() : found->second, line);
  };
  std::stable_sort(items.begin(), items.end(), [&](const Located& a, const Located& b) { return place(a) < place(b); });
}

absl::Status NothingFound(const Inventory& inventory, const Classified& classified) {
  ErrorDetails details;
  details.reason = "IMPORT_EMPTY";
  details.metadata["skipped"] = absl::StrCat(inventory.skipped.size());
  std::set<std::string> told;  // files
  const auto tell = [&](const std::string& item, const std::string& why, const std::string& location) {
    told.insert(SpotOf(location).file);
    told.insert(location);
    if (details.violations.size() < model::kMaxFaults) details.violations.push_back({item, why, location});
  };
  for (const v1::SkippedItem& item : inventory.skipped) tell(item.item(), item.reason(), item.location());
  for (const v1::ImportNote& note : inventory.notes) tell(note.field(), note.text(), note.location());
  for (const v1::ImportedFile& file : classified.imported) {
    if (told.count(file.name()) != 0) continue;
    tell("file", absl::StrCat("is read as ", file.format(), ", and shows nothing that runs or keeps data"),
         file.name());
  }
  details.next_step = "name files that show services or stores, e.g. Kubernetes manifests or a compose file";
  return MakeError(absl::StatusCode::kInvalidArgument, "the files show no component that a model could be made of",
                   details);
}

std::vector<std::string> ClosingOf(const Inventory& inventory) {
  std::vector<std::string> lines;
  if (!inventory.notes.empty()) lines.push_back("--- Notes of the import ---");
  const auto more = [&](size_t count) {
    if (count > kMaxListed) lines.push_back(absl::StrCat("- and ", count - kMaxListed, " more"));
  };
  for (size_t i = 0; i < std::min(inventory.notes.size(), kMaxListed); ++i) {
    const v1::ImportNote& note = inventory.notes[i];
    lines.push_back(absl::StrCat("- ", NameOf(note.kind()), note.location().empty() ? "" : " (", note.location(),
                                 note.location().empty() ? "" : ")", ": ", note.field(),
                                 note.field().empty() ? "" : " ", OneLineOf(note.text())));
  }
  more(inventory.notes.size());
  if (!inventory.skipped.empty()) lines.push_back("--- Not imported ---");
  for (size_t i = 0; i < std::min(inventory.skipped.size(), kMaxListed); ++i) {
    const v1::SkippedItem& item = inventory.skipped[i];
    lines.push_back(absl::StrCat("- ", item.location(), ": ", item.item(), " ", OneLineOf(item.reason())));
  }
  more(inventory.skipped.size());
  return lines;
}

std::string TextOf(const Composed& composed, const Inventory& inventory, const std::string& formats) {
  model::YamlComments comments;
  const size_t files = inventory.files.size();
  comments.opening = {
      absl::StrCat("System model of ", composed.model.name(), ", drafted from ",
                   files == 1 ? inventory.files.front() : absl::StrCat(files, " files"), " (", formats, ")."),
      "",
      "A comment beside an attribute says where it was observed, whose default it is, or why it is assumed; no finding",
      "rests on what is assumed, and an attribute without such a comment counts as declared. What the files do not say",
      "is left out, and documents ask for it. What had to be filled in for the draft to be complete stands in",
      "`assumptions`. What was not imported stands at the end.",
  };
  comments.closing = ClosingOf(inventory);
  comments.beside = MarksOf(composed.bases);
  return model::WriteYaml(composed.model, comments);
}

void AddSkipped(const Inventory& inventory, v1::ImportModelResponse& response) {
  for (const v1::SkippedItem& item : inventory.skipped) *response.add_skipped() = item;
}

std::string FormatsOf(const Classified& classified) {
  return absl::StrJoin(classified.documents, ",",
                       [](std::string* out, const auto& format) { absl::StrAppend(out, format.first); });
}

absl::StatusOr<v1::ImportModelResponse> ImportAlone(const SourceFile& file, const ImportOptions& options) {
  return ImportThreagile(file.content, {options.topic_id, file.name, options.today, options.findings_of});
}

// The file of a Threagile model, where nothing else is to be imported; nullptr otherwise.
const SourceFile* LoneThreagile(const std::vector<SourceFile>& files, const Classified& classified,
                                const FileFaults& faults) {
  if (classified.imported.size() != 1 || !faults.empty()) return nullptr;
  const auto documents = classified.documents.find(kThreagile.name);
  if (documents == classified.documents.end() || documents->second.size() != 1) return nullptr;
  const auto file = std::find_if(files.begin(), files.end(), [&](const SourceFile& each) {
    return each.name == classified.imported.front().name();
  });
  return &*file;
}

absl::StatusOr<v1::ImportModelResponse> Respond(const Composed& composed, const Classified& classified,
                                                Inventory& inventory) {
  v1::ImportModelResponse response;
  response.set_format(FormatsOf(classified));
  SortByLocation(inventory.files, inventory.notes);
  SortByLocation(inventory.files, inventory.skipped);
  response.set_model_yaml(TextOf(composed, inventory, absl::StrJoin(absl::StrSplit(response.format(), ','), ", ")));
  ASSIGN_OR_RETURN(const auto parsed, CheckDraft(response.model_yaml(), "the import",
                                                 "import the files of fewer services into one topic"));
  Describe(composed.model, *parsed, response);
  response.set_imported_yaml(response.model_yaml());
  // Without its names, ids of a draft of this size may change with the files.
  const std::string names = SourceNamesText(composed.names);
  if (response.model_yaml().size() + names.size() <= model::kMaxModelBytes) {
    response.mutable_imported_yaml()->append(names);
  }
  // What the model counts already is counted there once for what several files show.
  std::set<std::string> counted;
  for (const v1::ImportCount& count : response.counts()) counted.insert(count.field());
  for (const auto& [what, count] : inventory.counts) {
    if (counted.count(what) == 0) AddCount(what, count, response);
  }
  for (const v1::ImportNote& note : inventory.notes) *response.add_notes() = note;
  for (const v1::AttributeBasis& basis : composed.bases) *response.add_bases() = basis;
  AddSkipped(inventory, response);
  for (const v1::ImportedFile& file : classified.imported) *response.add_imported_files() = file;
  for (const auto& [path, content] : inventory.attachments) {
    v1::Attachment& attachment = *response.add_attachments();
    attachment.set_path(path);
    attachment.set_content(content);
  }
  return response;
}

}  // namespace

absl::StatusOr<v1::ImportModelResponse> ImportModel(const std::vector<SourceFile>& files,
                                                    const ImportOptions& options) {
  RETURN_IF_ERROR(CheckFiles(files));
  Inventory inventory;
  for (const SourceFile& file : files) inventory.files.push_back(file.name);
  FileFaults faults;
  const Classified classified = Classify(files, inventory, faults);
  if (const SourceFile* file = LoneThreagile(files, classified, faults)) {
    ASSIGN_OR_RETURN(v1::ImportModelResponse response, ImportAlone(*file, options));
    response.set_imported_yaml(response.model_yaml());
    AddSkipped(inventory, response);
    *response.add_imported_files() = classified.imported.front();
    return response;
  }
  for (const Format& format : Formats()) {
    const auto documents = classified.documents.find(format.name);
    if (documents != classified.documents.end()) format.import(documents->second, inventory, faults);
  }
  RETURN_IF_ERROR(faults.ToStatus());
  std::map<std::string, absl::string_view> contents;
  for (const SourceFile& file : files) contents[file.name] = file.content;
  RedactSecrets(contents, inventory);
  const Composed composed = Compose(inventory, options.topic_id, options.today, ReadSourceNames(options.earlier));
  if (composed.model.components().empty()) {
    SortByLocation(inventory.files, inventory.skipped);
    SortByLocation(inventory.files, inventory.notes);
    return NothingFound(inventory, classified);
  }
  return Respond(composed, classified, inventory);
}

}  // namespace metapowers::importers
