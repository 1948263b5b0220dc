// Every RPC found in the descriptors, by generic stubs, against every example model: no method can be forgotten.
#include <gmock/gmock.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/text_format.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/notification.h"
#include "metapowers/v1/admin_service.grpc.pb.h"
#include "metapowers/v1/error_reason.pb.h"
#include "service/server/command_index.h"
#include "service/server/linked_protos.h"
#include "tests/server/pipeline_fixture.h"

namespace metapowers::server {
namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

std::unique_ptr<Message> NewMessage(const google::protobuf::Descriptor* type) {
  return std::unique_ptr<Message>(google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

// Calls a unary or server-streaming method and reads to the end; `response` gets the last message.
grpc::Status CallGenerically(const std::shared_ptr<grpc::Channel>& channel, const MethodDescriptor& method,
                             const Message& request, Message* response) {
  grpc::Slice slice(request.SerializeAsString());
  const grpc::ByteBuffer bytes(&slice, 1);
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const auto call =
      stub.PrepareCall(&context, absl::StrCat("/", method.service()->full_name(), "/", method.name()), &queue);
  const auto wait = [&] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  call->StartCall(nullptr);
  wait();
  call->WriteLast(bytes, grpc::WriteOptions(), nullptr);
  wait();
  while (true) {
    grpc::ByteBuffer answer;
    call->Read(&answer, nullptr);
    if (!wait()) break;
    std::vector<grpc::Slice> slices;
    EXPECT_TRUE(answer.Dump(&slices).ok());
    std::string text;
    for (const grpc::Slice& part : slices) text.append(reinterpret_cast<const char*>(part.begin()), part.size());
    EXPECT_TRUE(response->ParseFromString(text)) << method.full_name();
  }
  grpc::Status status;
  call->Finish(&status, nullptr);
  wait();
  return status;
}

// Sets a field by name where the message has it.
void Set(Message& message, const std::string& field, const std::string& value) {
  const auto* descriptor = message.GetDescriptor()->FindFieldByName(field);
  if (descriptor != nullptr && descriptor->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING &&
      !descriptor->is_repeated()) {
    message.GetReflection()->SetString(&message, descriptor, value);
  }
}

// Where the method is served.
std::shared_ptr<grpc::Channel> ChannelOf(const TestServer& server, const MethodDescriptor& method) {
  const bool of_operator = method.service()->full_name() == v1::AdminService::service_full_name();
  return of_operator ? server.ControlChannel() : server.channel();
}

std::vector<const MethodDescriptor*> AllMethods() {
  std::vector<const MethodDescriptor*> methods;
  for (const auto* service : LinkedServices()) {
    for (int i = 0; i < service->method_count(); ++i) methods.push_back(service->method(i));
  }
  return methods;
}

// Every error carries its reason, and the reason is declared.
void ExpectProperError(const MethodDescriptor& method, const grpc::Status& status) {
  EXPECT_NE(status.error_code(), grpc::StatusCode::INTERNAL) << method.full_name() << ": " << status.error_message();
  EXPECT_NE(status.error_code(), grpc::StatusCode::UNKNOWN) << method.full_name();
  v1::ErrorReason reason;
  EXPECT_TRUE(v1::ErrorReason_Parse("ERROR_REASON_" + ReasonOf(status), &reason))
      << method.full_name() << ": " << ReasonOf(status);
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(status).domain(), "metapowers") << method.full_name();
}

TEST(ConformanceTest, EveryMethodAnswersAnEmptyRequest) {
  TestServer server;
  ASSERT_GE(AllMethods().size(), 39u + 12u);
  for (const MethodDescriptor* method : AllMethods()) {
    const auto response = NewMessage(method->output_type());
    const grpc::Status status =
        CallGenerically(ChannelOf(server, *method), *method, *NewMessage(method->input_type()), response.get());
    if (!status.ok()) ExpectProperError(*method, status);
    EXPECT_NE(ReasonOf(status), "COMMAND_PLANNED") << method->full_name() << ": the name is checked first";
  }
}

TEST(ConformanceTest, EveryMethodRefusesHostileNames) {
  TestServer server;
  for (const MethodDescriptor* method : AllMethods()) {
    for (const char* topic : {"../x", ".git", "a\nb", "\xc3\xa9", "A"}) {
      const auto request = NewMessage(method->input_type());
      const std::string name = absl::StrCat("workspaces/w/topics/", topic);
      bool named = false;
      for (const char* field : {"topic", "name", "parent"}) {
        named |= request->GetDescriptor()->FindFieldByName(field) != nullptr;
        Set(*request, field, name);
      }
      const auto* context = request->GetDescriptor()->FindFieldByName("context");
      if (context != nullptr) {
        Set(*request->GetReflection()->MutableMessage(request.get(), context), "topic", name);
        named = true;
      }
      if (!named) continue;
      const auto response = NewMessage(method->output_type());
      const grpc::Status status = CallGenerically(ChannelOf(server, *method), *method, *request, response.get());
      EXPECT_EQ(ReasonOf(status), "NAME_INVALID") << method->full_name() << " " << topic;
    }
  }
  EXPECT_EQ(server.CountCommits(), 0);
}

struct Example {
  std::string topic;
  std::string yaml;
};

// Those whose documents are kept as goldens; lint_test runs the commands on every archetype, in less time.
std::vector<Example> Examples() {
  std::vector<Example> examples;
  for (const auto& entry : std::filesystem::directory_iterator("tests/golden")) {
    const std::string topic = entry.path().filename().string();
    std::ifstream file("deploy/examples/" + topic + "/system-model.yaml", std::ios::binary);
    if (file) examples.push_back({topic, {std::istreambuf_iterator<char>(file), {}}});
  }
  return examples;
}

// The texts of the headings of `level` ("## ", "### ") in `markdown`, outside code.
std::vector<std::string> Headings(const std::string& markdown, absl::string_view level) {
  std::vector<std::string> headings;
  bool code = false;
  for (absl::string_view line : absl::StrSplit(markdown, '\n')) {
    if (absl::StartsWith(line, "```")) code = !code;
    if (!code && absl::ConsumePrefix(&line, level)) headings.push_back(std::string(line));
  }
  return headings;
}

void ExpectSectionAsDeclared(Client& client, const Example& example, const v1::Command& spec) {
  grpc::ClientContext context;
  v1::GetDocumentRequest request;
  request.set_name(absl::StrCat("workspaces/w/topics/", example.topic, "/documents/", spec.document()));
  request.set_command(spec.id());
  v1::GetDocumentResponse response;
  const grpc::Status status = client.documents->GetDocument(&context, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  const std::string& markdown = response.document().markdown();
  EXPECT_THAT(Headings(markdown, "## "), ::testing::ElementsAre(spec.heading())) << example.topic;
  EXPECT_THAT(Headings(markdown, "### "), ::testing::ElementsAreArray(spec.sections())) << example.topic << spec.id();
}

TEST(ConformanceTest, EveryCommandRunsOnEveryExample) {
  const std::vector<Example> examples = Examples();
  ASSERT_EQ(examples.size(), 3u);
  for (const Example& example : examples) {
    TestServer server;
    Client client(server.channel());
    v1::CommandContext context = ContextOf(example.topic);
    context.set_model_yaml(example.yaml);
    const grpc::Status put = client.PutModel(context);
    ASSERT_TRUE(put.ok()) << example.topic << ": " << put.error_message();
    int commits = 1;
    for (const CommandEntry& entry : CommandIndex::Get().commands()) {
      const auto request = NewMessage(entry.method->input_type());
      const auto* field = request->GetDescriptor()->FindFieldByName("context");
      v1::CommandContext command = ContextOf(example.topic);
      command.set_skip_checks(true);  // a gate's own command may not be built yet
      command.set_skip_reason("one command at a time");
      request->GetReflection()->MutableMessage(request.get(), field)->CopyFrom(command);
      const auto response = NewMessage(entry.method->output_type());
      const grpc::Status status = CallGenerically(server.channel(), *entry.method, *request, response.get());
      if (entry.command == nullptr) {
        EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED) << entry.stem;
        EXPECT_EQ(ReasonOf(status), "COMMAND_PLANNED") << entry.stem;
        EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(status).metadata().at("command"), entry.spec->id());
        continue;
      }
      ASSERT_TRUE(status.ok()) << entry.stem << ": " << status.error_message();
      EXPECT_EQ(server.CountCommits(), ++commits) << entry.stem;
      ExpectSectionAsDeclared(client, example, *entry.spec);
    }
    EXPECT_EQ(server.Git("fsck --strict --no-progress --no-dangling"), "");
  }
}

// The bytes do not depend on the order in which commands ran.
TEST(ConformanceTest, AnyOrderGivesTheSameDocuments) {
  for (const Example& example : Examples()) {
    TestServer forward;
    TestServer backward;
    v1::CommandContext context = ContextOf(example.topic);
    context.set_model_yaml(example.yaml);
    context.set_skip_checks(true);  // backward, gates are missing at first
    context.set_skip_reason("in another order");
    ASSERT_TRUE(Client(forward.channel()).Run("all", context).ok());
    const auto& commands = CommandIndex::Get().commands();
    for (auto entry = commands.rbegin(); entry != commands.rend(); ++entry) {
      if (entry->command == nullptr) continue;
      const grpc::Status status = Client(backward.channel()).Run(entry->spec->id(), context);
      ASSERT_TRUE(status.ok()) << entry->stem << ": " << status.error_message();
    }
    for (const CommandEntry& entry : commands) {
      const std::string path = absl::StrCat(".metapowers/security/", example.topic, "/", entry.spec->document());
      EXPECT_EQ(forward.ReadFile(path), backward.ReadFile(path)) << path;
    }
  }
}

}  // namespace
}  // namespace metapowers::server
