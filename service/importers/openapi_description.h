// One OpenAPI description while it is imported.
#ifndef METAPOWERS_SERVICE_IMPORTERS_OPENAPI_DESCRIPTION_H_
#define METAPOWERS_SERVICE_IMPORTERS_OPENAPI_DESCRIPTION_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/importers/fields.h"
#include "service/importers/inventory.h"

namespace metapowers::importers::openapi {

// Not thread-safe.
class Description {
 public:
  // `reading` outlives it.
  Description(const Document& document, Inventory& inventory, Reading& reading);

  const Field& root() const { return root_; }
  Inventory& inventory() const { return *inventory_; }
  // Whether it is of version 2.0.
  bool is_swagger() const { return swagger_; }
  // Title of the interface, or the name of the file.
  const std::string& title() const { return title_; }

  // The value itself or, for `$ref`, what it refers to; none for a circle, for what is not there and for other files,
  // with a note or skipped item for each such place.
  Field Resolve(const Field& field);

 private:
  Field At(const Field& reference, absl::string_view pointer);

  Field root_;
  Inventory* inventory_;
  bool swagger_;
  std::string title_;
  std::map<std::string, std::optional<Field>, std::less<>> known_;          // by pointer
  std::map<const model::YamlNode*, std::map<std::string, Field>> entries_;  // of mappings that pointers lead through
  std::set<std::string> told_;
};

// An operation of the interface, or one that it calls.
struct Operation {
  std::string method;
  std::string path;
  Field field;  // the Operation Object
  Field item;   // the Path Item Object around it
};

// The operations of a mapping of Path Item Objects.
std::vector<Operation> OperationsOf(const Field& paths, Description& description);

// What an operation requires of callers: nothing when the file does not say.
enum class Access { kOpen, kAuthenticated };

// Security schemes as classes of consumers. Names them to the interface that they are consumers of
// (openapi_security.cc).
void AddConsumers(Description& description, Shown<model::v1::Api>& api);
// Whether the file has security schemes at all.
bool HasSchemes(const Description& description);
Access AccessOf(const Field& operation, const Description& description);

// Adds the interface with its endpoints, counts and notes; what its requests are made of goes to the component that
// serves it (openapi_operations.cc). It is called under `hosts`, each with its place.
void AddApi(const std::map<std::string, Spot>& hosts, Description& description, Shown<model::v1::Component>& component);
// Adds what is called by the interface.
void AddCallbacks(Description& description);

}  // namespace metapowers::importers::openapi

#endif  // METAPOWERS_SERVICE_IMPORTERS_OPENAPI_DESCRIPTION_H_
