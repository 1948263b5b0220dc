// Compose files (compose-spec, and versions 2 and 3 before it): services, networks, published ports, settings, secrets.
//
// What a file says becomes a component, zone, flow or credential. Some readings are conventions and marked as assumed:
// an image, or a service whose image tells nothing, that is called like a well-known product runs it; a service that
// `depends_on` another connects to it (the key only tells the order of starting); what a variable mounts at the usual
// place of a part of the host is that part. Whether a published port is reached from the internet is no file's to
// say: it is one of `host_ports`, counted as exposed, and asked. A setting that lets callers in without authentication
// is a warning, and that control is absent of the service. Values of secrets are not copied.
//
// Files of one folder whose names extend one another (`compose.yaml`, `compose.prod.yaml`) are one project: their
// services of one name are the same. Where they differ, `compose.override.yaml` and whatever else has tags stands over
// `compose.yaml`, and that over the others. What a tag takes back (`!reset`) or replaces (`!override`) does not count;
// a tag at a place where none is read is skipped with its reason.
#ifndef METAPOWERS_SERVICE_IMPORTERS_COMPOSE_FILE_H_
#define METAPOWERS_SERVICE_IMPORTERS_COMPOSE_FILE_H_

#include "service/importers/importer.h"

namespace metapowers::importers {

extern const Format kComposeFile;

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_COMPOSE_FILE_H_
