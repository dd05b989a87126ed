// What can go wrong, named by what the caller should do about it.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace circuit {

/// The kinds of error. The numbers go over the wire (docs/wire.md) and never change.
enum class ErrorKind : std::uint8_t {
  /// The callee ran and threw; its text and type come along. Treat it as the exception it was.
  failed = 1,
  /// The peer cannot be reached, and nobody knows whether it lives. Try again later.
  unreachable = 2,
  /// The peer is dead, for ever. Drop what refers to it.
  dead = 3,
  /// The time given was over. Give more, or do without.
  deadline = 4,
  /// The caller cancelled.
  cancelled = 5,
  /// The peer will not do this for this caller, now or later. Change the request.
  refused = 6,
  /// A limit was reached. Do less at once.
  overloaded = 7,
  /// What was handed over makes no sense. Mend it.
  invalid = 8,
};

/// The name of a kind as it is written above, or "unknown".
std::string_view name_of(ErrorKind kind) noexcept;

/// An error as a value, for interfaces where failing is ordinary and nothing is thrown.
struct Failure {
  ErrorKind kind = ErrorKind::failed;
  /// One sentence or more for a person: what was wrong, and what to do.
  std::string text;
  /// With `failed`: the type of the exception at the callee, as C++ spells it. Otherwise empty.
  std::string type;
  /// Whether the call may have had an effect at the callee.
  bool may_have_run = false;
};

/// What every blocking function of the public interface throws, and nothing else.
/// Thread safety: as any value.
class Error : public std::runtime_error {
 public:
  explicit Error(Failure failure);
  Error(ErrorKind kind, std::string text) : Error(Failure{kind, std::move(text), {}, false}) {}

  ErrorKind kind() const noexcept { return failure_.kind; }
  /// With `failed`: the type of the exception at the callee.
  const std::string& type() const noexcept { return failure_.type; }
  /// False only where it is certain that the callee did nothing.
  bool may_have_run() const noexcept { return failure_.may_have_run; }
  const Failure& failure() const noexcept { return failure_; }

 private:
  Failure failure_;
};

}  // namespace circuit
