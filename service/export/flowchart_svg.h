// A flowchart as SVG inside a page of HTML. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_EXPORT_FLOWCHART_SVG_H_
#define METAPOWERS_SERVICE_EXPORT_FLOWCHART_SVG_H_

#include <string>

#include "absl/strings/string_view.h"
#include "service/export/flowchart.h"

namespace metapowers::exporting {

// One element `svg` without styles of its own; classes are those of page.css. `id` is unique in the page and starts the
// ids inside; `title` is what the drawing is called. All that it shows also stands in its description.
std::string DrawFlowchart(const Flowchart& chart, absl::string_view id, absl::string_view title);

}  // namespace metapowers::exporting

#endif  // METAPOWERS_SERVICE_EXPORT_FLOWCHART_SVG_H_
