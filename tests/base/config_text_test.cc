#include "service/base/config_text.h"

#include <gtest/gtest.h>

namespace metapowers {
namespace {

TEST(ConfigText, WritesYamlInBlocks) {
  const ConfigNode node = ConfigNode::Map(
      {{"version", 2},
       {"on", true},
       {"empty", ConfigNode::Map()},
       {"list", ConfigNode::List({ConfigNode::Map({{"a", "b"}, {"c", "d e"}}), ConfigNode::Texts({"x", "y"}), "z"})},
       {"none", ConfigNode::List()}});
  EXPECT_EQ(ToYaml(node),
            "version: 2\n"
            "\"on\": true\n"
            "empty: {}\n"
            "list:\n"
            "  - {a: b, c: d e}\n"
            "  - [x, \"y\"]\n"
            "  - z\n"
            "none: []\n");
  EXPECT_EQ(ToYaml(std::vector<ConfigNode>{ConfigNode::Map({{"a", 1}}), ConfigNode::Map({{"b", 2}})}),
            "a: 1\n---\nb: 2\n");
}

TEST(ConfigText, WritesOneBranchInOneLineWhereItFits) {
  const ConfigNode ports = ConfigNode::List({ConfigNode::Map({{"protocol", "TCP"}, {"port", 443}})});
  const ConfigNode peers = ConfigNode::List({ConfigNode::Map({{"pods", ConfigNode::Map({{"name", "api"}})}})});
  EXPECT_EQ(ToYaml(ConfigNode::Map({{"in", ConfigNode::List({ConfigNode::Map({{"from", peers}, {"ports", ports}}),
                                                             ConfigNode::Map({{"ports", ports}})})}})),
            "in:\n"
            "  - from: [{pods: {name: api}}]\n"
            "    ports: [{protocol: TCP, port: 443}]\n"
            "  - ports: [{protocol: TCP, port: 443}]\n");
  const std::string word(60, 'x');
  EXPECT_EQ(ToYaml(ConfigNode::Map({{"k", ConfigNode::Texts({word, word})}})),
            "k:\n  - " + word + "\n  - " + word + "\n");
}

TEST(ConfigText, ExplainsInBlocksOfYamlAlone) {
  ConfigNode block = ConfigNode::Map({{"a", 1}, {"b", ConfigNode::Map({{"c", 2}, {"d", ConfigNode::Texts({"e"})}})}});
  ConfigNode node = ConfigNode::Map();
  node.Set("line", ConfigNode::Texts({"x"}).Explain("of one\nline")).Set("block", block.Explain("of several"));
  EXPECT_EQ(ToYaml(node.Explain("all")),
            "# all\n"
            "line: [x]  # of one\\u000aline\n"
            "# of several\n"
            "block:\n"
            "  a: 1\n"
            "  b:\n"
            "    c: 2\n"
            "    d: [e]\n");
  EXPECT_EQ(ToYaml(ConfigNode::Map({{"a", ConfigNode::Map({{"b", ConfigNode("c").Explain("inside")}})}})),
            "a:\n  b: c  # inside\n");
  EXPECT_EQ(InlineYaml(node).find('#'), std::string::npos);
  EXPECT_EQ(ToJson(node).find('#'), std::string::npos);
}

TEST(ConfigText, QuotesWhatAReaderCouldTakeForSomethingElse) {
  const auto yaml = [](const std::string& text) { return ToYaml(ConfigNode::Map({{"k", text}})); };
  EXPECT_EQ(yaml("plain text"), "k: plain text\n");
  EXPECT_EQ(yaml("yes"), "k: \"yes\"\n");
  EXPECT_EQ(yaml("1.0"), "k: \"1.0\"\n");
  EXPECT_EQ(yaml(""), "k: \"\"\n");
  EXPECT_EQ(yaml("a: b # c"), "k: \"a: b # c\"\n");
  EXPECT_EQ(yaml("- {x}"), "k: \"- {x}\"\n");
  EXPECT_EQ(yaml("a\"\\\n\t\x07"), "k: \"a\\\"\\\\\\u000a\\u0009\\u0007\"\n");
  EXPECT_EQ(yaml("\xe2\x80\xa8line\xc2\x85"), "k: \" line \"\n");
  EXPECT_EQ(ToYaml(ConfigNode::Map({{"a: b", "c"}})), "\"a: b\": c\n");
}

TEST(ConfigText, WritesJson) {
  EXPECT_EQ(ToJson(ConfigNode::Map({{"a", ConfigNode::Texts({"1", "x\"y"})}, {"b", 3}, {"c", ConfigNode::Map()}})),
            "{\n  \"a\": [\n    \"1\",\n    \"x\\\"y\"\n  ],\n  \"b\": 3,\n  \"c\": {}\n}\n");
}

TEST(ConfigText, WritesAValueInOneLine) {
  const ConfigNode list = ConfigNode::List({"a", 1, true, ConfigNode::Map({{"k", "v"}})});
  EXPECT_EQ(InlineYaml(list), "[a, 1, true, {k: v}]");
  EXPECT_EQ(InlineJson(list), "[\"a\", 1, true, {\"k\": \"v\"}]");
  EXPECT_EQ(InlineYaml("plain"), "plain");
  EXPECT_EQ(InlineYaml("no"), "\"no\"");
  EXPECT_EQ(InlineJson("plain"), "\"plain\"");
  EXPECT_EQ(InlineYaml(ConfigNode::List()), "[]");
  EXPECT_EQ(ConfigNode::Texts({"a", "b"}).Plain(), "a, b");
  EXPECT_EQ(ConfigNode(7).Plain(), "7");
}

}  // namespace
}  // namespace metapowers
