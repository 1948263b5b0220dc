#include "service/base/shell.h"

#include <gtest/gtest.h>

namespace metapowers {
namespace {

TEST(Shell, AWordOfAShellStaysOneWord) {
  EXPECT_EQ(ShellWord("registry.example:5000/base/jre@sha256:01"), "registry.example:5000/base/jre@sha256:01");
  EXPECT_EQ(ShellWord("a b; rm -rf $HOME"), "'a b; rm -rf $HOME'");
  EXPECT_EQ(ShellWord("it's"), "'it'\\''s'");
  EXPECT_EQ(ShellWord(""), "''");
}

}  // namespace
}  // namespace metapowers
