#include "service/model/replace_id.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/base/ids.h"
#include "service/base/status_macros.h"
#include "service/model/faults.h"
#include "service/model/model.h"
#include "service/model/yaml_events.h"

namespace metapowers::model {
namespace {

constexpr absl::string_view kFile = "system-model.yaml";

// Code points; `begin` equals `end` for a key without a value.
struct Range {
  size_t begin = 0;
  size_t end = 0;
};

// The value of `id` at the root; nothing after a report.
std::optional<Range> FindId(absl::string_view safe_text, Faults& faults) {
  YamlEvents events(safe_text);
  int depth = 0;
  bool is_key = true;  // of the root, where depth is 1
  bool id_follows = false;
  while (events.Next() && events.kind() != YamlKind::kStreamEnd && depth <= kMaxModelDepth) {
    const YamlKind kind = events.kind();
    if (kind == YamlKind::kMapEnd || kind == YamlKind::kListEnd) --depth;
    if (id_follows) {
      if (kind == YamlKind::kScalar && !events.is_block()) return Range{events.begin(), events.end()};
      break;
    }
    const bool ends_node = kind == YamlKind::kScalar || kind == YamlKind::kAlias || kind == YamlKind::kMapEnd ||
                           kind == YamlKind::kListEnd;
    if (depth == 0 && kind == YamlKind::kList) break;
    if (depth == 1 && ends_node) {
      id_follows = is_key && events.scalar() == "id";
      is_key = !is_key;
    }
    if (kind == YamlKind::kMap || kind == YamlKind::kList) ++depth;
  }
  faults.Add(events.at(), "id",
             events.syntax_error().empty() ? "must be at the root, with a value of one line" : events.syntax_error());
  return std::nullopt;
}

// Offset in bytes of the code point with this index.
size_t ByteOffset(absl::string_view text, size_t code_points) {
  absl::string_view rest = text;
  while (code_points-- > 0 && !rest.empty()) TakeCodePoint(rest);
  return text.size() - rest.size();
}

}  // namespace

absl::StatusOr<std::string> ReplaceModelId(absl::string_view yaml, absl::string_view new_id) {
  if (!IsSlug(new_id)) {
    return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat(Quote(new_id), " is not an id: ", kSlugRule),
                     {"NAME_INVALID", {{"name", std::string(new_id)}}, {}, ""});
  }
  Faults faults;
  std::optional<Range> range;
  const std::optional<std::string> safe = CheckText(yaml, faults);
  if (safe.has_value() && faults.empty()) range = FindId(*safe, faults);
  RETURN_IF_ERROR(faults.ToStatus(kFile));
  // CheckText() took away at most a byte order mark.
  const size_t mark = yaml.size() - safe->size();
  const size_t begin = mark + ByteOffset(*safe, range->begin);
  const size_t end = mark + ByteOffset(*safe, range->end);
  const absl::string_view space = begin > 0 && yaml[begin - 1] == ':' ? " " : "";
  const absl::string_view quote = new_id == "null" ? "\"" : "";
  return absl::StrCat(yaml.substr(0, begin), space, quote, new_id, quote, yaml.substr(end));
}

}  // namespace metapowers::model
