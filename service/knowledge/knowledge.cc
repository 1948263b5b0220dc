#include "service/knowledge/knowledge.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "service/knowledge/embedded_rows.h"

namespace metapowers::knowledge {

extern const EmbeddedFile kCatalogueFiles[];
extern const int kCatalogueFilesCount;

namespace {

v1::Catalogue Load() {
  v1::Catalogue all;
  for (int i = 0; i < kCatalogueFilesCount; ++i) MergeRows(kCatalogueFiles[i], all);
  std::sort(all.mutable_frameworks()->pointer_begin(), all.mutable_frameworks()->pointer_end(),
            [](const v1::Framework* a, const v1::Framework* b) { return a->id() < b->id(); });
  return all;
}

// What stands before the id of a requirement in documents, e.g. "HIPAA 45 CFR ".
std::string CitationOf(const v1::Framework& framework) {
  return absl::StrCat(framework.citation().empty() ? framework.short_name() : framework.citation(), " ");
}

struct Index {
  v1::Catalogue catalogue = Load();
  std::vector<std::pair<const v1::Framework*, std::string>> citations;
  absl::flat_hash_map<std::string, const v1::Framework*> frameworks;
  absl::flat_hash_map<std::string, const v1::Requirement*> requirements;  // by reference

  Index() {
    for (const v1::Framework& framework : catalogue.frameworks()) {
      frameworks[framework.id()] = &framework;
      citations.emplace_back(&framework, CitationOf(framework));
      for (const v1::Requirement& requirement : framework.requirements()) {
        requirements[absl::StrCat(framework.id(), ":", requirement.id())] = &requirement;
      }
    }
  }
};

const Index& TheIndex() {
  static const Index* const index = new Index();  // never destroyed: others may look up while exiting
  return *index;
}

// The framework and the id of a reference; the framework is nullptr when it is not shipped.
std::pair<const v1::Framework*, absl::string_view> Split(absl::string_view reference) {
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(reference, absl::MaxSplits(':', 1));
  return {FindFramework(parts.first), parts.second};
}

// True where `citation` at `at` is the end of a longer one, as "GDPR " is of "UK GDPR ".
bool EndsLongerCitation(absl::string_view text, size_t at, absl::string_view citation) {
  for (const auto& [other, longer] : TheIndex().citations) {
    if (longer.size() <= citation.size() || !absl::EndsWith(longer, citation)) continue;
    const size_t before = longer.size() - citation.size();
    if (at >= before && absl::StartsWith(text.substr(at - before), longer)) return true;
  }
  return false;
}

bool StartsWithRequirement(const v1::Framework& framework, absl::string_view text) {
  return std::any_of(framework.requirements().begin(), framework.requirements().end(),
                     [&](const v1::Requirement& requirement) { return absl::StartsWith(text, requirement.id()); });
}

}  // namespace

const v1::Catalogue& Catalogue() { return TheIndex().catalogue; }

const v1::Framework* FindFramework(absl::string_view id) {
  const auto& frameworks = TheIndex().frameworks;
  const auto found = frameworks.find(id);
  return found == frameworks.end() ? nullptr : found->second;
}

const v1::Requirement* FindRequirement(absl::string_view reference) {
  const auto& requirements = TheIndex().requirements;
  const auto exact = requirements.find(reference);
  if (exact != requirements.end()) return exact->second;
  const auto [framework, id] = Split(reference);
  if (framework == nullptr || framework->optional_prefix().empty()) return nullptr;
  const auto prefixed = requirements.find(absl::StrCat(framework->id(), ":", framework->optional_prefix(), id));
  return prefixed == requirements.end() ? nullptr : prefixed->second;
}

std::string ReferenceLabel(absl::string_view reference) {
  const v1::Requirement* requirement = FindRequirement(reference);
  if (requirement == nullptr) return std::string(reference);
  return absl::StrCat(CitationOf(*Split(reference).first), requirement->id());
}

std::vector<const v1::Framework*> FrameworksCitedIn(absl::string_view text) {
  std::vector<const v1::Framework*> cited;
  for (const auto& [framework, citation] : TheIndex().citations) {
    size_t at = text.find(citation);
    while (at != absl::string_view::npos && (EndsLongerCitation(text, at, citation) ||
                                             !StartsWithRequirement(*framework, text.substr(at + citation.size())))) {
      at = text.find(citation, at + citation.size());
    }
    if (at != absl::string_view::npos) cited.push_back(framework);
  }
  return cited;
}

}  // namespace metapowers::knowledge
