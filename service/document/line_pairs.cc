#include "service/document/line_pairs.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/document/line_match.h"

namespace metapowers::document {
namespace {

constexpr double kAlike = 0.5;
// Comparisons of lines by their words in one part.
constexpr int64_t kMaxComparisons = 100'000;
constexpr size_t kMaxWords = 256;   // of a line; what comes after does not count
constexpr size_t kMaxKeyCells = 4;  // of a row, that its key may need
constexpr size_t kMaxItemKey = 60;

std::vector<size_t> WordsOf(absl::string_view text) {
  std::vector<size_t> words;
  size_t begin = 0;
  for (size_t i = 0; i <= text.size() && words.size() < kMaxWords; ++i) {
    const bool inside = i < text.size() && (absl::ascii_isalnum(text[i]) || (text[i] & 0x80) != 0);
    if (inside) continue;
    if (i > begin) words.push_back(absl::HashOf(text.substr(begin, i - begin)));
    begin = i + 1;
  }
  std::sort(words.begin(), words.end());
  return words;
}

double LikenessOf(const std::vector<size_t>& a, const std::vector<size_t>& b) {
  if (a.empty() && b.empty()) return 1;
  size_t common = 0;
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] == b[j])
      ++common, ++i, ++j;
    else if (a[i] < b[j])
      ++i;
    else
      ++j;
  }
  return 2.0 * static_cast<double>(common) / static_cast<double>(a.size() + b.size());
}

// What a list item is about: the code, bold or other text that leads it, e.g. "`ledger-db`"; empty when nothing does.
absl::string_view KeyOfItem(absl::string_view text) {
  text = absl::StripLeadingAsciiWhitespace(text);
  text = absl::StripLeadingAsciiWhitespace(text.substr(std::min(text.find(' '), text.size())));
  if (text.empty()) return {};
  const absl::string_view mark = absl::StartsWith(text, "**") ? "**" : absl::StartsWith(text, "`") ? "`" : ":";
  const size_t end = text.find(mark, mark == ":" ? 0 : mark.size());
  return end > kMaxItemKey ? absl::string_view() : text.substr(0, end);
}

// The key of a row by its first `cells`; empty when it has fewer.
std::string KeyOfRow(int table, absl::string_view row, size_t cells) {
  if (IsDelimiterRow(row)) return cells == 1 ? absl::StrCat(table, "\x1f-") : "";
  const std::vector<absl::string_view> all = CellsOf(row);
  if (all.size() < cells) return {};
  std::string key = absl::StrCat(table);
  for (size_t i = 0; i < cells; ++i) absl::StrAppend(&key, "\x1f", absl::StripAsciiWhitespace(all[i]));
  return key;
}

// Where each text stands that only one of the lines has.
class Once {
 public:
  void Add(std::string key, int line) {
    if (key.empty()) return;
    const auto [at, is_new] = at_.try_emplace(std::move(key), line);
    if (!is_new) at->second = -1;
  }
  int Find(const std::string& key) const {
    const auto found = at_.find(key);
    return found == at_.end() ? -1 : found->second;
  }
  const absl::flat_hash_map<std::string, int>& all() const { return at_; }

 private:
  absl::flat_hash_map<std::string, int> at_;
};

// Numbers for the tables of two versions of a part: equal for versions of the same table, told by their place where
// there are as many, else by their header rows.
class Tables {
 public:
  Tables(const std::vector<OutlineLine>& a, const std::vector<OutlineLine>& b)
      : by_place_(Count(a) == Count(b)), a_(ByHeader(a)), b_(ByHeader(b)) {}

  int OfA(const OutlineLine& row) const { return by_place_ ? row.table : a_[row.table]; }
  int OfB(const OutlineLine& row) const { return by_place_ ? row.table : b_[row.table]; }

