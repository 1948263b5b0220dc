// Flowcharts: what is read, where it stands, and how it is drawn.
#include "service/export/flowchart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/export/flowchart_layout.h"
#include "service/export/flowchart_svg.h"

namespace metapowers::exporting {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kChart[] = R"(flowchart LR
  %% a comment
  subgraph z_a["Zone #quot;A#quot;"]
    n_web["Web"]
    n_db[("Ledger #124; db")]
  end
  n_user(["User"]):::outside
  n_user -->|"sign in"| n_web
  n_web -.-> n_db --> n_web
  classDef outside stroke:#f00
)";

// The text of each ```mermaid block of the golden documents.
std::vector<std::string> GoldenDiagrams() {
  std::vector<std::string> diagrams;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("tests/golden")) {
    if (entry.path().extension() != ".md") continue;
    std::ifstream in(entry.path());
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    constexpr absl::string_view kFence = "```mermaid\n";
    for (size_t at = text.find("```mermaid\n"); at != std::string::npos; at = text.find("```mermaid\n", at + 1)) {
      const size_t begin = at + kFence.size();
      diagrams.push_back(text.substr(begin, text.find("```", begin) - begin));
    }
  }
  return diagrams;
}

bool Overlap(const Rect& a, const Rect& b) {
  constexpr double kTouch = 0.01;
  return a.width > 0 && b.width > 0 && a.x + a.width > b.x + kTouch && b.x + b.width > a.x + kTouch &&
         a.y + a.height > b.y + kTouch && b.y + b.height > a.y + kTouch;
}

bool IsIn(const Flowchart& chart, int group, int outer) {
  while (group >= 0 && group != outer) group = chart.groups[static_cast<size_t>(group)].parent;
  return group == outer;
}

// Nothing hides anything, nothing is outside of the paper, and a frame holds its own nodes alone.
void ExpectReadable(const Flowchart& chart) {
  const FlowchartLayout layout = LayOut(chart);
  std::vector<Rect> parts = layout.nodes;
  for (const FlowchartLayout::Line& line : layout.edges) parts.push_back(line.label);
  for (size_t i = 0; i < parts.size(); ++i) {
    for (size_t j = 0; j < i; ++j) EXPECT_FALSE(Overlap(parts[i], parts[j])) << i << " and " << j;
    if (parts[i].width == 0) continue;
    EXPECT_GE(parts[i].x, 0);
    EXPECT_GE(parts[i].y, 0);
    EXPECT_LE(parts[i].x + parts[i].width, layout.width);
    EXPECT_LE(parts[i].y + parts[i].height, layout.height);
  }
  for (size_t g = 0; g < chart.groups.size(); ++g) {
    for (size_t n = 0; n < chart.nodes.size(); ++n) {
      const bool inside = IsIn(chart, chart.nodes[n].group, static_cast<int>(g));
      EXPECT_EQ(Overlap(layout.groups[g], layout.nodes[n]), inside) << "group " << g << ", node " << n;
    }
  }
}

TEST(Flowchart, IsReadAsWritten) {
  const auto chart = ParseFlowchart(kChart);
  ASSERT_TRUE(chart.has_value());
  EXPECT_EQ(chart->direction, Flowchart::Direction::kRight);
  ASSERT_EQ(chart->groups.size(), 1u);
  EXPECT_EQ(chart->groups[0].label, "Zone \"A\"");
  ASSERT_EQ(chart->nodes.size(), 3u);
  EXPECT_EQ(chart->nodes[0].label, "Web");
  EXPECT_EQ(chart->nodes[0].group, 0);
  EXPECT_EQ(chart->nodes[1].label, "Ledger | db");
  EXPECT_EQ(chart->nodes[1].shape, Flowchart::Shape::kStore);
  EXPECT_EQ(chart->nodes[2].shape, Flowchart::Shape::kStadium);
  EXPECT_EQ(chart->nodes[2].style, "outside");
  EXPECT_EQ(chart->nodes[2].group, -1);
  ASSERT_EQ(chart->edges.size(), 3u);
  EXPECT_EQ(chart->edges[0].label, "sign in");
  EXPECT_TRUE(chart->edges[1].dotted);
  EXPECT_EQ(chart->edges[2].from, 1);
  EXPECT_EQ(chart->edges[2].to, 0);
}

