#include "service/evidence/bom_builder.h"

#include <algorithm>
#include <deque>
#include <numeric>
#include <tuple>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace metapowers::evidence {
namespace {

template <class T>
void SortUnique(std::vector<T>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

auto Identity(const Package& package) { return std::tie(package.name, package.version, package.purl); }

// What one more entry of the same package adds.
void Merge(Package& into, Package&& other) {
  into.licences.insert(into.licences.end(), other.licences.begin(), other.licences.end());
  SortUnique(into.licences);
  if (into.supplier.empty()) into.supplier = std::move(other.supplier);
  into.hashed = into.hashed || other.hashed;
}

}  // namespace

void BomBuilder::SetSubject(absl::string_view reference, absl::string_view name, absl::string_view version) {
  subject_reference_ = reference;
  bom_.subject = CleanText(name);
  bom_.subject_version = CleanText(version);
  bom_.subject_reference = std::string(reference);
}

void BomBuilder::SetCreated(absl::string_view timestamp) {
  if (timestamp.size() < 10) return;
  const absl::string_view date = timestamp.substr(0, 10);
  for (size_t i = 0; i < date.size(); ++i) {
    if (i == 4 || i == 7 ? date[i] != '-' : !absl::ascii_isdigit(date[i])) return;
  }
  bom_.created_on = std::string(date);
}

absl::Status BomBuilder::Add(absl::string_view reference, Package package, absl::string_view place) {
  // The name of the package URL is what reports of vulnerabilities use.
  if (std::string name = PackageOfPurl(package.purl); !name.empty()) package.name = std::move(name);
  if (package.version.empty()) package.version = VersionOfPurl(package.purl);
  for (std::string* text : {&package.name, &package.version, &package.purl, &package.supplier}) {
    *text = CleanText(*text);
  }
  if (package.name.empty()) {
    collector_.Warn(place, "has no name, and is left out");
    return absl::OkStatus();
  }
  if (bom_.packages.size() >= kMaxPackages) {
    return collector_.Fault(place, absl::StrCat("the file has more than ", kMaxPackages, " packages"),
                            "split the bill of materials by component");
  }
  for (std::string& licence : package.licences) licence = CleanText(licence);
  SortUnique(package.licences);
  if (!package.licences.empty() && package.licences.front().empty()) package.licences.erase(package.licences.begin());
  if (package.licences.size() > kMaxLicences) {
    collector_.Warn(place, absl::StrCat("has more than ", kMaxLicences, " licences; the first ones are kept"));
    package.licences.resize(kMaxLicences);
  }
  bom_.packages.push_back(std::move(package));
  references_.push_back(reference);
  return absl::OkStatus();
}

void BomBuilder::Depends(absl::string_view from, absl::string_view to) { edges_.emplace_back(from, to); }

Bom BomBuilder::Take() {
  // Sorts the packages, and points every reference at the one that stays of equal ones.
  std::vector<size_t> order(bom_.packages.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return Identity(bom_.packages[a]) < Identity(bom_.packages[b]); });
  std::vector<Package> sorted;
  std::vector<int> kept(order.size());  // by position in the file: the one in `sorted`
  absl::flat_hash_map<absl::string_view, int> by_reference;
  for (const size_t i : order) {
    Package& package = bom_.packages[i];
    if (!sorted.empty() && Identity(sorted.back()) == Identity(package)) {
      Merge(sorted.back(), std::move(package));
    } else {
      sorted.push_back(std::move(package));
    }
    kept[i] = static_cast<int>(sorted.size()) - 1;
  }
  for (size_t i = 0; i < kept.size(); ++i) {
    if (references_[i].empty()) continue;
    const auto [at, is_new] = by_reference.emplace(references_[i], kept[i]);
    if (is_new || at->second == kept[i]) continue;
    collector_.Warn("packages",
                    absl::StrCat("two have the reference \"", references_[i], "\"; the first one is meant"));
  }
  bom_.packages = std::move(sorted);

  const int subject = static_cast<int>(bom_.packages.size());
  if (!subject_reference_.empty()) by_reference.emplace(subject_reference_, subject);
  std::vector<std::vector<int>> graph(bom_.packages.size() + 1);
  for (const auto& [from, to] : edges_) {
    const auto source = by_reference.find(from);
    const auto target = by_reference.find(to);
    if (source == by_reference.end() || target == by_reference.end()) {
      collector_.Warn("dependencies", absl::StrCat("\"", source == by_reference.end() ? from : to,
                                                   "\" is no package of the file, and is left out"));
      continue;
    }
    if (target->second != subject && target->second != source->second) graph[source->second].push_back(target->second);
  }
  for (std::vector<int>& targets : graph) SortUnique(targets);
  MarkDepths(graph, bom_);
  return std::move(bom_);
}

// Breadth first from the subject, so that paths are shortest, and of equally short ones the first in the order of
// names.
void BomBuilder::MarkDepths(const std::vector<std::vector<int>>& graph, Bom& bom) {
  bom.has_graph = !graph.back().empty();
  std::deque<int> open;
  for (const int direct : graph.back()) {
    bom.packages[direct].depth = Package::Depth::kDirect;
    open.push_back(direct);
  }
  while (!open.empty()) {
    const int at = open.front();
    open.pop_front();
    for (const int next : graph[at]) {
      if (bom.packages[next].depth != Package::Depth::kUnknown) continue;
      bom.packages[next].depth = Package::Depth::kTransitive;
      bom.packages[next].parent = at;
      open.push_back(next);
    }
  }
}

std::vector<const Package*> Bom::PathTo(const Package& package) const {
  std::vector<const Package*> path;
  if (package.depth == Package::Depth::kUnknown) return path;
  for (const Package* at = &package;; at = &packages[at->parent]) {
    path.push_back(at);
    if (at->parent < 0) break;
  }
  std::reverse(path.begin(), path.end());
  return path;
}

std::string EcosystemOf(const Package& package) {
  if (!absl::StartsWith(package.purl, "pkg:")) return "";
  const size_t slash = package.purl.find('/', 4);
  return slash == std::string::npos ? "" : absl::AsciiStrToLower(package.purl.substr(4, slash - 4));
}

}  // namespace metapowers::evidence
