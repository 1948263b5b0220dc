#include "service/export/flowchart_layout.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "service/export/flowchart_bands.h"
#include "service/export/flowchart_ranks.h"
#include "service/export/settle.h"

namespace metapowers::exporting {
namespace {

constexpr double kMargin = 10;
constexpr double kLayerGap = 28;
constexpr double kNeighbourGap = 12;
constexpr double kBandGap = 14;
constexpr double kTitle = 24;  // height of a group's title
constexpr double kPadX = 12;
constexpr double kPadY = 9;
constexpr double kGroupPad = 8;
constexpr double kNestedPad = 6;
constexpr size_t kNodeLine = 26;  // characters
constexpr size_t kEdgeLine = 28;
constexpr int kSweeps = 10;
constexpr int kAligned = 16;

// A node, or the place of an arrow in a layer that it passes.
struct Vertex {
  int node = -1;
  int edge = -1;
  int layer = 0;
  int band = 0;
  double along = 0;   // size in the direction of the chart
  double across = 0;  // size across it
  double at = 0;      // middle, across
  std::vector<int> before, behind;
};

class Layouter {
 public:
  explicit Layouter(const Flowchart& chart)
      : chart_(chart), ranking_(RankNodes(chart)), bands_(BandNodes(chart, ranking_.ranks)) {
    out_.horizontal = chart.direction == Flowchart::Direction::kRight || chart.direction == Flowchart::Direction::kLeft;
  }

  FlowchartLayout Run() && {
    MakeVertices();
    Order();
    SizeBands();
    Align();
    SizeLayers();
    Place();
    return std::move(out_);
  }

 private:
  size_t count() const { return chart_.nodes.size(); }
  int From(size_t e) const { return ranking_.reversed[e] ? chart_.edges[e].to : chart_.edges[e].from; }
  int To(size_t e) const { return ranking_.reversed[e] ? chart_.edges[e].from : chart_.edges[e].to; }
  bool IsLoop(size_t e) const { return chart_.edges[e].from == chart_.edges[e].to; }
  int RankOf(int node) const { return ranking_.ranks[static_cast<size_t>(node)]; }

  // --- Vertices ---

  // Nodes stand in even layers, labels of arrows in the odd ones between.
  void MakeVertices() {
    for (size_t node = 0; node < count(); ++node) {
      const Flowchart::Node& from = chart_.nodes[node];
      out_.texts.push_back(BreakLines(from.label, kNodeLine));
      const TextBlock& text = out_.texts.back();
      double width = std::max(text.width, 24.0) + 2 * kPadX;
      double height = std::max(text.height, kLineHeight) + 2 * kPadY;
      if (from.shape == Flowchart::Shape::kDecision) width += 2 * kPadX;
      if (from.shape == Flowchart::Shape::kStore) height += 10;
      AddVertex(width, height, 2 * ranking_.ranks[node], bands_.of_node[node]).node = static_cast<int>(node);
    }
    out_.edges.resize(chart_.edges.size());
    passing_.resize(chart_.edges.size());
    for (size_t e = 0; e < chart_.edges.size(); ++e) {
      out_.edges[e].text = BreakLines(chart_.edges[e].label, kEdgeLine);
      if (!IsLoop(e)) AddPassing(e);
    }
  }

  void AddPassing(size_t e) {
    const int from = From(e), to = To(e);
    const int first = 2 * RankOf(from) + 1, last = 2 * RankOf(to) - 1;
    const TextBlock& text = out_.edges[e].text;
    int previous = from;
    for (int layer = first; layer <= last; ++layer) {
      const bool labelled = layer == first && !text.lines.empty();
      const int end = layer - first < last - layer ? from : to;
      Vertex& vertex = AddVertex(labelled ? text.width + 10 : 0, labelled ? text.height + 4 : 6, layer,
                                 vertices_[static_cast<size_t>(end)].band);
      vertex.edge = static_cast<int>(e);
      const int position = static_cast<int>(vertices_.size()) - 1;
      passing_[e].push_back(position);
      Connect(previous, position);
      previous = position;
    }
    Connect(previous, to);
  }

