#include "service/export/flowchart_svg.h"

#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/export/flowchart_layout.h"
#include "service/export/xml.h"

namespace metapowers::exporting {
namespace {

using Shape = Flowchart::Shape;

constexpr double kArrowLength = 8;
constexpr double kArrowWidth = 4;
constexpr double kBaseline = 12;  // from the top of a line of text
// Beyond this height a drawing that is made to fit on a page can no longer be read; it goes on over pages instead.
constexpr double kTall = 1400;

// A coordinate, to a tenth.
std::string At(double value) { return absl::StrCat(std::round(value * 10) / 10); }
std::string At(Point point) { return absl::StrCat(At(point.x), " ", At(point.y)); }

std::string RectAttributes(const Rect& rect) {
  return absl::StrCat("x=\"", At(rect.x), "\" y=\"", At(rect.y), "\" width=\"", At(rect.width), "\" height=\"",
                      At(rect.height), "\"");
}

class Drawing {
 public:
  Drawing(const Flowchart& chart, absl::string_view id) : chart_(chart), layout_(LayOut(chart)), id_(id) {}

  std::string Draw(absl::string_view title) && {
    absl::StrAppend(&out_, "<svg class=\"chart", layout_.height > kTall ? " tall" : "",
                    "\" role=\"img\" aria-labelledby=\"", id_, "-title ", id_, "-desc\" viewBox=\"0 0 ",
                    At(layout_.width), " ", At(layout_.height), "\" width=\"", At(layout_.width), "\" height=\"",
                    At(layout_.height), "\">\n<title id=\"", id_, "-title\">", Xml(title), "</title>\n<desc id=\"", id_,
                    "-desc\">", Xml(Description()), "</desc>\n");
    for (size_t g = 0; g < chart_.groups.size(); ++g) DrawGroup(g);
    for (size_t e = 0; e < chart_.edges.size(); ++e) DrawEdge(e);
    for (size_t e = 0; e < chart_.edges.size(); ++e) DrawLabel(layout_.edges[e]);
    for (size_t n = 0; n < chart_.nodes.size(); ++n) DrawNode(n);
    out_ += "</svg>";
    return std::move(out_);
  }

 private:
  std::string Description() const {
    std::vector<std::string> sentences;
    const auto labels_in = [this](int group) {
      std::vector<std::string> labels;
      for (const Flowchart::Node& node : chart_.nodes) {
        if (node.group == group) labels.push_back(node.label);
      }
      return labels;
    };
    for (size_t g = 0; g < chart_.groups.size(); ++g) {
      const std::vector<std::string> labels = labels_in(static_cast<int>(g));
      if (labels.empty()) continue;
      sentences.push_back(absl::StrCat("In ", chart_.groups[g].label, ": ", absl::StrJoin(labels, "; "), "."));
    }
    if (const std::vector<std::string> labels = labels_in(-1); !labels.empty()) {
      sentences.push_back(absl::StrCat(chart_.groups.empty() ? "" : "Outside: ", absl::StrJoin(labels, "; "), "."));
    }
    for (const Flowchart::Edge& edge : chart_.edges) {
      sentences.push_back(absl::StrCat(chart_.nodes[static_cast<size_t>(edge.from)].label, " to ",
                                       chart_.nodes[static_cast<size_t>(edge.to)].label, edge.label.empty() ? "" : ": ",
                                       edge.label, "."));
    }
    return absl::StrJoin(sentences, " ");
  }

  void DrawGroup(size_t g) {
    const Rect& rect = layout_.groups[g];
    if (rect.width == 0) return;
    absl::StrAppend(&out_, "<rect class=\"group\" ", RectAttributes(rect),
                    " rx=\"6\"/>\n<text class=\"group-title\" x=\"", At(rect.x + 10), "\" y=\"", At(rect.y + 17), "\">",
                    Xml(chart_.groups[g].label), "</text>\n");
  }

  void DrawEdge(size_t e) {
    const std::vector<Point>& points = layout_.edges[e].points;
    const Flowchart::Edge& edge = chart_.edges[e];
    if (points.empty()) return DrawLoop(edge);
    std::string path = absl::StrCat("M", At(points.front()));
    for (size_t i = 1; i < points.size(); ++i) {
      const Point& a = points[i - 1];
      const Point& b = points[i];
      if (i % 2 == 1) {
        absl::StrAppend(&path, "L", At(b));
        continue;
      }
      const Point middle = {(a.x + b.x) / 2, (a.y + b.y) / 2};
      const Point out = layout_.horizontal ? Point{middle.x, a.y} : Point{a.x, middle.y};
      const Point in = layout_.horizontal ? Point{middle.x, b.y} : Point{b.x, middle.y};
      absl::StrAppend(&path, "C", At(out), " ", At(in), " ", At(b));
    }
    DrawPath(path, edge);
    // The target's layer may be no thicker than the target: the stretch before the last says the direction then.
    if (edge.arrow) DrawHead(points[points.size() - 3], points.back());
  }

