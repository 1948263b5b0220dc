#include "service/analysis/licences.h"

#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/knowledge/software_rules.h"

namespace metapowers::analysis {
namespace {

using knowledge::v1::LicenceClass;

// Parentheses inside each other.
constexpr int kMaxNesting = 32;

int Rank(LicenceClass klass) {
  switch (klass) {
    case knowledge::v1::LICENCE_CLASS_PERMISSIVE:
      return 1;
    case knowledge::v1::LICENCE_CLASS_WEAK_COPYLEFT:
      return 2;
    case knowledge::v1::LICENCE_CLASS_STRONG_COPYLEFT:
      return 4;
    case knowledge::v1::LICENCE_CLASS_NETWORK_COPYLEFT:
      return 5;
    case knowledge::v1::LICENCE_CLASS_RESTRICTED_USE:
      return 6;
    default:
      return 3;
  }
}

bool LessBinding(LicenceClass a, LicenceClass b) { return Rank(a) < Rank(b); }

// By id in lower case: SPDX ids are compared without case.
template <class Rows>
std::map<std::string, const typename Rows::value_type*> ById(const Rows& rows) {
  std::map<std::string, const typename Rows::value_type*> index;
  for (const auto& row : rows) index.emplace(absl::AsciiStrToLower(row.id()), &row);
  return index;
}

const knowledge::v1::Licence* FindLicence(absl::string_view id) {
  static const auto* const index = new auto(ById(knowledge::DependencyRules().licences()));
  const auto found = index->find(absl::AsciiStrToLower(id));
  return found == index->end() ? nullptr : found->second;
}

const knowledge::v1::LicenceException* FindException(absl::string_view id) {
  static const auto* const index = new auto(ById(knowledge::DependencyRules().exceptions()));
  const auto found = index->find(absl::AsciiStrToLower(id));
  return found == index->end() ? nullptr : found->second;
}

// The SPDX id that a written-out name stands for; "" when none is known.
std::string IdOfName(absl::string_view name) {
  static const auto* const index = [] {
    auto* const map = new std::map<std::string, std::string>();
    for (const knowledge::v1::LicenceName& row : knowledge::DependencyRules().names()) {
      map->emplace(row.name(), row.id());
    }
    return map;
  }();
  const auto found = index->find(absl::AsciiStrToLower(absl::StripAsciiWhitespace(name)));
  return found == index->end() ? "" : found->second;
}

// Reads an expression by descent; what it cannot place is a note, and unknown.
class Expression {
 public:
  explicit Expression(absl::string_view text) : rest_(text) {}

  LicenceClass Read() {
    const LicenceClass klass = Or(0);
    if (note_.empty() && !Peek().empty()) note_ = "it is no SPDX expression";
    return note_.empty() ? klass : knowledge::v1::LICENCE_CLASS_UNSPECIFIED;
  }
  const std::string& note() const { return note_; }

 private:
  absl::string_view Peek() {
    rest_ = absl::StripLeadingAsciiWhitespace(rest_);
    if (absl::StartsWith(rest_, "(") || absl::StartsWith(rest_, ")")) return rest_.substr(0, 1);
    return rest_.substr(0, rest_.find_first_of(" ()"));
  }
  absl::string_view Next() {
    const absl::string_view word = Peek();
    rest_.remove_prefix(word.size());
    return word;
  }
  bool Take(absl::string_view word) {
    if (!absl::EqualsIgnoreCase(Peek(), word)) return false;
    Next();
    return true;
  }

  LicenceClass Or(int nesting) {
    LicenceClass klass = And(nesting);
    while (Take("OR")) klass = std::min(klass, And(nesting), LessBinding);
    return klass;
  }
  LicenceClass And(int nesting) {
    LicenceClass klass = One(nesting);
    while (Take("AND")) klass = std::max(klass, One(nesting), LessBinding);
    return klass;
  }
  LicenceClass One(int nesting) {
    if (Take("(")) {
      if (nesting >= kMaxNesting) note_ = "it is nested too deep";
      const LicenceClass klass = note_.empty() ? Or(nesting + 1) : knowledge::v1::LICENCE_CLASS_UNSPECIFIED;
      if (!Take(")") && note_.empty()) note_ = "it is no SPDX expression";
      return klass;
    }
    const knowledge::v1::Licence* licence = FindLicence(Next());
    LicenceClass klass = licence == nullptr ? knowledge::v1::LICENCE_CLASS_UNSPECIFIED : licence->class_();
    if (Take("WITH")) {
      const knowledge::v1::LicenceException* exception = FindException(Next());
      if (exception != nullptr && licence != nullptr) klass = std::min(klass, exception->class_(), LessBinding);
    }
    return klass;
  }

  absl::string_view rest_;
  std::string note_;
};

LicenceFact JudgeOne(const std::string& written) {
  LicenceFact fact;
  const std::string id = IdOfName(written);
  fact.expression = id.empty() ? written : id;
  Expression expression(fact.expression);
  fact.klass = expression.Read();
  if (fact.klass != knowledge::v1::LICENCE_CLASS_UNSPECIFIED) return fact;
  fact.note = expression.note().empty() ? "it is not in the shipped list" : expression.note();
  return fact;
}

}  // namespace

LicenceFact JudgeLicences(const std::vector<std::string>& licences) {
  LicenceFact all;
  if (licences.empty()) {
    all.note = "none is stated";
    return all;
  }
  std::vector<std::string> parts;
  for (const std::string& written : licences) {
    LicenceFact one = JudgeOne(written);
    if (parts.empty() || LessBinding(all.klass, one.klass)) all.klass = one.klass;
    if (all.note.empty()) all.note = one.note;
    const bool choice = licences.size() > 1 && absl::StrContains(absl::AsciiStrToUpper(one.expression), " OR ");
    parts.push_back(choice ? absl::StrCat("(", one.expression, ")") : one.expression);
  }
  all.expression = absl::StrJoin(parts, " AND ");
  if (all.klass != knowledge::v1::LICENCE_CLASS_UNSPECIFIED) all.note.clear();
  return all;
}

const knowledge::v1::LicenceClassKind& LicenceKindOf(LicenceClass klass) {
  for (const knowledge::v1::LicenceClassKind& kind : knowledge::DependencyRules().classes()) {
    if (kind.class_() == klass) return kind;
  }
  return knowledge::v1::LicenceClassKind::default_instance();
}

const knowledge::v1::LicencePolicy& LicencePolicyOf(LicenceClass klass, knowledge::v1::DistributionKind distribution) {
  for (const knowledge::v1::LicencePolicy& policy : knowledge::DependencyRules().policies()) {
    if (policy.class_() == klass && policy.distribution() == distribution) return policy;
  }
  return knowledge::v1::LicencePolicy::default_instance();
}

}  // namespace metapowers::analysis
