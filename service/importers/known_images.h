// Container images and ports that say what runs in a container. Data, not rules: what an image or a port is taken for
// is a convention, so whatever is drawn from one is assumed and says so.
#ifndef METAPOWERS_SERVICE_IMPORTERS_KNOWN_IMAGES_H_
#define METAPOWERS_SERVICE_IMPORTERS_KNOWN_IMAGES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "service/importers/inventory.h"

namespace metapowers::importers {

// A reference such as `ghcr.io/acme/shop:1.2@sha256:…` in its parts.
struct ImageName {
  std::string registry;    // `ghcr.io`; empty for the default one
  std::string repository;  // `acme/shop`; `library/redis` for the official image `redis`
  std::string tag;         // `1.2`; may be empty
  std::string digest;      // `sha256:…`; may be empty

  // `shop`.
  std::string Last() const;
};

// Takes any text; what is no reference gives what can be made of it.
ImageName ParseImageName(absl::string_view reference);

struct KnownImage {
  absl::string_view image;  // last part of the repository, or `owner/name` where the last part alone may mean others
  absl::string_view technology;  // of the catalogue
  model::v1::ComponentKind kind;
};

// The image that a reference is of; nullptr when it is not known. Thread-safe.
const KnownImage* FindKnownImage(absl::string_view reference);

// Sets `technology`, `kind` and `custom_code` of a component that runs an image, which stands at `spot`. That it is a
// process is observed, since a container is one; that it keeps data, which technology it is, and that others wrote it,
// is drawn from the name of the image and assumed; so is the kind where a variable stands for the name. A kind that is
// set already stays. What the image itself is built from, it does not tell.
void DescribeImage(absl::string_view reference, const Spot& spot, Shown<model::v1::Component>& component);

// Takes a process whose technology nothing says for the store that usually listens on this port of its container, which
// stands at `spot`: `kind` and `technology` are assumed then.
void DescribePort(int64_t port, const Spot& spot, Shown<model::v1::Component>& component);

// The same by the name of a setting of its environment that only the images of a store read, to set the server itself
// up. Clients that have such a setting too are the caller's to leave out.
void DescribeSetting(absl::string_view name, const Spot& spot, Shown<model::v1::Component>& component);

// Takes a process whose technology nothing says for what its name says: that of an image that is known (`mongodb`), or
// of a store as its first or last word (`redis-cart`). Such a word counts only where `image`, the reference of what
// runs, is empty or a variable, since any other image has a name of its own, and where no other word is of what works
// on a store (`redis-exporter`). `kind` and `technology` are assumed then. `spot` is where the name stands. What else
// says what runs in the container comes first.
void DescribeName(absl::string_view name, absl::string_view image, const Spot& spot,
                  Shown<model::v1::Component>& component);

// Sets `version` by the tag of an image that is a version: without `latest` in it, and no variable.
void DescribeVersion(absl::string_view reference, const Spot& spot, Shown<model::v1::Component>& component);

// Whether a setting of these images gives the administrator of the store a password.
bool SetsRootPassword(absl::string_view name);

// A setting with its value; a value that another place gives, e.g. a secret, is any text, such as `$`.
using NamedValue = std::pair<std::string, std::string>;

// A setting that lets callers in without authentication.
struct Opening {
  size_t setting = 0;  // index of it
  // For people, behind the name of the component: `it accepts callers that … (ALLOW_ANONYMOUS_LOGIN)`.
  std::string told;
  bool asks = false;  // a password in settings that are not read may close it, and `told` asks for one
};

// The first of the settings of a container that is one, where none of the others closes it again by a password of what
// `component` runs. Its kind counts too: what opens a store is also given to clients, and says nothing of them.
// `has_unread`: the container is given further settings that no file shows.
std::optional<Opening> FindOpening(const std::vector<NamedValue>& settings, const model::v1::Component& component,
                                   bool has_unread = false);

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_KNOWN_IMAGES_H_
