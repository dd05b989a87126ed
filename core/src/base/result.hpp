// Results inside the library, where failing is ordinary; circuit::Error is thrown at the public edge alone.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <utility>

#include <circuit/error.hpp>

namespace circuit {

template <class T>
using Result = boost::system::result<T, Failure>;

/// A failure of the given kind, with nothing run.
inline Failure failure(ErrorKind kind, std::string text) { return Failure{kind, std::move(text), {}, false}; }

/// The value, or the failure thrown as circuit::Error. For the public edge.
template <class T>
T value_or_throw(Result<T> result) {
  if (result.has_error()) throw Error(std::move(result).error());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// Boost.System asks for this when value() is called on a failure.
[[noreturn]] inline void throw_exception_from_error(const Failure& failure, const boost::source_location&) {
  throw Error(failure);
}

}  // namespace circuit
