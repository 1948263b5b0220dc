#include "service/export/file.h"

#include "service/base/digest.h"

namespace metapowers::exporting {

std::string ExportId(absl::string_view name) { return UuidOf(kExportNamespace, name); }

}  // namespace metapowers::exporting
