// The data flow diagram of a model: WriteMermaid() and WriteDot() of model_export.h.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/base/markdown_escape.h"
#include "service/base/strings.h"
#include "service/export/left_out.h"
#include "service/export/model_export.h"

namespace metapowers::exporting {
namespace {

namespace pb = model::v1;

// Deeper zones are drawn beside each other: no picture shows more.
constexpr int kMaxNesting = 32;

const SaidFields& Drawn() {
  static const auto* const said = new SaidFields{{"id", {}},
                                                 {"name", {}},
                                                 {"zones", {"id", "name", "parent"}},
                                                 {"components", {"id", "name", "kind", "zone"}},
                                                 {"flows", {"id", "name", "source", "target"}}};
  return *said;
}

// Only whole parts: a diagram is not expected to say more of what it shows.
std::vector<std::string> NotDrawn(const pb::SystemModel& model) {
  std::vector<std::string> left;
  for (std::string& field : LeftOut(model, Drawn())) {
    if (field.find('.') == std::string::npos) left.push_back(std::move(field));
  }
  return left;
}

// A notation for diagrams.
class Notation {
 public:
  virtual ~Notation() = default;
  virtual void Begin(const pb::SystemModel& model) = 0;
  virtual void OpenZone(const pb::Zone& zone, int depth) = 0;
  virtual void CloseZone(int depth) = 0;
  virtual void Component(const pb::Component& component, int depth) = 0;
  virtual void Flow(const pb::Flow& flow) = 0;
  virtual void End() = 0;

  std::string Take() { return std::move(out_); }

 protected:
  std::string& Line(int depth) { return out_.append(static_cast<size_t>(2 * depth), ' '); }
  std::string out_;
};

class Mermaid final : public Notation {
 public:
  void Begin(const pb::SystemModel&) override { out_ += "flowchart LR\n"; }
  void OpenZone(const pb::Zone& zone, int depth) override {
    absl::StrAppend(&Line(depth), "subgraph z_", Id(zone.id()), "[\"", Label(zone.name()), "\"]\n");
  }
  void CloseZone(int depth) override { Line(depth) += "end\n"; }
  void Component(const pb::Component& component, int depth) override {
    const bool store = component.kind() == pb::COMPONENT_KIND_DATASTORE;
    const bool outside = component.kind() == pb::COMPONENT_KIND_EXTERNAL_ENTITY;
    absl::StrAppend(&Line(depth), "n_", Id(component.id()),
                    store     ? "[(\""
                    : outside ? "([\""
                              : "[\"",
                    Label(component.name()),
                    store     ? "\")]\n"
                    : outside ? "\"])\n"
                              : "\"]\n");
  }
  void Flow(const pb::Flow& flow) override {
    absl::StrAppend(&Line(1), "n_", Id(flow.source()), " -->|\"", Label(flow.name()), "\"| n_", Id(flow.target()),
                    "\n");
  }
  void End() override {}

 private:
  static std::string Escaped(const std::string& text, MarkdownContext context) {
    std::string out;
    MarkdownNeighbours neighbours;
    neighbours.required = true;
    AppendMarkdown(text, context, neighbours, out);
    return out;
  }
  static std::string Id(const std::string& id) { return Escaped(id, MarkdownContext::kMermaidId); }
  static std::string Label(const std::string& text) { return Escaped(text, MarkdownContext::kMermaidLabel); }
};

class Dot final : public Notation {
 public:
  void Begin(const pb::SystemModel& model) override {
    absl::StrAppend(&out_, "digraph ", Quoted(model.id()),
                    " {\n  rankdir=LR;\n  node [shape=box];\n  label=", Quoted(model.name()), ";\n");
  }
  void OpenZone(const pb::Zone& zone, int depth) override {
    absl::StrAppend(&Line(depth), "subgraph ", Quoted(absl::StrCat("cluster_", zone.id())), " {\n");
    absl::StrAppend(&Line(depth + 1), "label=", Quoted(zone.name()), ";\n");
  }
  void CloseZone(int depth) override { Line(depth) += "}\n"; }
  void Component(const pb::Component& component, int depth) override {
    const bool store = component.kind() == pb::COMPONENT_KIND_DATASTORE;
    const bool outside = component.kind() == pb::COMPONENT_KIND_EXTERNAL_ENTITY;
    absl::StrAppend(&Line(depth), Quoted(component.id()), " [label=", Quoted(component.name()),
                    store     ? ", shape=cylinder"
                    : outside ? ", style=rounded"
                              : "",
                    "];\n");
  }
  void Flow(const pb::Flow& flow) override {
    absl::StrAppend(&Line(1), Quoted(flow.source()), " -> ", Quoted(flow.target()), " [label=", Quoted(flow.name()),
                    "];\n");
  }
  void End() override { out_ += "}\n"; }

 private:
  // A backslash begins escapes such as \N and \E in labels.
  static std::string Quoted(const std::string& text) {
    return absl::StrCat("\"", absl::StrReplaceAll(OneLine(text), {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
  }
};

class Drawing {
 public:
  Drawing(const pb::SystemModel& model, Notation& notation) : model_(model), notation_(notation) {
    for (const pb::Zone& zone : model.zones()) zones_[zone.parent()].push_back(&zone);
    for (const pb::Component& component : model.components()) components_[component.zone()].push_back(&component);
  }

  std::string Draw() {
    notation_.Begin(model_);
    DrawInside("", 1);
    for (const pb::Flow& flow : model_.flows()) notation_.Flow(flow);
    notation_.End();
    return notation_.Take();
  }

 private:
  // What is in a zone; "" is outside of all.
  void DrawInside(const std::string& zone, int depth) {
    for (const pb::Component* component : components_[zone]) notation_.Component(*component, depth);
    for (const pb::Zone* inner : zones_[zone]) {
      if (depth == kMaxNesting) {
        DrawFlat(*inner, depth);
        continue;
      }
      notation_.OpenZone(*inner, depth);
      DrawInside(inner->id(), depth + 1);
      notation_.CloseZone(depth);
    }
  }

  // A zone and all in it, beside each other.
  void DrawFlat(const pb::Zone& outermost, int depth) {
    std::vector<const pb::Zone*> open = {&outermost};
    while (!open.empty()) {
      const pb::Zone& zone = *open.back();
      open.pop_back();
      notation_.OpenZone(zone, depth);
      for (const pb::Component* component : components_[zone.id()]) notation_.Component(*component, depth + 1);
      notation_.CloseZone(depth);
      open.insert(open.end(), zones_[zone.id()].rbegin(), zones_[zone.id()].rend());
    }
  }

  const pb::SystemModel& model_;
  Notation& notation_;
  std::map<std::string, std::vector<const pb::Zone*>> zones_;            // by the zone around them
  std::map<std::string, std::vector<const pb::Component*>> components_;  // by their zone
};

}  // namespace

ModelExport WriteMermaid(const model::Model& model) {
  Mermaid notation;
  return {Drawing(model.proto(), notation).Draw(), NotDrawn(model.proto())};
}

ModelExport WriteDot(const model::Model& model) {
  Dot notation;
  return {Drawing(model.proto(), notation).Draw(), NotDrawn(model.proto())};
}

}  // namespace metapowers::exporting