  void DrawPath(const std::string& path, const Flowchart::Edge& edge) {
    absl::StrAppend(&out_, "<path class=\"", edge.dotted ? "edge dotted" : "edge", "\" d=\"", path, "\"/>\n");
  }

  void DrawHead(const Point& from, const Point& tip) {
    const double sign = (layout_.horizontal ? tip.x - from.x : tip.y - from.y) < 0 ? -1 : 1;
    const auto corner = [&](double side) {
      return layout_.horizontal ? Point{tip.x - sign * kArrowLength, tip.y + side}
                                : Point{tip.x + side, tip.y - sign * kArrowLength};
    };
    absl::StrAppend(&out_, "<path class=\"head\" d=\"M", At(tip), "L", At(corner(kArrowWidth)), "L",
                    At(corner(-kArrowWidth)), "Z\"/>\n");
  }

  void DrawLoop(const Flowchart::Edge& edge) {
    const Rect& rect = layout_.nodes[static_cast<size_t>(edge.from)];
    const Point start = {rect.x + rect.width - 18, rect.y};
    const Point end = {rect.x + rect.width, rect.y + 12};
    DrawPath(absl::StrCat("M", At(start), "C", At({start.x, start.y - 9}), " ", At({end.x + 9, end.y}), " ", At(end)),
             edge);
  }

  void DrawText(const TextBlock& text, const Rect& around, absl::string_view css) {
    const double middle = around.x + around.width / 2;
    const double top = around.y + (around.height - text.height) / 2;
    absl::StrAppend(&out_, "<text class=\"", css, "\" text-anchor=\"middle\">");
    for (size_t i = 0; i < text.lines.size(); ++i) {
      absl::StrAppend(&out_, "<tspan x=\"", At(middle), "\" y=\"",
                      At(top + kBaseline + kLineHeight * static_cast<double>(i)), "\">", Xml(text.lines[i]),
                      "</tspan>");
    }
    out_ += "</text>\n";
  }

  void DrawLabel(const FlowchartLayout::Line& line) {
    if (line.label.width == 0) return;
    absl::StrAppend(&out_, "<rect class=\"edge-back\" ", RectAttributes(line.label), "/>\n");
    DrawText(line.text, line.label, "edge-label");
  }

  void DrawNode(size_t n) {
    const Flowchart::Node& node = chart_.nodes[n];
    const Rect& r = layout_.nodes[n];
    const std::string css = absl::StrCat("class=\"node", node.style.empty() ? "" : " ", node.style, "\" ");
    Rect text = r;
    switch (node.shape) {
      case Shape::kDecision:
        absl::StrAppend(&out_, "<path ", css, "d=\"M", At({r.x, r.y + r.height / 2}), "L", At({r.x + 14, r.y}), "L",
                        At({r.x + r.width - 14, r.y}), "L", At({r.x + r.width, r.y + r.height / 2}), "L",
                        At({r.x + r.width - 14, r.y + r.height}), "L", At({r.x + 14, r.y + r.height}), "Z\"/>\n");
        break;
      case Shape::kStore: {
        const std::string arc = absl::StrCat("A", At(r.width / 2), " 6 0 0 ");
        absl::StrAppend(&out_, "<path ", css, "d=\"M", At({r.x, r.y + 6}), arc, "1 ", At({r.x + r.width, r.y + 6}), "V",
                        At(r.y + r.height - 6), arc, "1 ", At({r.x, r.y + r.height - 6}),
                        "Z\"/>\n<path class=\"rim\" d=\"M", At({r.x, r.y + 6}), arc, "0 ", At({r.x + r.width, r.y + 6}),
                        "\"/>\n");
        text.y += 5;
        break;
      }
      default: {
        const double radius = node.shape == Shape::kStadium ? r.height / 2 : node.shape == Shape::kRound ? 10 : 3;
        absl::StrAppend(&out_, "<rect ", css, RectAttributes(r), " rx=\"", At(radius), "\"/>\n");
      }
    }
    DrawText(layout_.texts[n], text, "node-text");
  }

  const Flowchart& chart_;
  const FlowchartLayout layout_;
  const std::string id_;
  std::string out_;
};

}  // namespace

std::string DrawFlowchart(const Flowchart& chart, absl::string_view id, absl::string_view title) {
  return Drawing(chart, id).Draw(title);
}

}  // namespace metapowers::exporting