 private:
  static int Count(const std::vector<OutlineLine>& lines) {
    int last = -1;
    for (const OutlineLine& line : lines) last = std::max(last, line.table);
    return last;
  }
  std::vector<int> ByHeader(const std::vector<OutlineLine>& lines) {
    std::vector<int> numbers;
    std::map<absl::string_view, int> times;
    for (const OutlineLine& line : lines) {
      if (line.table < static_cast<int>(numbers.size())) continue;
      const std::string header = absl::StrCat(line.text, "\x1f", times[line.text]++);
      numbers.push_back(known_.try_emplace(header, static_cast<int>(known_.size())).first->second);
    }
    return numbers;
  }

  std::map<std::string, int> known_;
  const bool by_place_;
  const std::vector<int> a_;
  const std::vector<int> b_;
};

class Pairer {
 public:
  Pairer(const std::vector<OutlineLine>& base, const std::vector<OutlineLine>& other, Editor editor)
      : base_(base),
        other_(other),
        editor_(editor),
        tables_(base, other),
        pair_(base.size(), -1),
        back_(other.size(), -1),
        words_(base.size() + other.size()) {}

  std::vector<int> Pair() {
    const std::vector<int> same = MatchLines(Texts(base_), Texts(other_));
    Take(0, 0);
    for (size_t i = 0; i < same.size(); ++i) {
      if (same[i] >= 0) Take(static_cast<int>(i) + 1, same[i] + 1);
    }
    const std::vector<int> anchors = pair_;
    PairMoved();
    PairRowsByKey();
    PairGaps(anchors);
    return std::move(pair_);
  }

 private:
  using Indices = std::vector<int>;

  // Without the heading.
  static std::vector<absl::string_view> Texts(const std::vector<OutlineLine>& lines) {
    std::vector<absl::string_view> texts;
    for (size_t i = 1; i < lines.size(); ++i) texts.push_back(lines[i].text);
    return texts;
  }

  void Take(int base, int other) {
    pair_[base] = other;
    back_[other] = base;
  }

  void PairMoved() {
    const auto once = [](const std::vector<OutlineLine>& lines) {
      Once found;
      for (size_t i = 1; i < lines.size(); ++i) {
        const bool element = lines[i].kind != LineKind::kBlank && lines[i].kind != LineKind::kCode;
        if (element) found.Add(std::string(lines[i].text), static_cast<int>(i));
      }
      return found;
    };
    PairOnce(once(base_), once(other_));
  }

  void PairRowsByKey() {
    for (size_t cells = 1; cells <= kMaxKeyCells; ++cells) {
      Once in_base;
      Once in_other;
      for (size_t i = 0; i < base_.size(); ++i) {
        if (base_[i].kind == LineKind::kRow) {
          in_base.Add(KeyOfRow(tables_.OfA(base_[i]), base_[i].text, cells), static_cast<int>(i));
        }
      }
      for (size_t i = 0; i < other_.size(); ++i) {
        if (other_[i].kind == LineKind::kRow) {
          in_other.Add(KeyOfRow(tables_.OfB(other_[i]), other_[i].text, cells), static_cast<int>(i));
        }
      }
      PairOnce(in_base, in_other);
    }
  }

  void PairOnce(const Once& in_base, const Once& in_other) {
    for (const auto& [key, base] : in_base.all()) {
      const int other = base < 0 || pair_[base] >= 0 ? -1 : in_other.Find(key);
      if (other >= 0 && back_[other] < 0) Take(base, other);
    }
  }

  // What stands between two lines that are the same on both sides.
  void PairGaps(const std::vector<int>& anchors) {
    int other = 0;
    Indices in_base;
    Indices in_other;
    const auto close = [&](int end) {
      for (; other < end; ++other) {
        if (back_[other] < 0 && other_[other].kind != LineKind::kBlank) in_other.push_back(other);
      }
      if (!in_base.empty() && !in_other.empty()) PairGap(in_base, in_other);
      in_base.clear();
      in_other.clear();
    };
    for (int i = 0; i < static_cast<int>(base_.size()); ++i) {
      if (anchors[i] >= 0) {
        close(anchors[i]);
      } else if (pair_[i] < 0 && base_[i].kind != LineKind::kBlank) {
        in_base.push_back(i);
      }
    }
    close(static_cast<int>(other_.size()));
  }

