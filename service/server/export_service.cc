#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "metapowers/v1/export_service.grpc.pb.h"
#include "service/analysis/detections.h"
#include "service/base/api_version.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/commands/open_risks.h"
#include "service/export/html.h"
#include "service/export/oscal.h"
#include "service/export/results.h"
#include "service/export/sigma.h"
#include "service/export/tables.h"
#include "service/server/services.h"
#include "service/server/topic_inputs.h"
#include "service/server/topics.h"
#include "service/server/version.h"

namespace metapowers::server {
namespace {

using namespace v1;
using exporting::File;

// What formats are made from.
struct Source {
  Backend& backend;
  Call& call;
  const ResourceName& topic;
  const workspace::Snapshot& snapshot;
  const Inputs& inputs;

  const model::v1::SystemModel& model() const { return inputs.model->model->proto(); }
};

struct Exported {
  std::vector<File> files;
  size_t items = 0;
  absl::string_view family_mark;
};

absl::StatusOr<Exported> ExportSigma(const Source& source) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const analysis::ThreatSource> known,
                   source.backend.generator.LoadThreats(source.inputs));
  const analysis::Threats& threats = known->Get();
  const analysis::LogSources logs = analysis::LogSources::Of(threats.landscape());
  const std::unique_ptr<const analysis::Detections> detections = analysis::Detections::Of(threats, logs);
  RETURN_IF_ERROR(source.call.CheckAlive());
  const std::string& topic = source.topic.topic;
  const std::vector<exporting::SigmaRule> rules = exporting::WriteSigma(threats.landscape(), *detections, topic);
  Exported out;
  std::set<const analysis::AppliedDetection*> written;
  for (const exporting::SigmaRule& rule : rules) {
    out.files.push_back({absl::StrCat(rule.name, ".yml"), rule.yaml, rule.uuid});
    written.insert(rule.detection);
  }
  exporting::SigmaTestEvents events = exporting::TestEventsOf(rules, topic);
  out.files.push_back({"test-events.json", std::move(events.json), std::move(events.mark)});
  out.items = written.size();
  out.family_mark = exporting::kSigmaMark;
  return out;
}

absl::StatusOr<Exported> ExportOscal(const Source& source) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const analysis::ThreatSource> threats,
                   source.backend.generator.LoadThreats(source.inputs));
  const ModelFacts& model = *source.inputs.model;
  const std::vector<exporting::OpenRisk> risks =
      commands::OpenRisks(commands::Input::Of(*model.facts, *threats, evidence::EvidenceSet::Empty()));
  RETURN_IF_ERROR(source.call.CheckAlive());
  const analysis::Landscape& landscape = threats->Get().landscape();
  Exported out;
  out.files.push_back(exporting::WriteComponentDefinition(landscape, source.topic.topic));
  std::optional<File> plan = exporting::WritePlanOfAction(landscape, source.topic.topic, risks);
  if (plan.has_value()) out.files.push_back(*std::move(plan));
  out.items = risks.size();
  out.family_mark = exporting::kOscalMark;
  return out;
}

absl::Status NoDocuments(const ResourceName& topic) {
  return MakeError(
      absl::StatusCode::kNotFound, absl::StrCat("topic \"", topic.topic, "\" has no documents yet"),
      {"DOCUMENT_NOT_FOUND", {{"topic", topic.topic}}, {}, absl::StrCat("metapowers run walkthrough ", topic.topic)});
}

absl::StatusOr<std::vector<exporting::PageDocument>> ReadDocuments(const Source& source) {
  ASSIGN_OR_RETURN(const std::vector<std::string> files, ListDocumentFiles(source.snapshot, source.topic));
  if (files.empty()) return NoDocuments(source.topic);
  std::vector<exporting::PageDocument> documents;
  for (const std::string& file : files) {
    ASSIGN_OR_RETURN(std::optional<std::string> text, source.snapshot.ReadFile(source.topic.PathOf(file)));
    documents.push_back({file, std::move(text).value_or("")});
  }
  return documents;
}

