#include "service/analysis/own_rules.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/base/error.h"
#include "service/model/faults.h"
#include "service/model/yaml_reader.h"

namespace metapowers::analysis {

namespace {

// "acme" of ".metapowers/rules/acme.yaml".
std::string PrefixOf(absl::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash != absl::string_view::npos) path.remove_prefix(slash + 1);
  absl::ConsumeSuffix(&path, ".yaml");
  return std::string(path);
}

template <class Rows>
void CheckIds(const Rows& rows, const std::string& file, std::vector<Violation>& violations) {
  const std::string prefix = absl::StrCat(PrefixOf(file), "-");
  for (const auto& row : rows) {
    if (absl::StartsWith(row.id(), prefix)) continue;
    violations.push_back(
        {absl::StrCat(row.id(), ".id"), absl::StrCat("must start with '", prefix, "', the name of its file"), file});
  }
}

}  // namespace

absl::StatusOr<std::shared_ptr<const RuleSet>> ParseOwnRules(absl::Span<const model::RuleFile> files) {
  if (files.empty()) return std::shared_ptr<const RuleSet>();
  std::vector<RuleSet::OwnRules> own;
  std::vector<Violation> violations;
  for (const model::RuleFile& file : files) {
    RuleSet::OwnRules rules{file.path, {}};
    model::SourceMap map;
    model::Faults faults;
    model::ReadYaml(file.text, rules.rows, map, faults);
    const ErrorDetails details = DetailsOf(faults.ToStatus(file.path));
    violations.insert(violations.end(), details.violations.begin(), details.violations.end());
    CheckIds(rules.rows.rules(), file.path, violations);
    CheckIds(rules.rows.model_quality(), file.path, violations);
    own.push_back(std::move(rules));
  }
  if (violations.empty()) return RuleSet::WithOwn(std::move(own));
  const Violation& first = violations.front();
  const std::string count = absl::StrCat(violations.size());
  return MakeError(
      absl::StatusCode::kInvalidArgument, absl::StrCat(first.location, ": ", first.field, ": ", first.description),
      {"RULES_INVALID", {{"errors", count}}, std::move(violations), "mend the rule files, then run again"});
}

}  // namespace metapowers::analysis
