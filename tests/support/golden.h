// Compares text with a file of tests/golden/. `tests/update-goldens` rewrites the files; read their diff.
#ifndef METAPOWERS_TESTS_SUPPORT_GOLDEN_H_
#define METAPOWERS_TESTS_SUPPORT_GOLDEN_H_

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace metapowers::testing_support {

inline std::string ReadTestFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)), {});
}

inline void ExpectGolden(const std::string& path, const std::string& text) {
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  EXPECT_EQ(ReadTestFile(path), text) << "differs from " << path << "; if that is meant: tests/update-goldens";
}

}  // namespace metapowers::testing_support

#endif  // METAPOWERS_TESTS_SUPPORT_GOLDEN_H_
