#include "service/workspace/deflate.h"

#include <zlib.h>

#include <cerrno>

#include "service/workspace/errors.h"

namespace metapowers::workspace {

absl::StatusOr<std::string> Deflate(absl::string_view plain) {
  uLongf size = compressBound(static_cast<uLong>(plain.size()));
  std::string packed(size, '\0');
  const int rc = compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(plain.data()),
                           static_cast<uLong>(plain.size()), Z_BEST_SPEED);
  if (rc != Z_OK) return StorageError(ENOMEM, "cannot compress an object");
  packed.resize(size);
  return packed;
}

}  // namespace metapowers::workspace
