#include "service/commands/framework_mapping.h"

#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/knowledge/knowledge.h"

namespace metapowers::commands {

namespace pb = security::govern::v1;

namespace {

using ChapterRows = google::protobuf::RepeatedPtrField<pb::ChapterRow>;
using RequirementRows = google::protobuf::RepeatedPtrField<pb::RequirementRow>;

RequirementRows RequirementsOf(const std::string& framework, const Coverage& coverage) {
  RequirementRows rows;
  for (const auto& [id, clauses] : coverage) {
    pb::RequirementRow& row = *rows.Add();
    row.set_id(id);
    const auto* requirement = knowledge::FindRequirement(absl::StrCat(framework, ":", id));
    if (requirement != nullptr) row.set_title(requirement->title());
    for (const std::string& clause : clauses) row.add_clauses(clause);
  }
  return rows;
}

// A row for each chapter, in the catalogue's order; requirements outside of all chapters come last. `with_titles`: says
// what each requirement asks for.
ChapterRows ChaptersOf(const std::string& framework, const Coverage& coverage, bool with_titles) {
  ChapterRows rows;
  const knowledge::v1::Framework* shipped = knowledge::FindFramework(framework);
  if (shipped == nullptr) return rows;
  std::map<std::string, std::vector<std::string>> of_chapter;
  for (const auto& [id, clauses] : coverage) {
    const auto* requirement = with_titles ? knowledge::FindRequirement(absl::StrCat(framework, ":", id)) : nullptr;
    const std::string title = requirement == nullptr ? "" : absl::StrCat(" (", requirement->title(), ")");
    of_chapter[ChapterOf(*shipped, id)].push_back(absl::StrCat(id, title, ": ", absl::StrJoin(clauses, ", ")));
  }
  const auto add = [&](const std::string& id, const std::string& title) {
    const auto found = of_chapter.find(id);
    if (found == of_chapter.end()) return;
    pb::ChapterRow& row = *rows.Add();
    row.set_id(id);
    row.set_title(title);
    row.set_requirements(absl::StrJoin(found->second, "; "));
  };
  for (const knowledge::v1::Group& group : shipped->groups()) add(group.id(), group.title());
  add("", shipped->short_name());
  return rows;
}

}  // namespace

pb::FrameworkMapping MappingOf(const std::string& framework, const Coverage& met, const Coverage& open) {
  Coverage only_open = open;
  for (const auto& [id, clauses] : met) only_open.erase(id);
  pb::FrameworkMapping mapping;
  mapping.set_id(framework);
  *mapping.mutable_requirements() = RequirementsOf(framework, met);
  *mapping.mutable_open_requirements() = RequirementsOf(framework, only_open);
  *mapping.mutable_chapters() = ChaptersOf(framework, met, false);
  *mapping.mutable_open_chapters() = ChaptersOf(framework, only_open, true);
  mapping.set_met_count(mapping.requirements_size());
  mapping.set_open_count(mapping.open_requirements_size());
  return mapping;
}

}  // namespace metapowers::commands
