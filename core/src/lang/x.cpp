#include <fmt/format.h>

#include <circuit/x.hpp>

#include "lang/promise.hpp"

namespace circuit::lang {

void throw_on(const Error& error, const std::string& descriptor) {
  if (error.kind() != ErrorKind::refused) throw error;
  Failure what = error.failure();
  what.text = fmt::format("a call of {} by name: {}", descriptor, what.text);
  throw Error(std::move(what));
}

void require_interface(const TargetPointer& given, std::string_view interface) {
  const TargetPointer target = settled(given);
  if (!target || target->interfaces().include(interface)) return;
  throw Error(ErrorKind::invalid,
              fmt::format("the object that {} is wanted of is a {}", interface, target->interface()));
}

}  // namespace circuit::lang
