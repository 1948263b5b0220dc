// Flowcharts of Mermaid as our templates write them: direction, nodes with quoted labels, arrows with labels,
// subgraphs. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_EXPORT_FLOWCHART_H_
#define METAPOWERS_SERVICE_EXPORT_FLOWCHART_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers::exporting {

struct Flowchart {
  enum class Direction { kRight, kLeft, kDown, kUp };
  enum class Shape { kBox, kRound, kStadium, kStore, kDecision };
  struct Node {
    std::string id;
    std::string label;  // the id where none is given
    Shape shape = Shape::kBox;
    int group = -1;     // in `groups`; the innermost
    std::string style;  // name of its class; may be empty
  };
  struct Edge {
    int from = 0;  // in `nodes`
    int to = 0;
    std::string label;
    bool dotted = false;
    bool arrow = true;
  };
  struct Group {
    std::string label;
    int parent = -1;  // one before it
  };

  Direction direction = Direction::kDown;
  std::vector<Node> nodes;  // in the order in which they are first named
  std::vector<Edge> edges;
  std::vector<Group> groups;
};

// The flowchart that `source` is; nullopt where it is another diagram, or says what we do not read. Labels are plain
// text; `style`, `class`, `classDef`, `linkStyle` and comments are passed over.
std::optional<Flowchart> ParseFlowchart(absl::string_view source);

}  // namespace metapowers::exporting

#endif  // METAPOWERS_SERVICE_EXPORT_FLOWCHART_H_
