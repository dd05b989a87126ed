// How the shell commands speak: values on standard output, everything else on standard error.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace circuit::cli {

/// `circuit: TEXT` on standard error; returns the exit status 1.
int fail(const Failure& failure);

/// Writes out what standard output still holds. Returns `status`, or 1 when that cannot be written; a reader
/// that has gone away wants no message.
int finish_output(int status);

/// Text that came from elsewhere, without control characters.
std::string plain(std::string_view text);

/// `3.2 s`, `4 m`, `2 h`, `5 d`.
std::string age_text(std::chrono::nanoseconds age);

/// `1 worker`, `3 workers`.
std::string counted(std::size_t count, std::string_view noun);

}  // namespace circuit::cli
