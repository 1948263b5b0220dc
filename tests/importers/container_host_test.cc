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
    AddHostPortOf("a.example", 80, At(line), component);
    AddHostPortOf("b.example", 80, At(line), component);
  }
  ASSERT_EQ(component.value.host_ports_size(), 5);
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

}  // namespace
}  // namespace metapowers::importers
