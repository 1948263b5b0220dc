// Tells ThreadSanitizer of Abseil's locks. Debian builds Abseil without it, so that it sees neither what a Mutex orders
// nor what a Notification does, and takes all that they guard for races. These definitions come before those of the
// shared library, which do the work. Linked into tests of a build with -fsanitize=thread alone.
//
// What the library itself does by another of these, as LockWhenWithTimeout() by LockWhenWithDeadline(), is left to it.
// Conditions are evaluated by whichever thread lets a mutex go, within the library: what is read there is left out, as
// the sanitizer does by itself between the two halves of taking and of letting go.
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include <cstdlib>
#include <type_traits>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

namespace {

// The library's function of that (mangled) name, whose first argument is the object.
template <class Function>
Function* Real(const char* name) {
  void* const found = dlsym(RTLD_NEXT, name);
  if (found == nullptr) std::abort();  // another version of Abseil
  return reinterpret_cast<Function*>(found);
}

template <class Take>
auto Taking(void* mutex, unsigned flags, const Take& take) {
  __tsan_mutex_pre_lock(mutex, flags);
  if constexpr (std::is_void_v<decltype(take())>) {
    take();
    __tsan_mutex_post_lock(mutex, flags, 0);
  } else {
    const auto taken = take();
    __tsan_mutex_post_lock(mutex, flags, 0);
    return taken;
  }
}

bool Trying(void* mutex, unsigned flags, bool (*take)(absl::Mutex*)) {
  __tsan_mutex_pre_lock(mutex, flags | __tsan_mutex_try_lock);
  const bool taken = take(static_cast<absl::Mutex*>(mutex));
  __tsan_mutex_post_lock(mutex, flags | __tsan_mutex_try_lock | (taken ? 0 : __tsan_mutex_try_lock_failed), 0);
  return taken;
}

template <class LetGo>
void LettingGo(void* mutex, unsigned flags, const LetGo& let_go) {
  __tsan_mutex_pre_unlock(mutex, flags);
  let_go();
  __tsan_mutex_post_unlock(mutex, flags);
}

// Lets the mutex go meanwhile.
template <class Wait>
auto Waiting(void* mutex, const Wait& wait) {
  LettingGo(mutex, 0, [] {});
  return Taking(mutex, 0, wait);
}

}  // namespace

// A Status counts its owners within the library: its last owner seems to free what another one reads, which has let go
// of it before.
extern "C" const char* __tsan_default_suppressions() {
  return "race:absl::debian3::Status::Unref\nrace:absl::debian3::status_internal::Payload\n";
}

#define REAL(function, name) static auto* const real = Real<function>(name)

namespace absl {
ABSL_NAMESPACE_BEGIN

void Mutex::Lock() {
  REAL(void(Mutex*), "_ZN4absl7debian35Mutex4LockEv");
  Taking(this, 0, [&] { real(this); });
}

bool Mutex::TryLock() {
  REAL(bool(Mutex*), "_ZN4absl7debian35Mutex7TryLockEv");
  return Trying(this, 0, real);
}

void Mutex::Unlock() {
  REAL(void(Mutex*), "_ZN4absl7debian35Mutex6UnlockEv");
  LettingGo(this, 0, [&] { real(this); });
}

void Mutex::ReaderLock() {
  REAL(void(Mutex*), "_ZN4absl7debian35Mutex10ReaderLockEv");
  Taking(this, __tsan_mutex_read_lock, [&] { real(this); });
}

bool Mutex::ReaderTryLock() {
  REAL(bool(Mutex*), "_ZN4absl7debian35Mutex13ReaderTryLockEv");
  return Trying(this, __tsan_mutex_read_lock, real);
}

void Mutex::ReaderUnlock() {
  REAL(void(Mutex*), "_ZN4absl7debian35Mutex12ReaderUnlockEv");
  LettingGo(this, __tsan_mutex_read_lock, [&] { real(this); });
}

void Mutex::LockWhen(const Condition& condition) {
  REAL(void(Mutex*, const Condition&), "_ZN4absl7debian35Mutex8LockWhenERKNS0_9ConditionE");
  Taking(this, 0, [&] { real(this, condition); });
}

void Mutex::ReaderLockWhen(const Condition& condition) {
  REAL(void(Mutex*, const Condition&), "_ZN4absl7debian35Mutex14ReaderLockWhenERKNS0_9ConditionE");
  Taking(this, __tsan_mutex_read_lock, [&] { real(this, condition); });
}

bool Mutex::LockWhenWithDeadline(const Condition& condition, Time deadline) {
  REAL(bool(Mutex*, const Condition&, Time),
       "_ZN4absl7debian35Mutex20LockWhenWithDeadlineERKNS0_9ConditionENS0_4TimeE");
  return Taking(this, 0, [&] { return real(this, condition, deadline); });
}

void Mutex::Await(const Condition& condition) {
  REAL(void(Mutex*, const Condition&), "_ZN4absl7debian35Mutex5AwaitERKNS0_9ConditionE");
  Waiting(this, [&] { real(this, condition); });
}

bool Mutex::AwaitWithDeadline(const Condition& condition, Time deadline) {
  REAL(bool(Mutex*, const Condition&, Time), "_ZN4absl7debian35Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE");
  return Waiting(this, [&] { return real(this, condition, deadline); });
}

void CondVar::Wait(Mutex* mutex) {
  REAL(void(CondVar*, Mutex*), "_ZN4absl7debian37CondVar4WaitEPNS0_5MutexE");
  Waiting(mutex, [&] { real(this, mutex); });
}

bool CondVar::WaitWithTimeout(Mutex* mutex, Duration timeout) {
  REAL(bool(CondVar*, Mutex*, Duration), "_ZN4absl7debian37CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE");
  return Waiting(mutex, [&] { return real(this, mutex, timeout); });
}

bool CondVar::WaitWithDeadline(Mutex* mutex, Time deadline) {
  REAL(bool(CondVar*, Mutex*, Time), "_ZN4absl7debian37CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE");
  return Waiting(mutex, [&] { return real(this, mutex, deadline); });
}

void Notification::Notify() {
  REAL(void(Notification*), "_ZN4absl7debian312Notification6NotifyEv");
  __tsan_release(this);
  real(this);
}

void Notification::WaitForNotification() const {
  REAL(void(const Notification*), "_ZNK4absl7debian312Notification19WaitForNotificationEv");
  real(this);
  __tsan_acquire(const_cast<Notification*>(this));
}

bool Notification::WaitForNotificationWithTimeout(Duration timeout) const {
  REAL(bool(const Notification*, Duration),
       "_ZNK4absl7debian312Notification30WaitForNotificationWithTimeoutENS0_8DurationE");
  const bool notified = real(this, timeout);
  if (notified) __tsan_acquire(const_cast<Notification*>(this));
  return notified;
}

bool Notification::WaitForNotificationWithDeadline(Time deadline) const {
  REAL(bool(const Notification*, Time), "_ZNK4absl7debian312Notification31WaitForNotificationWithDeadlineENS0_4TimeE");
  const bool notified = real(this, deadline);
  if (notified) __tsan_acquire(const_cast<Notification*>(this));
  return notified;
}

ABSL_NAMESPACE_END
}  // namespace absl
