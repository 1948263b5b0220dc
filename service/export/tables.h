// Tables that people work on, taken out of typed results by their form alone.
//
// A table is a list at any depth of a result, outermost first, whose rows are told apart (field `key` or `id`) and have
// somebody who answers or a date (`owner`, `owners`, `team`, `due`). Its columns are the fields of the rows, those of
// messages inside with dotted names, after the fields of the lists around it. A position (`rows_of`) stands for the key
// of the row that it points at, or, where that has none, for its fields. Lists in a cell are joined by "; "; lists of
// positions and presence (`has`) are left out. Rows of types that results share (package metapowers.v1), e.g.
// questions, stand in one table for all commands, each once, with the commands that have it; `field` and `rule` tell
// them apart too.
#ifndef METAPOWERS_SERVICE_EXPORT_TABLES_H_
#define METAPOWERS_SERVICE_EXPORT_TABLES_H_

#include <vector>

#include "service/export/file.h"

namespace metapowers::exporting {

// One file for each table that has rows, `<command>-<list>.csv` or `<shared type>s.csv`, and `tables.csv`, which lists
// them. The header is what tells a file from those of others. Pure.
std::vector<File> WriteTables(const std::vector<CommandResult>& results);

}  // namespace metapowers::exporting

#endif  // METAPOWERS_SERVICE_EXPORT_TABLES_H_
