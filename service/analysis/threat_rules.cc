#include "service/analysis/threat_rules.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/base/error.h"
#include "service/base/ids.h"
#include "service/base/strings.h"
#include "service/knowledge/threats.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;

// Collects what is wrong with rules, each with its place.
class Faults {
 public:
  explicit Faults(std::string file) : file_(std::move(file)) {}

  void Add(absl::string_view rule, absl::string_view field, absl::string_view what) {
    violations_.push_back({absl::StrCat(rule, ".", field), std::string(what), file_});
  }
  // The violations of a failed status, under the rule.
  void Add(absl::string_view rule, absl::string_view field, const absl::Status& status) {
    const ErrorDetails details = DetailsOf(status);
    for (const Violation& violation : details.violations) {
      Add(rule, absl::StrCat(field, "[", violation.field, "]"), violation.description);
    }
    if (details.violations.empty()) Add(rule, field, status.message());
  }
  const std::vector<Violation>& violations() const { return violations_; }

 private:
  std::string file_;
  std::vector<Violation> violations_;
};

absl::Status ToStatus(std::vector<Violation> violations) {
  if (violations.empty()) return absl::OkStatus();
  const std::string message =
      absl::StrCat(violations[0].location, ": ", violations[0].field, ": ", violations[0].description,
                   violations.size() > 1 ? absl::StrCat(" (and ", violations.size() - 1, " more)") : "");
  const std::string count = absl::StrCat(violations.size());
  return MakeError(
      absl::StatusCode::kInvalidArgument, message,
      {"RULES_INVALID", {{"errors", count}}, std::move(violations), "mend the rule files, then run again"});
}

void CheckTexts(const k::ThreatRule& rule, Faults& faults) {
  const std::pair<const char*, const std::string*> texts[] = {
      {"title", &rule.title()},
      {"scenario", &rule.scenario()},
      {"precondition", &rule.precondition()},
      {"consequence", &rule.consequence()},
      {"mitigation", &rule.mitigation()},
  };
  for (const auto& [field, text] : texts) {
    if (text->empty()) faults.Add(rule.id(), field, "is missing");
  }
}

void CheckReferences(const k::ThreatRule& rule, Faults& faults) {
  const auto check = [&](const char* field, const char* prefix, const auto& ids) {
    for (const std::string& id : ids) {
      if (!absl::StartsWith(id, prefix) || knowledge::FindWeakness(id) == nullptr) {
        faults.Add(rule.id(), field, absl::StrCat("'", id, "' is in no catalogue; ids look like ", prefix, "..."));
      }
    }
  };
  check("cwe", "CWE-", rule.cwe());
  check("capec", "CAPEC-", rule.capec());
  check("attack", "T", rule.attack());
  std::vector<std::string> known;
  for (const k::SecurityControl& control : knowledge::SecurityControls().controls()) known.push_back(control.id());
  for (const k::ThreatControl& control : rule.controls()) {
    if (knowledge::FindControl(control.control()) == nullptr) {
      faults.Add(rule.id(), "controls",
                 absl::StrCat("'", control.control(), "' is no control of the catalogue",
                              DidYouMean(control.control(), known)));
    }
    if (control.likelihood() < 0 || control.likelihood() > 3 || control.impact() < 0 || control.impact() > 2 ||
        control.likelihood() + control.impact() == 0) {
      faults.Add(rule.id(), "controls",
                 absl::StrCat(control.control(), " must lower likelihood by 1 to 3, or impact by 1 or 2"));
    }
  }
}

void CheckTerms(const k::ThreatRule& rule, Faults& faults) {
  if (rule.stride() == k::STRIDE_UNSPECIFIED) faults.Add(rule.id(), "stride", "is missing");
  if (rule.subject() == k::THREAT_SUBJECT_UNSPECIFIED) faults.Add(rule.id(), "subject", "is missing");
  if (rule.controls().empty()) faults.Add(rule.id(), "controls", "needs a control that lowers it");
  if (rule.impact().legs().empty()) faults.Add(rule.id(), "impact", "needs a leg");
  if (std::abs(rule.likelihood().adjust()) > 2) faults.Add(rule.id(), "likelihood", "adjust must be within -2 and 2");
  if (rule.impact().adjust() < -2 || rule.impact().adjust() > 1) {
    faults.Add(rule.id(), "impact", "adjust must be within -2 and 1");
  }
  if (rule.impact().cap() < 0 || rule.impact().cap() > 5) faults.Add(rule.id(), "impact", "cap must be within 0 and 5");
  if ((rule.likelihood().adjust() != 0 && rule.likelihood().adjust_reason().empty()) ||
      (rule.impact().adjust() != 0 && rule.impact().adjust_reason().empty())) {
    faults.Add(rule.id(), "adjust_reason", "says why the adjustment is made; it is missing");
  }
  if (rule.per_data_class() && rule.data().empty()) {
    faults.Add(rule.id(), "data", "a rule for each class of data says which");
  }
}

