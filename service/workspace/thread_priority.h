// Who gets the processor when there are more threads than processors: callers wait for some and not for others.
// Internal to workspace/. Thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_THREAD_PRIORITY_H_
#define METAPOWERS_SERVICE_WORKSPACE_THREAD_PRIORITY_H_

namespace metapowers::workspace {

// Has the calling thread yield to others from now on, by `steps` of nice(2), 1 to 19: each gives it a fifth less than a
// thread of the same process that asks for the same processor, and nothing less where nobody else wants it. Where the
// system refuses, nothing changes.
void LowerThreadPriority(int steps);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_THREAD_PRIORITY_H_
