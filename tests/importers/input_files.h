// The files that tests of imports read.
#ifndef METAPOWERS_TESTS_IMPORTERS_INPUT_FILES_H_
#define METAPOWERS_TESTS_IMPORTERS_INPUT_FILES_H_

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"

namespace metapowers::importers {

inline std::string TextOfFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A fixture of a format, `tests/importers/<path>`.
inline std::string FixtureOf(const std::string& path) {
  std::string text = TextOfFile(absl::StrCat("tests/importers/", path));
  EXPECT_FALSE(text.empty()) << path;
  return text;
}

// A public input beside the checkout; empty where that folder is absent.
inline std::string PublicInput(const std::string& path) {
  for (const char* shared : {"../shared", "../../shared"}) {
    std::string text = TextOfFile(absl::StrCat(shared, "/testdata/", path));
    if (!text.empty()) return text;
  }
  return "";
}

}  // namespace metapowers::importers

#endif  // METAPOWERS_TESTS_IMPORTERS_INPUT_FILES_H_
