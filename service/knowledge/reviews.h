// Shipped rows on the review of interfaces, code and infrastructure as code, read once from data embedded in the
// binary. Thread-safe; what it returns lives as long as the process.
#ifndef METAPOWERS_SERVICE_KNOWLEDGE_REVIEWS_H_
#define METAPOWERS_SERVICE_KNOWLEDGE_REVIEWS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/api_review.pb.h"
#include "metapowers/knowledge/v1/asvs.pb.h"
#include "metapowers/knowledge/v1/code_review.pb.h"
#include "metapowers/knowledge/v1/iac_review.pb.h"

namespace metapowers::knowledge {

// Requirements and standards that rows of reviews cite.
const v1::AsvsCatalogue& Asvs();

// By number, e.g. "V1.2.4"; nullptr when no row cites it.
const v1::AsvsRequirement* FindAsvs(absl::string_view id);

// "ASVS V1.2.4 Queries with bound parameters"; the number alone when it is not shipped.
std::string AsvsLabel(absl::string_view id);

// By id, e.g. "RFC 9700"; nullptr when it is not shipped.
const v1::Standard* FindStandard(absl::string_view id);

// Risks, methods, gateways and tests of interfaces.
const v1::ApiReview& ApiReview();

// The row of a risk; every value but the zero one has its row.
const v1::ApiRiskRow& ApiRiskRowOf(v1::ApiRisk risk);

// The row of a way to authenticate; the empty row when the data has none.
const v1::ConsumerMethod& ConsumerMethodOf(model::v1::FlowAuthentication method);

// Categories, languages, checks and jobs of code; the files merged.
const v1::CodeReview& CodeReview();

// Tools, settings, policies and jobs of infrastructure as code.
const v1::IacReview& IacReview();

// The tool by the name that a model uses; nullptr when it is not shipped.
const v1::IacTool* FindIacTool(absl::string_view name);

}  // namespace metapowers::knowledge

#endif  // METAPOWERS_SERVICE_KNOWLEDGE_REVIEWS_H_
