// How edits of a model's text (text_edit.h) lay out what they write, and which comments of it are people's. Internal to
// model/. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_MODEL_TEXT_RENDER_H_
#define METAPOWERS_SERVICE_MODEL_TEXT_RENDER_H_

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "service/model/text_spans.h"

namespace metapowers::model {

// Adds what `from` has in `field` to `into`, which is of the same type.
void CopyField(const google::protobuf::Message& from, const google::protobuf::FieldDescriptor& field,
               google::protobuf::Message& into);

// The field that `part` has, as lines without indent; the first begins with its name. `marks` as TextEdit has them.
std::vector<std::string> RenderField(const google::protobuf::Message& part,
                                     const std::map<std::string, std::string>& marks);

// An entry as an item of a list, as lines without indent; the first begins with the dash.
std::vector<std::string> RenderItem(const google::protobuf::Message& entry,
                                    const std::map<std::string, std::string>& marks);

// Lines with an indent, the first of them only if `first_too`.
std::string Indented(const std::vector<std::string>& lines, size_t indent, bool first_too);

// Whether a text in brackets has no line ends and tabs, which stand in it as escapes that our reader does not take.
bool FitsOneLine(absl::string_view flow);

// Whether `comment`, with its `#`, is what an import wrote and nothing else: one that goes on in words is people's.
bool IsMark(absl::string_view comment);

// People's comments from `begin` to the end of `node`, which follows, and of those on the node's last line.
std::vector<std::string> CommentsIn(absl::string_view text, size_t begin, const TextNode& node);
std::vector<std::string> CommentsBeside(absl::string_view text, const TextNode& node);

// People's comments in a range that has no scalars in it.
std::vector<std::string> CommentsBetween(absl::string_view text, size_t begin, size_t end);

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_TEXT_RENDER_H_
