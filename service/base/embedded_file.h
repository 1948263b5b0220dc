// A file whose bytes are part of the binary; made by metapowers_embed() and its likes in CMakeLists.txt.
#ifndef METAPOWERS_SERVICE_BASE_EMBEDDED_FILE_H_
#define METAPOWERS_SERVICE_BASE_EMBEDDED_FILE_H_

#include "absl/strings/string_view.h"

namespace metapowers {

struct EmbeddedFile {
  absl::string_view path;  // relative to the folder that embeds it
  absl::string_view text;
};

}  // namespace metapowers

#endif  // METAPOWERS_SERVICE_BASE_EMBEDDED_FILE_H_
