#include "service/importers/compose_file_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace metapowers::importers::compose_file {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ComposeFileTextTest, Variables) {
  EXPECT_EQ(Interpolate("a${B:-c}d"), "acd");
  EXPECT_EQ(Interpolate("${B-c}${D:-${E:-f}}"), "cf");
  EXPECT_EQ(Interpolate("$$A ${B} $C ${D:?needed} ${E:+x}"), "$A ${B} $C ${D:?needed} ${E:+x}");
  EXPECT_EQ(Interpolate("${A"), "${A");
  EXPECT_EQ(Interpolate("$"), "$");
  std::string deep = "x";
  for (int i = 0; i < 100; ++i) deep = absl::StrCat("${A:-", deep, "}");
  EXPECT_THAT(Interpolate(deep), HasSubstr("${A:-"));
}

TEST(ComposeFileTextTest, PortsAndMounts) {
  EXPECT_EQ(ParsePort("3000")->target, 3000);
  EXPECT_EQ(ParsePort("3000-3005:80-85/udp")->published, 3000);
  EXPECT_EQ(ParsePort("${P}:80")->published, 0);
  EXPECT_TRUE(ParsePort("127.0.0.1:8001:8001")->is_loopback());
  EXPECT_TRUE(ParsePort("127.0.0.1::8001")->is_loopback());
  EXPECT_TRUE(ParsePort("[::1]:80:80")->is_loopback());
  EXPECT_FALSE(ParsePort("0.0.0.0:80:80")->is_loopback());
  for (const char* bad : {"", "x", "0", "80:x", "x:80", "99999:80"}) EXPECT_FALSE(ParsePort(bad).has_value()) << bad;
  EXPECT_FALSE(ParseMount("data:/x").is_host_path());
  EXPECT_TRUE(ParseMount("./x:/x:ro").read_only);
  EXPECT_EQ(ParseMount("C:\\data:/x").target, "/x");
  EXPECT_TRUE(ParseMount("/var/run/docker.sock:/s").is_engine_socket());
  EXPECT_TRUE(ParseMount("/etc/:/x").is_host_system());
  EXPECT_FALSE(ParseMount("/srv/app:/x").is_host_system());
  EXPECT_EQ(ParseMount("/anonymous").source, "");
}

TEST(ComposeFileTextTest, OpenVariables) {
  EXPECT_THAT(OpenVariables("${A}-${B:-x}${C:?needed}${D-x}${E:-${F}}${G:+x}"), ElementsAre("A", "C", "F"));
  EXPECT_THAT(OpenVariables("$A $$ $${B} ${} ${1} ${"), IsEmpty());
}

TEST(ComposeFileTextTest, ChosenPortsAreToldByTheVariableOfTheContainer) {
  EXPECT_EQ(ParsePort("${A}")->Published(), "one that the engine chooses for ${A}");
  EXPECT_EQ(ParsePort("${B}:${A}")->Published(), "one that ${B} sets");
  EXPECT_EQ(ParsePort("127.0.0.1::${A}")->Published(), "one that the engine chooses for ${A}");
  EXPECT_EQ(ParsePort("80")->Published(), "one that the engine chooses");
}

TEST(ComposeFileTextTest, WhatAVariableMountsIsJudgedByItsPlace) {
  EXPECT_EQ(ParseMount("${SOCK}:/var/run/docker.sock:ro").host_path(), "/var/run/docker.sock");
  EXPECT_TRUE(ParseMount("${SOCK}:/var/run/docker.sock:ro").is_engine_socket());
  EXPECT_TRUE(ParseMount("${HOME}/docker.sock:/s").is_engine_socket());
  EXPECT_EQ(ParseMount("${ROOT}:/hostfs").host_path(), "/");
  EXPECT_EQ(ParseMount("$ROOT:/rootfs/proc").host_path(), "/proc");
  EXPECT_TRUE(ParseMount("${X}:/host/etc").is_host_system());
  EXPECT_TRUE(ParseMount("${X}:/sys").is_host_system());
  for (const char* own : {"${X}:/etc", "${X}:/hostfs2", "${X}:/host/app", "data:/hostfs", "./x:/hostfs"}) {
    EXPECT_FALSE(ParseMount(own).is_host_system()) << own;
  }
  EXPECT_EQ(ParseMount("/srv:/hostfs").host_path(), "/srv");
  EXPECT_EQ(ParseMount("${ROOT:?must be set}:/host/home/").host_path(), "/home/");
}

TEST(ComposeFileTextTest, ASourceThatSaysMoreThanAVariableIsJudgedByItself) {
  for (const char* own : {"${PWD}/rootfs-template:/host", "${PWD}/etc:/host/etc:ro", "$DATA/x:/rootfs",
                          "${A}${B}:/host", "${PWD}:/hostfs", "$HOME:/host", "${X}/docker:/var/run/docker.sock"}) {
    const Mount mount = ParseMount(own);
    EXPECT_EQ(mount.host_path(), mount.source) << own;
    EXPECT_FALSE(mount.is_host_system()) << own;
  }
  Mount volume = ParseMount("${DATA_VOLUME}:/rootfs");
  EXPECT_TRUE(volume.is_host_system());
  volume.is_volume = true;
  EXPECT_FALSE(volume.is_host_system() || volume.is_host_path());
}

TEST(ComposeFileTextTest, PortsByUdp) {
  EXPECT_TRUE(ParsePort("9000:9000/udp")->is_udp);
  EXPECT_TRUE(ParsePort("9000/UDP")->is_udp);
  for (const char* other : {"9000", "9000:9000/tcp", "9000/sctp"}) EXPECT_FALSE(ParsePort(other)->is_udp) << other;
}

}  // namespace
}  // namespace metapowers::importers::compose_file
