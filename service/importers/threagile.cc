#include "service/importers/threagile.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "service/base/status_macros.h"
#include "service/importers/draft.h"
#include "service/importers/plain_text.h"
#include "service/importers/threagile_context.h"
#include "service/importers/threagile_words.h"

namespace metapowers::importers {

namespace pb = model::v1;

namespace threagile {

std::string FlowKey(absl::string_view asset, absl::string_view raw_title) {
  return absl::StrCat(asset, absl::string_view("\0", 1), raw_title);
}

namespace {

// Collects all ids first, so that a reference may stand before what it names.
Sections CollectIds(Part& root, Context& context) {
  Sections sections;
  const auto collect = [&](const char* key, Ids& ids, std::vector<Titled>& into) {
    into = root.Elements(key);
    for (Titled& element : into) ids.Collect(element.part, context.findings);
    ids.Settle();
  };
  collect("data_assets", context.data, sections.data_assets);
  collect("technical_assets", context.assets, sections.technical_assets);
  collect("trust_boundaries", context.boundaries, sections.trust_boundaries);
  collect("shared_runtimes", context.runtimes, sections.shared_runtimes);
  for (Titled& asset : sections.technical_assets) {
    const std::string source = asset.part.Raw("id");
    for (const std::string& title : asset.part.KeysOf("communication_links")) {
      context.flow_ids.Add(FlowKey(source, title), LinkId(source, title));
    }
  }
  context.flow_ids.Settle();
  for (Titled& asset : sections.technical_assets) {
    const std::string source = asset.part.Raw("id");
    for (const std::string& title : asset.part.KeysOf("communication_links")) {
      const std::string id = LinkId(source, title);
      if (context.links.try_emplace(id, *context.flow_ids.Find(FlowKey(source, title))).second) continue;
      context.findings.Warn(asset.part.PlaceOf("communication_links"),
                            absl::StrCat("two links have the id ", model::Quote(id), " in Threagile, which keeps one; ",
                                         "both were imported"));
    }
  }
  return sections;
}

void CollectTeams(Sections& sections, Draft& draft) {
  for (std::vector<Titled>* elements : {&sections.data_assets, &sections.technical_assets}) {
    for (Titled& element : *elements) draft.AddTeam(element.part.Line("owner"), element.part.PlaceOf("owner"));
  }
  draft.SettleTeams();
}

void CollectTags(Part& root, Context& context) {
  for (const Item& item : root.Items("tags_available")) {
    context.tags_available.insert(absl::AsciiStrToLower(OneLineOf(item.text)));
  }
}

// The first text that describes the system; the others are kept as notes.
void ImportDescription(Part& root, Context& context) {
  std::string& description = *context.draft.model().mutable_description();
  const auto take = [&](const std::string& text, const Place& place, absl::string_view what) {
    if (text.empty() || text == description) return;
    if (description.empty()) {
      description = text;
      context.draft.Observed("description", place);
    } else {
      context.findings.Keep(place, absl::StrCat(what, ": ", text));
    }
  };
  for (const char* key : {"application_description", "business_overview", "technical_overview"}) {
    std::optional<Part> overview = root.Inner(key);
    if (!overview.has_value()) continue;
    take(overview->Text("description"), overview->PlaceOf("description"), key);
    overview->Ignore({"images"});
    overview->ReportUnknown();
  }
  take(root.Text("management_summary_comment"), root.PlaceOf("management_summary_comment"), "management summary");
}

void ImportHead(Part& root, Context& context) {
  pb::SystemModel& model = context.draft.model();
  model.set_name(root.Line("title"));
  if (model.name().empty()) {
    context.findings.Warn(root.PlaceOf("title"), "is empty; the system is called by its topic");
  } else {
    context.draft.Observed("name", root.PlaceOf("title"));
  }
  ImportDescription(root, context);
  model.set_as_of(root.Date("date"));
  if (!model.as_of().empty()) context.draft.Observed("as_of", root.PlaceOf("date"));
  model.set_business_criticality(static_cast<pb::Importance>(root.Choice("business_criticality", kCriticality)));
  context.draft.Observed("business_criticality", root.PlaceOf("business_criticality"));
}

// What has no place in the model and is kept as notes.
void KeepTexts(Part& root, Context& context) {
  std::vector<std::string> names;
  if (std::optional<Part> author = root.Inner("author"); author.has_value()) {
    for (const char* key : {"name", "contact", "homepage"}) {
      if (std::string text = author->Line(key); !text.empty()) names.push_back(std::move(text));
    }
    author->ReportUnknown();
    if (!names.empty()) context.findings.Keep(author->place(), absl::StrCat("author: ", absl::StrJoin(names, ", ")));
  }
  for (const Titled& other : root.Listed("contributors", "name")) {
    context.findings.Keep(other.part.place(), absl::StrCat("contributor: ", other.title));
  }
  for (const TitledText& question : root.Texts("questions")) {
    if (question.text.empty()) {
      context.findings.Ask(question.place, question.title);
    } else {
      context.findings.Keep(question.place, absl::StrCat("question: ", question.title, " Answer: ", question.text));
    }
  }
  const auto keep = [&](const char* key, const char* what) {
    for (const TitledText& entry : root.Texts(key)) {
      context.findings.Keep(entry.place,
                            absl::StrCat(what, ": ", entry.title, entry.text.empty() ? "" : ": ", entry.text));
    }
  };
  keep("abuse_cases", "abuse case");
  keep("security_requirements", "security requirement");
}

void CheckNotEmpty(const std::vector<Titled>& elements, Part& root, const char* key, Findings& findings) {
  if (elements.empty()) findings.Fault(root.PlaceOf(key), "is empty: a system model has at least one");
}

}  // namespace

void ImportRoot(Part& root, Context& context) {
  if (root.Has("includes")) {
    context.findings.Fault(root.PlaceOf("includes"), "names other files, which are not read: merge them into one file");
  }
  CollectTags(root, context);
  Sections sections = CollectIds(root, context);
  CheckNotEmpty(sections.data_assets, root, "data_assets", context.findings);
  CheckNotEmpty(sections.technical_assets, root, "technical_assets", context.findings);
  CollectTeams(sections, context.draft);
  ImportHead(root, context);
  ImportData(sections.data_assets, context);
  ImportAssets(sections.technical_assets, context);
  ImportBoundaries(sections.trust_boundaries, context);
  ImportRuntimes(sections.shared_runtimes, context);
  ImportProviders(context);
  ImportIndividualRisks(root, context);
  ImportTracking(root, context);
  KeepTexts(root, context);
  root.Ignore({"threagile_version", "includes", "diagram_tweak_nodesep", "diagram_tweak_ranksep",
               "diagram_tweak_edge_layout", "diagram_tweak_suppress_edge_labels", "diagram_tweak_layout_left_to_right",
               "diagram_tweak_invisible_connections_between_assets", "diagram_tweak_same_rank_assets"});
  root.ReportUnknown();
}

}  // namespace threagile

namespace {

void TakeOutSecrets(absl::string_view yaml, Draft& draft, std::vector<Note>& notes) {
  const std::map<std::string, absl::string_view> files = {{draft.file(), yaml}};
  std::vector<Note> warnings;
  Redaction redaction(files, [&](const Spot& spot, const std::string& text) {
    warnings.push_back({v1::IMPORT_NOTE_KIND_WARNING, {spot.at, ""}, text});
  });
  draft.Clean(redaction);
  for (Note& note : notes) {
    const Spot spot{draft.file(), note.place.at};
    redaction.Clean(spot, note.text);
    redaction.Clean(spot, note.place.path);
  }
  std::move(warnings.begin(), warnings.end(), std::back_inserter(notes));
}

}  // namespace

absl::StatusOr<v1::ImportModelResponse> ImportThreagile(absl::string_view yaml, const ThreagileOptions& options) {
  Findings findings;
  const std::vector<std::string> folders = absl::StrSplit(options.file_name, absl::ByAnyChar("/\\"));
  Draft draft("threagile", "Threagile", folders.back(), options.file_name);
  threagile::Context context(draft, findings);
  const auto tree = model::YamlTree::Parse(yaml, findings.faults);
  if (tree != nullptr) {
    const Document document{draft.file(), &tree->root(), yaml};
    Reading reading = threagile::ReadingOf(findings);
    threagile::Part root(Field(document, reading), {{}, ""}, findings);
    if (tree->root().kind == model::YamlNode::Kind::kNull) {
      findings.Fault(root.place(), "is empty");
    } else if (!root.Has("technical_assets") && !root.Has("data_assets")) {
      findings.Fault(root.place(), "is no Threagile model: it has neither data_assets nor technical_assets");
    } else {
      threagile::ImportRoot(root, context);
    }
  }
  RETURN_IF_ERROR(findings.faults.ToStatus(options.file_name));
  std::vector<Note> notes = findings.TakeNotes();
  TakeOutSecrets(yaml, draft, notes);
  draft.model().set_id(options.topic_id);
  draft.Complete(options.today);
  return draft.Finish(std::move(notes), options.findings_of);
}

}  // namespace metapowers::importers
