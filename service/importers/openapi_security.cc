// Security schemes and requirements: see openapi_description.h.
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

Field SchemesOf(const Description& description) {
  return description.is_swagger() ? description.root()["securityDefinitions"]
                                  : description.root()["components"]["securitySchemes"];
}

// The schemes of HTTP's registry, and `type` of the others.
struct SchemeKind {
  absl::string_view name;
  pb::FlowAuthentication authentication;
};
constexpr SchemeKind kHttp[] = {
    {"basic", pb::FLOW_AUTHENTICATION_CREDENTIALS},       {"bearer", pb::FLOW_AUTHENTICATION_TOKEN},
    {"digest", pb::FLOW_AUTHENTICATION_CREDENTIALS},      {"dpop", pb::FLOW_AUTHENTICATION_TOKEN},
    {"hoba", pb::FLOW_AUTHENTICATION_SIGNATURE},          {"mutual", pb::FLOW_AUTHENTICATION_CREDENTIALS},
    {"scram-sha-1", pb::FLOW_AUTHENTICATION_CREDENTIALS}, {"scram-sha-256", pb::FLOW_AUTHENTICATION_CREDENTIALS},
    {"signature", pb::FLOW_AUTHENTICATION_SIGNATURE},
};
constexpr SchemeKind kTypes[] = {
    {"apikey", pb::FLOW_AUTHENTICATION_API_KEY},        {"basic", pb::FLOW_AUTHENTICATION_CREDENTIALS},
    {"mutualtls", pb::FLOW_AUTHENTICATION_CLIENT_CERT}, {"oauth2", pb::FLOW_AUTHENTICATION_TOKEN},
    {"openidconnect", pb::FLOW_AUTHENTICATION_TOKEN},
};

template <size_t size>
pb::FlowAuthentication Find(const SchemeKind (&kinds)[size], absl::string_view name) {
  for (const SchemeKind& kind : kinds) {
    if (absl::EqualsIgnoreCase(kind.name, name)) return kind.authentication;
  }
  return pb::FLOW_AUTHENTICATION_UNSPECIFIED;
}

// What people should know of OAuth flows: those that the current practice (RFC 9700) advises against, and scopes.
void NoteOauth(const std::string& name, const Field& scheme, Description& description) {
  std::vector<Field> flows;
  std::vector<std::string> old;
  const auto add = [&](const std::string& flow, const Field& field) {
    if (flow == "implicit" || flow == "password") old.push_back(flow);
    flows.push_back(field);
  };
  if (description.is_swagger()) {
    add(scheme["flow"].Text(), scheme);
  } else {
    for (const auto& [flow, field] : scheme["flows"].Entries()) add(flow, field);
  }
  Inventory& inventory = description.inventory();
  if (!old.empty()) {
    inventory.Note(
        v1::IMPORT_NOTE_KIND_WARNING, scheme.spot(), scheme.path(),
        absl::StrCat(name, " offers the OAuth flow ", absl::StrJoin(old, ", "), ", which RFC 9700 advises against"));
  }
  std::set<std::string> scopes;
  for (const Field& flow : flows) {
    for (const auto& [scope, field] : flow["scopes"].Entries()) scopes.insert(scope);
  }
  if (scopes.empty()) return;
  inventory.Note(v1::IMPORT_NOTE_KIND_KEPT, scheme.spot(), scheme.path(),
                 absl::StrCat(name, " knows the scopes ", absl::StrJoin(scopes, ", ")));
}

pb::FlowAuthentication AuthenticationOf(const std::string& name, const Field& scheme, Description& description,
                                        Shown<pb::ConsumerClass>& consumer) {
  const std::string type = absl::AsciiStrToLower(scheme["type"].Text());
  if (type == "oauth2") NoteOauth(name, scheme, description);
  if (type == "apikey" && scheme["in"].Text() == "cookie") {
    consumer.Assumed("authentication", scheme["in"].spot(), "a key in a cookie is taken as the cookie of a session");
    return pb::FLOW_AUTHENTICATION_SESSION;
  }
  const pb::FlowAuthentication found = type == "http" ? Find(kHttp, scheme["scheme"].Text()) : Find(kTypes, type);
  if (found == pb::FLOW_AUTHENTICATION_UNSPECIFIED) {
    const Field what = scheme[type == "http" ? "scheme" : "type"];
    description.inventory().Note(
        v1::IMPORT_NOTE_KIND_WARNING, what.spot(), what.path(),
        absl::StrCat(name, ": ", model::Quote(what.Line()), " is no scheme that is known here"));
  }
  return found;
}

// The requirements that hold for an operation: its own, else those of the file.
Field RequirementsOf(const Field& operation, const Description& description) {
  // An empty list takes those of the file away.
  return operation.HasKey("security") ? operation["security"] : description.root()["security"];
}

}  // namespace

bool HasSchemes(const Description& description) {
  const Field schemes = SchemesOf(description);
  return schemes.is_map() && !schemes.node().entries.empty();
}

Access AccessOf(const Field& operation, const Description& description) {
  const Field requirements = RequirementsOf(operation, description);
  if (requirements.exists() && !requirements.is_list() && !operation.HasKey("security"))
    return Access::kOpen;  // told once
  const std::vector<Field> all = requirements.Items();
  if (all.empty()) return Access::kOpen;
  for (const Field& requirement : all) {
    // `{}` among others: no scheme has to be met.
    if (!requirement.exists() || (requirement.is_map() && requirement.node().entries.empty())) return Access::kOpen;
  }
  return Access::kAuthenticated;
}

void AddConsumers(Description& description, Shown<pb::Api>& api) {
  for (const auto& [name, field] : SchemesOf(description).Entries()) {
    const Field scheme = description.Resolve(field);
    if (!scheme.exists()) continue;
    if (!scheme.is_map()) {
      scheme.Fault("must be a mapping that describes the scheme");
      continue;
    }
    Shown<pb::ConsumerClass> consumer;
    consumer.name = name;
    consumer.scope = api.scope;
    consumer.spot = field.spot();
    consumer.value.set_name(absl::StrCat("Callers with ", name));
    consumer.value.set_authenticated(true);
    const pb::FlowAuthentication authentication = AuthenticationOf(name, scheme, description, consumer);
    if (authentication != pb::FLOW_AUTHENTICATION_UNSPECIFIED) consumer.value.add_authentication(authentication);
    api.Refers("consumers", {name, api.scope, field.spot()});
    description.inventory().Count("security_schemes");
    description.inventory().consumer_classes.push_back(std::move(consumer));
  }
}

}  // namespace metapowers::importers::openapi
