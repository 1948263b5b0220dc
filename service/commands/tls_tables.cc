#include "service/commands/tls_tables.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/analysis/handling.h"
#include "service/analysis/pci_scope.h"
#include "service/analysis/terms.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/knowledge/key_and_access.h"

namespace metapowers::commands {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::protect::v1;
using model::v1::Component;
using model::v1::Flow;

// A floor below TLS 1.2 is a gap, so that suites of older versions are offered to nobody.
model::v1::TlsVersion UsableFloor(const Flow& flow) { return std::max(flow.min_tls(), model::v1::TLS_VERSION_TLS_1_2); }

void AddProtocols(const model::Model& model, pb::EncryptionStrategyResult& result) {
  std::map<std::tuple<std::string, std::string, std::string>, pb::ProtocolUseRow> rows;
  for (const Flow& flow : model.proto().flows()) {
    const std::string protocol = flow.protocol().empty() ? "unknown" : flow.protocol();
    const std::string floor = FloorLabel(flow);
    pb::ProtocolUseRow& row = rows[{protocol, Label(flow.transport_security()), floor}];
    row.set_protocol(protocol);
    row.set_protection(Label(flow.transport_security()));
    row.set_floor(floor);
    row.set_flows(row.flows() + 1);
    const auto data = analysis::DataOf(model, flow);
    const bool account =
        std::any_of(data.begin(), data.end(), [](auto* each) { return analysis::IsAccountData(*each); });
    row.set_account_data(row.account_data() + (account ? 1 : 0));
    if (flow.transport_security() == model::v1::TRANSPORT_SECURITY_UNSPECIFIED) {
      row.set_suites("open until the protection is declared");
    }
    if (!analysis::UsesTls(flow)) continue;
    row.set_suites(flow.min_tls() == model::v1::TLS_VERSION_UNSPECIFIED  ? "open until the floor is declared"
                   : UsableFloor(flow) >= model::v1::TLS_VERSION_TLS_1_3 ? "those of TLS 1.3"
                                                                         : "those of TLS 1.2 and TLS 1.3");
  }
  std::vector<pb::ProtocolUseRow> order;
  for (auto& [key, row] : rows) order.push_back(std::move(row));
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.flows() > b.flows(); });
  for (pb::ProtocolUseRow& row : order) *result.add_protocols() = std::move(row);
}

bool AnyTls(const model::Model& model) {
  return std::any_of(model.proto().flows().begin(), model.proto().flows().end(), analysis::UsesTls);
}

void AddSuites(const model::Model& model, pb::EncryptionStrategyResult& result) {
  for (const model::v1::TlsVersion version : {model::v1::TLS_VERSION_TLS_1_3, model::v1::TLS_VERSION_TLS_1_2}) {
    const auto flows = std::count_if(model.proto().flows().begin(), model.proto().flows().end(), [&](const Flow& flow) {
      return analysis::UsesTls(flow) && flow.min_tls() != model::v1::TLS_VERSION_UNSPECIFIED &&
             UsableFloor(flow) == version;
    });
    const bool below = version == model::v1::TLS_VERSION_TLS_1_3 && AnyTls(model);
    if (flows == 0 && !below) continue;
    pb::SuiteRow& row = *result.add_suites();
    row.set_version(Label(version));
    row.set_flows(static_cast<int>(flows));
    for (const kb::CipherSuite& suite : knowledge::KeyAndAccessRules().cipher_suites()) {
      if (suite.version() != version) continue;
      row.add_suites(suite.name());
      row.set_source(suite.source());
    }
  }
}

}  // namespace

void AddTlsTables(const model::Model& model, pb::EncryptionStrategyResult& result) {
  AddProtocols(model, result);
  AddSuites(model, result);
}

std::string FloorLabel(const Flow& flow) {
  if (analysis::UsesTls(flow)) return Label(flow.min_tls());
  return flow.transport_security() == model::v1::TRANSPORT_SECURITY_UNSPECIFIED ? "unknown" : "no TLS";
}

void AddFlowQuestions(const analysis::Facts& facts, google::protobuf::RepeatedPtrField<metapowers::v1::Question>& out) {
  const model::Model& model = facts.model();
  for (const Flow& flow : model.proto().flows()) {
    const auto* target = model.Find<Component>(flow.target());
    const std::string owner = target == nullptr ? "" : target->owner_team();
    if (analysis::CarriesUnknownIntoCde(facts, flow)) {
      *out.Add() = Ask(model, absl::StrCat("flows[", flow.id(), "].sends"),
                       absl::StrCat("Which data does ", flow.id(), " carry into the CDE and back?"), owner);
    }
    if (!analysis::UsesTls(flow) || flow.min_tls() != model::v1::TLS_VERSION_UNSPECIFIED) continue;
    *out.Add() =
        Ask(model, absl::StrCat("flows[", flow.id(), "].min_tls"),
            absl::StrCat("Which TLS version does the target of flow ", flow.id(), " accept at the lowest?"), owner);
  }
}

}  // namespace metapowers::commands
