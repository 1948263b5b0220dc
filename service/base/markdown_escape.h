// Escaping of foreign text for Markdown: whatever the text says, the document keeps the structure its
// author gave it, in CommonMark, GFM and Mermaid. Escapes only where a renderer would otherwise react,
// so that "api-platform", "ledger_db", "Stripe (payments)" or "30 min." stay as they are in raw form.
//
// Removed everywhere: malformed UTF-8, control characters, bidirectional controls and other invisible
// format characters. Line ends and tabs become one space, except in code blocks.
// Pure functions of their arguments; thread-safe.
#ifndef METAPOWERS_SERVICE_BASE_MARKDOWN_ESCAPE_H_
#define METAPOWERS_SERVICE_BASE_MARKDOWN_ESCAPE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace metapowers {

enum class MarkdownContext {
  kText,          // running text: paragraph, list item, block quote
  kHeading,       // after "## "
  kTableCell,     // between the pipes of a row
  kLinkText,      // between [ and ]
  kLinkUrl,       // between ( and ) of a link
  kCodeSpan,      // between backticks
  kTableCode,     // between backticks, in a row of a table
  kCodeBlock,     // a fenced block; keeps line ends and leading spaces
  kMermaidLabel,  // quoted label or message text in a ```mermaid block
  kMermaidId,     // rest of an identifier in a ```mermaid block; injective, not meant for reading
};

// What stands around the text in the output, where that decides.
struct MarkdownNeighbours {
  // The characters before and after; '\0' when not known. The start of the output counts as '\n'.
  char before = '\0';
  char after = '\0';
  // kText: only indentation, list markers and quote marks stand before it on the line, so that the text
  // could start a heading, a list, a rule, a table ...
  bool block_start = false;
  // kTableCell, kLinkText: the text stands in a table. kTableCell implies it.
  bool in_table = false;
  // kLinkUrl: the scheme is already fixed by what stands before, so ':' is harmless.
  bool scheme_fixed = false;
  // The text stands between delimiters that must not be empty (`…`, **…**, "…"): when nothing is left
  // of it, a dash stands in.
  bool required = false;
  // kCodeBlock: the character of the fence, and the indentation that every line of the block gets.
  char fence = '`';
  absl::string_view indent = {};
};

// Appends `text`, escaped for `context`, to `out`.
void AppendMarkdown(absl::string_view text, MarkdownContext context, const MarkdownNeighbours& neighbours,
                    std::string& out);

// One cell of a table, without the pipes around it.
std::string MarkdownCell(absl::string_view text);

}  // namespace metapowers

#endif  // METAPOWERS_SERVICE_BASE_MARKDOWN_ESCAPE_H_
