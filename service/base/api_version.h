// Version of the API, as client and server tell each other.
#ifndef METAPOWERS_SERVICE_BASE_API_VERSION_H_
#define METAPOWERS_SERVICE_BASE_API_VERSION_H_

namespace metapowers {

// MAJOR.MINOR; programs of different major numbers do not work together.
inline constexpr char kApiVersion[] = "1.0";

// Metadata with which a client says which version it speaks; a client without it is taken as it comes.
inline constexpr char kApiVersionMetadata[] = "metapowers-api-version";

}  // namespace metapowers

#endif  // METAPOWERS_SERVICE_BASE_API_VERSION_H_
