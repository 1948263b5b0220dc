#include "service/importers/kubernetes_objects.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "service/base/strings.h"
#include "service/importers/kubernetes_kinds.h"
#include "service/importers/kubernetes_pod.h"

namespace metapowers::importers::kubernetes {

using model::Quote;
using Node = model::YamlNode;

namespace {

constexpr size_t kMaxName = 253;               // of an object, as Kubernetes has it
constexpr size_t kMaxForeignValues = 100'000;  // of all resources that are not understood
constexpr absl::string_view kKustomize = "kustomize.config.k8s.io";
constexpr absl::string_view kRender = "render it with `kustomize build FOLDER` and import what it prints";

bool IsText(const Node* node) { return node != nullptr && node->kind == Node::Kind::kScalar; }
bool IsTextList(const Node* node) {
  return node != nullptr && node->kind == Node::Kind::kList && !node->items.empty() &&
         std::all_of(node->items.begin(), node->items.end(), IsText);
}

// Whoever walks a manifest does not check its forms. Values may be secrets.
constexpr Conventions kConventions = {.place = Conventions::Place::kValue, .strict_keys = true, .quotes_values = false};

// A kustomization may leave out what it is.
bool IsKustomization(const Node& root) {
  const Node* version = root.Find("apiVersion");
  if (IsText(version)) return absl::StartsWith(version->text, kKustomize);
  if (root.Find("kind") != nullptr || version != nullptr) return false;
  const bool resources = IsTextList(root.Find("resources")) || IsTextList(root.Find("bases"));
  return resources && std::all_of(root.entries.begin(), root.entries.end(), [](const model::YamlEntry& entry) {
           static const absl::flat_hash_set<std::string> kFields = {"resources",
                                                                    "bases",
                                                                    "components",
                                                                    "namespace",
                                                                    "namePrefix",
                                                                    "nameSuffix",
                                                                    "commonLabels",
                                                                    "labels",
                                                                    "patches",
                                                                    "images",
                                                                    "replicas",
                                                                    "commonAnnotations",
                                                                    "configMapGenerator",
                                                                    "secretGenerator",
                                                                    "vars",
                                                                    "replacements",
                                                                    "transformers",
                                                                    "patchesStrategicMerge",
                                                                    "patchesJson6902",
                                                                    "generators",
                                                                    "crds",
                                                                    "openapi",
                                                                    "metadata",
                                                                    "generatorOptions",
                                                                    "configurations",
                                                                    "helmCharts",
                                                                    "validators",
                                                                    "buildMetadata"};
           return kFields.contains(entry.key);
         });
}

// Whether Helm or another tool has still to fill something in where only names may stand.
bool IsTemplate(const Object& object) {
  const auto open = [](const std::string& text) { return absl::StrContains(text, "{{"); };
  if (open(object.name) || open(object.space)) return true;
  for (const Field& container : PodOf(object)["containers"].Items()) {
    if (open(container["image"].Raw())) return true;
  }
  return false;
}

bool HasImage(const Object& object) {
  const std::vector<Field> containers = PodOf(object)["containers"].Items();
  return std::any_of(containers.begin(), containers.end(),
                     [](const Field& container) { return container.Has("image"); });
}

// `Deployment web`, whatever stands there.
std::string ItemOf(absl::string_view kind, absl::string_view name) {
  constexpr size_t kMaxPart = 120;
  const std::string kind_line = OneLine(kind.substr(0, kMaxPart));
  return name.empty() ? kind_line : absl::StrCat(kind_line, " ", OneLine(name.substr(0, kMaxPart)));
}

struct Maker {
  std::string title;                // empty when nobody made it
  const KnownKind* kind = nullptr;  // where it is one that is read
  std::string name;
};

// What made an object: the controller that its `ownerReferences` name, and the Service of Knative behind others.
Maker MakerOf(const Object& object) {
  const std::string service = object.metadata()["labels"]["serving.knative.dev/service"].Raw();
  for (const Field& owner : object.metadata()["ownerReferences"].Items()) {
    if (!owner["controller"].Flag().value_or(false)) continue;
    const std::string name = owner["name"].Raw();
    Maker maker = {absl::StrCat(owner["kind"].Raw(), " ", name), nullptr, name};
    const std::string version = owner["apiVersion"].Raw();
    const size_t slash = version.find('/');
    maker.kind = FindKind(slash == std::string::npos ? "" : version.substr(0, slash), owner["kind"].Raw());
    if (maker.kind != nullptr || service.empty()) return maker;
    return {maker.title, FindKind("serving.knative.dev", "Service"), service};
  }
  return {};
}

using Key = std::pair<Kind, std::string>;

Key KeyOf(const Object& object) { return {object.kind, absl::StrCat(object.space, "/", object.name)}; }

// Of what made an object, where that is of a kind that is read.
Key KeyOf(const Maker& maker, const Object& object) {
  return {maker.kind->kind, absl::StrCat(maker.kind->in_namespace ? object.space : "", "/", maker.name)};
}

// Whether an object is one of the replicas or runs of one thing; what makes others may make several things.
bool IsAlike(const Object& object, const Maker& maker) {
  const bool kind = object.kind == Kind::kPod || object.kind == Kind::kJob || object.kind == Kind::kReplicaSet;
  return kind && maker.kind != nullptr;
}

// What runs comes before what does not, then what is newer. Greater is better.
std::pair<bool, int> RankOf(const Object& object) {
  if (object.kind != Kind::kReplicaSet) return {true, 0};
  const Field replicas = object.spec["replicas"];
  int revision = 0;
  if (!absl::SimpleAtoi(object.Annotation("deployment.kubernetes.io/revision"), &revision)) revision = 0;
  return {!replicas.is_scalar() || replicas.Raw() != "0", revision};
}

// Whether a Pod runs all that another object would; it may have containers that the cluster added.
bool RunsAllOf(const Object& pod, const Object& other) {
  std::set<std::string> images;
  for (const Field& container : PodOf(pod)["containers"].Items()) images.insert(container["image"].Raw());
  const std::vector<Field> wanted = PodOf(other)["containers"].Items();
  return std::all_of(wanted.begin(), wanted.end(),
                     [&](const Field& container) { return images.count(container["image"].Raw()) != 0; });
}

// What controllers made, by what stands for what.
class MadeObjects {
 public:
  MadeObjects(const std::vector<Object>& made, std::set<Key> there) : there_(std::move(there)) {
    for (const Object& object : made) there_.insert(KeyOf(object));
    for (const Object& object : made) {
      const Maker maker = MakerOf(object);
      if (!IsAlike(object, maker)) continue;
      Group& group = groups_[GroupKey(object, maker)];
      ++group.size;
      if (group.best == nullptr || RankOf(object) > RankOf(*group.best)) group.best = &object;
    }
    for (const Object& object : made) {
      const Maker maker = MakerOf(object);
      if (!IsAlike(object, maker) || there_.count(KeyOf(maker, object)) != 0) continue;
      const Object* best = groups_.at(GroupKey(object, maker)).best;
      if (KeyOf(*best) != KeyOf(object)) stand_ins_[KeyOf(object)] = best;
    }
  }

