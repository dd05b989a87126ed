// How many connections there are, and the way to end them all.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace circuit::web {

/// One connection, whatever is spoken on it.
class Connection {
 public:
  virtual ~Connection() = default;
  /// Ends it without ceremony. On the I/O thread.
  virtual void close() = 0;
};

/// A place among the connections that there may be; given back when it is destroyed. It moves from a
/// connection's HTTP session to its WebSocket session.
class Place {
 public:
  explicit Place(std::shared_ptr<std::atomic<std::size_t>> taken) : taken_(std::move(taken)) {}
  Place(Place&&) noexcept = default;
  Place& operator=(Place&&) = delete;
  ~Place() {
    if (taken_) taken_->fetch_sub(1);
  }

 private:
  std::shared_ptr<std::atomic<std::size_t>> taken_;
};

/// Thread safety: all of it on the I/O thread; a Place may go on any.
class Connections {
 public:
  /// Nothing, when limits::web_connections are there already.
  std::unique_ptr<Place> take_place();
  void add(std::weak_ptr<Connection> connection);
  void close_all();

 private:
  std::shared_ptr<std::atomic<std::size_t>> taken_ = std::make_shared<std::atomic<std::size_t>>(0);
  std::vector<std::weak_ptr<Connection>> open_;
};

}  // namespace circuit::web