  Vertex& AddVertex(double width, double height, int layer, int band) {
    Vertex& vertex = vertices_.emplace_back();
    vertex.along = out_.horizontal ? width : height;
    vertex.across = out_.horizontal ? height : std::max(width, 8.0);
    vertex.layer = layer;
    vertex.band = band;
    if (layers_.size() <= static_cast<size_t>(layer)) layers_.resize(static_cast<size_t>(layer) + 1);
    layers_[static_cast<size_t>(layer)].push_back(static_cast<int>(vertices_.size()) - 1);
    return vertex;
  }

  void Connect(int from, int to) {
    V(from).behind.push_back(to);
    V(to).before.push_back(from);
  }
  Vertex& V(int vertex) { return vertices_[static_cast<size_t>(vertex)]; }
  const Vertex& V(int vertex) const { return vertices_[static_cast<size_t>(vertex)]; }

  // --- Order within layers ---

  void Order() {
    for (std::vector<int>& layer : layers_) {
      std::stable_sort(layer.begin(), layer.end(), [this](int a, int b) { return V(a).band < V(b).band; });
    }
    std::vector<std::vector<int>> best = layers_;
    int64_t fewest = Crossings();
    for (int sweep = 0; sweep < kSweeps && fewest > 0; ++sweep) {
      const bool forward = sweep % 2 == 0;
      for (size_t i = 0; i < layers_.size(); ++i) SortLayer(forward ? i : layers_.size() - 1 - i, forward);
      const int64_t crossings = Crossings();
      if (crossings >= fewest) continue;
      fewest = crossings;
      best = layers_;
    }
    layers_ = std::move(best);
  }

  std::vector<double> Positions() const {
    std::vector<double> positions(vertices_.size());
    for (const std::vector<int>& layer : layers_) {
      for (size_t i = 0; i < layer.size(); ++i) positions[static_cast<size_t>(layer[i])] = static_cast<double>(i);
    }
    return positions;
  }

  void SortLayer(size_t index, bool forward) {
    const std::vector<double> positions = Positions();
    std::vector<double> wanted = positions;
    for (const int vertex : layers_[index]) {
      const std::vector<int>& others = forward ? V(vertex).before : V(vertex).behind;
      if (others.empty()) continue;
      double sum = 0;
      for (const int other : others) sum += positions[static_cast<size_t>(other)];
      wanted[static_cast<size_t>(vertex)] = sum / static_cast<double>(others.size());
    }
    std::stable_sort(layers_[index].begin(), layers_[index].end(), [&](int a, int b) {
      return std::pair(V(a).band, wanted[static_cast<size_t>(a)]) <
             std::pair(V(b).band, wanted[static_cast<size_t>(b)]);
    });
  }

  int64_t Crossings() const {
    const std::vector<double> positions = Positions();
    int64_t crossings = 0;
    for (const std::vector<int>& layer : layers_) {
      std::vector<std::pair<double, double>> lines;
      for (const int vertex : layer) {
        for (const int to : V(vertex).behind) {
          lines.emplace_back(positions[static_cast<size_t>(vertex)], positions[static_cast<size_t>(to)]);
        }
      }
      for (size_t i = 0; i < lines.size(); ++i) {
        for (size_t j = 0; j < i; ++j) {
          crossings += (lines[i].first - lines[j].first) * (lines[i].second - lines[j].second) < 0 ? 1 : 0;
        }
      }
    }
    return crossings;
  }

  // --- Across ---

  struct Band {
    double start = 0;  // of what stands in it
    double end = 0;
  };

  double PadOf(size_t group) const { return kGroupPad + kNestedPad * bands_.heights[group]; }

  void SizeBands() {
    std::vector<double> sizes(bands_.count, 0);
    for (const std::vector<int>& layer : layers_) {
      std::vector<double> sums(bands_.count, -kNeighbourGap);
      for (const int vertex : layer) sums[static_cast<size_t>(V(vertex).band)] += V(vertex).across + kNeighbourGap;
      for (size_t band = 0; band < sums.size(); ++band) sizes[band] = std::max(sizes[band], sums[band]);
    }
    placed_.resize(bands_.count);
    titles_.resize(chart_.groups.size());
    double at = kMargin;
    for (int band = 0; band < static_cast<int>(bands_.count); ++band) {
      for (size_t g = 0; g < chart_.groups.size(); ++g) {
        if (bands_.of_group[g] != band) continue;
        titles_[g] = BreakLines(chart_.groups[g].label, kEdgeLine * 2).width + 2 * kPadX;
        at += PadOf(g) + (out_.horizontal ? kTitle : 0);
        if (!out_.horizontal) sizes[static_cast<size_t>(band)] = std::max(sizes[static_cast<size_t>(band)], titles_[g]);
      }
      placed_[static_cast<size_t>(band)] = {at, at + sizes[static_cast<size_t>(band)]};
      at += sizes[static_cast<size_t>(band)];
      for (size_t g = 0; g < chart_.groups.size(); ++g) at += bands_.last_of_group[g] == band ? PadOf(g) : 0;
      if (band + 1 < static_cast<int>(bands_.count) && sizes[static_cast<size_t>(band)] > 0) at += kBandGap;
    }
    across_ = at + kMargin;
  }