  void PairGap(const Indices& in_base, const Indices& in_other) {
    PairAlike(in_base, in_other);
    if (editor_ == Editor::kGenerator) return;
    // Whatever took the place of a line.
    size_t from = 0;
    for (const int base : in_base) {
      if (pair_[base] >= 0) continue;
      for (size_t j = from; j < in_other.size(); ++j) {
        if (back_[in_other[j]] >= 0 || !OneKind(base, in_other[j])) continue;
        Take(base, in_other[j]);
        from = j + 1;
        break;
      }
    }
  }

  // The pairs of lines in one order that are most alike, all together.
  void PairAlike(const Indices& in_base, const Indices& in_other) {
    const int64_t comparisons = static_cast<int64_t>(in_base.size()) * static_cast<int64_t>(in_other.size());
    if (comparisons > comparisons_left_) return;
    comparisons_left_ -= comparisons;
    const size_t width = in_other.size() + 1;
    std::vector<double> likeness(static_cast<size_t>(comparisons), 0);
    std::vector<double> best((in_base.size() + 1) * width, 0);
    for (size_t i = in_base.size(); i-- > 0;) {
      for (size_t j = in_other.size(); j-- > 0;) {
        const double alike = LikenessOfLines(in_base[i], in_other[j]);
        likeness[i * in_other.size() + j] = alike;
        const size_t at = i * width + j;
        best[at] = std::max(best[at + width], best[at + 1]);
        if (alike >= kAlike) best[at] = std::max(best[at], best[at + width + 1] + alike);
      }
    }
    for (size_t i = 0, j = 0; i < in_base.size() && j < in_other.size();) {
      const size_t at = i * width + j;
      const double alike = likeness[i * in_other.size() + j];
      if (alike >= kAlike && best[at] == best[at + width + 1] + alike) {
        Take(in_base[i++], in_other[j++]);
      } else if (best[at] == best[at + width]) {
        ++i;
      } else {
        ++j;
      }
    }
  }

  bool OneKind(int base, int other) const {
    const OutlineLine& a = base_[base];
    const OutlineLine& b = other_[other];
    const bool row = a.kind == LineKind::kRow;
    const bool code = a.kind == LineKind::kCode;
    if (row != (b.kind == LineKind::kRow) || code != (b.kind == LineKind::kCode)) return false;
    return !row || tables_.OfA(a) == tables_.OfB(b);
  }

  double LikenessOfLines(int base, int other) {
    if (!OneKind(base, other)) return 0;
    const OutlineLine& a = base_[base];
    const OutlineLine& b = other_[other];
    if (editor_ == Editor::kGenerator) {
      if (a.kind == LineKind::kRow || a.kind != b.kind) return 0;
      if (a.kind == LineKind::kItem && KeyOfItem(a.text) != KeyOfItem(b.text)) return 0;
    }
    return LikenessOf(Words(base, a), Words(base_.size() + static_cast<size_t>(other), b));
  }

  const std::vector<size_t>& Words(size_t at, const OutlineLine& line) {
    if (!words_[at].has_value()) words_[at] = WordsOf(line.text);
    return *words_[at];
  }

  const std::vector<OutlineLine>& base_;
  const std::vector<OutlineLine>& other_;
  const Editor editor_;
  const Tables tables_;
  std::vector<int> pair_;
  std::vector<int> back_;
  std::vector<std::optional<std::vector<size_t>>> words_;
  int64_t comparisons_left_ = kMaxComparisons;
};

}  // namespace

std::vector<int> PairLines(const std::vector<OutlineLine>& base, const std::vector<OutlineLine>& other, Editor editor) {
  return Pairer(base, other, editor).Pair();
}

