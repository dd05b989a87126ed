#include "testing/memory_transport.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <fmt/format.h>
#include <utility>

namespace circuit::testing {
namespace {

using link::Connection;
using link::Loop;
using link::Transfer;
using SinkPointer = std::shared_ptr<Connection::Sink>;

/// Bytes that one direction holds before its writer has to wait, as the buffer of a socket.
constexpr std::size_t capacity_bytes = 256 * 1024;

/// One direction of a stream: its bytes, and who waits for some, or for room.
struct Pipe {
  std::deque<std::byte> bytes;
  SinkPointer reader, writer;
};

/// What both ends of a stream share. All but the mutex under the mutex.
struct Stream : std::enable_shared_from_this<Stream> {
  std::mutex mutex;
  /// End 0 reads from pipe 0 and writes to pipe 1; end 1 the other way round.
  Pipe pipes[2];
  /// Of each end; null once that end is closed.
  Loop* loops[2] = {nullptr, nullptr};

  /// Tells whoever waits, on the loop of that end, unless it is closed by then.
  void tell(SinkPointer& waiting, std::size_t end, void (Connection::Sink::*told)()) {
    if (!waiting || loops[end] == nullptr) return;
    loops[end]->post([self = shared_from_this(), end, told, sink = std::exchange(waiting, nullptr)] {
      {
        std::lock_guard lock(self->mutex);
        if (self->loops[end] == nullptr) return;
      }
      ((*sink).*told)();
    });
  }
  /// The end that reads from, or writes to, that pipe.
  void tell_reader(std::size_t pipe) { tell(pipes[pipe].reader, pipe, &Connection::Sink::readable); }
  void tell_writer(std::size_t pipe) { tell(pipes[pipe].writer, 1 - pipe, &Connection::Sink::writable); }
};

class MemoryConnection final : public Connection {
 public:
  MemoryConnection(std::shared_ptr<Stream> stream, std::size_t end)
      : stream_(std::move(stream)), own_(end), other_(1 - end) {}
  ~MemoryConnection() override { close(); }

  Transfer read(std::span<std::byte> into) override {
    std::lock_guard lock(stream_->mutex);
    auto& bytes = stream_->pipes[own_].bytes;
    if (stream_->loops[own_] == nullptr) return {0, false, true, ECONNABORTED};
    if (bytes.empty()) {
      const bool ended = stream_->loops[other_] == nullptr;
      return {0, !ended, ended, 0};
    }
    const std::size_t n = std::min(into.size(), bytes.size());
    const auto end = bytes.begin() + static_cast<std::ptrdiff_t>(n);
    std::copy(bytes.begin(), end, into.begin());
    bytes.erase(bytes.begin(), end);
    stream_->tell_writer(own_);
    return {n, false, false, 0};
  }

  Transfer write(std::span<const ByteView> pieces) override {
    std::lock_guard lock(stream_->mutex);
    auto& bytes = stream_->pipes[other_].bytes;
    if (stream_->loops[own_] == nullptr || stream_->loops[other_] == nullptr) return {0, false, true, EPIPE};
    Transfer transfer;
    for (const ByteView& piece : pieces) {
      const std::size_t n = std::min(piece.size(), capacity_bytes - bytes.size());
      bytes.insert(bytes.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(n));
      transfer.bytes += n;
      transfer.would_block = n < piece.size();
      if (transfer.would_block) break;
    }
    if (transfer.bytes > 0) {
      transfer.would_block = false;
      stream_->tell_reader(other_);
    }
    return transfer;
  }

  void wait_readable(SinkPointer sink) override {
    std::lock_guard lock(stream_->mutex);
    Pipe& pipe = stream_->pipes[own_];
    pipe.reader = std::move(sink);
    if (!pipe.bytes.empty() || stream_->loops[other_] == nullptr) stream_->tell_reader(own_);
  }

  void wait_writable(SinkPointer sink) override {
    std::lock_guard lock(stream_->mutex);
    Pipe& pipe = stream_->pipes[other_];
    pipe.writer = std::move(sink);
    if (pipe.bytes.size() < capacity_bytes || stream_->loops[other_] == nullptr) stream_->tell_writer(other_);
  }

  void close() override {
    std::lock_guard lock(stream_->mutex);
    if (std::exchange(stream_->loops[own_], nullptr) == nullptr) return;
    stream_->pipes[own_].reader.reset();
    stream_->pipes[other_].writer.reset();
    stream_->tell_reader(other_);
    stream_->tell_writer(own_);
  }

  std::optional<std::uint32_t> peer_user() const override { return std::nullopt; }

 private:
  const std::shared_ptr<Stream> stream_;
  const std::size_t own_, other_;
};

class MemoryListener final : public link::Listener {
 public:
  MemoryListener(std::shared_ptr<MemoryNames> names, std::string name)
      : names_(std::move(names)), name_(std::move(name)) {}
  ~MemoryListener() override { names_->remove(name_); }

 private:
  const std::shared_ptr<MemoryNames> names_;
  const std::string name_;
};

}  // namespace

bool MemoryNames::add(const std::string& name, std::shared_ptr<Listening> listening) {
  std::lock_guard lock(mutex_);
  return names_.emplace(name, std::move(listening)).second;
}

void MemoryNames::remove(const std::string& name) {
  std::lock_guard lock(mutex_);
  names_.erase(name);
}

bool MemoryNames::connect(const std::string& name, const MakeConnection& make) {
  std::lock_guard lock(mutex_);
  auto found = names_.find(name);
  if (found == names_.end()) return false;
  // Under the mutex: the loop is there as long as somebody listens on it.
  Loop& loop = found->second->loop;
  auto connection = std::make_shared<std::unique_ptr<Connection>>(make(loop));
  loop.post([listening = std::weak_ptr<Listening>(found->second), connection] {
    if (auto still = listening.lock()) still->accepted(std::move(*connection));
  });
  return true;
}

void MemoryTransport::dial(const std::string& endpoint, link::Dialed dialed) {
  auto stream = std::make_shared<Stream>();
  stream->loops[0] = &loop_;
  auto own = std::make_shared<std::unique_ptr<Connection>>(std::make_unique<MemoryConnection>(stream, 0));
  const bool connected = names_->connect(endpoint, [&](Loop& loop) {
    stream->loops[1] = &loop;
    return std::make_unique<MemoryConnection>(stream, 1);
  });
  loop_.post([dialed = std::move(dialed), own, connected, endpoint] {
    if (connected) return dialed(std::move(*own));
    dialed(failure(ErrorKind::unreachable, fmt::format("nobody listens at {}", endpoint)));
  });
}

Result<std::unique_ptr<link::Listener>> MemoryTransport::listen(const std::string& endpoint,
                                                                link::Accepted accepted) {
  auto listening =
      std::make_shared<MemoryNames::Listening>(MemoryNames::Listening{loop_, std::move(accepted)});
  if (!names_->add(endpoint, std::move(listening)))
    return failure(ErrorKind::refused, fmt::format("somebody listens at {} already", endpoint));
  return std::unique_ptr<link::Listener>(std::make_unique<MemoryListener>(names_, endpoint));
}

Result<std::unique_ptr<link::Listener>> MemoryTransport::adopt(int, link::Accepted) {
  return failure(ErrorKind::refused, "a transport in memory has no descriptors");
}

}  // namespace circuit::testing
