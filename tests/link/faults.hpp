// A transport whose connections count what they do, can fail on order, and can be cut.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "link/transport.hpp"

namespace circuit::link::testing {

/// What was done, and what is to happen. Thread safety: any thread.
struct Faults {
  std::atomic<int> writes{0};
  /// Reads, writes and waits so far; the operation of this number, and all after it, fail. 0: none does.
  std::atomic<int> operations{0};
  std::atomic<int> fail_at{0};
  /// While set, nothing can be written.
  std::atomic<bool> stuck{false};
  /// Keeps what was written, first connection first.
  std::atomic<bool> record{false};
  std::mutex mutex;
  std::vector<std::byte> written;

  bool fails() {
    int now = ++operations;
    int at = fail_at.load();
    return at != 0 && now >= at;
  }
};

class FaultyConnection final : public Connection {
 public:
  FaultyConnection(std::shared_ptr<Connection> inner, Faults& faults)
      : inner_(std::move(inner)), faults_(faults) {}

  Transfer read(std::span<std::byte> into) override {
    if (faults_.fails()) return {.ended = true, .error_number = 104};
    return inner_->read(into);
  }
  Transfer write(std::span<const ByteView> pieces) override {
    ++faults_.writes;
    if (faults_.fails()) return {.ended = true, .error_number = 32};
    if (faults_.stuck) return {.would_block = true};
    if (!faults_.record) return inner_->write(pieces);
    // Held from before the write: otherwise the peer may answer, and a test look, before the bytes are kept.
    std::lock_guard lock(faults_.mutex);
    Transfer transfer = inner_->write(pieces);
    std::size_t left = transfer.bytes;
    for (ByteView piece : pieces) {
      ByteView part = piece.first(std::min(left, piece.size()));
      faults_.written.insert(faults_.written.end(), part.begin(), part.end());
      left -= part.size();
    }
    return transfer;
  }
  void wait_readable(std::shared_ptr<Sink> sink) override { inner_->wait_readable(std::move(sink)); }
  void wait_writable(std::shared_ptr<Sink> sink) override { inner_->wait_writable(std::move(sink)); }
  void close() override { inner_->close(); }
  std::optional<std::uint32_t> peer_user() const override { return inner_->peer_user(); }

 private:
  std::shared_ptr<Connection> inner_;
  Faults& faults_;
};

class FaultyTransport final : public Transport {
 public:
  explicit FaultyTransport(Transport& inner) : inner_(inner) {}

  void dial(const std::string& endpoint, Dialed dialed) override {
    ++dials;
    if (down_) return dialed(failure(ErrorKind::unreachable, "cut off by the test"));
    inner_.dial(endpoint, [this, dialed = std::move(dialed)](Result<std::unique_ptr<Connection>> connection) {
      if (connection.has_error()) return dialed(std::move(connection));
      dialed(wrap(std::move(*connection)));
    });
  }
  Result<std::unique_ptr<Listener>> listen(const std::string& endpoint, Accepted accepted) override {
    return inner_.listen(endpoint, wrapping(std::move(accepted)));
  }
  Result<std::unique_ptr<Listener>> adopt(int listening_fd, Accepted accepted) override {
    return inner_.adopt(listening_fd, wrapping(std::move(accepted)));
  }

  /// On the loop: breaks every connection, as a kill of the process would.
  void cut() {
    for (const auto& weak : connections_)
      if (auto connection = weak.lock()) connection->close();
    connections_.clear();
  }
  /// On the loop: cut(), and nothing new comes up.
  void go_down() {
    down_ = true;
    cut();
  }

  Faults faults;
  std::atomic<int> dials{0};

 private:
  Accepted wrapping(Accepted accepted) {
    return [this, accepted = std::move(accepted)](std::unique_ptr<Connection> connection) {
      if (!down_) accepted(wrap(std::move(connection)));
    };
  }
  std::unique_ptr<Connection> wrap(std::unique_ptr<Connection> connection) {
    std::shared_ptr<Connection> shared = std::move(connection);
    connections_.push_back(shared);
    return std::make_unique<FaultyConnection>(std::move(shared), faults);
  }

  Transport& inner_;
  bool down_ = false;
  std::vector<std::weak_ptr<Connection>> connections_;
};

}  // namespace circuit::link::testing