std::vector<int> PairNewLines(const std::vector<OutlineLine>& standing, const std::vector<bool>& standing_new,
                              const std::vector<OutlineLine>& generated, const std::vector<bool>& generated_new) {
  const Tables tables(standing, generated);
  const auto key_of = [](const OutlineLine& line, int table) {
    if (line.kind == LineKind::kBlank || line.kind == LineKind::kCode) return std::string();
    return line.kind == LineKind::kRow ? KeyOfRow(table, line.text, 1) : absl::StrCat("\x1f", line.text);
  };
  Once in_generated;
  for (size_t i = 0; i < generated.size(); ++i) {
    const OutlineLine& line = generated[i];
    if (!generated_new[i]) continue;
    in_generated.Add(key_of(line, line.kind == LineKind::kRow ? tables.OfB(line) : 0), static_cast<int>(i));
  }
  Once in_standing;
  for (size_t i = 0; i < standing.size(); ++i) {
    const OutlineLine& line = standing[i];
    if (!standing_new[i]) continue;
    in_standing.Add(key_of(line, line.kind == LineKind::kRow ? tables.OfA(line) : 0), static_cast<int>(i));
  }
  std::vector<int> pairs(standing.size(), -1);
  for (const auto& [key, line] : in_standing.all()) {
    if (line >= 0) pairs[line] = in_generated.Find(key);
  }
  return pairs;
}

bool SaySame(const OutlineLine& a, const OutlineLine& b) {
  if (a.text == b.text) return true;
  if (a.kind == LineKind::kBlank && b.kind == LineKind::kBlank) return true;
  if (a.kind != LineKind::kRow || b.kind != LineKind::kRow) return false;
  const std::vector<absl::string_view> cells = CellsOf(a.text);
  const std::vector<absl::string_view> others = CellsOf(b.text);
  if (cells.size() != others.size()) return false;
  if (IsDelimiterRow(a.text) && IsDelimiterRow(b.text)) return true;
  return std::equal(cells.begin(), cells.end(), others.begin(), [](absl::string_view x, absl::string_view y) {
    return absl::StripAsciiWhitespace(x) == absl::StripAsciiWhitespace(y);
  });
}

bool AddsTo(const OutlineLine& line, const OutlineLine& longer) {
  if (line.kind != longer.kind || line.kind == LineKind::kCode) return false;
  const auto within = [](absl::string_view part, absl::string_view whole) {
    return absl::StrContains(whole, absl::StripAsciiWhitespace(part));
  };
  if (line.kind != LineKind::kRow) return within(line.text, longer.text);
  const std::vector<absl::string_view> cells = CellsOf(line.text);
  const std::vector<absl::string_view> others = CellsOf(longer.text);
  return cells.size() <= others.size() && std::equal(cells.begin(), cells.end(), others.begin(), within);
}

std::optional<BlendedRow> BlendRows(const OutlineLine& base, const OutlineLine& standing,
                                    const OutlineLine& generated) {
  for (const OutlineLine* line : {&base, &standing, &generated}) {
    if (line->kind != LineKind::kRow) return std::nullopt;
  }
  const std::vector<absl::string_view> before = CellsOf(base.text);
  const std::vector<absl::string_view> ours = CellsOf(standing.text);
  const std::vector<absl::string_view> theirs = CellsOf(generated.text);
  // Columns that a person added stand at the end.
  if (before.size() != theirs.size() || ours.size() < before.size()) return std::nullopt;
  BlendedRow row{"|", "|", false};
  for (size_t i = 0; i < ours.size(); ++i) {
    const auto said = [](absl::string_view cell) { return absl::StripAsciiWhitespace(cell); };
    const bool added = i >= before.size();
    const bool by_person = added || said(ours[i]) != said(before[i]);
    const bool by_generator = !added && said(theirs[i]) != said(before[i]);
    const bool conflict = by_person && by_generator && said(ours[i]) != said(theirs[i]);
    row.conflict = row.conflict || conflict;
    absl::StrAppend(&row.keep, by_generator && !by_person ? theirs[i] : ours[i], "|");
    absl::StrAppend(&row.take, by_generator ? theirs[i] : ours[i], "|");
  }
  return row;
}

}  // namespace metapowers::document
