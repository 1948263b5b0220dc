// Lists of which many are equal, each kept once. For one thread while it is filled; then thread-safe.
#ifndef METAPOWERS_SERVICE_ANALYSIS_SHARED_LISTS_H_
#define METAPOWERS_SERVICE_ANALYSIS_SHARED_LISTS_H_

#include <utility>
#include <vector>

#include "absl/container/node_hash_set.h"
#include "absl/types/span.h"

namespace metapowers::analysis {

template <class T>
class SharedLists {
 public:
  // An equal list, which stays as long as this does.
  absl::Span<const T> Keep(std::vector<T> list) { return *lists_.insert(std::move(list)).first; }

 private:
  absl::node_hash_set<std::vector<T>> lists_;
};

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_SHARED_LISTS_H_
