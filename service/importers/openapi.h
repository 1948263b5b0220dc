// OpenAPI descriptions of versions 2.0 (Swagger), 3.0 and 3.1: operations, what they require of a caller, limits.
//
// An operation without an effective security requirement, or with an empty one among others, is open to everyone as the
// specification has it. Where a file has no security schemes at all it is silent on authentication: its operations are
// counted as unauthenticated, and whether they are stays a question. A server with a public name, such as
// `https://api.example.com`, publishes the interface there: callers from the internet are a flow to each such host and
// port. A relative or private server, or none, leaves open from where it can be called. Calls that go out (callbacks,
// webhooks) are an interface of those who receive them. References into other files are not followed and are listed as
// skipped.
#ifndef METAPOWERS_SERVICE_IMPORTERS_OPENAPI_H_
#define METAPOWERS_SERVICE_IMPORTERS_OPENAPI_H_

#include "service/importers/importer.h"

namespace metapowers::importers {

extern const Format kOpenApi;

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_OPENAPI_H_
