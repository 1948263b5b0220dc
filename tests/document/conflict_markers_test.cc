#include "service/document/conflict_markers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace metapowers::document {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ConflictMarkerLinesTest, FindsThem) {
  EXPECT_THAT(ConflictMarkerLines("## A\n\na\n"), IsEmpty());
  EXPECT_THAT(ConflictMarkerLines("## A\nTitle\n=======\n<<<<<<<<\n>>> quote\n"), IsEmpty());
  EXPECT_THAT(ConflictMarkerLines("## A\n<<<<<<< HEAD\na\n||||||| base\n=======\r\nb\n>>>>>>> other\nx\n=======\n"),
              ElementsAre(2, 4, 5, 7));
  EXPECT_THAT(ConflictMarkerLines("## A\n>>>>>>> other"), ElementsAre(2));
}

}  // namespace
}  // namespace metapowers::document
