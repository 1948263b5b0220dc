#include "service/importers/kubernetes_kinds.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/match.h"

namespace metapowers::importers::kubernetes {
namespace {

constexpr absl::string_view kGateways = "v1 v1beta1 v1alpha2";
constexpr absl::string_view kRbac = "v1 v1beta1 v1alpha1";
constexpr absl::string_view kMesh = "v1 v1beta1 v1alpha3";
constexpr absl::string_view kMeshSecurity = "v1 v1beta1";

constexpr KnownKind kKinds[] = {
    {"apps", "Deployment", Kind::kDeployment, "v1 v1beta2 v1beta1"},
    {"apps", "StatefulSet", Kind::kStatefulSet, "v1 v1beta2 v1beta1"},
    {"apps", "DaemonSet", Kind::kDaemonSet, "v1 v1beta2"},
    {"apps", "ReplicaSet", Kind::kReplicaSet, "v1 v1beta2"},
    {"extensions", "Deployment", Kind::kDeployment, "v1beta1"},
    {"extensions", "DaemonSet", Kind::kDaemonSet, "v1beta1"},
    {"extensions", "ReplicaSet", Kind::kReplicaSet, "v1beta1"},
    {"extensions", "Ingress", Kind::kIngress, "v1beta1"},
    {"extensions", "NetworkPolicy", Kind::kNetworkPolicy, "v1beta1"},
    {"apps.openshift.io", "DeploymentConfig", Kind::kDeployment, "v1"},
    {"argoproj.io", "Rollout", Kind::kDeployment, "v1alpha1"},
    {"batch", "Job", Kind::kJob, "v1"},
    {"batch", "CronJob", Kind::kCronJob, "v1 v1beta1 v2alpha1"},
    {"", "ReplicationController", Kind::kReplicationController, "v1"},
    {"", "Pod", Kind::kPod, "v1"},
    {"", "Service", Kind::kService, "v1"},
    {"", "ServiceAccount", Kind::kServiceAccount, "v1"},
    {"", "Secret", Kind::kSecret, "v1"},
    {"", "ConfigMap", Kind::kConfigMap, "v1"},
    {"", "PersistentVolumeClaim", Kind::kClaim, "v1"},
    {"", "Namespace", Kind::kNamespace, "v1", false},
    {"", "LimitRange", Kind::kLimitRange, "v1"},
    {"networking.k8s.io", "Ingress", Kind::kIngress, "v1 v1beta1"},
    {"networking.k8s.io", "NetworkPolicy", Kind::kNetworkPolicy, "v1"},
    {"route.openshift.io", "Route", Kind::kOpenShiftRoute, "v1"},
    {"gateway.networking.k8s.io", "Gateway", Kind::kGateway, kGateways},
    {"gateway.networking.k8s.io", "HTTPRoute", Kind::kHttpRoute, kGateways},
    {"gateway.networking.k8s.io", "GRPCRoute", Kind::kGrpcRoute, kGateways},
    {"gateway.networking.k8s.io", "TLSRoute", Kind::kTlsRoute, "v1 v1alpha3 v1alpha2"},
    {"gateway.networking.k8s.io", "TCPRoute", Kind::kTcpRoute, kGateways},
    {"gateway.networking.k8s.io", "UDPRoute", Kind::kUdpRoute, kGateways},
    {"rbac.authorization.k8s.io", "Role", Kind::kRole, kRbac},
    {"rbac.authorization.k8s.io", "ClusterRole", Kind::kClusterRole, kRbac, false},
    {"rbac.authorization.k8s.io", "RoleBinding", Kind::kRoleBinding, kRbac},
    {"rbac.authorization.k8s.io", "ClusterRoleBinding", Kind::kClusterRoleBinding, kRbac, false},
    {"autoscaling", "HorizontalPodAutoscaler", Kind::kAutoscaler, "v2 v1 v2beta2 v2beta1"},
    {"policy", "PodDisruptionBudget", Kind::kDisruptionBudget, "v1 v1beta1"},
    {"networking.istio.io", "Gateway", Kind::kIstioGateway, kMesh},
    {"networking.istio.io", "VirtualService", Kind::kVirtualService, kMesh},
    {"networking.istio.io", "ServiceEntry", Kind::kServiceEntry, kMesh},
    {"networking.istio.io", "DestinationRule", Kind::kDestinationRule, kMesh},
    {"security.istio.io", "PeerAuthentication", Kind::kPeerAuthentication, kMeshSecurity},
    {"security.istio.io", "AuthorizationPolicy", Kind::kAuthorizationPolicy, kMeshSecurity},
    {"security.istio.io", "RequestAuthentication", Kind::kRequestAuthentication, kMeshSecurity},
    {"traefik.io", "IngressRoute", Kind::kTraefikRoute, "v1alpha1"},
    {"traefik.io", "IngressRouteTCP", Kind::kTraefikTcpRoute, "v1alpha1"},
    {"traefik.io", "IngressRouteUDP", Kind::kTraefikUdpRoute, "v1alpha1"},
    {"traefik.io", "Middleware", Kind::kTraefikMiddleware, "v1alpha1"},
    {"traefik.io", "MiddlewareTCP", Kind::kTraefikTcpMiddleware, "v1alpha1"},
    {"traefik.io", "TraefikService", Kind::kTraefikService, "v1alpha1"},
    {"traefik.containo.us", "IngressRoute", Kind::kTraefikRoute, "v1alpha1"},
    {"traefik.containo.us", "IngressRouteTCP", Kind::kTraefikTcpRoute, "v1alpha1"},
    {"traefik.containo.us", "IngressRouteUDP", Kind::kTraefikUdpRoute, "v1alpha1"},
    {"traefik.containo.us", "Middleware", Kind::kTraefikMiddleware, "v1alpha1"},
    {"traefik.containo.us", "MiddlewareTCP", Kind::kTraefikTcpMiddleware, "v1alpha1"},
    {"traefik.containo.us", "TraefikService", Kind::kTraefikService, "v1alpha1"},
    {"serving.knative.dev", "Service", Kind::kKnativeService, "v1 v1beta1", true, "KnativeService"},
    {"serving.knative.dev", "DomainMapping", Kind::kDomainMapping, "v1 v1beta1 v1alpha1"},
};

}  // namespace

const KnownKind* FindKind(absl::string_view group, absl::string_view name) {
  const auto* const found = std::find_if(std::begin(kKinds), std::end(kKinds), [&](const KnownKind& kind) {
    return kind.group == group && kind.name == name;
  });
  return found == std::end(kKinds) ? nullptr : found;
}

bool IsKnownGroup(absl::string_view group) {
  return group.find('.') == absl::string_view::npos || absl::EndsWith(group, ".k8s.io") ||
         absl::EndsWith(group, ".istio.io");
}

}  // namespace metapowers::importers::kubernetes
