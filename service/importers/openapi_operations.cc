// Operations as endpoints: see openapi_description.h.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/importers/openapi_description.h"

namespace metapowers::importers::openapi {

namespace pb = model::v1;

namespace {

bool Changes(absl::string_view method) {
  return method != "GET" && method != "HEAD" && method != "OPTIONS" && method != "TRACE";
}

std::string SummaryOf(const Field& operation) {
  for (const absl::string_view key : {"summary", "description", "operationId"}) {
    const Field field = operation[key];
    if (field.is_scalar()) return field.Line();
  }
  return "";
}

bool IsTrue(const Field& field) { return field.is_scalar() && absl::EqualsIgnoreCase(field.Text(), "true"); }

struct MediaFormat {
  absl::string_view part;  // of the type
  pb::DataFormat format;
};
constexpr MediaFormat kMediaFormats[] = {
    {"json", pb::DATA_FORMAT_JSON},
    {"xml", pb::DATA_FORMAT_XML},
    {"yaml", pb::DATA_FORMAT_YAML},
    {"csv", pb::DATA_FORMAT_CSV},
    {"protobuf", pb::DATA_FORMAT_PROTOBUF},
    {"multipart/form-data", pb::DATA_FORMAT_FILE},
    {"octet-stream", pb::DATA_FORMAT_FILE},
    {"image/", pb::DATA_FORMAT_FILE},
    {"java-serialized", pb::DATA_FORMAT_SERIALIZED},
};

// Whether a response tells of a limit: status 429, or one of the headers that rate limits are told in.
bool IsLimited(const Field& operation, Description& description) {
  for (const auto& [status, field] : operation["responses"].Entries()) {
    if (status == "429") return true;
    const Field response = description.Resolve(field);
    if (!response.is_map() || !response["headers"].is_map()) continue;
    for (const auto& [header, value] : response["headers"].Entries()) {
      const std::string name = absl::AsciiStrToLower(header);
      if (absl::StartsWith(name, "ratelimit") || absl::StartsWith(name, "x-ratelimit") ||
          absl::StartsWith(name, "x-rate-limit")) {
        return true;
      }
    }
  }
  return false;
}

// Media types of what a request carries.
std::vector<std::string> RequestTypes(const Operation& operation, Description& description) {
  std::vector<std::string> types;
  if (!description.is_swagger()) {
    const Field body = description.Resolve(operation.field["requestBody"]);
    if (!body.is_map()) return types;
    for (const auto& [type, field] : body["content"].Entries()) types.push_back(type);
    return types;
  }
  bool body = false;
  for (const Field& around : {operation.field, operation.item}) {
    for (const Field& each : around["parameters"].Items()) {
      const Field parameter = description.Resolve(each);
      if (!parameter.is_map()) continue;
      const std::string in = parameter["in"].Text();
      body = body || in == "body" || in == "formData";
      if (parameter["type"].is_scalar() && parameter["type"].Text() == "file")
        types.emplace_back("multipart/form-data");
    }
  }
  if (!body) return types;
  const Field own = operation.field["consumes"];
  for (const Field& type : (own.exists() ? own : description.root()["consumes"]).Items()) types.push_back(type.Text());
  return types;
}

class OperationReader {
 public:
  OperationReader(Description& description, Shown<pb::Component>& component)
      : description_(description), inventory_(description.inventory()), component_(component) {}

  void Read(const std::map<std::string, Spot>& hosts) {
    const Field& root = description_.root();
    api_.name = description_.title();
    api_.scope = absl::StrCat("openapi:", root.document().file);
    api_.spot = root["info"].exists() ? root["info"].spot() : root.spot();
    api_.value.set_name(description_.title());
    api_.value.set_style(pb::API_STYLE_REST);
    api_.value.set_version(root["info"]["version"].Line());
    const Field version = root[description_.is_swagger() ? "swagger" : "openapi"];
    api_.value.set_schema_language(absl::StrCat("OpenAPI ", version.Line().substr(0, 3)));
    api_.Observed("schema_language", version.spot());
    api_.Refers("component", {component_.name, component_.scope, api_.spot});
    for (const auto& [host, spot] : hosts) {
      if (api_.value.hosts().empty()) api_.Observed("hosts", spot);
      api_.value.add_hosts(host);
    }
    if (root["security"].exists() && !root["security"].is_list())
      root["security"].Fault("must be a list of requirements");
    AddConsumers(description_, api_);
    for (const Operation& operation : OperationsOf(root["paths"], description_)) Add(operation);
    AddNotes();
    inventory_.apis.push_back(std::move(api_));
  }

 private:
  void Add(const Operation& operation) {
    const Field& field = operation.field;
    if (api_.value.endpoints_size() == 0) api_.Observed("endpoints", field.spot());
    pb::Endpoint& endpoint = *api_.value.add_endpoints();
    endpoint.set_method(operation.method);
    endpoint.set_path(operation.path);
    endpoint.set_summary(SummaryOf(field));
    endpoint.set_object_level(absl::StrContains(operation.path, '{'));
    endpoint.set_state_changing(Changes(operation.method));
    const bool open = AccessOf(field, description_) == Access::kOpen;
    if (HasSchemes(description_)) endpoint.set_authenticated(open ? pb::TRISTATE_NO : pb::TRISTATE_YES);
    inventory_.Count("endpoints");
    inventory_.Count("unauthenticated_operations", open ? 1 : 0);
    if (IsTrue(field["deprecated"])) deprecated_.push_back(absl::StrCat(operation.method, " ", operation.path));
    limited_ += IsLimited(field, description_) ? 1 : 0;
    for (const std::string& type : RequestTypes(operation, description_)) AddFormat(type, field.spot());
  }

