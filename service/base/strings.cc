#include "service/base/strings.h"

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace metapowers {
namespace {

size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replace = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replace, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

// Length of the well-formed UTF-8 sequence at the start of `text` and its code point; 0 when it is not.
size_t DecodeUtf8(absl::string_view text, uint32_t& point) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) {
    point = lead;
    return 1;
  }
  const size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return 0;
  point = lead & (0xff >> (size + 1));
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    point = (point << 6) | (byte(i) & 0x3f);
  }
  const bool overlong = (size == 3 && point < 0x800) || (size == 4 && point < 0x10000);
  const bool surrogate = point >= 0xd800 && point <= 0xdfff;
  return overlong || surrogate || point > 0x10ffff ? 0 : size;
}

bool IsInvisibleControl(uint32_t point) {
  return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x200e || point == 0x200f ||
         (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) || point == 0xfeff ||
         point == 0x061c;
}

// Length of the printable ASCII that `text` starts with: nearly all of most texts.
size_t PlainStart(absl::string_view text) {
  return static_cast<size_t>(std::find_if_not(text.begin(), text.end(), absl::ascii_isprint) - text.begin());
}

}  // namespace

std::string NearestWord(absl::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  size_t best_distance = 3;
  std::vector<std::string> extensions;
  for (const std::string& candidate : candidates) {
    if (!word.empty() && absl::StartsWith(candidate, word)) extensions.push_back(candidate);
    const size_t distance = EditDistance(word, candidate);
    if (distance < best_distance && distance * 2 < std::max(word.size(), candidate.size())) {
      best = candidate;
      best_distance = distance;
    }
  }
  if (!best.empty()) return best;
  return extensions.size() == 1 ? extensions.front() : std::string();
}

std::string DidYouMean(absl::string_view word, const std::vector<std::string>& candidates) {
  const std::string nearest = NearestWord(word, candidates);
  return nearest.empty() ? std::string() : absl::StrCat("; did you mean '", nearest, "'?");
}

bool IsUtf8(absl::string_view text) {
  uint32_t point = 0;
  while (true) {
    text.remove_prefix(PlainStart(text));
    if (text.empty()) return true;
    const size_t size = DecodeUtf8(text, point);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
}

std::string OneLine(absl::string_view text) {
  std::string out;
  uint32_t point = 0;
  while (true) {
    const size_t plain = PlainStart(text);
    absl::StrAppend(&out, text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const size_t size = DecodeUtf8(text, point);
    const bool space = size == 1 && (point == '\n' || point == '\r' || point == '\t');
    if (space) {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else if (size > 0 && !IsInvisibleControl(point)) {
      absl::StrAppend(&out, text.substr(0, size));
    }
    text.remove_prefix(std::max<size_t>(size, 1));
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string InSentence(absl::string_view text) {
  std::string out(text);
  const bool abbreviation = out.size() > 1 && absl::ascii_isupper(out[1]);
  if (!out.empty() && !abbreviation) out[0] = absl::ascii_tolower(out[0]);
  return out;
}

}  // namespace metapowers
