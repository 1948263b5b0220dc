// All documents of a topic as one page of HTML for people: it loads nothing, runs nothing, and prints well. The markup
// is well-formed XML too. Frame and style are page.html and page.css. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_EXPORT_HTML_H_
#define METAPOWERS_SERVICE_EXPORT_HTML_H_

#include <string>
#include <vector>

#include "service/export/file.h"

namespace metapowers::exporting {

struct PageDocument {
  std::string name;  // of its file, e.g. "01-identify.md"
  std::string markdown;
};

struct PageBasis {
  std::string topic;
  std::string system;  // its name
  std::string as_of;   // the model's "today"
  std::string commit;  // that the documents were read at
};

// In every file.
inline constexpr absl::string_view kPageMark = "<meta name=\"generator\" content=\"metapowers\"/>";

// `index.html`, with the documents in their order.
File WritePage(const std::vector<PageDocument>& documents, const PageBasis& basis);

}  // namespace metapowers::exporting

#endif  // METAPOWERS_SERVICE_EXPORT_HTML_H_