  void AddFormat(const std::string& type, const Spot& spot) {
    for (const MediaFormat& each : kMediaFormats) {
      if (!absl::StrContains(absl::AsciiStrToLower(type), each.part) || !formats_.insert(each.format).second) continue;
      component_.value.add_formats_accepted(each.format);
      component_.bases.try_emplace("formats_accepted", Basis{v1::BASIS_OBSERVED, spot, ""});
    }
  }

  void AddNotes() {
    const Field paths = description_.root()["paths"];
    const int endpoints = api_.value.endpoints_size();
    if (!HasSchemes(description_) && endpoints > 0) {
      inventory_.Note(v1::IMPORT_NOTE_KIND_QUESTION, paths.spot(), paths.path(),
                      absl::StrCat(description_.title(),
                                   " describes no authentication at all: does something in front of it, or it itself, "
                                   "authenticate callers of its ",
                                   endpoints, endpoints == 1 ? " operation?" : " operations?"));
    }
    if (!deprecated_.empty()) {
      inventory_.Note(v1::IMPORT_NOTE_KIND_KEPT, paths.spot(), paths.path(),
                      absl::StrCat("deprecated in ", description_.title(), ": ", absl::StrJoin(deprecated_, ", ")));
    }
    if (limited_ == 0) return;
    pb::ControlPosture& posture = *component_.value.add_posture();
    posture.set_control("rate_limiting");
    posture.set_state(limited_ == endpoints ? pb::POSTURE_STATE_IMPLEMENTED : pb::POSTURE_STATE_PARTIAL);
    posture.set_evidence(absl::StrCat(description_.root().document().file, ": ", limited_, " of ", endpoints,
                                      " operations answer with a rate limit"));
    component_.bases.try_emplace("posture", Basis{v1::BASIS_OBSERVED, paths.spot(), ""});
  }

  Description& description_;
  Inventory& inventory_;
  Shown<pb::Component>& component_;
  Shown<pb::Api> api_;
  std::vector<std::string> deprecated_;
  std::set<pb::DataFormat> formats_;
  int limited_ = 0;
};

}  // namespace

void AddApi(const std::map<std::string, Spot>& hosts, Description& description, Shown<pb::Component>& component) {
  OperationReader(description, component).Read(hosts);
}

void AddCallbacks(Description& description) {
  std::vector<std::pair<std::string, Operation>> calls;
  for (const Operation& operation : OperationsOf(description.root()["paths"], description)) {
    for (const auto& [name, field] : operation.field["callbacks"].Entries()) {
      const Field callback = description.Resolve(field);
      if (!callback.is_map()) continue;
      for (Operation& call : OperationsOf(callback, description)) calls.emplace_back(name, std::move(call));
    }
  }
  for (Operation& call : OperationsOf(description.root()["webhooks"], description)) {
    calls.emplace_back(call.path, std::move(call));
  }
  if (calls.empty()) return;
  Inventory& inventory = description.inventory();
  const Spot spot = calls.front().second.field.spot();
  const std::string name = absl::StrCat("Receivers of calls from ", description.title());
  Shown<pb::Component> receivers;
  receivers.name = name;
  receivers.spot = spot;
  receivers.value.set_name(name);
  receivers.value.set_kind(pb::COMPONENT_KIND_EXTERNAL_ENTITY);
  inventory.components.push_back(std::move(receivers));
  Shown<pb::Api> api;
  api.name = absl::StrCat("Calls from ", description.title());
  api.scope = absl::StrCat("openapi:", description.root().document().file);
  api.spot = spot;
  api.value.set_name(api.name);
  api.value.set_style(pb::API_STYLE_WEBHOOK);
  api.Refers("component", {name, "", spot});
  for (const auto& [title, call] : calls) {
    pb::Endpoint& endpoint = *api.value.add_endpoints();
    endpoint.set_method(call.method);
    endpoint.set_path(call.path);
    const std::string summary = SummaryOf(call.field);
    endpoint.set_summary(summary.empty() ? title : summary);
    endpoint.set_state_changing(Changes(call.method));
    inventory.Count("webhooks");
  }
  inventory.apis.push_back(std::move(api));
  Shown<pb::Flow> flow;
  flow.name = absl::StrCat(description.title(), " to ", name);
  flow.spot = spot;
  flow.value.set_name(flow.name);
  flow.value.set_purpose("Calls back or sends webhooks to those who asked for it.");
  flow.Refers("source", {description.title(), "", spot}).Refers("target", {name, "", spot});
  inventory.Count("flows");
  inventory.flows.push_back(std::move(flow));
}

}  // namespace metapowers::importers::openapi
