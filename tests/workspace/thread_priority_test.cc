#include "service/workspace/thread_priority.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

namespace metapowers::workspace {
namespace {

int PriorityOfThisThread() { return ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid())); }

TEST(ThreadPriority, IsLoweredForTheCallingThreadAlone) {
  const int before = PriorityOfThisThread();
  int of_other = 0;
  std::thread other([&] {
    LowerThreadPriority(4);
    of_other = PriorityOfThisThread();
  });
  other.join();
  EXPECT_EQ(of_other, std::min(before + 4, 19));  // a larger number yields more
  EXPECT_EQ(PriorityOfThisThread(), before);
}

}  // namespace
}  // namespace metapowers::workspace
