// What part this process plays, as its environment says.
#pragma once

namespace circuit::runtime {

enum class Role { app, worker, functions };

/// $CIRCUIT_ROLE; an unknown one ends the process with a message and status 1.
Role role_from_environment();
/// Prints the functions of this executable as JSON and ends the process.
[[noreturn]] void print_functions();

}  // namespace circuit::runtime
