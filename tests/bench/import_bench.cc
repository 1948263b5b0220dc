// Time and memory of an import: `import_bench FILE…` of these files, or `import_bench --manifests N` of N generated
// Kubernetes manifests. Prints one line.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/importers/import.h"

namespace {

// One service that calls the one before it.
constexpr char kManifest[] = R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: service-N, namespace: shop, labels: {app: service-N}}
spec:
  replicas: 2
  selector: {matchLabels: {app: service-N}}
  template:
    metadata: {labels: {app: service-N}}
    spec:
      securityContext: {runAsNonRoot: true}
      containers:
        - name: server
          image: registry.example.com/shop/service-N:1.2.3
          ports: [{containerPort: 8080}]
          env:
            - {name: NEXT_ADDR, value: "service-P:8080"}
            - {name: API_KEY, valueFrom: {secretKeyRef: {name: keys, key: api}}}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
          resources: {limits: {cpu: 200m, memory: 128Mi}}
---
apiVersion: v1
kind: Service
metadata: {name: service-N, namespace: shop}
spec: {selector: {app: service-N}, ports: [{name: http, port: 8080, targetPort: 8080}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: service-N, namespace: shop}
spec:
  podSelector: {matchLabels: {app: service-P}}
  policyTypes: [Ingress]
  ingress: [{from: [{podSelector: {matchLabels: {app: service-N}}}], ports: [{port: 8080, protocol: TCP}]}]
)";

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> names;
  std::vector<std::string> texts;
  if (argc == 3 && std::strcmp(argv[1], "--manifests") == 0) {
    for (int i = 0; i < std::atoi(argv[2]); ++i) {
      names.push_back(absl::StrCat("service-", i, ".yaml"));
      texts.push_back(absl::StrReplaceAll(
          kManifest, {{"-N", absl::StrCat("-", i)}, {"-P", absl::StrCat("-", i == 0 ? 0 : i - 1)}}));
    }
  } else {
    for (int i = 1; i < argc; ++i) {
      std::ifstream file(argv[i], std::ios::binary);
      names.emplace_back(argv[i]);
      texts.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
  }
  std::vector<metapowers::importers::SourceFile> files;
  for (size_t i = 0; i < names.size(); ++i) files.push_back({names[i], texts[i]});
  const auto start = std::chrono::steady_clock::now();
  const auto imported = metapowers::importers::ImportModel(files, {"bench", "2026-03-01", nullptr});
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  if (!imported.ok()) {
    std::fprintf(stderr, "%s\n", std::string(imported.status().message()).c_str());
    return 1;
  }
  int components = 0;
  for (const auto& count : imported->counts()) {
    if (count.field() == "components") components = count.count();
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%zu files, %d components, %zu bytes of model: %.2f s, %ld MB at most\n", files.size(), components,
              imported->model_yaml().size(), taken.count(), usage.ru_maxrss / 1024);
  return 0;
}
