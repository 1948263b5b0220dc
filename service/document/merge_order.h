// In which order the lines or parts of a merged section stand; internal.
#ifndef METAPOWERS_SERVICE_DOCUMENT_MERGE_ORDER_H_
#define METAPOWERS_SERVICE_DOCUMENT_MERGE_ORDER_H_

#include <cstddef>
#include <vector>

namespace metapowers::document {

// A line or part in the three versions, by its place among its siblings; -1 where a version does not have it.
struct Node {
  int before = -1;
  int standing = -1;
  int generated = -1;
  bool moved = false;  // by a person, among its siblings
  bool alive = true;   // in the merged section
};

// The nodes of siblings of which `before` has as many as there are in `standing_of` and `generated_of`, which tell the
// version of each in the others, or -1; first those of `before`, then what is new.
std::vector<Node> NodesOf(const std::vector<int>& standing_of, const std::vector<int>& generated_of,
                          size_t standing_count, size_t generated_count);

// The nodes that are alive, in the order of the generated version; what only a person has or has moved stands behind
// what it stands behind in the standing version.
std::vector<const Node*> InOrder(const std::vector<Node>& nodes, size_t standing_count, size_t generated_count);

}  // namespace metapowers::document

#endif  // METAPOWERS_SERVICE_DOCUMENT_MERGE_ORDER_H_
