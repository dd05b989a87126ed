// Whatever arrives at a socket: that connection is closed, and everything else goes on.
#include <array>
#include <csignal>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "spawn/agent_file.hpp"
#include "spawn/agent_interface.hpp"
#include "support/host.hpp"
#include "wire/frame.hpp"
#include "wire/messages.hpp"

namespace circuit::support {
namespace {

/// A frame of that kind, as a peer would write it.
Buffer frame(wire::FrameKind kind, ByteView body, std::uint64_t call = 0) {
  Buffer bytes;
  wire::FrameHeader header;
  header.length = static_cast<std::uint32_t>(body.size());
  header.kind = kind;
  header.call = call;
  header.write(bytes.extend(wire::FrameHeader::size));
  bytes.append(body);
  return bytes;
}

Buffer hello_of(const Address& address, wire::Role role) {
  wire::Hello hello;
  hello.address = address;
  hello.role = role;
  hello.body_limit = 1 << 20;
  hello.call_limit = 16;
  return frame(wire::FrameKind::hello, wire::encode_hello(hello));
}

Address nobody() {
  Address address;
  address.id = WorkerId{0x1234567890abcdefu};
  address.incarnation = 1;
  address.host = "localhost";
  address.pid = 1;
  return address;
}

/// A connection of one who does not keep to the rules.
class Stranger {
 public:
  explicit Stranger(const std::string& endpoint) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    endpoint.copy(address.sun_path, sizeof address.sun_path - 1, 5);
    // A full backlog is waited for: connect() of a blocking socket does just that.
    EXPECT_EQ(::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  void send(ByteView bytes) const {
    static_cast<void>(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }
  /// Reads until the other side closes. False: it does not.
  bool is_closed() const {
    const auto deadline = Steady::now() + patience;
    std::array<char, 4096> chunk{};
    while (Steady::now() < deadline) {
      pollfd entry{socket_.get(), POLLIN, 0};
      if (::poll(&entry, 1, 100) > 0 && ::read(socket_.get(), chunk.data(), chunk.size()) <= 0) return true;
    }
    return false;
  }

 private:
  UniqueFd socket_;
};

class Strangers : public Host {
 protected:
  void SetUp() override {
    start();
    worker_ = console().spawn({.function = "sleep", .arguments = "[3600]", .anchors = {"/bystander"}});
    ASSERT_TRUE(eventually([&] { return console().is_live(worker_.address.id); }));
    agent_ = agent_pid();
  }
  void TearDown() override {
    EXPECT_TRUE(console().ping(worker_.address).has_value());
    EXPECT_TRUE(console().is_live(worker_.address.id));
    EXPECT_EQ(agent_pid(), agent_) << "the agent has been replaced";
    EXPECT_EQ(circuit({"ls", "/bystander"}).out, "/bystander/" + worker_.address.id.string() + "\n");
  }

  std::vector<std::string> endpoints() {
    return {spawn::read_agent_file(directory())->endpoint, worker_.address.endpoint};
  }
  void expect_closed_after(ByteView bytes) {
    for (const std::string& endpoint : endpoints()) {
      const Stranger stranger(endpoint);
      stranger.send(bytes);
      EXPECT_TRUE(stranger.is_closed()) << endpoint;
    }
  }

  spawn::WorkerRecord worker_;
  pid_t agent_ = 0;
};

TEST_F(Strangers, GarbageIsClosed) {
  std::string garbage;
  for (unsigned i = 0; i < 100'000; ++i) garbage += static_cast<char>((i * 2654435761u) >> 11);
  expect_closed_after(bytes_of(garbage));
  expect_closed_after(bytes_of("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  expect_closed_after(bytes_of(std::string(64, '\0')));
}

TEST_F(Strangers, AFrameBeyondAllSizeIsClosed) {
  std::array<std::byte, wire::FrameHeader::size> bytes{};
  Buffer hello = hello_of(nobody(), wire::Role::app);
  std::copy_n(hello.data(), bytes.size(), bytes.data());
  for (std::size_t i = 0; i < 4; ++i) bytes[i] = std::byte{0xff};
  expect_closed_after(bytes);
}

TEST_F(Strangers, AFrameBeforeTheHelloIsClosed) {
  for (auto kind :
       {wire::FrameKind::call, wire::FrameKind::welcome, wire::FrameKind::reply, wire::FrameKind::drop})
    expect_closed_after(frame(kind, bytes_of(std::string(100, 'x')), 7));
}

TEST_F(Strangers, AHelloThatIsNoneIsClosed) {
  expect_closed_after(frame(wire::FrameKind::hello, bytes_of("")));
  expect_closed_after(frame(wire::FrameKind::hello, bytes_of("hello, it is me")));
  Buffer hello = hello_of(nobody(), wire::Role::app);
  for (std::size_t at = wire::FrameHeader::size; at < hello.size(); at += 3) {
    Buffer damaged;
    damaged.append(hello);
    damaged.data()[at] ^= std::byte{0x80};
    const Stranger stranger(endpoints()[0]);
    stranger.send(damaged);
  }
}

TEST_F(Strangers, NonsenseAfterTheHelloIsClosed) {
  const Buffer second_hello = hello_of(nobody(), wire::Role::app);
  for (ByteView nonsense : {bytes_of("\xff\xff\xff\xff garbage of the worst kind"), ByteView(second_hello)})
    for (const std::string& endpoint : endpoints()) {
      const Stranger stranger(endpoint);
      stranger.send(hello_of(nobody(), wire::Role::console));
      stranger.send(nonsense);
      EXPECT_TRUE(stranger.is_closed()) << endpoint;
    }
}

TEST_F(Strangers, HalfAHelloIsClosedWhenItsTimeIsOver) {
  const Buffer hello = hello_of(nobody(), wire::Role::app);
  std::vector<std::unique_ptr<Stranger>> strangers;
  for (const std::string& endpoint : endpoints())
    for (std::size_t size : {std::size_t{0}, std::size_t{7}, hello.size() - 1}) {
      strangers.push_back(std::make_unique<Stranger>(endpoint));
      strangers.back()->send(ByteView(hello).first(size));
    }
  for (const auto& stranger : strangers) EXPECT_TRUE(stranger->is_closed());
}

TEST_F(Strangers, ACrowdThatSaysNothingKeepsNobodyOut) {
  std::vector<std::unique_ptr<Stranger>> crowd;
  for (int i = 0; i < 200; ++i) crowd.push_back(std::make_unique<Stranger>(endpoints()[0]));
  EXPECT_TRUE(eventually([&] { return circuit({"ls", "/bystander"}).status == 0; }));
}

TEST_F(Strangers, AnAppWithTheIdOfAWorkerDoesNotTakeItsPlace) {
  {
    Address stolen = worker_.address;
    stolen.incarnation ^= 1;
    const Stranger thief(endpoints()[0]);
    thief.send(hello_of(stolen, wire::Role::app));
    ASSERT_TRUE(console().ping(worker_.address).has_value());
  }
  ASSERT_TRUE(console().ask(spawn::agent_interface().status).has_value());
  const auto record = console().worker(worker_.address.id);
  ASSERT_TRUE(record.has_value());
  EXPECT_FALSE(record->app);
  EXPECT_EQ(record->address.pid, worker_.address.pid);
}

TEST_F(Strangers, AnEndpointElsewhereIsNotRemoved) {
  const std::filesystem::path precious = directory() / "precious";
  write_text(precious, "not a socket");
  for (auto role : {wire::Role::app, wire::Role::console}) {
    Address address = nobody();
    address.endpoint = "unix:" + precious.string();
    const Stranger stranger(endpoints()[0]);
    stranger.send(hello_of(address, role));
    ASSERT_TRUE(console().ask(spawn::agent_interface().status).has_value());
  }
  // The agent has seen the ends of both when it has seen one that came later.
  const auto before = socket_files();
  EXPECT_EQ(circuit({"ls"}).status, 0);
  EXPECT_TRUE(eventually([&] { return socket_files() == before; }));
  EXPECT_EQ(read_text(precious), "not a socket");
}

}  // namespace
}  // namespace circuit::support
