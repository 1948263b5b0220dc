#include "service/export/results.h"

#include <google/protobuf/util/json_util.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"

namespace metapowers::exporting {
namespace {

using Json = nlohmann::ordered_json;

std::string Write(const Json& json) {
  return absl::StrCat(json.dump(2, ' ', false, Json::error_handler_t::replace), "\n");
}

// Of the schema's order, with the fields that have a value.
Json JsonOf(const google::protobuf::Message& message) {
  std::string text;
  // Fails for malformed Any messages alone, which results do not hold.
  (void)google::protobuf::util::MessageToJsonString(message, &text);
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

File Named(std::string name, const std::string& id, Json json) {
  return {std::move(name), Write(json), absl::StrCat("\"id\": \"", id, "\"")};
}

}  // namespace

std::vector<File> WriteResults(const std::vector<CommandResult>& results, const ResultsBasis& basis) {
  std::vector<File> files;
  Json entries = Json::array();
  for (const CommandResult& result : results) {
    const v1::Command& command = *result.command;
    const std::string name = absl::StrCat(command.id(), ".json");
    const std::string id = ExportId(absl::StrCat(basis.topic, "/results/", command.id()));
    Json json = {{"generator", "metapowers"},
                 {"id", id},
                 {"topic", basis.topic},
                 {"command", command.id()},
                 {"type", result.message->GetDescriptor()->full_name()}};
    json["result"] = JsonOf(*result.message);
    files.push_back(Named(name, id, std::move(json)));
    entries.push_back({{"command", command.id()},
                       {"phase", command.phase()},
                       {"document", command.document()},
                       {"heading", command.heading()},
                       {"file", name}});
  }
  const std::string id = ExportId(absl::StrCat(basis.topic, "/results"));
  Json index = {{"generator", "metapowers"}, {"id", id},
                {"topic", basis.topic},      {"system", basis.system},
                {"as_of", basis.as_of},      {"model", basis.model},
                {"commit", basis.commit},    {"revision", basis.revision},
                {"version", basis.version},  {"api_version", basis.api_version}};
  index["results"] = std::move(entries);
  files.push_back(Named("index.json", id, std::move(index)));
  return files;
}

}  // namespace metapowers::exporting
