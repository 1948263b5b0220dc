#include "service/commands/policy_terms.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/terms.h"
#include "service/commands/naming.h"
#include "service/commands/wording.h"

namespace metapowers::commands {

std::string FillTerms(const model::Model& model, absl::string_view text) {
  const model::v1::PolicyParameters& policy = model.proto().policy_parameters();
  const model::v1::SecretsManagement& secrets = model.proto().secrets();
  const auto term = [](bool set, const std::string& value) { return set ? value : "a time that no policy sets yet"; };
  const model::v1::TlsVersion floor = std::max(policy.min_tls(), model::v1::TLS_VERSION_TLS_1_2);
  return absl::StrReplaceAll(
      text, {{"{tls_floor}", Label(floor)},
             {"{tls_below}", Label(static_cast<model::v1::TlsVersion>(floor - 1))},
             {"{session_idle}", term(policy.has_session_idle_minutes(), Minutes(policy.session_idle_minutes()))},
             {"{token_ttl}", term(policy.has_service_token_ttl_minutes(), Minutes(policy.service_token_ttl_minutes()))},
             {"{key_rotation}", term(secrets.has_default_rotation_days(), InDays(secrets.default_rotation_days()))}});
}

std::string EachOf(const std::vector<std::string>& elements, size_t limit) {
  return absl::StrCat(elements.size() > 1 ? "each of " : "", List(elements, limit));
}

std::string FillLogging(const model::Model& model, absl::string_view text) {
  std::vector<std::string> never;
  for (const int category : model.proto().policy_parameters().never_logged()) {
    never.push_back(analysis::CategoryName(static_cast<model::v1::DataCategory>(category)));
  }
  const model::v1::Logging& logging = model.proto().logging();
  return absl::StrReplaceAll(
      text, {{"{never_logged}", never.empty() ? "credentials and strictly confidential data" : List(never)},
             {"{redaction}",
              logging.redaction() == 0 ? "a point that the model does not name yet" : Label(logging.redaction())},
             {"{platform}", logging.platform().empty() ? "the log" : logging.platform()}});
}

}  // namespace metapowers::commands
