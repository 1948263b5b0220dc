// Keeps in the program the generated descriptors that no code refers to and a linker would drop: those of the
// phase services (the registry of commands) and of health (so that reflection can describe it).
#ifndef METAPOWERS_SERVICE_SERVER_LINKED_PROTOS_H_
#define METAPOWERS_SERVICE_SERVER_LINKED_PROTOS_H_

#include <google/protobuf/descriptor.h>

#include <vector>

namespace metapowers::server {

// Every service that the server offers apart from health and reflection, phases first.
std::vector<const google::protobuf::ServiceDescriptor*> LinkedServices();

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_LINKED_PROTOS_H_