  // Vertices move towards the middle of those that they are connected with, as far as their band and order let them.
  void Align() {
    for (const std::vector<int>& layer : layers_) {
      for (const int vertex : layer) {
        const Band& band = placed_[static_cast<size_t>(V(vertex).band)];
        V(vertex).at = (band.start + band.end) / 2;
      }
      SettleLayer(layer);
    }
    for (int round = 0; round < kAligned; ++round) {
      const bool forward = round % 2 == 0;
      for (size_t i = 0; i < layers_.size(); ++i) {
        const std::vector<int>& layer = layers_[forward ? i : layers_.size() - 1 - i];
        for (const int vertex : layer) {
          const std::vector<int>& others = forward ? V(vertex).before : V(vertex).behind;
          if (others.empty()) continue;
          double sum = 0;
          for (const int other : others) sum += V(other).at;
          V(vertex).at = sum / static_cast<double>(others.size());
        }
        SettleLayer(layer);
      }
    }
  }

  // Takes overlaps out of the runs of one band in a layer.
  void SettleLayer(const std::vector<int>& layer) {
    for (size_t first = 0; first < layer.size();) {
      const int band = V(layer[first]).band;
      std::vector<Slot> run;
      for (size_t i = first; i < layer.size() && V(layer[i]).band == band; ++i) {
        run.push_back({V(layer[i]).at, V(layer[i]).across});
      }
      const Band& place = placed_[static_cast<size_t>(band)];
      Settle(run, place.start, place.end, kNeighbourGap);
      for (const Slot& slot : run) V(layer[first++]).at = slot.middle;
    }
  }

  // --- Along ---

  // First and last layer with a node of the group or of one inside; -1 without any.
  std::pair<int, int> LayersOf(size_t g) const {
    std::pair<int, int> layers = {-1, -1};
    for (size_t node = 0; node < count(); ++node) {
      if (!IsIn(chart_.nodes[node].group, g)) continue;
      const int layer = vertices_[node].layer;
      layers.first = layers.first < 0 ? layer : std::min(layers.first, layer);
      layers.second = std::max(layers.second, layer);
    }
    return layers;
  }

  // Layers are as thick as what stands in them, and those of a group together as long as its title.
  void SizeLayers() {
    for (const std::vector<int>& layer : layers_) {
      double size = 0;
      for (const int vertex : layer) size = std::max(size, V(vertex).along);
      sizes_.push_back(size);
    }
    for (size_t g = 0; out_.horizontal && g < chart_.groups.size(); ++g) {
      const auto [first, last] = LayersOf(g);
      if (first < 0) continue;
      double room = 2 * PadOf(g) - kLayerGap;
      for (int i = first; i <= last; ++i) room += sizes_[static_cast<size_t>(i)] + kLayerGap;
      if (room < titles_[g]) sizes_[static_cast<size_t>(last)] += titles_[g] - room;
    }
    const double titles = !out_.horizontal && !chart_.groups.empty() ? kTitle : 0;
    double pad = kGroupPad;
    for (const int height : bands_.heights) pad = std::max(pad, kGroupPad + kNestedPad * height);
    double at = kMargin + pad + titles;
    for (size_t i = 0; i < sizes_.size(); ++i) {
      starts_.push_back(at);
      at += sizes_[i] + kLayerGap + (i % 2 == 1 ? titles : 0);
    }
    along_ = at - kLayerGap + kMargin + pad;
  }

  // --- On paper ---

