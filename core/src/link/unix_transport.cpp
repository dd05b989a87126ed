#include "link/unix_transport.hpp"

#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.hpp"

namespace circuit::link {
namespace {

using Protocol = boost::asio::local::stream_protocol;
constexpr std::string_view scheme = "unix:";

/// A listener whose backlog is full is dialled again after this time, and so often.
constexpr auto dial_pause = std::chrono::milliseconds(10);
constexpr int dial_tries = 500;

Result<sockaddr_un> unix_address(const std::string& endpoint) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (!endpoint.starts_with(scheme))
    return failure(ErrorKind::invalid, fmt::format("'{}' is no address of this host (unix:/path)", endpoint));
  std::string_view path = std::string_view(endpoint).substr(scheme.size());
  if (path.empty() || path.size() >= sizeof address.sun_path || path.find('\0') != path.npos)
    return failure(ErrorKind::invalid,
                   fmt::format("'{}' is too long or empty for a socket's path (at most {} bytes)", path,
                               sizeof address.sun_path - 1));
  path.copy(address.sun_path, path.size());
  return address;
}

Transfer from_errno() {
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {.would_block = true};
  return {.ended = true, .error_number = errno};
}

/// Asio watches the descriptor; the bytes are moved by plain system calls, so that any thread can write.
class UnixConnection final : public Connection, public std::enable_shared_from_this<UnixConnection> {
 public:
  UnixConnection(boost::asio::io_context& context, Protocol::socket socket)
      : context_(context), socket_(std::move(socket)), fd_(socket_.native_handle()) {
    socket_.non_blocking(true);
  }

  Transfer read(std::span<std::byte> into) override {
    ssize_t n = ::recv(fd_, into.data(), into.size(), MSG_DONTWAIT);
    if (n < 0) return from_errno();
    if (n == 0) return {.ended = true};
    return {.bytes = static_cast<std::size_t>(n)};
  }

  Transfer write(std::span<const ByteView> pieces) override {
    std::array<iovec, 16> vectors{};
    std::size_t count = std::min(pieces.size(), vectors.size());
    for (std::size_t i = 0; i < count; ++i)
      vectors[i] = {const_cast<std::byte*>(pieces[i].data()), pieces[i].size()};
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    ssize_t n = ::sendmsg(fd_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0) return from_errno();
    return {.bytes = static_cast<std::size_t>(n)};
  }

  void wait_readable(std::shared_ptr<Sink> sink) override {
    socket_.async_wait(Protocol::socket::wait_read, [self = shared_from_this(), sink = std::move(sink)](
                                                        const boost::system::error_code& error) {
      if (!error) sink->readable();
    });
  }

  void wait_writable(std::shared_ptr<Sink> sink) override {
    socket_.async_wait(Protocol::socket::wait_write, [self = shared_from_this(), sink = std::move(sink)](
                                                         const boost::system::error_code& error) {
      if (!error) sink->writable();
    });
  }

  // Wakes both ends at once; the descriptor itself is closed by the destructor, so that no other thread can
  // meet a reused number.
  void close() override { ::shutdown(fd_, SHUT_RDWR); }

  std::optional<std::uint32_t> peer_user() const override {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(fd_, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return std::nullopt;
    return credentials.uid;
  }

  boost::asio::io_context& context() noexcept { return context_; }

 private:
  boost::asio::io_context& context_;
  Protocol::socket socket_;
  int fd_;
};

/// What the Link owns: the socket itself lives until the loop has let go of its waits.
class ConnectionHandle final : public Connection {
 public:
  ConnectionHandle(boost::asio::io_context& context, Protocol::socket socket)
      : shared_(std::make_shared<UnixConnection>(context, std::move(socket))) {}
  ~ConnectionHandle() override {
    shared_->close();
    // Asio's socket may only be touched on the loop: it dies there, or here when the loop has ended.
    boost::asio::io_context& context = shared_->context();
    if (!context.stopped()) boost::asio::post(context, [shared = std::move(shared_)] {});
  }
  Transfer read(std::span<std::byte> into) override { return shared_->read(into); }
  Transfer write(std::span<const ByteView> pieces) override { return shared_->write(pieces); }
  void wait_readable(std::shared_ptr<Sink> sink) override { shared_->wait_readable(std::move(sink)); }
  void wait_writable(std::shared_ptr<Sink> sink) override { shared_->wait_writable(std::move(sink)); }
  void close() override { shared_->close(); }
  std::optional<std::uint32_t> peer_user() const override { return shared_->peer_user(); }

