#include "meeting.hpp"

#include <cstdlib>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <circuit/value/codec.hpp>

#include "base/paths.hpp"

namespace circuit::bench {
namespace fs = std::filesystem;
namespace {

fs::path directory_of_all() {
  return fs::temp_directory_path() / fmt::format("circuit-peer-{}", ::geteuid());
}

}  // namespace

fs::path directory_of(long server) { return directory_of_all() / std::to_string(server); }

void remove_remains() {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory_of_all(), error)) {
    const long server = std::strtol(entry.path().filename().c_str(), nullptr, 10);
    if (server <= 0 || ::kill(static_cast<pid_t>(server), 0) == 0) continue;
    fs::remove_all(socket_directory(entry.path()), error);
    fs::remove_all(entry.path(), error);
  }
}

void write_address(long server, const Address& address) {
  value_or_throw(make_private_directory(directory_of_all()));
  value_or_throw(make_private_directory(directory_of(server)));
  value_or_throw(write_file(directory_of(server) / "address", text_of(to_cbor(address))));
}

Address read_address(long server) {
  auto text = read_file(directory_of(server) / "address", 4096);
  Address address;
  if (text.has_error() || !from_cbor(bytes_of(*text), address))
    throw Error(ErrorKind::unreachable,
                fmt::format("there is no server {}: start one, and give its number", server));
  return address;
}

}  // namespace circuit::bench
