// What the parts of the Threagile importer share: one import of one file.
#ifndef METAPOWERS_SERVICE_IMPORTERS_THREAGILE_CONTEXT_H_
#define METAPOWERS_SERVICE_IMPORTERS_THREAGILE_CONTEXT_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "google/protobuf/message.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "service/importers/draft.h"
#include "service/importers/id_table.h"
#include "service/importers/threagile.h"
#include "service/importers/threagile_ids.h"
#include "service/importers/threagile_part.h"

namespace metapowers::importers::threagile {

// The sections of the file; each element has its id collected.
struct Sections {
  std::vector<Titled> data_assets;
  std::vector<Titled> technical_assets;
  std::vector<Titled> trust_boundaries;
  std::vector<Titled> shared_runtimes;
};

struct Context {
  Context(Draft& into, Findings& found) : draft(into), findings(found) {}

  Draft& draft;
  Findings& findings;
  std::set<std::string> tags_available;
  Ids data{"data asset"};
  Ids assets{"technical asset"};
  Ids boundaries{"trust boundary"};
  Ids runtimes{"shared runtime"};
  IdTable flow_ids;                                         // by FlowKey()
  std::map<std::string, std::string> links;                 // LinkId() -> flow id
  std::map<std::string, model::v1::Component*> components;  // by id; stable: messages do not move
};

// Fills the draft with data classes, components and flows.
void ImportData(std::vector<Titled>& data_assets, Context& context);
void ImportAssets(std::vector<Titled>& technical_assets, Context& context);
// Fills the draft with zones, and puts the components into them.
void ImportBoundaries(std::vector<Titled>& trust_boundaries, Context& context);
// Fills the draft with shared runtimes, and puts the components into them.
void ImportRuntimes(std::vector<Titled>& shared_runtimes, Context& context);
// Sets the cloud provider of components: what Threagile calls by a tag of the asset, else of its innermost boundary
// that names one, else of its runtime.
void ImportProviders(Context& context);
// Notes of individual risks, which `root` has.
void ImportIndividualRisks(Part& root, Context& context);
// Drafts of decisions from the risk tracking that `root` has.
void ImportTracking(Part& root, Context& context);

// All of these, and the head of the model but its id.
void ImportRoot(Part& root, Context& context);

// Key of a flow in Context::flow_ids.
std::string FlowKey(absl::string_view asset, absl::string_view raw_title);

// The tags of an element: in lower case, sorted, once each. Warns of those that the file does not declare.
std::vector<std::string> TagsOf(Part& part, Context& context);

// A field of an element that the file calls otherwise.
struct Renamed {
  absl::string_view field;
  absl::string_view key;
};

// Tells of all that is set in the element at `path` where `part` says it: at the value, or at the element where it has
// no key of its own, such as a title. What is told already stays.
void Observe(const Part& part, const std::string& path, const google::protobuf::Message& element,
             absl::Span<const Renamed> renamed, Draft& draft);

// Sets `imported_id` where the element got another id than it had.
template <class Element>
void SetIds(const std::string& original, const std::string& id, Element& element) {
  element.set_id(id);
  if (original != id) element.set_imported_id(original);
}

}  // namespace metapowers::importers::threagile

#endif  // METAPOWERS_SERVICE_IMPORTERS_THREAGILE_CONTEXT_H_
