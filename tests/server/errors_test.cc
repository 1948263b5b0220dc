#include "service/server/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "absl/strings/str_cat.h"
#include "metapowers/v1/error_reason.pb.h"
#include "service/base/error.h"
#include "tests/support/test_server.h"

namespace metapowers::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing_support::DetailOf;
using testing_support::ReasonOf;

TEST(ErrorsTest, CarriesEveryDetail) {
  const grpc::Status status = ToGrpcStatus(
      MakeError(absl::StatusCode::kFailedPrecondition, "needs 00-govern.md",
                {"GATE_MISSING", {{"gate", "00-govern.md"}}, {{"a", "is wrong", "f:1:2"}}, "run security-policy"}),
      "r");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(status.error_message(), "needs 00-govern.md");
  const auto info = DetailOf<google::rpc::ErrorInfo>(status);
  EXPECT_EQ(info.reason(), "GATE_MISSING");
  EXPECT_EQ(info.domain(), "metapowers");
  EXPECT_EQ(info.metadata().at("gate"), "00-govern.md");
  const auto bad = DetailOf<google::rpc::BadRequest>(status);
  ASSERT_EQ(bad.field_violations_size(), 1);
  EXPECT_EQ(bad.field_violations(0).field(), "f:1:2: a");
  EXPECT_EQ(DetailOf<google::rpc::PreconditionFailure>(status).violations(0).description(), "run security-policy");
  EXPECT_EQ(DetailOf<google::rpc::Help>(status).links(0).description(), "run security-policy");
}

TEST(ErrorsTest, ComesBackAsItWas) {
  const absl::Status error = MakeError(absl::StatusCode::kFailedPrecondition, "needs 00-govern.md",
                                       {"GATE_MISSING", {{"gate", "00-govern.md"}}, {{"a", "is wrong", ""}}, "run it"});
  const absl::Status back = FromGrpcStatus(ToGrpcStatus(error, "r"));
  EXPECT_EQ(back, error);
  EXPECT_EQ(DetailsOf(back), DetailsOf(error));
  const absl::Status foreign = FromGrpcStatus(grpc::Status(grpc::StatusCode::UNAVAILABLE, "no route"));
  EXPECT_TRUE(absl::IsUnavailable(foreign));
  EXPECT_EQ(DetailsOf(foreign).reason, "");
}

TEST(ErrorsTest, KeepsEveryCode) {
  for (int code = 1; code <= 16; ++code) {
    if (code == static_cast<int>(absl::StatusCode::kUnavailable) || code == 2) continue;
    const auto status =
        ToGrpcStatus(MakeError(static_cast<absl::StatusCode>(code), "x", {"NAME_INVALID", {}, {}, ""}), "r");
    EXPECT_EQ(static_cast<int>(status.error_code()), code);
  }
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus(), "r").ok());
}

TEST(ErrorsTest, HidesWhatNoLayerMeantForAClient) {
  for (const absl::Status& fault :
       {absl::UnknownError("secret"), absl::UnavailableError("secret"),
        MakeError(absl::StatusCode::kUnavailable, "secret", {"NAME_INVALID", {}, {}, ""})}) {
    const grpc::Status status = ToGrpcStatus(fault, "the-id");
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
    EXPECT_EQ(ReasonOf(status), "INTERNAL");
    EXPECT_THAT(status.error_message(), HasSubstr("the-id"));
    EXPECT_THAT(status.error_message() + status.error_details(), Not(HasSubstr("secret")));
  }
}

TEST(ErrorsTest, SaysWhenToTryAgain) {
  EXPECT_EQ(ToGrpcStatus(DrainingError(), "r").error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(DetailOf<google::rpc::RetryInfo>(ToGrpcStatus(DrainingError(), "r")).retry_delay().seconds(), 1);
  EXPECT_EQ(ToGrpcStatus(OverloadedError(), "r").error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(DetailOf<google::rpc::RetryInfo>(ToGrpcStatus(OverloadedError(), "r")).retry_delay().seconds(), 1);
}

TEST(ErrorsTest, StaysBelowTheLimitOfClients) {
  ErrorDetails details{"MODEL_INVALID", {{"errors", "900"}}, {}, std::string(3000, 'n')};
  for (int i = 0; i < 900; ++i) details.violations.push_back({"components[x].zone", std::string(400, 'v'), "f:1:2"});
  const grpc::Status status =
      ToGrpcStatus(MakeError(absl::StatusCode::kInvalidArgument, std::string(9000, 'm'), details), "r");
  EXPECT_LE(status.error_message().size(), kMaxErrorMessageBytes);
  EXPECT_LE(status.error_details().size(), kMaxErrorDetailBytes + 200);
  const auto bad = DetailOf<google::rpc::BadRequest>(status);
  ASSERT_GT(bad.field_violations_size(), 2);
  EXPECT_EQ(bad.field_violations().rbegin()->description(),
            absl::StrCat("and ", 901 - bad.field_violations_size(), " more"));
}

TEST(ErrorsTest, NeverSendsBrokenText) {
  const std::string euro = "\xe2\x82\xac";
  std::string message(999, 'x');
  const grpc::Status cut =
      ToGrpcStatus(MakeError(absl::StatusCode::kAborted, message + euro + euro, {"HEAD_MOVED", {}, {}, ""}), "r");
  EXPECT_LE(cut.error_message().size(), kMaxErrorMessageBytes);
  google::rpc::Status parsed;
  EXPECT_TRUE(parsed.ParseFromString(cut.error_details())) << "a cut inside a character is no UTF-8";
  const grpc::Status raw =
      ToGrpcStatus(MakeError(absl::StatusCode::kAborted, "\xff\xfe", {"HEAD_MOVED", {{"k", "\xff"}}, {}, ""}), "r");
  EXPECT_TRUE(parsed.ParseFromString(raw.error_details()));
  EXPECT_EQ(ReasonOf(raw), "HEAD_MOVED");
}

// Every reason in the sources is a value of the enum, so that its code and metadata are documented.
TEST(ErrorsTest, EveryReasonInTheSourcesIsDeclared) {
  const std::regex reason("\\{\\s*(?:\\.reason = )?\"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)\"");
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("service")) {
    if (entry.path().extension() != ".cc") continue;
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (size_t at = text.find("MakeError("); at != std::string::npos; at = text.find("MakeError(", at + 1)) {
      std::smatch match;
      const std::string call = text.substr(at, 600);
      if (!std::regex_search(call, match, reason)) continue;
      found.insert(match[1]);
      v1::ErrorReason value;
      EXPECT_TRUE(v1::ErrorReason_Parse("ERROR_REASON_" + match[1].str(), &value))
          << entry.path() << ": " << match[1] << " is not in error_reason.proto";
    }
  }
  EXPECT_GT(found.size(), 15u) << "the search finds too little to mean anything";
}

}  // namespace
}  // namespace metapowers::server
