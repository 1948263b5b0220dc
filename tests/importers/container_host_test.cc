#include "service/importers/container_host.h"

#include <gtest/gtest.h>

#include <string>

namespace metapowers::importers {
namespace {

Spot At(int line) { return {"p, q/a.yaml", {line, 1}}; }

TEST(ContainerHostTest, APortIsThereOnceWhateverItsFileIsCalled) {
  Shown<model::v1::Component> component;
  for (const int line : {1, 2}) {
    AddHostPort(80, At(line), component);
    AddHostPort(80, At(line), component, "all");
    AddHostPort(81, At(line), component);
  }
  ASSERT_EQ(component.value.host_ports_size(), 3);
  AddNewHostPortOf("a.example", 80, At(1), component);
  ASSERT_EQ(component.value.host_ports_size(), 4);
  EXPECT_EQ(component.value.host_ports(0).evidence(), "p, q/a.yaml:1");
  EXPECT_EQ(component.value.host_ports(1).evidence(), "p, q/a.yaml:1, all");
  EXPECT_EQ(component.value.host_ports(3).host(), "a.example");
}

TEST(ContainerHostTest, TheNameOfAFileSaysNothingOfAPort) {
  Shown<model::v1::Component> component;
  AddHostPort(80, {"x, all", {0, 0}}, component);
  AddHostPort(80, At(1), component, "all");
  EXPECT_EQ(component.value.host_ports_size(), 2);
}

TEST(ContainerHostTest, AWayIntoTheHostMayBeAssumed) {
  Shown<model::v1::Component> component;
  AddNodeAccess(model::v1::NODE_ACCESS_KIND_HOST_PATH, "/etc", At(1), component);
  AddNodeAccess(model::v1::NODE_ACCESS_KIND_HOST_PATH, "/", At(2), component, "its place is the usual one");
  EXPECT_EQ(component.bases.at("container.node_access[0]").kind, v1::BASIS_OBSERVED);
  EXPECT_EQ(component.bases.at("container.node_access[1]").kind, v1::BASIS_ASSUMED);
  EXPECT_EQ(component.bases.at("container.node_access[1]").reason, "its place is the usual one");
}

}  // namespace
}  // namespace metapowers::importers
