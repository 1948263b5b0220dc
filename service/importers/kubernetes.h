// Kubernetes manifests, with those of what commonly stands beside them, as what they show of a system. Read are
//
//   workloads   Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job, CronJob, Pod; Rollout of
//               Argo, DeploymentConfig of OpenShift, Service of Knative (serving.knative.dev), also as Cloud Run has it
//   ways in     Service, Ingress, Gateway and routes of the Gateway API, Gateway and VirtualService of Istio, Route of
//               OpenShift, IngressRoute, IngressRouteTCP and IngressRouteUDP of Traefik (traefik.io and
//               traefik.containo.us) with Middleware and TraefikService, DomainMapping of Knative
//   the rest    NetworkPolicy, ServiceAccount, roles and bindings, Secret, ConfigMap, PersistentVolumeClaim, Namespace,
//               LimitRange, HorizontalPodAutoscaler, PodDisruptionBudget, ServiceEntry, DestinationRule,
//               PeerAuthentication, AuthorizationPolicy and RequestAuthentication of Istio
//
// Workloads are components in the zone of their namespace; what stands in front of them (Services, Ingresses, gateways
// with a route to them) says who reaches them; their settings say whom they call; Secrets are credentials, by name.
// What the Kubernetes API defines for a field that a manifest leaves out is a default of Kubernetes, and marked as one:
// one replica, a root file system that can be written, no limits, a Service inside of the cluster, a token of the
// service account in the pods. What Knative and Traefik do without being told is a default of theirs. What the image
// decides (the user that it runs as) stays unknown.
//
// `internet_facing` is `yes` behind a load balancer, an Ingress or a gateway that are not said to be internal, and `no`
// when all Services in front are of the cluster only, no route names them and no port of the node leads to it. A port
// of the node, an Ingress class that may be internal, a load balancer with a private address, and a resource of a type
// that is not understood and names the Service leave it unknown; so does a workload that no Service of these files
// names. Behind a gateway of Istio whose pods are in no file it is assumed, and so is the way in. A listener that no
// route hangs on becomes a question, and so does the way on from what takes TLS off, since controllers of Ingresses and
// pods of gateways are in no file as a rule. A transport that only the name of a port tells is assumed. Ports that a
// node or load balancer of unknown reach opens are `host_ports`. Each host and port that callers come to is a way in of
// its own: a flow with the host in `hosts`, or one of the `host_ports`; of a port of the node that is not fixed its
// evidence says that the cluster assigns it. A host that a template has still to fill in stands in texts alone.
//
// What a controller made (`ownerReferences`) counts where its maker is in no file; of several Pods or Jobs of one maker
// the first stands for all.
//
// Whether pods mount the token of their service account is `mounts_account_token`. What a role lets a service account
// do, a workload may do that mounts it; all rights in the cluster are `node_access`, lesser ones are told in a note.
//
// Only settings, arguments and configuration show flows. A NetworkPolicy or AuthorizationPolicy allows, which is no
// proof of use: it says who may connect along the flows that there are (`ip_filtered`, `authentication`), and what it
// allows besides becomes a question. NetworkPolicies add up: a namespace denies by default where one selects all pods
// and lets nobody in, and no other lets everybody in, or everything out that it denies; a warning names each that does.
// Of pods that policies select, these say `egress_filtering` and, where the namespace does not, `default_deny_network`.
//
// A setting that lets callers in without authentication is a warning, and that control is absent of the workload.
//
// Values of Secrets are never read beyond whether there are any; what looks like a secret elsewhere is named and not
// copied.
//
// Counts: workloads, services, exposed_services (workloads, or backends that are in no file, that can be reached from
// outside of the cluster), ingresses, gateways, routes, network_policies, secrets, config_maps, service_accounts,
// namespaces.
#ifndef METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_H_
#define METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_H_

#include "service/importers/importer.h"

namespace metapowers::importers {

extern const Format kKubernetes;

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_H_