  // Why another object stands for this one; "" when none does.
  std::string WhySkipped(const Object& object) const {
    const Maker maker = MakerOf(object);
    if (maker.kind == nullptr) return "";
    const std::string made = absl::StrCat("it is made by ", Quote(maker.title));
    const bool alike = IsAlike(object, maker);
    const Object& best = alike ? *groups_.at(GroupKey(object, maker)).best : object;
    const Key key = KeyOf(maker, object);
    const auto stand_in = stand_ins_.find(key);
    const bool is_there = there_.count(key) != 0;
    if (is_there && stand_in == stand_ins_.end()) return absl::StrCat(made, ", which stands for it");
    if (stand_in != stand_ins_.end() && RunsAllOf(best, *stand_in->second)) {
      return absl::StrCat(made, ", for which ", stand_in->second->Title(), " stands");
    }
    if (&best == &object) return "";
    return absl::StrCat(made, is_there ? "" : ", which no file has", ", as ", best.Title(),
                        " is, which stands for all of them");
  }

  // How many more it stands for.
  int MoreLike(const Object& object) const {
    const Maker maker = MakerOf(object);
    return IsAlike(object, maker) ? groups_.at(GroupKey(object, maker)).size - 1 : 0;
  }

 private:
  struct Group {
    const Object* best = nullptr;
    int size = 0;
  };

