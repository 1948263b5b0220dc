// What Threagile finds in a model: its architectural risk categories, each as one predicate after the public
// description of its detection logic, over the imported draft. Where a version of Threagile departs from its own
// description, the description counts.
#ifndef METAPOWERS_TESTS_IMPORTERS_THREAGILE_CATEGORIES_H_
#define METAPOWERS_TESTS_IMPORTERS_THREAGILE_CATEGORIES_H_

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "tests/importers/threagile_view.h"

namespace metapowers::importers {

// What an id of a Threagile risk names after the category, most relevant first; `*` where the category is about the
// model as a whole and an asset only an example.
using Ids = std::vector<std::string>;

using Component = pb::Component;
using Flow = pb::Flow;
using View = ThreagileView;

inline bool Is(const Component& component, const Names& names) {
  return std::any_of(component.technology().begin(), component.technology().end(),
                     [&](const std::string& name) { return names.count(name) > 0; });
}
inline bool Has(const Component& component, pb::DataFormat format) {
  return std::find(component.formats_accepted().begin(), component.formats_accepted().end(), format) !=
         component.formats_accepted().end();
}
inline bool By(const Flow& flow, const Names& protocols) { return protocols.count(flow.protocol()) > 0; }
inline bool IsEncrypted(const View& view, const Flow& flow) {
  return By(flow, view.tech.encrypted) || absl::EndsWith(flow.protocol(), "-encrypted");
}
inline bool IsHot(const pb::DataClass& data) {
  return data.confidentiality() >= pb::CONFIDENTIALITY_STRICTLY_CONFIDENTIAL ||
         data.integrity() >= pb::IMPORTANCE_MISSION_CRITICAL;
}
inline bool IsWarm(const pb::DataClass& data) {
  return data.confidentiality() >= pb::CONFIDENTIALITY_CONFIDENTIAL || data.integrity() >= pb::IMPORTANCE_CRITICAL;
}
// By its own rating and that of its data.
inline bool IsWarm(const View& view, const Component& component) {
  return view.Confidentiality(component) >= pb::CONFIDENTIALITY_CONFIDENTIAL ||
         view.Integrity(component) >= pb::IMPORTANCE_CRITICAL ||
         view.Availability(component) >= pb::IMPORTANCE_CRITICAL || component.multi_tenant() == pb::TRISTATE_YES;
}
// By its own rating alone.
inline bool IsRated(const Component& component) {
  return component.confidentiality_floor() >= pb::CONFIDENTIALITY_CONFIDENTIAL ||
         component.integrity_floor() >= pb::IMPORTANCE_CRITICAL;
}
inline bool IsCloudTag(const std::string& tag) {
  const std::string provider = tag.substr(0, tag.find(':'));
  return provider == "aws" || provider == "azure" || provider == "gcp" || provider == "ocp";
}
template <class Element>
bool IsInCloud(const Element& element) {
  return std::any_of(element.tags().begin(), element.tags().end(), IsCloudTag);
}
inline bool RunsIn(const Component& component, const std::string& runtime) {
  const auto& further = component.further_runtime_groups();
  return component.runtime_group() == runtime || std::find(further.begin(), further.end(), runtime) != further.end();
}

// A neighbour in the same network segment or execution environment that `matches`.
inline bool HasNeighbour(const View& view, const Component& component,
                         const std::function<bool(const Component&)>& matches) {
  return view.AnyComponent([&](const Component& other) {
    if (other.id() == component.id() || !matches(other)) return false;
    const std::string network = view.Network(component);
    return (!network.empty() && network == view.Network(other)) ||
           (!component.zone().empty() && component.zone() == other.zone());
  });
}

using Detection = std::function<std::vector<Ids>(const View&)>;

// Assets in scope.
inline Detection Assets(std::function<bool(const View&, const Component&)> matches) {
  return [matches](const View& view) {
    std::vector<Ids> found;
    for (const Component& each : view.model.components()) {
      if (!each.out_of_scope() && matches(view, each)) found.push_back({each.id()});
    }
    return found;
  };
}

// Links; the risk's id names the link first, its caller or its target.
enum class First { kLink, kCaller, kTarget };
inline Detection Links(First first, std::function<bool(const View&, const Flow&)> matches) {
  return [=](const View& view) {
    std::vector<Ids> found;
    for (const Flow& each : view.model.flows()) {
      if (!matches(view, each)) continue;
      switch (first) {
        case First::kLink:
          found.push_back({each.id(), each.source(), each.target()});
          break;
        case First::kCaller:
          found.push_back({each.source(), each.target(), each.id()});
          break;
        case First::kTarget:
          found.push_back({each.target(), each.source(), each.id()});
          break;
      }
    }
    return found;
  };
}

// The model as a whole.
inline Detection Model(std::function<bool(const View&)> matches) {
  return [matches](const View& view) { return matches(view) ? std::vector<Ids>{{"*"}} : std::vector<Ids>(); };
}

inline std::vector<Ids> CloudParts(const View& view) {
  std::vector<Ids> found;
  for (const pb::Zone& zone : view.model.zones()) {
    const bool cloud = zone.type() == pb::ZONE_TYPE_CLOUD_ACCOUNT || zone.type() == pb::ZONE_TYPE_SECURITY_GROUP;
    if (cloud || IsInCloud(zone)) found.push_back({zone.id()});
  }
  for (const pb::SharedRuntime& runtime : view.model.shared_runtimes()) {
    if (IsInCloud(runtime)) found.push_back({runtime.id()});
  }
  for (const Component& component : view.model.components()) {
    if (!component.out_of_scope() && IsInCloud(component)) found.push_back({component.id()});
  }
  return found;
}

inline std::vector<Ids> MixedRuntimes(const View& view) {
  std::vector<Ids> found;
  for (const pb::SharedRuntime& runtime : view.model.shared_runtimes()) {
    std::set<std::string> zones;
    bool frontend = false;
    bool backend = false;
    for (const Component& component : view.model.components()) {
      if (!RunsIn(component, runtime.id())) continue;
      zones.insert(component.zone());
      frontend = frontend || Is(component, view.tech.frontend);
      backend = backend || Is(component, view.tech.backend);
    }
    if (zones.size() > 1 || (frontend && backend)) found.push_back({runtime.id()});
  }
  return found;
}

// Who comes across a boundary, also by way of a proxy.
inline bool IsReachedAcross(const View& view, const Flow& flow) {
  const auto counts = [&](const Flow& each) {
    return view.Crosses(each) && each.usage() != pb::USAGE_DEVOPS && !By(each, view.tech.local);
  };
  if (!Is(view.Source(flow), view.tech.forwarding)) return counts(flow);
  const auto callers = view.Inbound(view.Source(flow));
  return std::any_of(callers.begin(), callers.end(), [&](const Flow* each) { return counts(*each); });
}

// People who come with something warm and without a second factor, also by way of a proxy.
inline bool LacksSecondFactor(const View& view, const Flow& flow) {
  const auto lacks = [&](const Flow& each) {
    return view.Source(each).used_by_human() && each.authentication() != pb::FLOW_AUTHENTICATION_MFA &&
           view.AnyCarried(each, [](const pb::DataClass& data) { return IsWarm(data); });
  };
  const Component& caller = view.Source(flow);
  if (caller.used_by_human()) return lacks(flow);
  if (!Is(caller, view.tech.forwarding)) return false;
  const auto callers = view.Inbound(caller);
  return std::any_of(callers.begin(), callers.end(), [&](const Flow* each) { return lacks(*each); });
}

struct Category {
  std::string id;
  Detection detect;
};

// The 35 categories of architectural risk, sorted.
inline std::vector<Category> ThreagileRiskCategories() {
  const auto in_scope = [](const View& view, const Flow& flow) { return !view.Target(flow).out_of_scope(); };
  const auto from_scope = [](const View& view, const Flow& flow) { return !view.Source(flow).out_of_scope(); };
  return {
      {"accidental-secret-leak", Assets([](auto& v, auto& c) { return Is(c, v.tech.secrets); })},
      {"code-backdooring", Assets([](auto& v, auto& c) {
         const auto inbound = v.Inbound(c);
         const bool called = std::any_of(inbound.begin(), inbound.end(), [&](const Flow* flow) {
           return !flow->vpn() && v.Source(*flow).internet_facing() == pb::TRISTATE_YES;
         });
         return Is(c, v.tech.development) && (c.internet_facing() == pb::TRISTATE_YES || called);
       })},
      {"container-baseimage-backdooring",
       Assets([](auto& v, auto& c) { return c.machine() == pb::MACHINE_CONTAINER; })},
      {"container-platform-escape", Assets([](auto& v, auto& c) { return Is(c, v.tech.platforms); })},
      {"cross-site-request-forgery", Links(First::kTarget,
                                           [=](auto& v, auto& f) {
                                             return in_scope(v, f) && Is(v.Target(f), v.tech.web_applications) &&
                                                    By(f, v.tech.web_protocols);
                                           })},
      {"cross-site-scripting", Assets([](auto& v, auto& c) { return Is(c, v.tech.web_applications); })},
      {"dos-risky-access-across-trust-boundary",
       Links(First::kTarget,
             [=](auto& v, auto& f) {
               return in_scope(v, f) && !Is(v.Target(f), v.tech.load_balancers) &&
                      v.Target(f).availability_floor() >= pb::IMPORTANCE_CRITICAL && IsReachedAcross(v, f);
             })},
      {"ldap-injection",
       Links(First::kCaller, [=](auto& v, auto& f) { return from_scope(v, f) && By(f, v.tech.ldap_protocols); })},
      {"missing-authentication", Links(First::kLink,
                                       [=](auto& v, auto& f) {
                                         return in_scope(v, f) && IsWarm(v, v.Target(f)) &&
                                                !Is(v.Target(f), v.tech.open_by_nature) &&
                                                !Is(v.Source(f), v.tech.watching) &&
                                                v.Source(f).kind() != pb::COMPONENT_KIND_DATASTORE &&
                                                f.authentication() == pb::FLOW_AUTHENTICATION_NONE &&
                                                !By(f, v.tech.local);
                                       })},
      {"missing-authentication-second-factor", Links(First::kLink,
                                                     [=](auto& v, auto& f) {
                                                       return in_scope(v, f) && IsWarm(v, v.Target(f)) &&
                                                              !Is(v.Target(f), v.tech.forwarding) &&
                                                              !Is(v.Target(f), v.tech.watching) &&
                                                              LacksSecondFactor(v, f);
                                                     })},
      {"missing-build-infrastructure", Model([](auto& v) {
         const auto has = [&](const Names& names) {
           return v.AnyComponent([&](const Component& c) { return Is(c, names); });
         };
         return v.AnyComponent([](const Component& c) { return c.custom_code() && !c.out_of_scope(); }) &&
                !(has(v.tech.pipelines) && has(v.tech.repositories) && has(v.tech.devops_clients));
       })},
      {"missing-cloud-hardening", CloudParts},
      {"missing-file-validation",
       Assets([](auto& v, auto& c) { return c.custom_code() && Has(c, pb::DATA_FORMAT_FILE); })},
      {"missing-hardening", Assets([](auto& v, auto& c) {
         const bool valued = c.kind() == pb::COMPONENT_KIND_DATASTORE || Is(c, v.tech.high_value);
         return v.Attractiveness(c) >= (valued ? 40 : 55);
       })},
      {"missing-identity-propagation",
       Links(First::kLink,
             [=](auto& v, auto& f) {
               const Component& target = v.Target(f);
               const int less =
                   target.multi_tenant() == pb::TRISTATE_YES ? 1 : 0;  // of several customers, one level earlier
               const bool rated = target.confidentiality_floor() >= pb::CONFIDENTIALITY_CONFIDENTIAL - less ||
                                  target.integrity_floor() >= pb::IMPORTANCE_CRITICAL - less ||
                                  target.availability_floor() >= pb::IMPORTANCE_CRITICAL - less;
               const bool known = f.authentication() > pb::FLOW_AUTHENTICATION_NONE &&
                                  f.authorization() != pb::FLOW_AUTHORIZATION_UNSPECIFIED;
               return in_scope(v, f) && rated && Is(target, v.tech.user_requests) &&
                      Is(v.Source(f), v.tech.propagating) && v.Source(f).kind() != pb::COMPONENT_KIND_DATASTORE &&
                      known && f.authorization() != pb::FLOW_AUTHORIZATION_END_USER_PROPAGATED &&
                      !(f.usage() == pb::USAGE_DEVOPS && f.authorization() != pb::FLOW_AUTHORIZATION_NONE);
             })},
      {"missing-identity-provider-isolation", Assets([](auto& v, auto& c) {
         return Is(c, v.tech.identity) && HasNeighbour(v, c, [&](const Component& other) {
                  return !other.out_of_scope() && !Is(other, v.tech.identity) &&
                         !Is(other, v.tech.tolerated_as_neighbour);
                });
       })},
      {"missing-identity-store", Model([](auto& v) {
         const auto& flows = v.model.flows();
         return !v.AnyComponent([&](const Component& c) {
           return !c.out_of_scope() && Is(c, v.tech.identity_stores);
         }) && std::any_of(flows.begin(), flows.end(), [](const Flow& flow) {
           return flow.authorization() == pb::FLOW_AUTHORIZATION_END_USER_PROPAGATED;
         });
       })},
      {"missing-network-segmentation", Assets([](auto& v, auto& c) {
         const bool rated = c.kind() == pb::COMPONENT_KIND_DATASTORE || IsRated(c) ||
                            c.availability_floor() >= pb::IMPORTANCE_CRITICAL;
         const std::string network = v.Network(c);
         return !Is(c, v.tech.without_segment) && v.Attractiveness(c) >= 50 && rated && !network.empty() &&
                v.AnyComponent([&](const Component& other) {
                  return other.id() != c.id() && v.Network(other) == network && Is(other, v.tech.less_protected) &&
                         !Is(other, v.tech.tolerated_as_neighbour) && !v.AreConnected(c, other);
                });
       })},
      {"missing-vault",
       Model([](auto& v) { return !v.AnyComponent([&](const Component& c) { return Is(c, v.tech.vaults); }); })},
      {"missing-vault-isolation", Assets([](auto& v, auto& c) {
         return Is(c, v.tech.vaults) && HasNeighbour(v, c, [&](const Component& other) {
                  return !other.out_of_scope() && !Is(other, v.tech.vaults);
                });
       })},
      {"missing-waf", Assets([](auto& v, auto& c) {
         const auto inbound = v.Inbound(c);
         return (Is(c, v.tech.web_applications) || Is(c, v.tech.web_services)) &&
                std::any_of(inbound.begin(), inbound.end(), [&](const Flow* flow) {
                  return v.Crosses(*flow) && By(*flow, v.tech.web_protocols) && !Is(v.Source(*flow), v.tech.wafs);
                });
       })},
      {"mixed-targets-on-shared-runtime", MixedRuntimes},
      {"path-traversal",
       Links(First::kCaller, [=](auto& v, auto& f) { return from_scope(v, f) && Is(v.Target(f), v.tech.files); })},
      {"push-instead-of-pull-deployment", Links(First::kCaller,
                                                [=](auto& v, auto& f) {
                                                  return in_scope(v, f) && Is(v.Source(f), v.tech.pipelines) &&
                                                         !f.readonly() && f.usage() == pb::USAGE_DEVOPS &&
                                                         !Is(v.Target(f), v.tech.development) &&
                                                         v.Target(f).usage() != pb::USAGE_DEVOPS;
                                                })},
      {"search-query-injection", Links(First::kCaller,
                                       [=](auto& v, auto& f) {
                                         return from_scope(v, f) && Is(v.Target(f), v.tech.search) &&
                                                By(f, v.tech.lax_queries);
                                       })},
      {"server-side-request-forgery", Links(First::kCaller,
                                            [=](auto& v, auto& f) {
                                              return from_scope(v, f) && !Is(v.Source(f), v.tech.clients) &&
                                                     !Is(v.Source(f), v.tech.load_balancers) &&
                                                     By(f, v.tech.web_protocols);
                                            })},
      {"service-registry-poisoning", Assets([](auto& v, auto& c) { return Is(c, v.tech.registries); })},
      {"sql-nosql-injection", Links(First::kCaller,
                                    [=](auto& v, auto& f) {
                                      return from_scope(v, f) &&
                                             (By(f, v.tech.strict_queries) ||
                                              (By(f, v.tech.lax_queries) && Is(v.Target(f), v.tech.databases)));
                                    })},
      {"unchecked-deployment",
       [](const View& v) {
         std::vector<Ids> found;
         for (const Component& c : v.model.components()) {
           if (Is(c, v.tech.development)) found.push_back({c.id()});
         }
         return found;
       }},
      {"unencrypted-asset", Assets([](auto& v, auto& c) {
         if (Is(c, v.tech.without_storage)) return false;
         if (c.encryption_at_rest() == pb::ENCRYPTION_AT_REST_NONE)
           return v.AnyStored(c, [](auto& d) { return IsWarm(d); });
         return c.encryption_at_rest() != pb::ENCRYPTION_AT_REST_PER_USER_KEY && Is(c, v.tech.end_user_data) &&
                v.AnyStored(c, [](auto& d) { return IsHot(d); });
       })},
      {"unencrypted-communication",
       Links(First::kLink,
             [](auto& v, auto& f) {
               const bool ours = !v.Source(f).out_of_scope() || !v.Target(f).out_of_scope();
               return ours && !IsEncrypted(v, f) && !By(f, v.tech.local) && !Is(v.Source(f), v.tech.watching) &&
                      !Is(v.Target(f), v.tech.watching) && v.AnyCarried(f, [&](const pb::DataClass& data) {
                        return IsHot(data) || f.authentication() > pb::FLOW_AUTHENTICATION_NONE ||
                               (!f.vpn() && IsWarm(data));
                      });
             })},
      {"unguarded-access-from-internet", Links(First::kTarget,
                                               [=](auto& v, auto& f) {
                                                 const Component& target = v.Target(f);
                                                 const bool product =
                                                     !target.custom_code() && Is(target, v.tech.http_from_internet) &&
                                                     (f.protocol() == "http" || f.protocol() == "https");
                                                 return in_scope(v, f) && IsRated(target) && !product &&
                                                        !Is(target, v.tech.load_balancers) &&
                                                        !Is(v.Source(f), v.tech.monitoring) && !f.vpn() &&
                                                        v.Source(f).internet_facing() == pb::TRISTATE_YES;
                                               })},
      {"unguarded-direct-datastore-access",
       Links(First::kLink,
             [=](auto& v, auto& f) {
               const Component& target = v.Target(f);
               const bool sign_in = Is(target, v.tech.identity_stores) && Is(v.Source(f), v.tech.identity_providers);
               const bool transfer = Is(target, v.tech.files) && By(f, v.tech.file_transfer);
               return in_scope(v, f) && target.kind() == pb::COMPONENT_KIND_DATASTORE && IsRated(target) && !sign_in &&
                      !transfer && f.usage() != pb::USAGE_DEVOPS && v.Crosses(f) &&
                      !v.SharesOuterZone(v.Source(f), target);
             })},
      {"untrusted-deserialization", Assets([](auto& v, auto& c) {
         const auto inbound = v.Inbound(c);
         return Has(c, pb::DATA_FORMAT_SERIALIZED) || Is(c, v.tech.ejb) ||
                std::any_of(inbound.begin(), inbound.end(), [&](const Flow* f) { return By(*f, v.tech.objects); });
       })},
      {"xml-external-entity", Assets([](auto& v, auto& c) { return Has(c, pb::DATA_FORMAT_XML); })},
  };
}

}  // namespace metapowers::importers

#endif  // METAPOWERS_TESTS_IMPORTERS_THREAGILE_CATEGORIES_H_
