#include "service/server/page_token.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "service/base/error.h"

namespace metapowers::server {
namespace {

constexpr size_t kSumBytes = 8;

// FNV-1a, 64 bits: catches a token of another query or a damaged one; it is not a secret.
std::string Sum(absl::string_view query, absl::string_view cursor) {
  uint64_t hash = 14695981039346656037u;
  for (const absl::string_view part : {query, absl::string_view("\0", 1), cursor}) {
    for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  }
  std::string bytes;
  for (size_t i = 0; i < kSumBytes; ++i) bytes += static_cast<char>(hash >> (8 * i));
  return bytes;
}

}  // namespace

std::string MakePageToken(absl::string_view query, absl::string_view cursor) {
  if (cursor.empty()) return "";
  return absl::WebSafeBase64Escape(absl::StrCat(Sum(query, cursor), cursor));
}

absl::StatusOr<std::string> ReadPageToken(absl::string_view query, absl::string_view token) {
  if (token.empty()) return std::string();
  std::string bytes;
  if (absl::WebSafeBase64Unescape(token, &bytes) && bytes.size() > kSumBytes) {
    const absl::string_view cursor = absl::string_view(bytes).substr(kSumBytes);
    // The decoder passes over blanks: only the form that was given out is a token.
    if (MakePageToken(query, cursor) == token) return std::string(cursor);
  }
  return MakeError(absl::StatusCode::kInvalidArgument, "the page token is not of this listing",
                   {"PAGE_TOKEN_INVALID", {}, {}, "list again from the first page"});
}

absl::StatusOr<int> PageSize(int requested) {
  if (requested < 0) {
    return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat("page_size is ", requested, ", below 0"),
                     {"ARGUMENT_INVALID", {}, {{"page_size", "must be 0 (for 50) to 1000", ""}}, ""});
  }
  return requested == 0 ? 50 : std::min(requested, 1000);
}

}  // namespace metapowers::server
