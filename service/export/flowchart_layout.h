// Where the parts of a flowchart stand on paper: nodes in layers along its direction, in the order that crosses fewest
// arrows; each arrow has a place of its own in every layer that it passes, and its label stands there, so that neither
// hides anything. A group has a strip across all layers to itself, or shares it with nodes before and behind it alone,
// so that its frame holds no node of others. Pure: equal charts stand equally.
#ifndef METAPOWERS_SERVICE_EXPORT_FLOWCHART_LAYOUT_H_
#define METAPOWERS_SERVICE_EXPORT_FLOWCHART_LAYOUT_H_

#include <vector>

#include "service/export/flowchart.h"
#include "service/export/text_block.h"

namespace metapowers::exporting {

struct Point {
  double x = 0;
  double y = 0;
};

struct Rect {
  double x = 0;
  double y = 0;
  double width = 0;  // 0: there is nothing to draw
  double height = 0;
};

struct FlowchartLayout {
  struct Line {
    // From the source's border to the target's: straight to the second, in a bend to the third, straight to the
    // fourth, and so on; the last stretch is straight.
    std::vector<Point> points;
    Rect label;
    TextBlock text;
  };

  bool horizontal = true;  // arrows run from side to side
  double width = 0;
  double height = 0;
  std::vector<Rect> nodes;
  std::vector<TextBlock> texts;  // of nodes
  std::vector<Rect> groups;
  std::vector<Line> edges;
};

FlowchartLayout LayOut(const Flowchart& chart);

}  // namespace metapowers::exporting

#endif  // METAPOWERS_SERVICE_EXPORT_FLOWCHART_LAYOUT_H_
