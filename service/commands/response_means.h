// What a response works with, what that depends on, and the way around it when it is down or taken over.
//
// A channel is out of band when it is declared so and declares no dependency. One that is declared so and depends on a
// component or supplier of the model is a finding, and no way around anything.
//
//   dependency      found as                                              way around it
//   sign-in         identity providers of the model                       break glass of a secret store
//   administration  bastions                                              another way of personnel into administration
//   secrets         declared secret stores                                their break glass
//   logs            products of logging, monitoring and SIEM              cold storage, outage procedure of the
//   supplier paging          tools of the rotations                                a channel out of band chat channels
//   that are not out of band                     a channel out of band incident-tool   the declared incident tool a
//   channel out of band and a written log
//
// Without one: a finding, and the question of the row. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_RESPONSE_MEANS_H_
#define METAPOWERS_SERVICE_COMMANDS_RESPONSE_MEANS_H_

#include <string>
#include <vector>

#include "metapowers/knowledge/v1/response_plans.pb.h"
#include "service/commands/command.h"
#include "service/commands/readiness_findings.h"
#include "service/commands/response_people.h"

namespace metapowers::commands {

struct ResponseMeans {
  const knowledge::v1::ResponseDependency* row = nullptr;
  std::string subject;     // id or name of what may be down
  std::string fails_with;  // what it depends on in turn; may be empty
  std::string path;        // empty: none declared
  std::string team;
};

bool IsOutOfBand(const model::v1::Channel& channel);

// Names of the channels that are out of band and for responders, not for the public.
std::vector<std::string> OutOfBandChannels(const model::Model& model);

// Components and suppliers that a channel needs, e.g. "access-proxy, Auth0"; empty when it declares none.
std::string NeedsOf(const model::Model& model, const model::v1::Channel& channel);

// In the order of the shipped dependencies, then of the model.
std::vector<ResponseMeans> FindResponseMeans(const Input& input);

void AddMeansFindings(const Input& input, const std::vector<ResponseMeans>& means, ReadinessFindings& findings,
                      Questions& questions);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_RESPONSE_MEANS_H_
