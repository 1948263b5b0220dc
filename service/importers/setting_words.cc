#include "service/importers/setting_words.h"

#include "absl/strings/ascii.h"

namespace metapowers::importers {

std::vector<std::string> WordsOfName(absl::string_view name) {
  std::vector<std::string> words(1);
  name = name.substr(0, kMaxSettingName);
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool hump = absl::ascii_isupper(c) && i > 0 && absl::ascii_islower(name[i - 1]);
    if ((hump || !absl::ascii_isalnum(c)) && !words.back().empty()) words.emplace_back();
    if (absl::ascii_isalnum(c)) words.back() += absl::ascii_tolower(c);
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

}  // namespace metapowers::importers
