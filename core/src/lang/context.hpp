// The call that runs on this thread.
#pragma once

#include <cstdint>

namespace circuit::lang {

class IncomingCall;
class Node;
class Peer;

/// What a call hands on to the calls that are made within it.
struct Context {
  Node* node = nullptr;
  /// The incoming call's slot in this process's recorder; the parent of what it calls.
  std::uint64_t call = 0;
  std::uint64_t chain = 0;
  std::uint16_t depth = 0;
  /// 0: none.
  std::uint64_t deadline_ns = 0;
  /// Who called; null within this process.
  const Peer* caller = nullptr;
  /// The call itself, while it runs.
  IncomingCall* incoming = nullptr;
};

/// The innermost context of this thread, or null.
const Context* current_context() noexcept;

/// What this thread calls from here on belongs to another chain: the one so far may still run elsewhere, for
/// nobody, and must not let a second call in beside it. Nothing happens outside a call.
void change_chain(std::uint64_t chain) noexcept;

/// Makes a context the current one for as long as it lives.
class ContextScope {
 public:
  explicit ContextScope(const Context& context) noexcept;
  ~ContextScope();
  ContextScope(const ContextScope&) = delete;
  ContextScope& operator=(const ContextScope&) = delete;
  const Context& context() const noexcept { return context_; }

 private:
  friend void change_chain(std::uint64_t chain) noexcept;

  Context context_;
  ContextScope* const before_;
};

}  // namespace circuit::lang