 private:
  std::shared_ptr<UnixConnection> shared_;
};

class UnixListener final : public Listener {
 public:
  UnixListener(boost::asio::io_context& context, Protocol::acceptor acceptor, Accepted accepted)
      : state_(std::make_shared<State>(context, std::move(acceptor), std::move(accepted))) {
    accept(state_);
  }
  ~UnixListener() override {
    state_->open = false;
    boost::system::error_code ignored;
    state_->acceptor.close(ignored);
  }

 private:
  struct State {
    State(boost::asio::io_context& c, Protocol::acceptor a, Accepted f)
        : context(c), acceptor(std::move(a)), retry(c), accepted(std::move(f)) {}
    boost::asio::io_context& context;
    Protocol::acceptor acceptor;
    boost::asio::steady_timer retry;
    Accepted accepted;
    bool open = true;
  };

  static void accept(const std::shared_ptr<State>& state) {
    state->acceptor.async_accept([state](const boost::system::error_code& error, Protocol::socket socket) {
      if (!state->open) return;
      if (!error) {
        ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
        state->accepted(std::make_unique<ConnectionHandle>(state->context, std::move(socket)));
        return accept(state);
      }
      // Out of descriptors, most likely: the peer waits in the backlog, and so does this side, a little.
      log::warn("cannot accept a connection: {}", error.message());
      state->retry.expires_after(std::chrono::milliseconds(50));
      state->retry.async_wait([state](const boost::system::error_code&) {
        if (state->open) accept(state);
      });
    });
  }

  std::shared_ptr<State> state_;
};

}  // namespace

void UnixTransport::dial(const std::string& endpoint, Dialed dialed) {
  try_dial(endpoint, std::move(dialed), dial_tries);
}

void UnixTransport::try_dial(const std::string& endpoint, Dialed dialed, int tries) {
  auto address = unix_address(endpoint);
  if (address.has_error()) return dialed(address.error());
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return dialed(system_failure("no socket left", errno, ErrorKind::overloaded));
  // Connecting an AF_UNIX stream is done at once, unless the backlog of the listener is full.
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    if (errno != EAGAIN || tries == 0)
      return dialed(
          system_failure(fmt::format("cannot connect to {}", endpoint), errno, ErrorKind::unreachable));
    auto timer = std::make_shared<boost::asio::steady_timer>(loop_.context(), dial_pause);
    return timer->async_wait(
        [this, timer, endpoint, dialed = std::move(dialed), tries](const auto& cancelled) {
          if (!cancelled) try_dial(endpoint, dialed, tries - 1);
        });
  }
  Protocol::socket socket(loop_.context());
  boost::system::error_code error;
  socket.assign(Protocol(), fd.get(), error);
  if (error) return dialed(failure(ErrorKind::unreachable, error.message()));
  static_cast<void>(fd.release());
  dialed(std::unique_ptr<Connection>(std::make_unique<ConnectionHandle>(loop_.context(), std::move(socket))));
}

Result<std::unique_ptr<Listener>> UnixTransport::listen(const std::string& endpoint, Accepted accepted) {
  auto fd = bind_unix(endpoint);
  if (fd.has_error()) return fd.error();
  return adopt(fd->release(), std::move(accepted));
}

Result<std::unique_ptr<Listener>> UnixTransport::adopt(int listening_fd, Accepted accepted) {
  Protocol::acceptor acceptor(loop_.context());
  boost::system::error_code error;
  acceptor.assign(Protocol(), listening_fd, error);
  if (error) {
    ::close(listening_fd);
    return failure(ErrorKind::invalid, "the listening socket cannot be used: " + error.message());
  }
  return std::unique_ptr<Listener>(
      std::make_unique<UnixListener>(loop_.context(), std::move(acceptor), std::move(accepted)));
}

Result<UniqueFd> bind_unix(const std::string& endpoint) {
  auto address = unix_address(endpoint);
  if (address.has_error()) return address.error();
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return system_failure("no socket left", errno, ErrorKind::overloaded);
  const auto* at = reinterpret_cast<const sockaddr*>(&*address);
  UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe) return system_failure("no socket left", errno, ErrorKind::overloaded);
  if (::connect(probe.get(), at, sizeof *address) == 0 || errno == EAGAIN)
    return failure(ErrorKind::refused, fmt::format("cannot listen at {}: another process does", endpoint));
  ::unlink(address->sun_path);
  // Linux gives the file the mode of the socket: there is no moment in which others could connect, and no
  // mask of the whole process is touched.
  if (::fchmod(fd.get(), 0600) != 0 || ::bind(fd.get(), at, sizeof *address) != 0 ||
      ::listen(fd.get(), SOMAXCONN) != 0)
    return system_failure(fmt::format("cannot listen at {}", endpoint), errno);
  return fd;
}

}  // namespace circuit::link
