#include "agent/keeper_port.hpp"

#include <fcntl.h>

namespace circuit::agent {

KeeperPort::KeeperPort(link::AsioLoop& loop, UniqueFd connection)
    : client_(std::move(connection)), watched_(loop.context(), ::fcntl(client_.fd(), F_DUPFD_CLOEXEC, 0)) {}

void KeeperPort::start(Handler handle, std::function<void(const Failure&)> gone) {
  handle_ = std::move(handle);
  gone_ = std::move(gone);
  read();
}

void KeeperPort::read() {
  watched_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [this](const boost::system::error_code& error) {
                        if (error) return;
                        for (;;) {
                          auto event = client_.receive();
                          if (event.has_error()) return gone_(event.error());
                          if (!*event) break;
                          handle_(std::move(**event));
                        }
                        read();
                      });
}

Result<void> KeeperPort::send(const keeper::FromAgent& message, std::span<const int> fds) {
  auto sent = client_.send(message, fds);
  if (client_.wants_to_write()) wait_to_write();
  return sent;
}

void KeeperPort::wait_to_write() {
  if (writing_) return;
  writing_ = true;
  watched_.async_wait(boost::asio::posix::stream_descriptor::wait_write,
                      [this](const boost::system::error_code& error) {
                        writing_ = false;
                        if (error || client_.flush().has_error()) return;
                        if (client_.wants_to_write()) wait_to_write();
                      });
}

}  // namespace circuit::agent
