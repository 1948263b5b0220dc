#include "service/document/merge_order.h"

#include "service/document/line_match.h"

namespace metapowers::document {

std::vector<Node> NodesOf(const std::vector<int>& standing_of, const std::vector<int>& generated_of,
                          size_t standing_count, size_t generated_count) {
  std::vector<Node> nodes;
  std::vector<bool> in_standing(standing_count, false);
  std::vector<bool> in_generated(generated_count, false);
  const std::vector<bool> unmoved = OnLongestRise(standing_of);
  for (size_t i = 0; i < standing_of.size(); ++i) {
    const int standing = standing_of[i];
    const int generated = generated_of[i];
    if (standing >= 0) in_standing[standing] = true;
    if (generated >= 0) in_generated[generated] = true;
    nodes.push_back({static_cast<int>(i), standing, generated, standing >= 0 && !unmoved[i], true});
  }
  for (size_t i = 0; i < standing_count; ++i) {
    if (!in_standing[i]) nodes.push_back({-1, static_cast<int>(i), -1, false, true});
  }
  for (size_t i = 0; i < generated_count; ++i) {
    if (!in_generated[i]) nodes.push_back({-1, -1, static_cast<int>(i), false, true});
  }
  return nodes;
}

std::vector<const Node*> InOrder(const std::vector<Node>& nodes, size_t standing_count, size_t generated_count) {
  const size_t head = nodes.size();
  std::vector<size_t> of_standing(standing_count, head);
  std::vector<size_t> of_generated(generated_count, head);
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].standing >= 0) of_standing[nodes[i].standing] = i;
    if (nodes[i].generated >= 0) of_generated[nodes[i].generated] = i;
  }
  const auto in_frame = [&](size_t node) { return nodes[node].generated >= 0 && !nodes[node].moved; };
  std::vector<size_t> next(nodes.size() + 1, head);
  size_t last = head;
  for (const size_t node : of_generated) {
    if (!nodes[node].alive || !in_frame(node)) continue;
    next[last] = node;
    last = node;
  }
  size_t previous = head;
  for (const size_t node : of_standing) {
    if (!nodes[node].alive) continue;
    if (!in_frame(node)) {
      next[node] = next[previous];
      next[previous] = node;
    }
    previous = node;
  }
  std::vector<const Node*> order;
  for (size_t node = next[head]; node != head; node = next[node]) order.push_back(&nodes[node]);
  return order;
}

}  // namespace metapowers::document
