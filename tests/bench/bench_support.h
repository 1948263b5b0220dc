// What the benchmarks share: floors on the same disk, and the table of figures.
#ifndef METAPOWERS_TESTS_BENCH_BENCH_SUPPORT_H_
#define METAPOWERS_TESTS_BENCH_BENCH_SUPPORT_H_

#include <fcntl.h>
#include <grpcpp/support/status.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace metapowers::bench {

inline constexpr int kCallers = 32;

[[noreturn]] inline void Die(const std::string& message) {
  std::fprintf(stderr, "bench: %s\n", message.c_str());
  std::exit(1);
}

inline void Check(const absl::Status& status) {
  if (!status.ok()) Die(status.ToString());
}

inline void Check(const grpc::Status& status) {
  if (!status.ok()) Die(status.error_message());
}

// Calls `work(caller, n)` from `callers` threads until `seconds` have passed; returns calls per second.
inline double Rate(int callers, double seconds, const std::function<void(int, int)>& work) {
  std::atomic<int> done{0};
  const absl::Time start = absl::Now();
  const absl::Time end = start + absl::Seconds(seconds);
  std::vector<std::thread> threads;
  for (int caller = 0; caller < callers; ++caller) {
    threads.emplace_back([&, caller] {
      for (int n = 0; absl::Now() < end; ++n, ++done) work(caller, n);
    });
  }
  for (std::thread& thread : threads) thread.join();
  return done / absl::ToDoubleSeconds(absl::Now() - start);
}

inline double GitCommitRate(const std::string& folder, double seconds) {
  const std::string git = absl::StrCat("git -C ", folder, " -c user.name=b -c user.email=b@example.com ");
  if (std::system(absl::StrCat("git init -q ", folder).c_str()) != 0) Die("git init failed");
  const std::string body(2000, 'x');
  return Rate(1, seconds, [&](int, int n) {
    std::ofstream(folder + "/document.md") << body << n << '\n';
    const std::string command = git + "add document.md && " + git + "-c core.fsync=all commit -q -m change";
    if (std::system(command.c_str()) != 0) Die("git commit failed");
  });
}

inline double SqliteRate(const std::string& path, double seconds) {
  sqlite3* db = nullptr;
  if (sqlite3_open(path.c_str(), &db) != SQLITE_OK) Die("sqlite3_open failed");
  const auto run = [&](const char* sql) {
    if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) Die(sqlite3_errmsg(db));
  };
  run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(id INTEGER PRIMARY KEY, body BLOB)");
  const std::string insert = absl::StrCat("INSERT INTO t(body) VALUES('", std::string(2000, 'x'), "')");
  const double syncs = Rate(1, seconds, [&](int, int) {
    run("BEGIN");
    for (int i = 0; i < kCallers; ++i) run(insert.c_str());
    run("COMMIT");
  });
  sqlite3_close(db);
  return syncs * kCallers;
}

// Microseconds of an fdatasync after 4 KB are written over a file that has them already: what any durable answer costs.
inline double SyncMicroseconds(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT, 0600);
  const std::string page(4096, 'x');
  std::vector<double> times;
  for (int i = 0; i < 400; ++i) {
    const absl::Time start = absl::Now();
    if (pwrite(fd, page.data(), page.size(), 0) != 4096 || fdatasync(fd) != 0) Die("cannot sync");
    if (i >= 50) times.push_back(absl::ToDoubleMicroseconds(absl::Now() - start));
  }
  close(fd);
  std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
  return times[times.size() / 2];
}

// The value below which `share` of `times` lie.
inline double Percentile(std::vector<double> times, double share) {
  if (times.empty()) return 0;
  const auto at = times.begin() + static_cast<long>(share * static_cast<double>(times.size() - 1));
  std::nth_element(times.begin(), at, times.end());
  return *at;
}

// `value` and `floor` in one unit; a figure without a floor is printed alone.
struct Figure {
  std::string name;
  double value;
  std::string against;
  double floor = 0, aim = 0;
};

inline void Print(const std::vector<Figure>& figures, const std::string& json_file) {
  std::string json = "[\n";
  std::printf("%-62s %10s %-40s %10s %8s %8s\n", "figure", "value", "against", "value", "ratio", "aim");
  for (const Figure& figure : figures) {
    const double ratio = figure.value / figure.floor;
    std::printf("%-62s %10.0f %-40s %10.0f %8.2f %8.2f\n", figure.name.c_str(), figure.value, figure.against.c_str(),
                figure.floor, ratio, figure.aim);
    absl::StrAppend(&json, absl::StrFormat("  {\"figure\": \"%s\", \"value\": %.1f, \"against\": \"%s\", \"floor\": "
                                           "%.1f, \"ratio\": %.3f, \"aim\": %.2f}%s\n",
                                           figure.name, figure.value, figure.against, figure.floor, ratio, figure.aim,
                                           &figure == &figures.back() ? "" : ","));
  }
  std::ofstream(json_file) << json << "]\n";
}

}  // namespace metapowers::bench

#endif  // METAPOWERS_TESTS_BENCH_BENCH_SUPPORT_H_
