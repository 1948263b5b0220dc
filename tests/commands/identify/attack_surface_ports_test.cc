// Ports on the network of a host whose reach nobody has answered: no way in yet, and never said to be closed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "service/commands/identify/attack_surface.h"
#include "service/render/template.h"
#include "tests/commands/command_fixture.h"
#include "tests/model/model_texts.h"

namespace metapowers::commands::identify {
namespace {

using security::identify::v1::AttackSurfaceResult;
using ::testing::HasSubstr;
using ::testing::Not;

AttackSurfaceResult Surface(const std::string& yaml) { return AttackSurface(Case(yaml).input()); }

// The text of the section.
std::string Rendered(const std::string& yaml) {
  const Command& command = *FindCommand("identify/attack_surface");
  const auto wording = render::Template::Parse(command.template_text, command.stem);
  EXPECT_OK(wording.status());
  const auto text = wording->Render(Surface(yaml));
  EXPECT_OK(text.status());
  return *text;
}

// A port on the network of a host counts as no way in before its reach is answered, and never as closed.
TEST(AttackSurface, PortsOfHostsWaitForTheirReach) {
  const std::string base = Example("team-notes");
  const std::string id = "web-app";
  const auto with = [&](const std::string& facing) {
    const std::string at = absl::StrCat("  - id: ", id, "\n");
    std::string yaml = base;
    const size_t begin = yaml.find(at, yaml.find("\ncomponents:"));
    EXPECT_NE(begin, std::string::npos);
    // What the example says of it goes, up to the next element.
    const size_t end = yaml.find("\n  - id: ", begin + 1);
    const size_t old = yaml.find("    internet_facing:", begin);
    if (old < end) yaml.erase(old, yaml.find('\n', old) + 1 - old);
    yaml.insert(begin + at.size(),
                absl::StrCat("    host_ports: [{port: 8080, evidence: \"compose.yaml:7\"}, {}]\n", facing));
    return Surface(yaml);
  };
  EXPECT_TRUE(Surface(base).host_ports().empty());
  EXPECT_FALSE(Surface(base).has().host_ports());
  const AttackSurfaceResult open = with("");
  ASSERT_EQ(open.host_ports_size(), 2);
  EXPECT_TRUE(open.has().host_ports());
  EXPECT_TRUE(open.host_ports(0).open());
  EXPECT_EQ(open.phrases().unanswered(), "1 component (web-app) is");
  EXPECT_THAT(open.phrases().entries(), HasSubstr(" known way"));
  std::set<std::string> ports;
  for (const auto& row : open.host_ports()) {
    EXPECT_EQ(row.component(), id);
    ports.insert(absl::StrCat(row.port(), "|", row.evidence()));
  }
  EXPECT_EQ(ports, (std::set<std::string>{"8080|compose.yaml:7", "|"}));
  const bool asked = std::any_of(open.questions().begin(), open.questions().end(), [&](const auto& question) {
    return question.field() == absl::StrCat("components[", id, "].internet_facing");
  });
  EXPECT_TRUE(asked);
  const AttackSurfaceResult closed = with("    internet_facing: no\n");
  EXPECT_FALSE(closed.host_ports(0).open());
  EXPECT_EQ(closed.host_ports(0).reach(), "no");
  EXPECT_EQ(closed.phrases().unanswered(), "");
  EXPECT_THAT(closed.phrases().entries(), Not(HasSubstr("known")));
}

// Nothing is said to be out of reach, or to ask for authentication, while the reach of a port is open.
TEST(AttackSurface, SaysNothingOfPortsWhoseReachIsToBeAnswered) {
  const std::string model = absl::StrCat(model::kMinimal, "    host_ports: [{port: 8080}]\n");
  const std::string open = Rendered(model);
  EXPECT_THAT(open, HasSubstr("has 0 known ways in: "));
  EXPECT_THAT(open,
              HasSubstr("\nNone: no way in is known.\n\nNot known of ports of hosts: 1 component (web) is open "));
  EXPECT_THAT(open, HasSubstr("\nNot known: 1 component (web) is open on the network of a host, "));
  EXPECT_THAT(open, Not(HasSubstr("No component can be used from outside.")));
  const std::string closed = Rendered(absl::StrCat(model, "    internet_facing: no\n"));
  EXPECT_THAT(closed, HasSubstr("has 0 ways in: "));
  EXPECT_THAT(closed, HasSubstr("\nNo component can be used from outside.\n"));
  EXPECT_THAT(closed, Not(HasSubstr("Not known")));
}

}  // namespace
}  // namespace metapowers::commands::identify
