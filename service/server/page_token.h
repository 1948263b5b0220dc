// Page tokens (AIP-158): opaque, URL-safe, and bound to the query that made them. They grant nothing:
// what a token holds is checked like any other input.
#ifndef METAPOWERS_SERVICE_SERVER_PAGE_TOKEN_H_
#define METAPOWERS_SERVICE_SERVER_PAGE_TOKEN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace metapowers::server {

// `cursor` says where the next page starts; `query` is all that the pages of one listing share (method and
// resource, not the page size). An empty cursor makes an empty token: there is no next page.
std::string MakePageToken(absl::string_view query, absl::string_view cursor);

// The cursor; "" for an empty token. INVALID_ARGUMENT PAGE_TOKEN_INVALID when it was not made for `query`.
absl::StatusOr<std::string> ReadPageToken(absl::string_view query, absl::string_view token);

// `requested` page size within bounds: 50 when 0, 1,000 at most. INVALID_ARGUMENT ARGUMENT_INVALID below 0.
absl::StatusOr<int> PageSize(int requested);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_PAGE_TOKEN_H_
