#include "service/lint/citations.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/knowledge/knowledge.h"
#include "service/knowledge/threats.h"

namespace metapowers::lint {
namespace {

bool IsIdChar(char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '/'; }

size_t Digits(absl::string_view text) {
  size_t count = 0;
  while (count < text.size() && absl::ascii_isdigit(text[count])) ++count;
  return count;
}

// Length of an id of CWE, CAPEC or ATT&CK at the start of `text`; 0 when there is none.
size_t WeaknessAt(absl::string_view text) {
  for (const absl::string_view prefix : {"CWE-", "CAPEC-"}) {
    if (!absl::StartsWith(text, prefix)) continue;
    const size_t digits = Digits(text.substr(prefix.size()));
    return digits == 0 ? 0 : prefix.size() + digits;
  }
  if (text.empty() || text[0] != 'T' || Digits(text.substr(1)) != 4) return 0;
  const absl::string_view rest = text.substr(5);
  return !rest.empty() && rest[0] == '.' && Digits(rest.substr(1)) == 3 ? 9 : 5;
}

std::string CitationOf(const knowledge::v1::Framework& framework) {
  return absl::StrCat(framework.citation().empty() ? framework.short_name() : framework.citation(), " ");
}

// Whether the citation at `at` is the end of a longer one, as GDPR in UK GDPR.
bool EndsLongerCitation(absl::string_view text, size_t at, absl::string_view citation) {
  for (const knowledge::v1::Framework& framework : knowledge::Catalogue().frameworks()) {
    const std::string longer = CitationOf(framework);
    if (longer.size() > citation.size() && absl::EndsWith(longer, citation) &&
        absl::EndsWith(text.substr(0, at + citation.size()), longer)) {
      return true;
    }
  }
  return false;
}

// The word at the start of `text`, with a second one after "Art." and similar, without what ends a sentence.
absl::string_view WordAt(absl::string_view text) {
  size_t end = std::min(text.find_first_of(" ,;:|`'\"\n"), text.size());
  if (absl::StartsWith(text, "Art. ")) end = std::min(text.find_first_of(" ,;:|`'\"\n", 5), text.size());
  while (end > 0 && (text[end - 1] == '.' || text[end - 1] == '?' ||
                     (text[end - 1] == ')' && !absl::StrContains(text.substr(0, end), "(")))) {
    --end;
  }
  return text.substr(0, end);
}

// Whether a word has the look of a requirement's id: digits after at most a few letters and dots.
bool LooksLikeId(absl::string_view word) {
  if (absl::StartsWith(word, "Art. ")) return word.size() > 5 && absl::ascii_isdigit(word[5]);
  size_t letters = 0;
  while (letters < word.size() && (absl::ascii_isupper(word[letters]) || word[letters] == '.' || word[letters] == '-'))
    ++letters;
  return letters <= 6 && letters < word.size() && absl::ascii_isdigit(word[letters]) && absl::StrContains(word, ".");
}

// Whether `word` is a requirement of the framework, a part of one in brackets that it has as a whole, or the place that
// makes it apply.
bool Has(const knowledge::v1::Framework& framework, absl::string_view word) {
  const std::string place = absl::StrCat(CitationOf(framework), word);
  for (const knowledge::v1::Trigger& trigger : framework.triggers()) {
    if (absl::StrContains(trigger.because(), place)) return true;
  }
  for (; !word.empty(); word = word.substr(0, word.rfind('(') == absl::string_view::npos ? 0 : word.rfind('('))) {
    if (knowledge::FindRequirement(absl::StrCat(framework.id(), ":", word)) != nullptr) return true;
  }
  return false;
}

}  // namespace

std::vector<Citation> CitationsIn(absl::string_view text) {
  std::vector<std::pair<size_t, Citation>> found;
  for (size_t at = 0; at < text.size(); ++at) {
    if (at > 0 && IsIdChar(text[at - 1])) continue;
    const size_t size = WeaknessAt(text.substr(at));
    if (size == 0 || (at + size < text.size() && IsIdChar(text[at + size]))) continue;
    const absl::string_view id = text.substr(at, size);
    found.push_back({at, {std::string(id), knowledge::FindWeakness(id) != nullptr}});
  }
  for (const knowledge::v1::Framework& framework : knowledge::Catalogue().frameworks()) {
    const std::string name = CitationOf(framework);
    for (size_t at = text.find(name); at != absl::string_view::npos; at = text.find(name, at + 1)) {
      if (at > 0 && (absl::ascii_isalnum(text[at - 1]) || text[at - 1] == '-')) continue;
      if (EndsLongerCitation(text, at, name)) continue;
      const absl::string_view word = WordAt(text.substr(at + name.size()));
      if (!LooksLikeId(word)) continue;
      found.push_back({at, {absl::StrCat(name, word), Has(framework, word)}});
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Citation> citations;
  for (auto& [at, citation] : found) citations.push_back(std::move(citation));
  return citations;
}

std::string WithoutPublishedNames(absl::string_view text) {
  std::string rest(text);
  for (const Citation& citation : CitationsIn(text)) {
    const knowledge::v1::CatalogueEntry* entry = knowledge::FindWeakness(citation.text);
    if (entry != nullptr)
      rest = absl::StrReplaceAll(rest, {{absl::StrCat(citation.text, " ", entry->name()), citation.text}});
  }
  return rest;
}

}  // namespace metapowers::lint
