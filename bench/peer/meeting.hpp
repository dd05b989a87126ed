// How a client finds its server, when all that it is told is a number.
#pragma once

#include <filesystem>

#include <circuit/circuit.hpp>

namespace circuit::bench {

/// The private directory of the server of that number, which is its process id.
std::filesystem::path directory_of(long server);
/// Takes away what servers that live no more have left.
void remove_remains();

void write_address(long server, const Address& address);
/// Throws Error{unreachable} where there is no such server.
Address read_address(long server);

}  // namespace circuit::bench