  Point OnPaper(double along, double across) const {
    switch (chart_.direction) {
      case Flowchart::Direction::kRight:
        return {along, across};
      case Flowchart::Direction::kLeft:
        return {along_ - along, across};
      case Flowchart::Direction::kUp:
        return {across, along_ - along};
      default:
        return {across, along};
    }
  }
  Rect OnPaper(double along, double across, double along_size, double across_size) const {
    const Point a = OnPaper(along, across), b = OnPaper(along + along_size, across + across_size);
    return {std::min(a.x, b.x), std::min(a.y, b.y), std::abs(a.x - b.x), std::abs(a.y - b.y)};
  }

  double StartOf(const Vertex& v) const {
    const size_t layer = static_cast<size_t>(v.layer);
    return starts_[layer] + (sizes_[layer] - v.along) / 2;
  }

  double EndOfLayer(const Vertex& v) const {
    return starts_[static_cast<size_t>(v.layer)] + sizes_[static_cast<size_t>(v.layer)];
  }

  void Place() {
    out_.width = out_.horizontal ? along_ : across_;
    out_.height = out_.horizontal ? across_ : along_;
    for (size_t node = 0; node < count(); ++node) {
      const Vertex& v = vertices_[node];
      out_.nodes.push_back(OnPaper(StartOf(v), v.at - v.across / 2, v.along, v.across));
    }
    for (size_t e = 0; e < chart_.edges.size(); ++e) PlaceEdge(e);
    for (size_t g = 0; g < chart_.groups.size(); ++g) PlaceGroup(g);
  }

  void PlaceEdge(size_t e) {
    FlowchartLayout::Line& line = out_.edges[e];
    if (IsLoop(e)) return;
    const Vertex& from = V(From(e));
    const Vertex& to = V(To(e));
    line.points.push_back(OnPaper(StartOf(from) + from.along, from.at));
    line.points.push_back(OnPaper(EndOfLayer(from), from.at));
    for (const int passed : passing_[e]) {
      const Vertex& v = V(passed);
      line.points.push_back(OnPaper(starts_[static_cast<size_t>(v.layer)], v.at));
      line.points.push_back(OnPaper(EndOfLayer(v), v.at));
      if (passed == passing_[e].front() && !line.text.lines.empty()) {
        line.label = OnPaper(StartOf(v), v.at - v.across / 2, v.along, v.across);
      }
    }
    line.points.push_back(OnPaper(starts_[static_cast<size_t>(to.layer)], to.at));
    line.points.push_back(OnPaper(StartOf(to), to.at));
    if (ranking_.reversed[e]) std::reverse(line.points.begin(), line.points.end());
  }

  bool IsIn(int group, size_t outer) const {
    while (group >= 0 && group != static_cast<int>(outer)) group = chart_.groups[static_cast<size_t>(group)].parent;
    return group >= 0;
  }

  void PlaceGroup(size_t g) {
    out_.groups.emplace_back();
    const auto [first_layer, last_layer] = LayersOf(g);
    if (first_layer < 0) return;
    const double pad = PadOf(g);
    const size_t end = static_cast<size_t>(last_layer);
    const double first = starts_[static_cast<size_t>(first_layer)] - pad - (out_.horizontal ? 0 : kTitle);
    const double last = starts_[end] + sizes_[end] + pad;
    const double from = placed_[static_cast<size_t>(bands_.of_group[g])].start - pad - (out_.horizontal ? kTitle : 0);
    double to = 0;
    for (int band = bands_.of_group[g]; band <= bands_.last_of_group[g]; ++band) {
      to = std::max(to, placed_[static_cast<size_t>(band)].end);
    }
    out_.groups.back() = OnPaper(first, from, last - first, to + pad - from);
  }

  const Flowchart& chart_;
  const FlowchartRanks ranking_;
  const FlowchartBands bands_;
  FlowchartLayout out_;
  std::vector<double> titles_;             // by group: room for its title
  std::vector<Vertex> vertices_;           // nodes first
  std::vector<std::vector<int>> layers_;   // vertices in order
  std::vector<std::vector<int>> passing_;  // by edge
  std::vector<Band> placed_;
  std::vector<double> starts_, sizes_;  // by layer
  double along_ = 0;
  double across_ = 0;
};

}  // namespace

FlowchartLayout LayOut(const Flowchart& chart) { return Layouter(chart).Run(); }

}  // namespace metapowers::exporting
