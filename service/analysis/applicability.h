// Which frameworks apply, by the triggers of the catalogue (catalogue.proto: Trigger).
//
// How a trigger is judged: all its conditions must hold, where
//   data categories  some data class has one. Financial data alone is about people only in a class that names
//                    where its subjects are; without that it meets no trigger that also asks for a jurisdiction.
//   jurisdictions    subjects of one of the matching classes (of any class, where no category is asked for),
//                    users of a region, or an establishment in a country are there; for a trigger with
//                    `establishment_only` the last alone. Hosting is none of these (EDPB Guidelines 3/2018,
//                    section 1).
//   roles, sector,   as the organisation and the components declare them.
//   listing, scopes
// What the model does not say is open and not absent: no region with users and no class with its subjects' regions, no
// country of an establishment, no legal role, no sector, no word on listing, no category of any class.
// A framework applies when a trigger holds or the model declares it in scope. A trigger that holds is never
// overruled by a declaration: that is a conflict, and the reason says so.
#ifndef METAPOWERS_SERVICE_ANALYSIS_APPLICABILITY_H_
#define METAPOWERS_SERVICE_ANALYSIS_APPLICABILITY_H_

#include <string>
#include <vector>

#include "service/analysis/facts.h"

namespace metapowers::analysis {

// All shipped frameworks and those that the model lists, sorted by id.
std::vector<FrameworkFact> JudgeFrameworks(const model::Model& model);

// Fields whose values would decide whether a framework applies that the model neither lists nor makes apply: those of
// each trigger that only lacks what is open; `frameworks[ID].in_scope` where the catalogue knows no trigger. Empty when
// it is decided. In the order of the triggers.
std::vector<std::string> UndecidedBy(const model::Model& model, const FrameworkFact& fact);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_APPLICABILITY_H_
