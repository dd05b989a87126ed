#include "anchor/zookeeper/connect_string.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "anchor/coordinator.hpp"
#include "base/anchor_path.hpp"
#include "base/limits.hpp"

namespace circuit::anchor::zookeeper {
namespace {

constexpr std::string_view usual_port = "2181";

Failure wrong(std::string_view text, std::string_view why) {
  return failure(ErrorKind::invalid, fmt::format("{} names no ZooKeeper: {}; it is written "
                                                 "HOST:PORT[,HOST:PORT...][/CHROOT]",
                                                 in_quotes(text), why));
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
         c == '_';
}

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port != 0;
}

}  // namespace

Result<ConnectString> ConnectString::parse(std::string_view text) {
  if (text.size() > limits::connect_string_bytes)
    return wrong(text, fmt::format("it is longer than {} bytes", limits::connect_string_bytes));
  ConnectString out;
  std::string_view servers = text.substr(0, text.find('/'));
  std::string_view chroot = text.substr(servers.size());
  while (chroot.ends_with('/')) chroot.remove_suffix(1);
  if (!chroot.empty())
    if (auto path = check_node_path(chroot); !path) return wrong(text, path.error().text);
  out.chroot = chroot;
  for (;;) {
    std::string_view server = servers.substr(0, servers.find(','));
    std::size_t colon = server.rfind(':');
    std::string_view host = server.substr(0, colon);
    std::string_view port = colon == std::string_view::npos ? usual_port : server.substr(colon + 1);
    if (host.empty() || !std::all_of(host.begin(), host.end(), is_host_character))
      return wrong(text, "a host is missing, or has a character that no host's name has");
    if (!is_port(port)) return wrong(text, "a port is a number from 1 to 65535");
    out.servers += fmt::format("{}{}:{}", out.servers.empty() ? "" : ",", host, port);
    if (server.size() == servers.size()) return out;
    servers.remove_prefix(server.size() + 1);
  }
}

}  // namespace circuit::anchor::zookeeper