TEST(Flowchart, OtherDiagramsAreNotRead) {
  for (const char* text : {"", "flowchart LR", "flowchart XY\n a", "sequenceDiagram\n a->>b: c", "gantt\n title A",
                           "flowchart LR\n a & b --> c", "flowchart LR\n subgraph x\n a", "flowchart LR\n end",
                           "flowchart LR\n a -->|\"open", "flowchart LR\n a[\"open"}) {
    EXPECT_FALSE(ParseFlowchart(text).has_value()) << text;
  }
  std::string many = "flowchart LR\n";
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&many, "n", i, "\n");
  EXPECT_FALSE(ParseFlowchart(many).has_value());
}

TEST(Flowchart, NothingHidesAnything) {
  for (const char* direction : {"LR", "RL", "TD", "BT"}) {
    SCOPED_TRACE(direction);
    for (const char* body :
         {"a", "a --> a", "a --> b --> c --> a", "a -->|\"one\"| b\n a -->|\"two\"| b\n b -->|\"back\"| a",
          "a --> b\n a --> c\n a --> d\n b --> e\n c --> e\n d --> e\n a -->|\"a label that is long enough for "
          "lines\"| e",
          "subgraph x[\"Outer\"]\n a\n subgraph y[\"Inner\"]\n b\n c\n end\n end\n d --> a --> b --> c --> e",
          "subgraph x[\"X\"]\n a\n b\n end\n subgraph y[\"Y\"]\n c\n d\n end\n a --> c\n b --> d\n d --> a\n u --> a\n "
          "c --> v",
          "subgraph x[\"X\"]\n a\n b\n end\n a --> out --> b\n in --> a\n b --> last\n alone1\n alone2"}) {
      SCOPED_TRACE(body);
      const auto chart = ParseFlowchart(absl::StrCat("flowchart ", direction, "\n", body));
      ASSERT_TRUE(chart.has_value());
      ExpectReadable(*chart);
    }
  }
}

TEST(Flowchart, AllThatOurTemplatesWriteIsDrawn) {
  const std::vector<std::string> diagrams = GoldenDiagrams();
  EXPECT_GT(diagrams.size(), 10u);
  for (const std::string& diagram : diagrams) {
    SCOPED_TRACE(diagram);
    const auto chart = ParseFlowchart(diagram);
    ASSERT_TRUE(chart.has_value());
    ExpectReadable(*chart);
  }
}

TEST(Flowchart, IsDescribedForThoseWhoDoNotSeeIt) {
  const std::string svg = DrawFlowchart(*ParseFlowchart(kChart), "d-1", "Diagram: Flows");
  EXPECT_THAT(svg, HasSubstr("aria-labelledby=\"d-1-title d-1-desc\""));
  EXPECT_THAT(svg, HasSubstr("<title id=\"d-1-title\">Diagram: Flows</title>"));
  EXPECT_THAT(svg, HasSubstr("In Zone &quot;A&quot;: Web; Ledger | db. Outside: User. User to Web: sign in."));
}

TEST(Flowchart, LabelsStayText) {
  const auto chart = ParseFlowchart("flowchart LR\n a[\"<script>#60;b#62;&\"] -->|\"#quot;><i>\"| b[\"]]>\"]");
  ASSERT_TRUE(chart.has_value());
  const std::string svg = DrawFlowchart(*chart, "d-1", "<b>");
  for (const char* markup : {"<script", "<b>", "<i>", "]]>"}) EXPECT_THAT(svg, Not(HasSubstr(markup)));
  EXPECT_THAT(svg, HasSubstr("&lt;script&gt;&lt;b&gt;&amp;"));
}

TEST(FlowchartSvg, OnlyADrawingTooTallForAPageGoesOnOverPages) {
  const auto chain = [](int nodes) {
    std::string text = "flowchart TD\n";
    for (int i = 1; i < nodes; ++i) absl::StrAppend(&text, "  n", i, " --> n", i + 1, "\n");
    return DrawFlowchart(*ParseFlowchart(text), "d-1", "Chain");
  };
  EXPECT_THAT(chain(3), HasSubstr("class=\"chart\""));
  EXPECT_THAT(chain(60), HasSubstr("class=\"chart tall\""));
}

}  // namespace
}  // namespace metapowers::exporting