template <class Matches>
std::vector<Condition> CompileAll(k::ThreatSubject subject, const Matches& matches, absl::string_view rule,
                                  absl::string_view field, Faults& faults) {
  std::vector<Condition> conditions;
  for (const k::AttributeMatch& match : matches) {
    absl::StatusOr<Condition> condition = Condition::Compile(subject, match);
    if (condition.ok()) {
      conditions.push_back(*std::move(condition));
    } else {
      faults.Add(rule, field, condition.status());
    }
  }
  return conditions;
}

}  // namespace

absl::Status RuleSet::Add(const std::string& file, const k::ThreatRules& rows) {
  Faults faults(file);
  std::set<std::string> ids;
  for (const CompiledRule& rule : rules_) ids.insert(rule.row->id());
  for (const CompiledQualityRule& rule : model_quality_) ids.insert(rule.row->id());
  const auto check_id = [&](const std::string& id) {
    if (!IsSlug(id)) faults.Add(id, "id", kSlugRule);
    if (!ids.insert(id).second) faults.Add(id, "id", "is taken by another rule");
  };
  for (const k::ThreatRule& row : rows.rules()) {
    check_id(row.id());
    CheckTexts(row, faults);
    CheckTerms(row, faults);
    CheckReferences(row, faults);
    CompiledRule rule{&row, {}, {}, {}, {}};
    rule.match = CompileAll(row.subject(), row.match(), row.id(), "match", faults);
    rule.unless = CompileAll(row.subject(), row.unless(), row.id(), "unless", faults);
    rule.data = CompileAll(k::THREAT_SUBJECT_DATA_CLASS, row.data(), row.id(), "data", faults);
    for (const k::ThreatControl& control : row.controls()) {
      rule.controls.push_back({&control, knowledge::FindControl(control.control())});
    }
    rules_.push_back(std::move(rule));
  }
  for (const k::QualityRule& row : rows.model_quality()) {
    check_id(row.id());
    CompiledQualityRule rule{&row, {}, {}};
    rule.match = CompileAll(row.subject(), row.match(), row.id(), "match", faults);
    rule.unless = CompileAll(row.subject(), row.unless(), row.id(), "unless", faults);
    model_quality_.push_back(std::move(rule));
  }
  std::sort(rules_.begin(), rules_.end(),
            [](const CompiledRule& a, const CompiledRule& b) { return a.row->id() < b.row->id(); });
  std::sort(model_quality_.begin(), model_quality_.end(),
            [](const CompiledQualityRule& a, const CompiledQualityRule& b) { return a.row->id() < b.row->id(); });
  return ToStatus(faults.violations());
}

const RuleSet& RuleSet::Shipped() {
  static const RuleSet* const shipped = [] {
    auto* const rules = new RuleSet();
    const absl::Status status = rules->Add("shipped rules", knowledge::ThreatRules());
    if (!status.ok()) {  // a test keeps this from happening
      std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
      std::abort();
    }
    return rules;
  }();
  return *shipped;
}

absl::StatusOr<std::shared_ptr<const RuleSet>> RuleSet::WithOwn(std::vector<OwnRules> own) {
  std::shared_ptr<RuleSet> rules(new RuleSet());
  absl::Status status = rules->Add("shipped rules", knowledge::ThreatRules());
  if (!status.ok()) return status;
  rules->own_ = std::move(own);
  std::vector<Violation> violations;
  for (const OwnRules& file : rules->own_) {
    const std::vector<Violation> more = DetailsOf(rules->Add(file.file, file.rows)).violations;
    violations.insert(violations.end(), more.begin(), more.end());
  }
  status = ToStatus(std::move(violations));
  if (!status.ok()) return status;
  return rules;
}

}  // namespace metapowers::analysis
