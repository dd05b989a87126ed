// Each test names a defect of Go'Circuit's transport that this one has not. Others are shown where the part
// itself is tested: what a lost link means and what a dead process (peers_test), dials that cross
// (peers_test), full pipes (traffic_test), strangers at a real agent (stranger_test). docs/from-gocircuit.md
// has the whole list.
#include <array>
#include <random>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "lang/objects.hpp"
#include "lang/process_servant.hpp"

namespace circuit::lang::testing {
namespace {

using namespace lang_test;
using link::testing::RawPeer;
using ::testing::AnyOf;

/// A process that lives, reads nothing and says nothing, as one does that is stopped.
class Silence {
 public:
  explicit Silence(Member& member) {
    member.loop().post([this] {
      began_.add();
      end_.wait();
    });
    began_.wait_for(1);
  }
  ~Silence() { end_.open(); }

 private:
  Count began_;
  Gate end_;
};

std::string path_of(Member& member) { return member.address().endpoint.substr(5); }

sockaddr_un socket_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

// The original read for ever from a peer that had fallen silent.
TEST(TransportDefects, ASilentPeerCostsACallItsTimeAndIsHeardAgain) {
  Cluster cluster(2);
  cluster[1].publish(object_id, std::make_shared<Calculator>());
  auto remote = cluster[0].published<Calculator>(cluster[1], object_id);
  EXPECT_EQ(remote.call<&Calculator::add>(1, 1), 2);
  {
    Silence silence(cluster[1]);
    EXPECT_EQ(failure_of([&] { remote.within(50ms).call<&Calculator::add>(1, 1); }).kind,
              ErrorKind::deadline);
  }
  EXPECT_EQ(remote.call<&Calculator::add>(2, 2), 4);
}

// The original waited without a limit for the welcome, and never heard of a connection that the other side
// had closed.
TEST(TransportDefects, AConnectionThatIsHalfOpenIsNoticed) {
  Cluster cluster(1);
  link::testing::TemporaryDirectory directory;
  const std::string path = directory.path() + "/deaf";
  UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = socket_address(path);
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  Address deaf = cluster[0].address();
  deaf.id = WorkerId{0xdeaf};
  deaf.endpoint = "unix:" + path;
  auto peer = cluster[0].node().peers().find_or_add(deaf);
  const Ref<Calculator> remote(cluster[0].node().imports().fixed(peer, object_id, "x"));
  EXPECT_EQ(failure_of([&] { remote.within(50ms).call<&Calculator::get>(); }).kind, ErrorKind::deadline);
  std::thread caller([&] {
    EXPECT_EQ(failure_of([&] { remote.within(0ms).call<&Calculator::get>(); }).kind, ErrorKind::dead);
  });
  listener.reset();
  caller.join();
}

// The original handed what had come to one reader after the other, and stood still with the slowest.
TEST(TransportDefects, ASlowReaderStallsNoOther) {
  Cluster cluster(3);
  auto slow = std::make_shared<Serial>();
  cluster[1].publish(object_id, slow);
  auto to_slow = cluster[0].published<Serial>(cluster[1], object_id);
  to_slow.call<&Serial::note>(0);
  cluster[2].publish(object_id, std::make_shared<Calculator>());
  auto to_other = cluster[0].published<Calculator>(cluster[2], object_id);
  std::vector<std::thread> callers;
  {
    Silence silence(cluster[1]);
    for (int i = 0; i < 3; ++i)
      callers.emplace_back(
          [&] { EXPECT_EQ(to_slow.call<&Serial::weigh>(Bytes(wire::testing::filled(8 << 20))), 8u << 20); });
    for (int i = 0; i < 100; ++i) EXPECT_EQ(to_other.call<&Calculator::add>(i, 1), i + 1);
  }
  for (std::thread& caller : callers) caller.join();
}

// The same on one link, where a receiver takes its time.
TEST(TransportDefects, AReceiverThatTakesItsTimeStallsNothingElseOnItsLink) {
  Cluster cluster(2);
  auto slow = std::make_shared<Serial>();
  cluster[1].publish(object_id, slow);
  cluster[1].publish(object_id + 1, std::make_shared<Calculator>());
  auto to_slow = cluster[0].published<Serial>(cluster[1], object_id);
  auto to_other = cluster[0].published<Calculator>(cluster[1], object_id + 1);
  std::thread first([&] { to_slow.call<&Serial::enter>(1); });
  ASSERT_TRUE(slow->inside_count.wait_for(1));
  std::vector<std::thread> queued;
  for (int i = 0; i < 3; ++i)
    queued.emplace_back([&] { to_slow.call<&Serial::weigh>(Bytes(wire::testing::filled(1 << 20))); });
  for (int i = 0; i < 100; ++i) EXPECT_EQ(to_other.call<&Calculator::add>(i, 1), i + 1);
  slow->gate.open();
  first.join();
  for (std::thread& caller : queued) caller.join();
}

// The original shook hands with one client after the other.
TEST(TransportDefects, AClientThatNeverSaysHelloDelaysNoOther) {
  Cluster cluster(2);
  RawPeer silent(path_of(cluster[0])), half(path_of(cluster[0]));
  const Buffer hello = wire::testing::frame_bytes({.kind = wire::FrameKind::hello},
                                                  wire::encode_hello(wire::testing::some_hello()));
  half.write(hello.view().first(hello.size() / 2));
  cluster[0].publish(object_id, std::make_shared<Calculator>());
  auto remote = cluster[1].published<Calculator>(cluster[0], object_id);
  EXPECT_EQ(remote.within(std::chrono::milliseconds(limits::hello_wait) - 1s).call<&Calculator::add>(1, 2),
            3);
}

// The original knew who had dialled in by the port that he had dialled from, where nobody answers.
TEST(TransportDefects, AProcessThatHasDialledInCanBeDialledByThirdOnes) {
  Cluster cluster(3);
  auto broker = make_broker(cluster[0]);
  auto own = std::make_shared<Counter>();
  cluster[1].published<Broker>(cluster[0], object_id).call<&Broker::keep>(cluster[1].ref(own));
  auto handed = cluster[2].published<Broker>(cluster[0], object_id).call<&Broker::give>();
  EXPECT_EQ(handed.address(), cluster[1].address());
  EXPECT_EQ(handed.call<&Counter::increment>(), 1);
  EXPECT_TRUE(cluster[2].peer(cluster[1])->is_open());
  cluster[0].kill();
  EXPECT_EQ(handed.call<&Counter::increment>(), 2);
  broker->kept.reset();
}

// The original compared addresses by where they lay in memory, and ended over a copy of its own.
TEST(TransportDefects, ACopyOfAnAddressIsTheSameProcess) {
  Cluster cluster(2);
  Address copy;
  ASSERT_TRUE(from_cbor(to_cbor(cluster[1].address()), copy));
  EXPECT_EQ(copy, cluster[1].address());
  EXPECT_EQ(cluster[0].node().peers().find_or_add(copy), cluster[0].peer(cluster[1]));
  auto broker = make_broker(cluster[1]);
  const Ref<Broker> door(cluster[0].node().imports().fixed(cluster[0].node().peers().find_or_add(copy),
                                                           object_id, interface_of<Broker>().name));
  auto counter = door.call<&Broker::make>();
  EXPECT_EQ(counter.address(), copy);
  counter.reset();
  EXPECT_TRUE(broker->gone->wait_for(1)) << "given back by whom it was counted for";
}

/// A peer that greets as it should, and then says anything.
class Babbler {
 public:
  Babbler(const std::string& path, std::uint64_t id)
      : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)), random_(id) {
    const sockaddr_un address = socket_address(path);
    EXPECT_EQ(::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    wire::Hello hello = wire::testing::some_hello();
    hello.address.id = WorkerId{id};
    send({.kind = wire::FrameKind::hello}, wire::encode_hello(hello));
  }
  void babble() {
    using wire::FrameKind;
    constexpr std::array kinds{FrameKind::call,    FrameKind::call, FrameKind::reply,   FrameKind::failure,
                               FrameKind::cancel,  FrameKind::drop, FrameKind::settled, FrameKind::signature,
                               FrameKind::goodbye, FrameKind::pong, FrameKind::moved,   FrameKind::forget};
    const FrameKind kind = kinds[random_() % kinds.size()];
    send({.kind = kind, .references = random_() % 3 == 0, .call = random_() % 4}, body(kind));
  }

 private:
  Buffer body(wire::FrameKind kind) {
    Buffer bytes;
    if (kind == wire::FrameKind::call) {
      const std::array<std::uint64_t, 5> objects{0, 1, 2, object_id, random_()};
      const std::array<std::uint64_t, 5> methods{ProcessServant::claim_id(), ProcessServant::dial_id(),
                                                 method_id<Calculator, &Calculator::join>(),
                                                 method_id<Calculator, &Calculator::add>(), random_()};
      wire::CallHead head;
      head.object = objects[random_() % objects.size()];
      head.method = methods[random_() % methods.size()];
      head.chain = random_() % 3;
      head.depth = static_cast<std::uint16_t>(random_() % 70);
      head.to_result = random_() % 4 == 0;
      head.keep_result = random_() % 3 == 0;
      head.write(bytes.extend(wire::CallHead::size));
    }
    if (kind == wire::FrameKind::drop) bytes.append(wire::encode_drops({{object_id, 1}, {random_(), 7}}));
    if (kind == wire::FrameKind::signature) bytes.append(to_cbor(std::string("add(i32)->i32")));
    Encoder encoder(bytes);
    if (bytes.empty() || kind == wire::FrameKind::call)
      encode(encoder, std::tuple(std::vector<std::string>{"one", "two"}, std::uint64_t{random_() % 3}));
    for (std::size_t change = random_() % 4; change > 0; --change)
      bytes.data()[random_() % bytes.size()] = static_cast<std::byte>(random_());
    return bytes;
  }
  /// Whoever is hung up on has nothing more to say.
  void send(wire::FrameHeader header, const Buffer& content) {
    const Buffer bytes = wire::testing::frame_bytes(header, content);
    static_cast<void>(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }

  UniqueFd socket_;
  std::mt19937_64 random_;
};

// The original ended its process by a panic at what it took for a bug of its own: an unknown handle, a number
// twice.
TEST(TransportDefects, NothingThatAPeerSaysEndsThisProcess) {
  Cluster cluster(2);
  cluster[0].publish(object_id, std::make_shared<Calculator>());
  auto remote = cluster[1].published<Calculator>(cluster[0], object_id);
  for (std::uint64_t round = 1; round <= 200; ++round) {
    Babbler babbler(path_of(cluster[0]), 0x10000 + round);
    for (int i = 0; i < 20; ++i) babbler.babble();
    EXPECT_EQ(remote.call<&Calculator::add>(1, 1), 2) << "in round " << round;
  }
}

}  // namespace
}  // namespace circuit::lang::testing
