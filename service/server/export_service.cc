#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "metapowers/v1/export_service.grpc.pb.h"
#include "service/analysis/detections.h"
#include "service/base/status_macros.h"
#include "service/export/sigma.h"
#include "service/server/services.h"
#include "service/server/topic_inputs.h"
#include "service/server/topics.h"

namespace metapowers::server {
namespace {

using namespace v1;

absl::Status ExportSigma(Backend& backend, Call& call, const ExportSigmaRequest& request,
                         ExportSigmaResponse& response) {
  ASSIGN_OR_RETURN(const ResourceName topic, ParseTopicName(request.topic()));
  ASSIGN_OR_RETURN(const auto snapshot, backend.Open(call, topic, request.revision()));
  RETURN_IF_ERROR(TopicTree(*snapshot, topic).status());
  ASSIGN_OR_RETURN(const Inputs inputs, ReadInputs(backend.generator, *snapshot, topic));
  ASSIGN_OR_RETURN(const std::shared_ptr<const analysis::ThreatSource> source, backend.generator.LoadThreats(inputs));
  const analysis::Threats& threats = source->Get();
  const analysis::LogSources logs = analysis::LogSources::Of(threats.landscape());
  const std::unique_ptr<const analysis::Detections> detections = analysis::Detections::Of(threats, logs);
  RETURN_IF_ERROR(call.CheckAlive());
  std::set<const analysis::AppliedDetection*> written;
  const std::vector<exporting::SigmaRule> rules = exporting::WriteSigma(threats.landscape(), *detections, topic.topic);
  const auto add = [&response](const std::string& name, std::string text, std::string mark) {
    ExportedFile& file = *response.add_files();
    file.set_name(name);
    file.set_text(std::move(text));
    file.set_mark(std::move(mark));
  };
  for (const exporting::SigmaRule& rule : rules) {
    add(absl::StrCat(rule.name, ".yml"), rule.yaml, rule.uuid);
    written.insert(rule.detection);
  }
  const exporting::SigmaTestEvents events = exporting::TestEventsOf(rules, topic.topic);
  add("test-events.json", events.json, events.mark);
  response.set_detections(static_cast<int32_t>(written.size()));
  response.set_commit(snapshot->commit());
  return absl::OkStatus();
}

class Service final : public ExportService::CallbackService {
 public:
  explicit Service(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  METAPOWERS_UNARY(ExportSigma, server::ExportSigma)

 private:
  static constexpr char kService[] = "/metapowers.v1.ExportService/";
  Dispatcher& dispatcher_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewExportService(Dispatcher& dispatcher) {
  return std::make_unique<Service>(dispatcher);
}

}  // namespace metapowers::server
