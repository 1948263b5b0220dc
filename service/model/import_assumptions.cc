#include "service/model/import_assumptions.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace metapowers::model {
namespace {

constexpr size_t kMaxListed = 20;

struct Form {
  AssumedField::Kind kind;
  absl::string_view before;
  absl::string_view after;
};
constexpr Form kForms[] = {
    {AssumedField::Kind::kStandIn, "A value stands for `", ", which a model must have and the files do not give."},
    {AssumedField::Kind::kDrawn, "`", " is drawn from a convention; the comments in the model say from which."},
};

template <class Names>
std::string Listed(const Names& names, absl::string_view separator, size_t more) {
  const auto size = static_cast<std::ptrdiff_t>(std::min(names.size(), kMaxListed));
  std::vector<std::string> listed(names.begin(), std::next(names.begin(), size));
  more += names.size() - listed.size();
  if (more > 0) listed.push_back(absl::StrCat("and ", more, " more"));
  return absl::StrJoin(listed, separator);
}

}  // namespace

bool IsImportAssumption(absl::string_view id) {
  return absl::StartsWith(id, "import-") || absl::StartsWith(id, "drawn-");
}

std::string ShortListOf(const std::set<std::string>& ids, size_t more) { return Listed(ids, ", ", more); }

std::string ShortListOf(const std::vector<std::string>& names, absl::string_view separator) {
  return Listed(names, separator, 0);
}

std::string StatementOf(const AssumedField& assumed) {
  const Form& form =
      *std::find_if(std::begin(kForms), std::end(kForms), [&](const Form& each) { return each.kind == assumed.kind; });
  return absl::StrCat(form.before, assumed.field, "` of ", ShortListOf(assumed.elements, assumed.more), form.after);
}

std::optional<AssumedField> ReadStatement(absl::string_view statement) {
  for (const Form& form : kForms) {
    absl::string_view rest = statement;
    if (!absl::ConsumePrefix(&rest, form.before) || !absl::ConsumeSuffix(&rest, form.after)) continue;
    const size_t of = rest.find("` of ");
    if (of == absl::string_view::npos) continue;
    AssumedField assumed;
    assumed.kind = form.kind;
    assumed.field = std::string(rest.substr(0, of));
    for (absl::string_view each : absl::StrSplit(rest.substr(of + 5), ", ", absl::SkipEmpty())) {
      absl::string_view count = each;
      const bool counts = absl::ConsumePrefix(&count, "and ") && absl::ConsumeSuffix(&count, " more");
      if (!counts || !absl::SimpleAtoi(count, &assumed.more)) assumed.elements.emplace(each);
    }
    return assumed;
  }
  return std::nullopt;
}

}  // namespace metapowers::model
