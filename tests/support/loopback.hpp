// Addresses of this machine that no other can reach.
#pragma once

#include <cstdint>
#include <netinet/in.h>

namespace circuit::support {

/// That port of 127.0.0.1; 0 lets the kernel choose one.
inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace circuit::support
