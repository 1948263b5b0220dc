#include "service/knowledge/reviews.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/knowledge/embedded_rows.h"

namespace metapowers::knowledge {

extern const EmbeddedFile kReviewFiles[];
extern const int kReviewFilesCount;

namespace {

template <class Rows>
const Rows* Load(absl::string_view path) {
  return LoadFile<Rows>(absl::MakeConstSpan(kReviewFiles, kReviewFilesCount), path);
}

// Dozens of rows: a search is cheaper than keeping an index.
template <class Rows>
const typename Rows::value_type* ById(const Rows& rows, absl::string_view id) {
  for (const auto& row : rows) {
    if (row.id() == id) return &row;
  }
  return nullptr;
}

}  // namespace

const v1::AsvsCatalogue& Asvs() {
  static const auto* const rows = Load<v1::AsvsCatalogue>("data/reviews/asvs.textproto");
  return *rows;
}

const v1::AsvsRequirement* FindAsvs(absl::string_view id) { return ById(Asvs().requirements(), id); }

std::string AsvsLabel(absl::string_view id) {
  const v1::AsvsRequirement* requirement = FindAsvs(id);
  return requirement == nullptr ? std::string(id) : absl::StrCat("ASVS ", id, " ", requirement->title());
}

const v1::Standard* FindStandard(absl::string_view id) { return ById(Asvs().standards(), id); }

const v1::ApiReview& ApiReview() {
  static const auto* const rows = Load<v1::ApiReview>("data/reviews/api_review.textproto");
  return *rows;
}

const v1::ApiRiskRow& ApiRiskRowOf(v1::ApiRisk risk) {
  for (const v1::ApiRiskRow& row : ApiReview().risks()) {
    if (row.risk() == risk) return row;
  }
  BrokenRows(v1::ApiRisk_Name(risk));
}

const v1::ConsumerMethod& ConsumerMethodOf(model::v1::FlowAuthentication method) {
  for (const v1::ConsumerMethod& row : ApiReview().methods()) {
    if (row.method() == method) return row;
  }
  return v1::ConsumerMethod::default_instance();
}

const v1::CodeReview& CodeReview() {
  static const auto* const rows = [] {
    auto* const all = new v1::CodeReview(*Load<v1::CodeReview>("data/reviews/code_review.textproto"));
    all->MergeFrom(*Load<v1::CodeReview>("data/reviews/code_review_languages.textproto"));
    return all;
  }();
  return *rows;
}

const v1::IacReview& IacReview() {
  static const auto* const rows = Load<v1::IacReview>("data/reviews/iac_review.textproto");
  return *rows;
}

const v1::IacTool* FindIacTool(absl::string_view name) {
  const std::string wanted = absl::AsciiStrToLower(name);
  for (const v1::IacTool& tool : IacReview().tools()) {
    for (const std::string& known : tool.names()) {
      if (known == wanted) return &tool;
    }
  }
  return nullptr;
}

}  // namespace metapowers::knowledge
