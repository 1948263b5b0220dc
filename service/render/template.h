// Templates: any protobuf message + a text in Mustache syntax -> Markdown. The wording lives in the
// template, the facts in the message; this layer knows no command.
//
// The dialect
//   {{field}} {{a.b}}      the value, escaped for the place where the tag stands. Looked up in the innermost
//                          message, then in those around it (only the first name of a path walks outward).
//                          A repeated scalar renders joined: "a, b, c". An enum renders as its value's name
//                          without the common prefix, in lower case, '_' as space: CRITICALITY_HIGH -> "high".
//   {{.}}                  the current element, in a section over repeated scalars.
//   {{name day/days}}      the word that agrees with a number: the first with 1, the second with all others. Letters,
//                          spaces, hyphens and commas; one of the two may be empty, as in `wait{{n s/}}`.
//   {{a of b is/are}}      likewise with a share: the first where one of the two numbers is 1.
//   {{#name}}...{{/name}}  once per element (repeated), once inside the message (set message), once
//                          (true, non-zero number or enum, non-empty text), otherwise not at all. Of a field with
//                          the option `rows_of` once per row of that list of the rendered message that it names by
//                          its position, and inside the row; a position that the list does not have is left out.
//   {{^name}}...{{/name}}  once, when {{#name}} renders nothing.
//   {{! comment }}         nothing.
// {{/}} closes the innermost section. A section, end or comment tag alone on its line takes the line with it.
// There are no partials, lambdas, other delimiters or unescaped tags ({{{x}}}, {{&x}}), maps or bytes; each is
// a Parse() or Check() error. {{x}} of a message is an error, so is anything the escaper could not make
// safe, such as a tag in raw HTML: the error says what to write.
//
// Escaping (service/base/markdown_escape.h) depends on where a tag stands: text, line start, heading, table
// cell, link text, link URL, code span, code block, Mermaid label or identifier. It is decided by Parse() as
// far as the template fixes it. In ```mermaid a tag stands in "quotes" or after ": " (label), or directly
// after a letter, digit or '_' (identifier, e.g. n_{{id}}).
//
// The output has LF line ends, no trailing spaces, one final newline (none when empty), and outside code blocks at most
// one blank line in a row and none between the rows of a table; so lay templates out for reading.
#ifndef METAPOWERS_SERVICE_RENDER_TEMPLATE_H_
#define METAPOWERS_SERVICE_RENDER_TEMPLATE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace google::protobuf {
class Descriptor;
class Message;
}  // namespace google::protobuf

namespace metapowers::render {

// A parsed template. Immutable and cheap to copy; safe to use from several threads at once.
class Template {
 public:
  // `name` is what errors call the file. INVALID_ARGUMENT with reason TEMPLATE_INVALID; every fault found is
  // a violation whose location is "name:line:column".
  static absl::StatusOr<Template> Parse(absl::string_view text, absl::string_view name);

  // OK when every name resolves in messages of type `type` and is used as its type allows, on every path
  // through the template, rendered or not. Otherwise as Parse(), suggesting near names.
  absl::Status Check(const google::protobuf::Descriptor& type) const;

  // Renders `message`. Fails as Check(message's type) does; callers that checked once never see that.
  // No clock, locale or order of a hash map reaches the output.
  absl::StatusOr<std::string> Render(const google::protobuf::Message& message) const;

 private:
  struct Program;
  explicit Template(std::shared_ptr<const Program> program);
  std::shared_ptr<const Program> program_;
};

}  // namespace metapowers::render

#endif  // METAPOWERS_SERVICE_RENDER_TEMPLATE_H_
