// Two ends of a link, each on a loop of its own, and a peer that writes whatever it likes.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <gtest/gtest.h>
#include <mutex>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

#include "link/asio_loop.hpp"
#include "link/faults.hpp"
#include "link/link.hpp"
#include "link/unix_transport.hpp"
#include "wire/frames.hpp"

namespace circuit::link::testing {

using namespace std::chrono_literals;

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    char pattern[] = "/tmp/circuit-XXXXXX";
    path_ = ::mkdtemp(pattern);
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Runs `job` on the loop and waits for it.
inline void on_loop(Loop& loop, const std::function<void()>& job) {
  std::mutex mutex;
  std::condition_variable done;
  bool ran = false;
  loop.post([&] {
    job();
    std::lock_guard lock(mutex);
    ran = true;
    done.notify_one();
  });
  std::unique_lock lock(mutex);
  done.wait(lock, [&] { return ran; });
}

struct Received {
  wire::FrameKind kind;
  std::uint64_t call;
  std::string body;
};

/// One process: its loop, its transport and one link.
class End final : public LinkOwner {
 public:
  explicit End(std::uint64_t id) {
    hello = wire::testing::some_hello();
    hello.address.id = WorkerId{id};
    loop.start_thread();
  }
  ~End() override {
    on_loop(loop, [this] {
      if (link) link->close(failure(ErrorKind::cancelled, "the test is over"));
      listener.reset();
    });
    on_loop(loop, [] {});
    loop.stop();
    link.reset();
  }

  void listen(const std::string& endpoint) {
    on_loop(loop, [&] {
      listener = value_or_throw(transport.listen(endpoint, [this](std::unique_ptr<Connection> connection) {
        begin(std::move(connection), Link::Side::acceptor);
      }));
    });
  }
  void dial(const std::string& endpoint) {
    on_loop(loop, [&] {
      transport.dial(endpoint, [this](Result<std::unique_ptr<Connection>> connection) {
        begin(value_or_throw(std::move(connection)), Link::Side::dialer);
      });
    });
  }

  /// Waits for something that a callback has told; false after 50 s: some tests move hundreds of MiB, and the
  /// thread sanitizer takes its time.
  bool wait(const std::function<bool()>& come) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, 50s, come);
  }
  bool wait_open() {
    return wait([this] { return is_open; });
  }
  bool wait_closed() {
    return wait([this] { return closes == 1; });
  }

  SystemClock clock;
  AsioLoop loop{clock};
  UnixTransport unix_transport{loop};
  FaultyTransport transport{unix_transport};
  std::unique_ptr<Listener> listener;
  wire::Hello hello;
  /// What greeted() answers.
  std::optional<Failure> refusal;
  /// Called on the loop with each message, before it is recorded.
  std::function<void(const wire::Message&)> on_message;

  // Guarded by the mutex.
  std::mutex mutex;
  std::condition_variable changed;
  std::shared_ptr<Link> link;
  std::vector<Received> received_messages;
  std::vector<std::size_t> batches;
  bool is_open = false;
  int closes = 0;
  Failure reason;

 private:
  void begin(std::unique_ptr<Connection> connection, Link::Side side) {
    auto begun = std::make_shared<Link>(loop, std::move(connection), side, hello, *this);
    {
      std::lock_guard lock(mutex);
      link = begun;
    }
    begun->start();
  }
  Result<void> greeted(const std::shared_ptr<Link>&, const wire::Hello&) override {
    if (refusal) return *refusal;
    return {};
  }
  void opened(const std::shared_ptr<Link>&) override {
    tell([this] { is_open = true; });
  }
  void received(const std::shared_ptr<Link>&, wire::Message& message) override {
    if (on_message) on_message(message);
    tell([&] {
      received_messages.push_back({message.kind, message.call, std::string(text_of(message.body))});
    });
  }
  void batch_received(const std::shared_ptr<Link>&) override {
    tell([this] { batches.push_back(received_messages.size()); });
  }
  void closed(const std::shared_ptr<Link>&, const Failure& why) override {
    tell([&] {
      ++closes;
      is_open = false;
      reason = why;
    });
  }
  void tell(const std::function<void()>& change) {
    std::lock_guard lock(mutex);
    change();
    changed.notify_all();
  }
};

struct Pair {
  Pair() {
    b.listen(endpoint());
    a.dial(endpoint());
  }
  std::string endpoint() const { return "unix:" + directory.path() + "/b"; }
  bool open() { return a.wait_open() && b.wait_open(); }

  TemporaryDirectory directory;
  End a{1}, b{2};
};

/// A bare socket that speaks to the other side. Blocking.
class RawPeer {
 public:
  /// One that has been accepted.
  explicit RawPeer(int fd) : fd_(fd) {}
  explicit RawPeer(const std::string& path) {
    fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~RawPeer() { close(); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  void write(ByteView bytes) {
    ASSERT_EQ(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  void hello(const wire::Hello& hello = wire::testing::some_hello()) {
    write(wire::testing::frame_bytes({.kind = wire::FrameKind::hello}, wire::encode_hello(hello)));
  }
  /// All that comes until the other side closes.
  Buffer read_all() {
    Buffer all;
    std::byte part[4096];
    for (ssize_t n; (n = ::recv(fd_, part, sizeof part, 0)) > 0;)
      all.append(std::span(part, static_cast<std::size_t>(n)));
    return all;
  }
  void read_some() {
    std::byte part[65536];
    EXPECT_GT(::recv(fd_, part, sizeof part, 0), 0);
  }

 private:
  int fd_ = -1;
};

/// A bare socket that is dialled. Blocking.
class RawListener {
 public:
  explicit RawListener(const std::string& path) {
    fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd_, 8), 0);
  }
  ~RawListener() { ::close(fd_); }
  RawListener(const RawListener&) = delete;
  RawListener& operator=(const RawListener&) = delete;
  std::unique_ptr<RawPeer> accept() {
    return std::make_unique<RawPeer>(::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC));
  }

 private:
  int fd_;
};

}  // namespace circuit::link::testing
