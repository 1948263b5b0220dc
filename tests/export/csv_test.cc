// Cells and lines of CSV: RFC 4180, and nothing that a spreadsheet takes for a formula.
#include "service/export/csv.h"

#include <gtest/gtest.h>

namespace metapowers::exporting {
namespace {

TEST(Csv, CellsWithSeparatorsAreQuoted) {
  EXPECT_EQ(CsvLine({"a", "b c", ""}), "a,b c,\r\n");
  EXPECT_EQ(CsvLine({"a,b", "say \"no\"", "two\nlines"}), "\"a,b\",\"say \"\"no\"\"\",\"two\nlines\"\r\n");
}

TEST(Csv, NoCellStartsAFormula) {
  for (const char* text :
       {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "＋1", "－1", "＠A"}) {
    EXPECT_EQ(CellText(text), std::string("'") + text);
  }
  for (const char* text : {"", " ", "web", "a=b", "no-tls@web", "'=1", "Ü"}) EXPECT_EQ(CellText(text), text);
}

}  // namespace
}  // namespace metapowers::exporting
