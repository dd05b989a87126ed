#include "keeper/datagram.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include "base/limits.hpp"

namespace circuit::keeper {
namespace {

constexpr std::size_t control_bytes = CMSG_SPACE(sizeof(int) * limits::keeper_message_fds);
using Control = std::array<std::byte, control_bytes>;

/// True: sent. False: the peer has no room now.
Result<bool> send_now(int socket, ByteView bytes, std::span<const int> fds) {
  iovec part{const_cast<std::byte*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) Control control{};
  if (!fds.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(fds.size_bytes());
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(fds.size_bytes());
    std::memcpy(CMSG_DATA(header), fds.data(), fds.size_bytes());
  }
  for (;;) {
    if (::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return true;
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return false;
    const bool closed = errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN;
    return system_failure("cannot send to the other side", errno,
                          closed ? ErrorKind::dead : ErrorKind::refused);
  }
}

void take_fds(msghdr& message, Datagram& datagram) {
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof fd);
      datagram.fds.emplace_back(fd);
    }
  }
}

}  // namespace

DatagramSocket::DatagramSocket(UniqueFd socket) : socket_(std::move(socket)) {
  ::fcntl(socket_.get(), F_SETFD, FD_CLOEXEC);
  ::fcntl(socket_.get(), F_SETFL, ::fcntl(socket_.get(), F_GETFL) | O_NONBLOCK);
  // A datagram must fit whole, and a system may be set to a smaller default. Where this fails, the default
  // stays.
  const int room = static_cast<int>(2 * limits::keeper_message_bytes);
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
}

Result<std::pair<UniqueFd, UniqueFd>> DatagramSocket::pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return system_failure("cannot make a socket pair", errno);
  return std::pair(UniqueFd(ends[0]), UniqueFd(ends[1]));
}

Result<void> DatagramSocket::send(Buffer bytes, std::span<const int> fds) {
  if (bytes.size() > limits::keeper_message_bytes)
    return failure(ErrorKind::invalid,
                   fmt::format("a message of {} bytes to or from the keeper; at most {} can be sent",
                               bytes.size(), limits::keeper_message_bytes));
  if (fds.size() > limits::keeper_message_fds)
    return failure(ErrorKind::invalid, fmt::format("{} descriptors with a message; at most {} can be sent",
                                                   fds.size(), limits::keeper_message_fds));
  if (backlog_.empty()) {
    auto sent = send_now(socket_.get(), bytes, fds);
    if (!sent) return std::move(sent).error();
    if (*sent) return {};
  }
  if (backlog_.size() >= limits::keeper_backlog)
    return failure(ErrorKind::overloaded, fmt::format("{} messages wait to be read", backlog_.size()));
  Waiting waiting{std::move(bytes), {}};
  for (int fd : fds) {
    // The caller may close its descriptor before there is room.
    UniqueFd kept(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
    if (!kept) return system_failure("cannot keep a descriptor for a message that waits", errno);
    waiting.fds.push_back(std::move(kept));
  }
  backlog_.push_back(std::move(waiting));
  return {};
}

Result<void> DatagramSocket::flush() {
  while (!backlog_.empty()) {
    const Waiting& next = backlog_.front();
    std::vector<int> fds;
    for (const UniqueFd& fd : next.fds) fds.push_back(fd.get());
    auto sent = send_now(socket_.get(), next.bytes, fds);
    if (!sent) return std::move(sent).error();
    if (!*sent) break;
    backlog_.pop_front();
  }
  return {};
}

Result<std::optional<Datagram>> DatagramSocket::receive() {
  Datagram datagram;
  iovec part{datagram.bytes.extend(limits::keeper_message_bytes), limits::keeper_message_bytes};
  alignas(cmsghdr) Control control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t size = -1;
  do size = ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  while (size < 0 && errno == EINTR);
  if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return std::optional<Datagram>();
  if (size < 0) return system_failure("cannot receive from the other side", errno, ErrorKind::dead);
  take_fds(message, datagram);
  // An empty datagram reads as the end of the connection; nobody sends one.
  if (size == 0) return failure(ErrorKind::dead, "the other side has closed the connection");
  if ((message.msg_flags & MSG_TRUNC) != 0)
    return failure(ErrorKind::invalid,
                   fmt::format("a message of more than {} bytes", limits::keeper_message_bytes));
  datagram.fds_lost = (message.msg_flags & MSG_CTRUNC) != 0;
  datagram.bytes.truncate(static_cast<std::size_t>(size));
  return std::optional(std::move(datagram));
}

void DatagramSocket::finish() noexcept {
  ::shutdown(socket_.get(), SHUT_WR);
}

}  // namespace circuit::keeper
