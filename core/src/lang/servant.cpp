#include "lang/servant.hpp"

#include <algorithm>
#include <cstdlib>
#include <cxxabi.h>
#include <exception>
#include <fmt/format.h>
#include <functional>
#include <typeinfo>

#include <circuit/function.hpp>

#include "lang/node.hpp"
#include "lang/pool.hpp"

namespace circuit::lang {
namespace {

std::string demangled(const std::type_info* type) {
  if (type == nullptr) return "unknown";
  int status = 0;
  std::unique_ptr<char, void (*)(void*)> name(abi::__cxa_demangle(type->name(), nullptr, nullptr, &status),
                                              std::free);
  return status == 0 ? name.get() : type->name();
}

/// What the user's code threw, as the caller is told.
Failure failure_of_current_exception() {
  Failure what{ErrorKind::failed, "something that is no std::exception", {}, true};
  what.type = demangled(abi::__cxa_current_exception_type());
  try {
    throw;
  } catch (const std::exception& exception) {
    what.text = exception.what();
  } catch (...) {
  }
  return what;
}

/// What can be called in place of `wanted`, for people: what has its name, or else everything.
template <class Callable>
std::string list_for(std::string_view wanted, std::vector<const Callable*> callables) {
  std::string_view name = wanted.substr(0, wanted.find('('));
  name.remove_prefix(std::min(name.size(), name.rfind('.') + 1));
  auto is_named = [&](const Callable* callable) { return callable->name == name; };
  if (std::any_of(callables.begin(), callables.end(), is_named))
    std::erase_if(callables, std::not_fn(is_named));
  std::string all;
  for (const Callable* callable : callables) {
    // The first in any case: it is what the caller has to compare with.
    if (!all.empty() && all.size() + callable->descriptor.size() > limits::listed_methods_bytes)
      return all + ", and more";
    if (!all.empty()) all += ", ";
    all += callable->descriptor;
  }
  return all.empty() ? "nothing" : all;
}

Failure no_method(const IncomingCall& call, const Interface& interface) {
  const std::string wanted = call.node().signatures().text_of(call.head().method);
  std::vector<const Method*> methods;
  for (const Method& method : interface.methods) methods.push_back(&method);
  return failure(ErrorKind::refused,
                 fmt::format("{} has no method {} here: the caller was built with another definition of it; "
                             "it has {}",
                             interface.name,
                             wanted.empty() ? fmt::format("with the id {:016x}", call.head().method) : wanted,
                             list_for(wanted, std::move(methods))));
}

Failure no_function(const IncomingCall& call) {
  Signatures& signatures = call.node().signatures();
  const std::uint64_t id = call.head().method;
  const std::string here = call.node().own_address().string(), wanted = signatures.text_of(id);
  if (wanted.empty())
    return failure(
        ErrorKind::refused,
        fmt::format("{} has no function with the id {:016x}: it was built from other sources", here, id));
  if (!signatures.is_lasting(id))
    return failure(
        ErrorKind::refused,
        fmt::format("{} is another build than its caller, and does not know its {}: a lambda, or a "
                    "function without CIRCUIT_FUNCTION, is known to its own build alone; make it a "
                    "function with CIRCUIT_FUNCTION in both programs",
                    here, wanted));
  std::vector<const Function*> functions;
  for (const Function* function : all_functions())
    if (!function->unnamed) functions.push_back(function);
  return failure(ErrorKind::refused,
                 fmt::format("{} was built from other sources and has no function {}; it has {}", here,
                             wanted, list_for(wanted, std::move(functions))));
}

/// Runs the call on a thread of the pool; where there is no room, answers so and returns false.
bool run_in_pool(IncomingCallPointer call, std::function<void(IncomingCallPointer)> run) {
  Pool& pool = call->node().pool();
  const std::uint64_t chain = call->head().chain;
  auto shared = std::make_shared<IncomingCallPointer>(std::move(call));
  if (pool.submit([shared, run = std::move(run)] { run(std::move(*shared)); }, chain)) return true;
  (*shared)->fail(failure(ErrorKind::overloaded, "too many calls wait for a thread"));
  return false;
}

}  // namespace

void run_thunk(IncomingCall& call, Thunk thunk, void* object) {
  if (auto reason = call.unwanted()) return call.fail(std::move(*reason));
  run_thunk_always(call, thunk, object);
}

bool run_thunk_always(IncomingCall& call, Thunk thunk, void* object) {
  call.running();
  ContextScope scope(call.context());
  Decoder arguments(call.arguments(), call.references());
  bool returned = false;
  call.reply([&](Encoder& result) {
    try {
      thunk(object, arguments, result);
    } catch (...) {
      throw Error(failure_of_current_exception());
    }
    if (!arguments.ok()) throw Error(ErrorKind::invalid, "the arguments do not fit: " + arguments.error());
    returned = true;
  });
  return returned;
}

// -- strands ------------------------------------------------------------------------------------------------

bool Strand::enter(IncomingCallPointer& call) {
  std::lock_guard lock(mutex_);
  // A chain of 0 names none.
  if (nested_ == 0 || (chain_ != 0 && chain_ == call->head().chain)) {
    chain_ = call->head().chain;
    if (nested_++ == 0) holder_ = call->recorded();
    return true;
  }
  call->queued_behind(holder_);
  waiting_.push_back(std::move(call));
  return false;
}

IncomingCallPointer Strand::leave() {
  std::lock_guard lock(mutex_);
  if (--nested_ > 0 || waiting_.empty()) return nullptr;
  IncomingCallPointer next = std::move(waiting_.front());
  waiting_.pop_front();
  chain_ = next->head().chain;
  holder_ = next->recorded();
  nested_ = 1;
  return next;
}

void Strand::drop_calls_of(const Peer* peer) {
  std::deque<IncomingCallPointer> dropped;  // destroyed outside the lock
  std::lock_guard lock(mutex_);
  for (IncomingCallPointer& call : waiting_)
    if (peer == nullptr || call->peer().get() == peer) dropped.push_back(std::move(call));
  std::erase_if(waiting_, [](const IncomingCallPointer& call) { return call == nullptr; });
}

// -- servants -----------------------------------------------------------------------------------------------

void ObjectServant::handle(IncomingCallPointer call) {
  const Method* method = call->node().signatures().method_of(interface_, call->head().method);
  if (method == nullptr) return call->fail(no_method(*call, interface_));
  // A name that was asked for without the class belongs to no one class.
  std::string_view known = method->descriptor;
  if (call->head().method != method->id) known.remove_prefix(known.find('(') - method->name.size());
  call->node().recorder().name(call->head().method, known);
  if (interface_.inline_calls) return run_on_loop(std::move(call), method->thunk);
  if (interface_.concurrent)
    return static_cast<void>(
        run_in_pool(std::move(call), [self = shared_from_this(), this, method](IncomingCallPointer taken) {
          run_thunk(*taken, method->thunk, object_.get());
        }));
  if (strand_.enter(call)) submit(std::move(call));
}

void ObjectServant::run_on_loop(IncomingCallPointer call, Thunk thunk) {
  link::Loop& loop = call->node().loop();
  if (loop.on_loop()) return run_thunk(*call, thunk, object_.get());
  // A call of this process itself: it must not overlap with those that the loop brings.
  auto shared = std::make_shared<IncomingCallPointer>(std::move(call));
  loop.post([self = shared_from_this(), this, thunk, shared] {
    run_thunk(**shared, thunk, object_.get());
    shared->reset();
  });
}

void ObjectServant::submit(IncomingCallPointer call) {
  auto run_all = [self = shared_from_this(), this](IncomingCallPointer taken) {
    while (taken) {
      const Method* method = taken->node().signatures().method_of(interface_, taken->head().method);
      run_thunk(*taken, method->thunk, object_.get());
      taken.reset();
      taken = strand_.leave();
    }
  };
  while (call && !run_in_pool(std::move(call), run_all)) call = strand_.leave();
}

const std::string& FunctionServant::interface() const {
  static const std::string name = "functions";
  return name;
}

void FunctionServant::handle(IncomingCallPointer call) {
  const Function* function = call->node().signatures().function_of(call->head().method);
  if (function == nullptr) return call->fail(no_function(*call));
  if (!call->node().admit_function(*call, *function)) return;
  call->node().recorder().name(call->head().method, function->descriptor);
  Node& node = call->node();
  bool runs = run_in_pool(std::move(call), [function, &node](IncomingCallPointer taken) {
    // Once it is admitted it runs: the agent, which may have called for someone else, can be gone by now.
    const bool returned = run_thunk_always(*taken, function->thunk, nullptr);
    taken.reset();
    node.function_ended(returned);
  });
  if (!runs) node.function_ended(false);
}

ServantPointer ObjectServants::servant_of(std::shared_ptr<void> object, const Interface& interface) {
  std::lock_guard lock(mutex_);
  if (servants_.size() >= sweep_at_) {
    std::erase_if(servants_, [](const auto& entry) { return entry.second.expired(); });
    sweep_at_ = std::max<std::size_t>(64, servants_.size() * 2);
  }
  std::weak_ptr<Servant>& known = servants_[{object.get(), &interface}];
  ServantPointer servant = known.lock();
  if (!servant) known = servant = make_object_servant(std::move(object), interface);
  return servant;
}

TargetPointer make_object_target(Node& node, std::shared_ptr<void> object, const Interface& interface) {
  return make_local_target(node, node.servants().servant_of(std::move(object), interface));
}

ServantPointer make_object_servant(std::shared_ptr<void> object, const Interface& interface) {
  return std::make_shared<ObjectServant>(std::move(object), interface);
}

Method make_method(const char* declaring, const char* name, const std::vector<std::string>& parameters,
                   const std::string& result) {
  Method method;
  method.name = name;
  const std::string by_name = canonical_descriptor(name, parameters, result);
  method.descriptor = fmt::format("{}.{}", declaring, by_name);
  method.id = signature_id(method.descriptor);
  method.id_by_name = id_by_name(by_name);
  return method;
}

void add_base(Interface& interface, const char* base) {
  auto& bases = interface.bases;
  if (std::find(bases.begin(), bases.end(), base) == bases.end()) bases.emplace_back(base);
}

const Method* Interface::find(std::uint64_t id) const noexcept {
  for (const Method& method : methods)
    if (method.id == id) return &method;
  // Those of a base stand before those of what extends it.
  auto found = std::find_if(methods.rbegin(), methods.rend(),
                            [id](const Method& method) { return method.id_by_name == id; });
  return found == methods.rend() ? nullptr : &*found;
}

std::uint64_t id_by_name(std::string_view descriptor) { return signature_id("." + std::string(descriptor)); }

}  // namespace circuit::lang
