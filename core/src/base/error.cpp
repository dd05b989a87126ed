#include <circuit/error.hpp>

namespace circuit {

std::string_view name_of(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::failed: return "failed";
    case ErrorKind::unreachable: return "unreachable";
    case ErrorKind::dead: return "dead";
    case ErrorKind::deadline: return "deadline";
    case ErrorKind::cancelled: return "cancelled";
    case ErrorKind::refused: return "refused";
    case ErrorKind::overloaded: return "overloaded";
    case ErrorKind::invalid: return "invalid";
  }
  return "unknown";
}

Error::Error(Failure failure)
    : std::runtime_error(std::string(name_of(failure.kind)) + ": " + failure.text),
      failure_(std::move(failure)) {}

}  // namespace circuit
