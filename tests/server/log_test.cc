#include "service/server/log.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

namespace metapowers::server {
namespace {

google::protobuf::Struct Parse(const std::string& line) {
  google::protobuf::Struct parsed;
  const auto status = google::protobuf::util::JsonStringToMessage(line, &parsed);
  EXPECT_TRUE(status.ok()) << line << status.ToString();
  return parsed;
}

TEST(LogTest, WritesOneObjectPerLine) {
  const std::string line = FormatLogLine(absl::FromUnixMillis(1767323045678), LogLevel::kWarning, "call",
                                         {{"method", "/a/B"}, {"ms", 1.5}, {"n", int64_t{7}}, {"empty", ""}});
  EXPECT_EQ(line,
            "{\"time\":\"2026-01-02T03:04:05.678Z\",\"level\":\"warning\",\"msg\":\"call\",\"method\":\"/a/B\","
            "\"ms\":1.500,\"n\":7}\n");
}

TEST(LogTest, EscapesWhateverACallerSent) {
  const std::string hostile = std::string("a\"b\\c\n\r\t\0\x1b[31m", 14) + "caf\xc3\xa9 \xf0\x9f\x98\x80 \xe2\x80\xae";
  const std::string line = FormatLogLine(absl::UnixEpoch(), LogLevel::kInfo, hostile, {});
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  for (const char c : line.substr(0, line.size() - 1)) EXPECT_TRUE(c >= 0x20 && c < 0x7f);
  EXPECT_EQ(Parse(line).fields().at("msg").string_value(), hostile);
}

TEST(LogTest, ShowsBrokenUtf8AndCutsLongText) {
  EXPECT_EQ(Parse(FormatLogLine(absl::UnixEpoch(), LogLevel::kInfo, "a\xff", {})).fields().at("msg").string_value(),
            "a\xc3\xbf");
  const std::string line = FormatLogLine(absl::UnixEpoch(), LogLevel::kInfo, std::string(100'000, '\n'), {});
  EXPECT_LT(line.size(), 500u);
  Parse(line);
}

TEST(LogTest, WritesFromItsLevelOn) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const FixedClock clock(absl::UnixEpoch());
  const Logger log(ends[1], LogLevel::kWarning, clock);
  log.Write(LogLevel::kInfo, "no", {});
  log.Write(LogLevel::kError, "yes", {});
  ::close(ends[1]);
  char buffer[1000];
  const ssize_t size = ::read(ends[0], buffer, sizeof(buffer));
  ASSERT_GT(size, 0);
  ::close(ends[0]);
  EXPECT_EQ(Parse(std::string(buffer, static_cast<size_t>(size))).fields().at("msg").string_value(), "yes");
}

}  // namespace
}  // namespace metapowers::server
