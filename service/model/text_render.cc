#include "service/model/text_render.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/model/import_mark.h"
#include "service/model/yaml_writer.h"

namespace metapowers::model {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

std::vector<std::string> LinesOf(const Message& message, const std::map<std::string, std::string>& marks) {
  const std::string yaml = WriteYaml(message, {.opening = {}, .closing = {}, .beside = marks});
  return absl::StrSplit(absl::StripSuffix(yaml, "\n"), '\n');
}

// Whether the first word that ends with `:LINE` is the last one.
bool EndsWithLineNumber(absl::string_view place) {
  for (size_t colon = place.find(':'); colon < place.size(); colon = place.find(':', colon + 1)) {
    size_t end = colon + 1;
    while (end < place.size() && absl::ascii_isdigit(static_cast<unsigned char>(place[end]))) ++end;
    if (end == colon + 1) continue;
    if (end == place.size()) return true;
    if (absl::ascii_isspace(static_cast<unsigned char>(place[end]))) return false;
  }
  return false;
}

// Collects from a node what stands between its scalars.
class CommentWalk {
 public:
  CommentWalk(absl::string_view text, size_t begin) : text_(text), at_(begin) {}

  void Walk(const TextNode& node) {
    if (node.kind == TextNode::Kind::kScalar) {
      Collect(node.begin);
      const bool block = node.begin < node.end && (text_[node.begin] == '|' || text_[node.begin] == '>');
      at_ = node.begin;
      if (block) Collect(std::min(LineEnd(text_, node.begin), node.end));
      at_ = node.end;
    }
    for (const auto& item : node.items) Walk(*item);
    for (const auto& inner : node.entries) {
      Collect(inner.begin);
      at_ = inner.begin + inner.key.size();
      Walk(*inner.value);
    }
    if (node.flow) Collect(node.end);
  }

  std::vector<std::string> Comments() && { return std::move(comments_); }

 private:
  void Collect(size_t end) {
    if (end <= at_) return;
    for (std::string& comment : CommentsBetween(text_, at_, end)) comments_.push_back(std::move(comment));
    at_ = end;
  }

  const absl::string_view text_;
  size_t at_;
  std::vector<std::string> comments_;
};

}  // namespace

void CopyField(const Message& from, const FieldDescriptor& field, Message& into) {
  std::unique_ptr<Message> copy(from.New());
  copy->CopyFrom(from);
  std::vector<const FieldDescriptor*> set;
  copy->GetReflection()->ListFields(*copy, &set);
  for (const FieldDescriptor* other : set) {
    if (other != &field) copy->GetReflection()->ClearField(copy.get(), other);
  }
  into.MergeFrom(*copy);
}

std::vector<std::string> RenderField(const Message& part, const std::map<std::string, std::string>& marks) {
  std::vector<std::string> lines = LinesOf(part, marks);
  const auto first = std::find_if(lines.begin(), lines.end(),
                                  [](const std::string& line) { return !line.empty() && line.front() != '#'; });
  lines.erase(lines.begin(), first);
  return lines;
}

std::vector<std::string> RenderItem(const Message& entry, const std::map<std::string, std::string>& marks) {
  // At the root a list has an empty line and a comment before it, here not. Those of a text stay.
  std::vector<std::string> kept;
  size_t empty = 0;
  for (std::string& line : LinesOf(entry, marks)) {
    if (line.empty()) {
      ++empty;
      continue;
    }
    if (line.front() == ' ') kept.insert(kept.end(), empty, "");
    empty = 0;
    if (line.front() != '#') kept.push_back(std::move(line));
  }
  for (size_t i = 0; i < kept.size(); ++i) {
    if (!kept[i].empty()) kept[i].insert(0, i == 0 ? "- " : "  ");
  }
  return kept;
}

std::string Indented(const std::vector<std::string>& lines, size_t indent, bool first_too) {
  std::string out;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) out += '\n';
    if (!lines[i].empty() && (i > 0 || first_too)) out.append(indent, ' ');
    out += lines[i];
  }
  return out;
}

bool FitsOneLine(absl::string_view flow) {
  for (size_t at = flow.find('\\'); at < flow.size(); at = flow.find('\\', at + 2)) {
    if (at + 1 < flow.size() && flow[at + 1] != '\\' && flow[at + 1] != '"') return false;
  }
  return true;
}

bool IsMark(absl::string_view comment) {
  if (!absl::ConsumePrefix(&comment, "#")) return false;
  comment = absl::StripAsciiWhitespace(comment);
  if (comment == absl::StripAsciiWhitespace(kObservedMark)) return true;  // of a file as a whole
  return IsImportMark(comment) && (absl::StartsWith(comment, kAssumedMark) || EndsWithLineNumber(comment));
}

std::vector<std::string> CommentsIn(absl::string_view text, size_t begin, const TextNode& node) {
  CommentWalk walk(text, begin);
  walk.Walk(node);
  return std::move(walk).Comments();
}

std::vector<std::string> CommentsBeside(absl::string_view text, const TextNode& node) {
  return CommentsBetween(text, node.end, LineEnd(text, node.end));
}

std::vector<std::string> CommentsBetween(absl::string_view text, size_t begin, size_t end) {
  std::vector<std::string> comments;
  if (end <= begin) return comments;
  for (absl::string_view line : absl::StrSplit(text.substr(begin, end - begin), '\n')) {
    const size_t hash = line.find('#');
    if (hash == absl::string_view::npos) continue;
    line = absl::StripTrailingAsciiWhitespace(line.substr(hash));
    if (!IsMark(line)) comments.emplace_back(line);
  }
  return comments;
}

}  // namespace metapowers::model
