// Version of the product, from CMakeLists.txt.
#ifndef METAPOWERS_SERVICE_SERVER_VERSION_H_
#define METAPOWERS_SERVICE_SERVER_VERSION_H_

namespace metapowers::server {

// Semantic versioning 2.0, e.g. "1.0.0".
extern const char kVersion[];

// Of the libgit2 that this program was built with, e.g. "1.5.1".
extern const char kLibgit2Version[];

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_VERSION_H_
