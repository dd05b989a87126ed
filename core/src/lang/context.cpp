#include "lang/context.hpp"

namespace circuit::lang {
namespace {

thread_local ContextScope* current = nullptr;

}  // namespace

const Context* current_context() noexcept { return current == nullptr ? nullptr : &current->context(); }

void change_chain(std::uint64_t chain) noexcept {
  if (current != nullptr) current->context_.chain = chain;
}

ContextScope::ContextScope(const Context& context) noexcept : context_(context), before_(current) {
  current = this;
}
ContextScope::~ContextScope() { current = before_; }

}  // namespace circuit::lang
