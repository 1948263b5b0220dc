// What the workload makes and the test looks for.
#ifndef METAPOWERS_TESTS_POWER_CUT_WORKSPACES_H_
#define METAPOWERS_TESTS_POWER_CUT_WORKSPACES_H_

namespace metapowers::power_cut {

inline constexpr int kWorkspaces = 2;
inline constexpr const char* kUids[kWorkspaces] = {"6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e11",
                                                   "6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e22"};
inline constexpr char kRequestTrailer[] = "Metapowers-Request-Id";  // of a commit: the step's request

}  // namespace metapowers::power_cut

#endif  // METAPOWERS_TESTS_POWER_CUT_WORKSPACES_H_
