#include "lang/remote_method.hpp"

#include <fmt/format.h>

namespace circuit::lang {

void MethodServant::handle(IncomingCallPointer call) {
  auto found = handlers_.find(call->head().method);
  if (found == handlers_.end())
    return call->fail(
        failure(ErrorKind::refused,
                fmt::format("the {} has no such method; it may be of another version", interface_)));
  call->running();
  call->node().recorder().name(found->first, found->second.descriptor);
  found->second.handler(std::move(call));
}

}  // namespace circuit::lang
