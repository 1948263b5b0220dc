// What several client commands need.
#ifndef METAPOWERS_CLIENT_COMMANDS_SHARED_H_
#define METAPOWERS_CLIENT_COMMANDS_SHARED_H_

#include <memory>
#include <string>

#include "client/session.h"
#include "metapowers/v1/command.pb.h"

namespace metapowers::client {

// Seven digits, as git shows an id.
std::string ShortId(const std::string& commit);

// Reads a file, or standard input for "-", up to a little more than `limit`. Returns what is in the way; "" when
// nothing.
std::string ReadBytes(const std::string& path, size_t limit, std::string* bytes);

// Reads a model from a file, or from standard input for "-". Nothing, more than a model may have and what cannot be
// read fail: printed, and false returned.
bool ReadInput(Session& session, const std::string& path, std::string* bytes, int* exit_code);

// The context of a call that writes: topic, request id (a new one when empty) and author.
metapowers::v1::CommandContext NewCommandContext(Session& session, const std::string& topic,
                                                 const std::string& request_id);

// One line: what was committed, or that nothing changed.
std::string OutcomeLine(Session& session, const metapowers::v1::CommandOutcome& outcome);

}  // namespace metapowers::client

// Opens a stub of SERVICE on the session's channel, or returns from the calling function.
#define METAPOWERS_STUB(name, session, SERVICE)                                               \
  int name##_exit_code = 0;                                                                   \
  const std::shared_ptr<grpc::Channel> name##_channel = (session).Channel(&name##_exit_code); \
  if (name##_channel == nullptr) return name##_exit_code;                                     \
  const std::unique_ptr<SERVICE::Stub> name = SERVICE::NewStub(name##_channel)

#endif  // METAPOWERS_CLIENT_COMMANDS_SHARED_H_