  static Key GroupKey(const Object& object, const Maker& maker) {
    return {object.kind, absl::StrCat(object.space, "/", maker.title)};
  }

  std::set<Key> there_;
  std::map<Key, Group> groups_;             // of what is alike, by kind, namespace and maker
  std::map<Key, const Object*> stand_ins_;  // for what is skipped as alike
};

}  // namespace

std::string Object::Title() const {
  return absl::StrCat(kind_name, " ", space.empty() ? "" : absl::StrCat(space, "/"), name);
}

std::string ScopeOf(absl::string_view space) { return absl::StrCat("kubernetes:", space); }

bool IsManifest(const Node& root) {
  return (IsText(root.Find("apiVersion")) && IsText(root.Find("kind"))) || IsKustomization(root);
}

Objects::Objects(absl::Span<const Document> documents, Inventory& inventory, FileFaults& faults)
    : reading_(kConventions, faults) {
  for (const Document& document : documents) {
    if (document.root != nullptr) Add(Field(document, reading_), false, inventory);
  }
  AddMade(inventory);
  for (const Object& object : objects_) {
    by_kind_[object.kind].push_back(&object);
    const std::string& space = object.kind == Kind::kNamespace ? object.name : object.space;
    if (space.empty()) continue;
    spaces_.insert(space);
    const Object*& first = space_objects_[space];
    // What names the namespace tells more of it than what leaves it out.
    if (first == nullptr || (object.kind == Kind::kNamespace && first->kind != Kind::kNamespace)) first = &object;
  }
}

void Objects::Skip(const Field& root, absl::string_view item, std::string reason, Inventory& inventory) {
  inventory.Skip(root.spot(), std::string(item), std::move(reason));
}

void Objects::Add(const Field& root, bool inside_list, Inventory& inventory) {
  if (!root.exists()) return;
  if (IsKustomization(root.node())) {
    return Skip(root, "kustomization", absl::StrCat("a kustomization is a recipe: ", kRender), inventory);
  }
  const std::string version = root["apiVersion"].Raw();
  const std::string kind = root["kind"].Raw();
  if (version.empty() || kind.empty()) return root.Fault("is no manifest: it has no apiVersion and kind");
  if (absl::EndsWith(kind, "List") && root.Has("items")) {
    if (inside_list) return root.Fault("is a list in a list");
    for (const Field& item : root["items"].Items()) Add(item, true, inventory);
    return;
  }
  const Field metadata = root["metadata"];
  Object object;
  object.root = root;
  object.name = metadata["name"].Raw();
  if (object.name.empty()) object.name = metadata["generateName"].Raw();
  if (object.name.size() > kMaxName) return metadata["name"].Fault("is longer than 253 characters");
  const size_t slash = version.find('/');
  const std::string group = slash == std::string::npos ? "" : version.substr(0, slash);
  const KnownKind* known = FindKind(group, kind);
  if (known == nullptr) return SkipUnknown(object, kind, version, group, inventory);
  const std::string number = slash == std::string::npos ? version : version.substr(slash + 1);
  const std::vector<std::string> versions = absl::StrSplit(known->versions, ' ');
  if (std::find(versions.begin(), versions.end(), number) == versions.end()) {
    return Skip(root, ItemOf(kind, object.name),
                absl::StrCat("version ", Quote(version), " of it is not known; known are ",
                             absl::StrJoin(versions, ", "), ": convert it with `kubectl convert`"),
                inventory);
  }
  object.kind = known->kind;
  object.kind_name = std::string(known->title.empty() ? known->name : known->title);
  if (known->in_namespace) {
    object.space = metadata["namespace"].Raw();
    object.names_space = !object.space.empty();
    if (!object.names_space) object.space = "default";
    if (object.space.size() > kMaxName) return metadata["namespace"].Fault("is longer than 253 characters");
  }
  object.spec = root["spec"];
  object.spot = metadata.Has("name") ? metadata["name"].spot() : root.spot();
  AddKnown(std::move(object), inventory);
}

void Objects::SkipUnknown(const Object& object, const std::string& kind, const std::string& version,
                          const std::string& group, Inventory& inventory) {
  const std::string item = ItemOf(kind, object.name);
  const std::string type = absl::StrCat(Quote(kind), " of ", Quote(version));
  if (IsKnownGroup(group)) return Skip(object.root, item, absl::StrCat(type, " has no place in a model"), inventory);
  CollectForeign(object.root.node(), item);
  Skip(object.root, item,
       absl::StrCat("resources of type ", type, " are not understood; describe in the model what it stands for"),
       inventory);
}

void Objects::AddKnown(Object object, Inventory& inventory) {
  const std::string item = ItemOf(object.kind_name, object.name);
  if (object.name.empty()) {
    return Skip(object.root, object.kind_name, "it has no name under `metadata`", inventory);
  }
  if (IsTemplate(object)) {
    return Skip(object.root, item,
                "it is a template that is not rendered: print it with `helm template` and import what that prints",
                inventory);
  }
  if (!MakerOf(object).title.empty()) {
    made_.push_back(std::move(object));
    return;
  }
  if (object.kind == Kind::kDeployment && object.spec.Has("workloadRef")) {
    return Skip(object.root, item, "it rolls out what its `workloadRef` names, which stands for it", inventory);
  }
  Keep(std::move(object), inventory);
}

void Objects::AddMade(Inventory& inventory) {
  std::set<Key> there;
  for (const auto& [key, object] : by_name_) there.insert(key);
  const MadeObjects made(made_, std::move(there));
  for (const Object& object : made_) {
    const std::string reason = made.WhySkipped(object);
    if (!reason.empty()) {
      Skip(object.root, ItemOf(object.kind_name, object.name), reason, inventory);
      continue;
    }
    Object kept = object;  // others are judged by it yet
    kept.alike = made.MoreLike(object);
    Keep(std::move(kept), inventory);
  }
  made_.clear();
}

void Objects::Keep(Object object, Inventory& inventory) {
  const std::string item = ItemOf(object.kind_name, object.name);
  const auto [at, added] = by_name_.try_emplace({object.kind, absl::StrCat(object.space, "/", object.name)}, nullptr);
  if (added) {
    at->second = &objects_.emplace_back(std::move(object));
    return;
  }
  Object& first = *at->second;
  // A patch of an overlay may stand before what it patches.
  const bool better = !HasImage(first) && HasImage(object);
  Object& left = better ? first : object;
  inventory.Skip(left.spot, item,
                 absl::StrCat("it is declared at ", LocationOf(better ? object.spot : first.spot),
                              " too, which stands; if one is a patch of the other, ", kRender));
  if (better) first = std::move(object);
}

void Objects::CollectForeign(const Node& node, const std::string& title) {
  if (foreign_.size() >= kMaxForeignValues) return;
  if (IsText(&node)) foreign_.try_emplace(node.text, title);
  for (const Node* item : node.items) CollectForeign(*item, title);
  for (const model::YamlEntry& entry : node.entries) CollectForeign(*entry.value, title);
}

const std::vector<const Object*>& Objects::Of(Kind kind) const {
  static const std::vector<const Object*> kNone;
  const auto found = by_kind_.find(kind);
  return found == by_kind_.end() ? kNone : found->second;
}

const Object* Objects::Find(Kind kind, absl::string_view space, absl::string_view name) const {
  const auto found = by_name_.find({kind, absl::StrCat(space, "/", name)});
  return found == by_name_.end() ? nullptr : found->second;
}

std::string Objects::ForeignThatNames(absl::string_view name) const {
  const auto found = foreign_.find(name);
  return found == foreign_.end() ? "" : found->second;
}

}  // namespace metapowers::importers::kubernetes
