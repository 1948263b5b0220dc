// Makes sections of a run on a second thread while the run commits others.
#ifndef METAPOWERS_SERVICE_SERVER_GENERATE_AHEAD_H_
#define METAPOWERS_SERVICE_SERVER_GENERATE_AHEAD_H_

#include <atomic>
#include <thread>
#include <vector>

#include "service/server/generator.h"

namespace metapowers::server {

// From the last command of a run towards the first, while the run comes the other way: sections are equal whoever makes
// them (command.h), and the generator's cache hands them over. Errors and exceptions are left for the run to meet. For
// one thread.
class GenerateAhead {
 public:
  // Starts when there are enough commands to be worth a thread, and room for what both need. `generator` and `entries`
  // outlive this.
  GenerateAhead(Generator& generator, Inputs inputs, const std::vector<const CommandEntry*>& entries);
  // Waits for the section that is being made.
  ~GenerateAhead();
  GenerateAhead(const GenerateAhead&) = delete;
  GenerateAhead& operator=(const GenerateAhead&) = delete;

  // The run takes `position`, from 0; nothing up to there is made any more.
  void Reach(int position) { reached_ = position; }

 private:
  bool KeepsThreats() const;
  void Work();

  Generator& generator_;
  const Inputs inputs_;
  const std::vector<const CommandEntry*>& entries_;
  std::atomic<int> reached_ = -1;
  std::thread thread_;
};

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_GENERATE_AHEAD_H_
