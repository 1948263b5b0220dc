#include "tests/support/golden.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace metapowers::testing {

void ExpectGolden(absl::string_view path, absl::string_view text) {
  const std::filesystem::path file = std::filesystem::path("tests/golden") / std::string(path);
  const char* const update = std::getenv("UPDATE_GOLDEN");
  if (update != nullptr && absl::string_view(update) == "1") {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return;
  }
  std::ifstream in(file, std::ios::binary);
  ASSERT_TRUE(in) << file << " is missing; UPDATE_GOLDEN=1 writes it";
  const std::string golden((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (golden == text) return;
  const std::vector<std::string> want = absl::StrSplit(golden, '\n');
  const std::vector<std::string> got = absl::StrSplit(text, '\n');
  size_t line = 0;
  while (line < want.size() && line < got.size() && want[line] == got[line]) ++line;
  ADD_FAILURE() << file.string() << ":" << line + 1 << ": differs; UPDATE_GOLDEN=1 writes it anew\n  golden: "
                << (line < want.size() ? want[line] : "<end>") << "\n  now:    "
                << (line < got.size() ? got[line] : "<end>");
}

}  // namespace metapowers::testing
