#include "service/workspace/deflate.h"

#include <libdeflate.h>

#include <cerrno>
#include <memory>

#include "service/workspace/errors.h"

namespace metapowers::workspace {
namespace {

constexpr int kFastest = 1;  // level; documents are text that packs well on any

}  // namespace

absl::StatusOr<std::string> Deflate(absl::string_view plain) {
  // Made once in a thread: most objects are smaller than its tables.
  thread_local const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(kFastest), &libdeflate_free_compressor);
  if (compressor == nullptr) return StorageError(ENOMEM, "cannot compress an object");
  std::string packed(libdeflate_zlib_compress_bound(compressor.get(), plain.size()), '\0');
  packed.resize(libdeflate_zlib_compress(compressor.get(), plain.data(), plain.size(), packed.data(), packed.size()));
  return packed;
}

}  // namespace metapowers::workspace
