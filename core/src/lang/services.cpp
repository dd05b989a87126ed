#include "lang/services.hpp"

#include <fmt/format.h>

#include <circuit/detail/service.hpp>

#include "base/limits.hpp"
#include "lang/node.hpp"
#include "lang/process_servant.hpp"

namespace circuit::lang {

Result<void> Services::add(const std::string& name, ServantPointer servant) {
  if (name.empty() || name.size() > limits::service_name_bytes)
    return failure(ErrorKind::invalid,
                   fmt::format("the name of a service has 1 to {} bytes", limits::service_name_bytes));
  std::lock_guard lock(mutex_);
  if (services_.contains(name))
    return failure(ErrorKind::invalid, fmt::format("there is a service \"{}\" here already", name));
  if (services_.size() >= limits::services)
    return failure(ErrorKind::overloaded,
                   fmt::format("{} services are listed here already", limits::services));
  services_.emplace(name, std::move(servant));
  return {};
}

bool Services::remove(const std::string& name) {
  ServantPointer gone;  // let go outside the lock
  std::lock_guard lock(mutex_);
  auto found = services_.find(name);
  if (found == services_.end()) return false;
  gone = std::move(found->second);
  services_.erase(found);
  return true;
}

ServantPointer Services::find(std::string_view name) const {
  std::lock_guard lock(mutex_);
  auto found = services_.find(name);
  return found == services_.end() ? nullptr : found->second;
}

void Services::clear() {
  std::map<std::string, ServantPointer, std::less<>> gone;  // destroyed outside the lock
  std::lock_guard lock(mutex_);
  gone.swap(services_);
}

std::string no_service(const Address& process, std::string_view name) {
  return fmt::format("{} has no service \"{}\"", process.string(), name);
}

// -- what the runtime stands on -----------------------------------------------------------------------------

void listen(Node& node, const std::string& name, const TargetPointer& target) {
  ServantPointer servant = local_servant(target);
  if (!servant) throw Error(ErrorKind::invalid, "a service is an object of this process");
  value_or_throw(node.services().add(name, std::move(servant)));
}

void unlisten(Node& node, const std::string& name) { node.services().remove(name); }

X dial(Node& node, const Address& process, const std::string& name) {
  X found = try_dial(node, process, name);
  if (!found) throw Error(ErrorKind::refused, no_service(process, name));
  return found;
}

X try_dial(Node& node, const Address& process, const std::string& name, CallOptions options) {
  if (!process.id) throw Error(ErrorKind::invalid, "a dial needs the address of a process");
  if (process.id == node.own_id()) {
    ServantPointer servant = node.services().find(name);
    return servant ? X(make_local_target(node, std::move(servant))) : X();
  }
  PeerPointer peer = node.peers().find_or_add(process);
  OutgoingCall call(node.imports().fixed(peer, fixed_object::process, "process"), ProcessServant::dial_id(),
                    std::move(options), ProcessServant::dial_name);
  encode_arguments(call.arguments(), name);
  return call.run().value<X>();
}

}  // namespace circuit::lang
