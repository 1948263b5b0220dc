#include "service/workspace/thread_priority.h"

#include <sys/resource.h>
#include <unistd.h>

namespace metapowers::workspace {

void LowerThreadPriority(int steps) {
  const auto thread = static_cast<id_t>(::gettid());  // on Linux a priority is a thread's
  (void)::setpriority(PRIO_PROCESS, thread, ::getpriority(PRIO_PROCESS, thread) + steps);
}

}  // namespace metapowers::workspace
