// Formatting, comparing and exporting models over the API. Nothing is stored.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/server/pipeline_fixture.h"
#include "tests/support/test_server.h"

namespace metapowers::server {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class ModelToolsTest : public PipelineTest {
 protected:
  void TearDown() override { EXPECT_EQ(server_.CountCommits(), 0) << "tools store nothing"; }
  grpc::Status Format(const std::string& yaml, v1::FormatModelResponse* response) {
    v1::FormatModelRequest request;
    request.set_model_yaml(yaml);
    request.set_file_name("my.yaml");
    grpc::ClientContext context;
    return client_.models->FormatModel(&context, request, response);
  }
  grpc::Status Compare(const std::string& before, const std::string& after, v1::CompareModelsResponse* response) {
    v1::CompareModelsRequest request;
    request.set_before_yaml(before);
    request.set_after_yaml(after);
    grpc::ClientContext context;
    return client_.models->CompareModels(&context, request, response);
  }
  grpc::Status Export(v1::ModelFormat format, v1::ExportModelResponse* response) {
    v1::ExportModelRequest request;
    request.set_model_yaml(ModelText());
    request.set_format(format);
    grpc::ClientContext context;
    return client_.models->ExportModel(&context, request, response);
  }
};

TEST_F(ModelToolsTest, FormatsAndKeepsComments) {
  v1::FormatModelResponse response;
  ExpectOk(Format(absl::StrCat("# Shop.\n\n", ModelText(), "    technology: ['go'] # lang\n"), &response));
  EXPECT_EQ(response.model_yaml(),
            absl::StrCat("# Shop.\n\n", absl::StrReplaceAll(ModelText(), {{"    zone: inside\n", ""}}),
                         "    technology: [go]  # lang\n    zone: inside\n"));
  const grpc::Status status = Format("nonsense: 1\n", &response);
  ExpectError(status, grpc::StatusCode::INVALID_ARGUMENT, "MODEL_INVALID");
  EXPECT_THAT(status.error_message(), HasSubstr("my.yaml"));
}

TEST_F(ModelToolsTest, ComparesByMeaning) {
  v1::CompareModelsResponse response;
  ExpectOk(Compare(ModelText(), absl::StrCat("# other\n", ModelText()), &response));
  EXPECT_EQ(response.differences_size(), 0);
  ExpectOk(Compare(ModelText(), absl::StrCat(ModelText(), "    replicas: 2\n"), &response));
  ASSERT_EQ(response.differences_size(), 1);
  const v1::ModelDifference& difference = response.differences(0);
  EXPECT_EQ(difference.field(), "components[web].replicas");
  EXPECT_EQ(difference.kind(), v1::MODEL_DIFFERENCE_KIND_ADDED);
  EXPECT_EQ(difference.before(), "");
  EXPECT_EQ(difference.after(), "2");
  EXPECT_EQ(difference.text(), "component web: replicas unset → 2");
  ExpectError(Compare("a: 1\n", ModelText(), &response), grpc::StatusCode::INVALID_ARGUMENT, "MODEL_INVALID");
}

TEST_F(ModelToolsTest, ComparesModelsAsLargeAsTheyMayBe) {
  const std::string large = absl::StrCat(ModelText(), std::string(3 << 20, '#'), "\n");
  v1::CompareModelsResponse response;
  ExpectOk(Compare(large, large, &response));
}

TEST_F(ModelToolsTest, ExportsInEveryFormat) {
  v1::ExportModelResponse response;
  ExpectOk(Export(v1::MODEL_FORMAT_OTM, &response));
  EXPECT_EQ(response.file_name(), "shop.otm.json");
  EXPECT_THAT(response.content(), HasSubstr("\"otmVersion\": \"0.2.0\""));
  EXPECT_THAT(response.left_out(), Contains("organization"));
  ExpectOk(Export(v1::MODEL_FORMAT_MERMAID, &response));
  EXPECT_EQ(response.file_name(), "shop.mmd");
  EXPECT_THAT(response.content(), HasSubstr("flowchart LR\n  subgraph z_inside[\"Inside\"]\n    n_web[\"Web\"]\n"));
  ExpectOk(Export(v1::MODEL_FORMAT_DOT, &response));
  EXPECT_EQ(response.file_name(), "shop.dot");
  EXPECT_THAT(response.content(), HasSubstr("digraph \"shop\""));
  ExpectOk(Export(v1::MODEL_FORMAT_JSON, &response));
  EXPECT_EQ(response.file_name(), "shop.json");
  EXPECT_EQ(response.left_out_size(), 0);
  v1::CompareModelsResponse compared;
  ExpectOk(Compare(ModelText(), response.content(), &compared));
  EXPECT_EQ(compared.differences_size(), 0);
  ExpectError(Export(v1::MODEL_FORMAT_UNSPECIFIED, &response), grpc::StatusCode::INVALID_ARGUMENT, "ARGUMENT_INVALID");
}

}  // namespace
}  // namespace metapowers::server
