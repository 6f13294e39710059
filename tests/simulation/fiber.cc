#include "simulation/fiber.h"

#include <sys/mman.h>

#include <cstdint>
#include <new>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace limno::simulation {
namespace {

/// Below the stack, so that an overflow is a fault and not a riddle.
constexpr size_t kGuardBytes = 4096;

#if defined(__SANITIZE_ADDRESS__)
void LeaveStack(void** fake_stack, const void* bottom, size_t size) {
  __sanitizer_start_switch_fiber(fake_stack, bottom, size);
}
void ArriveOnStack(void* fake_stack, const void** old_bottom, size_t* old_size) {
  __sanitizer_finish_switch_fiber(fake_stack, old_bottom, old_size);
}
#else
void LeaveStack(void** /*fake_stack*/, const void* /*bottom*/, size_t /*size*/) {}
void ArriveOnStack(void* /*fake_stack*/, const void** /*old_bottom*/, size_t* /*old_size*/) {}
#endif

#if defined(__SANITIZE_THREAD__)
void* NewThread() { return __tsan_create_fiber(0); }
void* ThisThread() { return __tsan_get_current_fiber(); }
void SwitchThread(void* thread) { __tsan_switch_to_fiber(thread, 0); }
void EndThread(void* thread) { __tsan_destroy_fiber(thread); }
#else
void* NewThread() { return nullptr; }
void* ThisThread() { return nullptr; }
void SwitchThread(void* /*thread*/) {}
void EndThread(void* /*thread*/) {}
#endif

}  // namespace

FiberStacks::~FiberStacks() {
  for (void* stack : free_) {
    munmap(static_cast<char*>(stack) - kGuardBytes, kStackBytes + kGuardBytes);
  }
}

void* FiberStacks::Take() {
  if (!free_.empty()) {
    void* stack = free_.back();
    free_.pop_back();
    return stack;
  }
  void* memory = mmap(nullptr, kStackBytes + kGuardBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED || mprotect(memory, kGuardBytes, PROT_NONE) != 0) {
    throw std::bad_alloc();
  }
  return static_cast<char*>(memory) + kGuardBytes;
}

Fiber::Fiber(FiberStacks& stacks, std::function<void()> body)
    : stacks_(stacks), body_(std::move(body)), stack_(stacks.Take()), thread_inside_(NewThread()) {
  getcontext(&inside_);
  inside_.uc_stack.ss_sp = stack_;
  inside_.uc_stack.ss_size = FiberStacks::kStackBytes;
  inside_.uc_link = nullptr;
  // makecontext passes ints only.
  const auto address = reinterpret_cast<uintptr_t>(this);
  makecontext(&inside_, reinterpret_cast<void (*)()>(&Fiber::Enter), 2,
              static_cast<unsigned>(address >> 32U), static_cast<unsigned>(address));
}

Fiber::~Fiber() {
  EndThread(thread_inside_);
  stacks_.GiveBack(stack_);
}

void Fiber::Enter(unsigned high, unsigned low) {
  const uintptr_t address = (static_cast<uintptr_t>(high) << 32U) | low;
  reinterpret_cast<Fiber*>(address)->Run();
}

void Fiber::Run() {
  ArriveOnStack(nullptr, &outside_bottom_, &outside_size_);
  body_();
  ended_ = true;
  // A null place says that this stack will not be used again.
  LeaveStack(nullptr, outside_bottom_, outside_size_);
  SwitchThread(thread_outside_);
  setcontext(&outside_);
}

void Fiber::Resume() {
  thread_outside_ = ThisThread();
  LeaveStack(&fake_stack_outside_, stack_, FiberStacks::kStackBytes);
  SwitchThread(thread_inside_);
  swapcontext(&outside_, &inside_);
  ArriveOnStack(fake_stack_outside_, nullptr, nullptr);
}

void Fiber::Pause() {
  LeaveStack(&fake_stack_inside_, outside_bottom_, outside_size_);
  SwitchThread(thread_outside_);
  swapcontext(&inside_, &outside_);
  ArriveOnStack(fake_stack_inside_, &outside_bottom_, &outside_size_);
}

}  // namespace limno::simulation
