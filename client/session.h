// One run of the client: global options, the channel to a server or to the local repository, and output.
#ifndef METAPOWERS_CLIENT_SESSION_H_
#define METAPOWERS_CLIENT_SESSION_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/call_error.h"
#include "google/protobuf/message.h"

namespace metapowers::client {

enum class OutputFormat { kText, kJson, kYaml, kMarkdown, kSarif };

struct GlobalOptions {
  std::string server;     // HOST:PORT or unix:PATH; empty is local mode
  std::string workspace;  // id; empty is "default" on a server and "local" in a repository
  OutputFormat format = OutputFormat::kText;
  absl::Duration timeout = absl::Seconds(60);
  std::string color = "auto";  // auto, always, never
  bool verbose = false;
  bool no_pager = false;
};

// Exit codes of the program; part of its contract.
enum ExitCode {
  kExitOk = 0,
  kExitInternal = 1,
  kExitUsage = 2,
  kExitPrecondition = 3,
  kExitUnauthenticated = 4,
  kExitNotFound = 5,
  kExitConflict = 6,
  kExitDenied = 7,
  kExitUnavailable = 8,
  kExitInvalid = 9,
  kExitChanges = 10,
  kExitInterrupted = 130,
};

// Where a program writes; tests pass string streams.
struct Streams {
  std::ostream* out;           // data
  std::ostream* err;           // everything else
  std::istream* in = nullptr;  // answers of a person; nullptr when there is nobody to ask
  bool out_is_tty = false;
  bool err_is_tty = false;
  // Of the terminal that stdout is.
  size_t columns = 80;
  size_t lines = 24;
};

// Not thread-safe, except Interrupt().
class Session {
 public:
  Session(GlobalOptions options, Streams streams) : options_(std::move(options)), streams_(streams) {}

  const GlobalOptions& options() const { return options_; }
  std::ostream& out() { return *streams_.out; }
  std::ostream& err() { return *streams_.err; }
  // A person's next line; false when there is nobody, or no more.
  bool ReadLine(std::string& line);
  // What is written to out() goes to `other` from now on; the stream that it went to.
  std::ostream* SwapOut(std::ostream* other) { return std::exchange(streams_.out, other); }
  const Streams& streams() const { return streams_; }
  bool remote() const { return !options_.server.empty(); }

  // `text` in the terminal's style when colour is on for stdout, else as it is.
  std::string Styled(absl::string_view ansi_code, absl::string_view text) const;

  // The channel, opened on first use; in local mode the service runs in this process on the Git repository
  // around the current directory. On a failure prints it and returns nullptr, with the code in *exit_code.
  std::shared_ptr<grpc::Channel> Channel(int* exit_code);

  // Takes the context out of Interrupt()'s sight before it goes: gRPC's destructor is not virtual.
  struct EndContext {
    void operator()(grpc::ClientContext* context) const;
  };
  using Context = std::unique_ptr<grpc::ClientContext, EndContext>;

  // A context with the deadline of --timeout, or of `time`, which Interrupt() cancels while it lives.
  Context NewContext() { return NewContext(options_.timeout); }
  Context NewContext(absl::Duration time);

  // One for a call that tells what became of another; Interrupt() does not cancel it, a second interrupt ends the
  // program.
  Context NewFollowUpContext(absl::Duration patience);

  // Whether text is laid out for a person at a terminal.
  bool for_terminal() const { return streams_.out_is_tty && options_.format == OutputFormat::kText; }

  // Prints `message` as JSON or YAML when that was asked for; false when text was.
  bool PrintMessage(const google::protobuf::Message& message);

  // Resource names.
  std::string WorkspaceName() const;
  std::string TopicName(absl::string_view topic) const;

  // Where the model that calls carry was read, so that faults of it are told with that place.
  void set_model_source(std::string source) { model_source_ = std::move(source); }

  // Prints the error with place, cause and next step; returns the exit code.
  int Fail(const grpc::Status& status) { return Fail(status, CallError(status)); }
  int Fail(const grpc::Status& status, const CallError& details);  // of the same status
  int Fail(ExitCode code, absl::string_view message, absl::string_view next_step = "");

  // Cancels the call under way, from a signal's thread. Thread-safe.
  static void Interrupt();
  static bool interrupted();

 private:
  GlobalOptions options_;
  Streams streams_;
  std::string model_source_;
  std::shared_ptr<void> local_;  // keeps the in-process service alive
  std::shared_ptr<grpc::Channel> channel_;
};

// Exit code of a gRPC status code.
ExitCode ExitCodeOf(grpc::StatusCode code);

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_SESSION_H_