// What commands make now whose sections the topic has, in contract order.
absl::StatusOr<std::vector<std::pair<const CommandEntry*, std::shared_ptr<const Generated>>>> MakeResults(
    const Source& source) {
  ASSIGN_OR_RETURN(const std::vector<exporting::PageDocument> documents, ReadDocuments(source));
  std::vector<const CommandEntry*> entries;
  for (const exporting::PageDocument& document : documents) {
    for (const CommandEntry* entry : SectionsIn(document.markdown, document.name)) {
      if (entry->command != nullptr) entries.push_back(entry);
    }
  }
  if (entries.empty()) return NoDocuments(source.topic);
  std::sort(entries.begin(), entries.end(),
            [](const CommandEntry* a, const CommandEntry* b) { return a->spec->position() < b->spec->position(); });
  std::vector<std::pair<const CommandEntry*, std::shared_ptr<const Generated>>> made;
  for (const CommandEntry* entry : entries) {
    RETURN_IF_ERROR(source.call.CheckAlive());
    ASSIGN_OR_RETURN(auto generated, source.backend.generator.Generate(*entry, source.inputs));
    made.emplace_back(entry, std::move(generated));
  }
  return made;
}

absl::StatusOr<Exported> ExportResults(const Source& source, ExportFormat format) {
  ASSIGN_OR_RETURN(const auto made, MakeResults(source));
  std::vector<exporting::CommandResult> results;
  for (const auto& [entry, generated] : made) results.push_back({entry->spec, generated->result.get()});
  Exported out;
  if (format == EXPORT_FORMAT_CSV) {
    out.files = exporting::WriteTables(results);
    out.items = out.files.size() - 1;  // without the list of them
    return out;
  }
  out.files = exporting::WriteResults(
      results, {source.topic.topic, source.model().name(), source.model().as_of(), source.inputs.model->blob,
                source.snapshot.commit(), source.snapshot.revision(), kVersion, kApiVersion});
  out.items = results.size();
  out.family_mark = exporting::kResultsMark;
  return out;
}

absl::StatusOr<Exported> ExportPage(const Source& source) {
  ASSIGN_OR_RETURN(const std::vector<exporting::PageDocument> documents, ReadDocuments(source));
  Exported out;
  out.files.push_back(exporting::WritePage(
      documents, {source.topic.topic, source.model().name(), source.model().as_of(), source.snapshot.commit()}));
  out.items = documents.size();
  out.family_mark = exporting::kPageMark;
  return out;
}

absl::StatusOr<Exported> MakeFiles(const Source& source, ExportFormat format) {
  switch (format) {
    case EXPORT_FORMAT_SIGMA:
      return ExportSigma(source);
    case EXPORT_FORMAT_OSCAL:
      return ExportOscal(source);
    case EXPORT_FORMAT_JSON:
    case EXPORT_FORMAT_CSV:
      return ExportResults(source, format);
    case EXPORT_FORMAT_HTML:
      return ExportPage(source);
    default:
      return MakeError(absl::StatusCode::kInvalidArgument, "the request names no format that is known here",
                       {"ARGUMENT_INVALID", {{"field", "format"}}, {}, "metapowers export --help"});
  }
}

absl::Status Export(Backend& backend, Call& call, const ExportRequest& request, ExportResponse& response) {
  ASSIGN_OR_RETURN(const ResourceName topic, ParseTopicName(request.topic()));
  ASSIGN_OR_RETURN(const auto snapshot, backend.Open(call, topic, request.revision()));
  RETURN_IF_ERROR(TopicTree(*snapshot, topic).status());
  ASSIGN_OR_RETURN(const Inputs inputs, ReadInputs(backend.generator, *snapshot, topic));
  ASSIGN_OR_RETURN(Exported exported, MakeFiles({backend, call, topic, *snapshot, inputs}, request.format()));
  std::sort(exported.files.begin(), exported.files.end(), [](const File& a, const File& b) { return a.name < b.name; });
  for (File& file : exported.files) {
    ExportedFile& out = *response.add_files();
    out.set_name(std::move(file.name));
    out.set_text(std::move(file.text));
    out.set_mark(std::move(file.mark));
  }
  response.set_items(static_cast<int32_t>(exported.items));
  response.set_commit(snapshot->commit());
  response.set_family_mark(std::string(exported.family_mark));
  return absl::OkStatus();
}

class Service final : public ExportService::CallbackService {
 public:
  explicit Service(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  METAPOWERS_UNARY(Export, server::Export)

 private:
  static constexpr char kService[] = "/metapowers.v1.ExportService/";
  Dispatcher& dispatcher_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewExportService(Dispatcher& dispatcher) {
  return std::make_unique<Service>(dispatcher);
}

}  // namespace metapowers::server
