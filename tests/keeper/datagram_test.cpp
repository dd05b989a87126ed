#include "keeper/datagram.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.hpp"
#include "keeper/keeper_client.hpp"
#include "keeper/keeper_messages.hpp"

namespace circuit::keeper {
namespace {

struct Connection {
  UniqueFd a, b;
};
Connection connect() {
  auto ends = DatagramSocket::pair();
  EXPECT_TRUE(ends.has_value());
  return {std::move(ends->first), std::move(ends->second)};
}

TEST(DatagramSocket, CarriesBytesAndDescriptorsTogether) {
  auto [a, b] = connect();
  DatagramSocket left(std::move(a)), right(std::move(b));
  const int fds[] = {0, 1};
  ASSERT_TRUE(left.send(Buffer(bytes_of("hello")), fds).has_value());
  auto datagram = right.receive();
  ASSERT_TRUE(datagram.has_value() && *datagram);
  EXPECT_EQ(text_of((*datagram)->bytes), "hello");
  ASSERT_EQ((*datagram)->fds.size(), 2U);
  EXPECT_EQ(::fcntl((*datagram)->fds[0].get(), F_GETFD), FD_CLOEXEC);
}

TEST(DatagramSocket, SaysThatThereIsNothingYet) {
  auto [a, b] = connect();
  DatagramSocket left(std::move(a)), right(std::move(b));
  auto datagram = right.receive();
  ASSERT_TRUE(datagram.has_value());
  EXPECT_FALSE(*datagram);
}

TEST(DatagramSocket, SaysThatThePeerHasClosed) {
  auto [a, b] = connect();
  DatagramSocket right(std::move(b));
  a.reset();
  EXPECT_EQ(right.receive().error().kind, ErrorKind::dead);
  EXPECT_EQ(right.send(Buffer(bytes_of("x"))).error().kind, ErrorKind::dead);
}

TEST(DatagramSocket, KeepsWhatThePeerHasNoRoomForInOrder) {
  auto [a, b] = connect();
  DatagramSocket left(std::move(a)), right(std::move(b));
  constexpr int count = 1000;
  const int fds[] = {0};
  for (int i = 0; i < count; ++i)
    ASSERT_TRUE(left.send(Buffer(bytes_of(std::to_string(i) + std::string(2000, 'x'))), fds).has_value());
  EXPECT_GT(left.backlog(), 0U);
  for (int i = 0; i < count; ++i) {
    ASSERT_TRUE(left.flush().has_value());
    auto datagram = right.receive();
    ASSERT_TRUE(datagram.has_value() && *datagram);
    EXPECT_EQ(std::stoi(std::string(text_of((*datagram)->bytes))), i);
    EXPECT_EQ((*datagram)->fds.size(), 1U);
  }
  EXPECT_EQ(left.backlog(), 0U);
}

TEST(DatagramSocket, RefusesToSendWhatIsTooLarge) {
  auto [a, b] = connect();
  DatagramSocket left(std::move(a));
  EXPECT_TRUE(left.send(Buffer(bytes_of(std::string(limits::keeper_message_bytes, 'x')))).has_value());
  EXPECT_EQ(left.send(Buffer(bytes_of(std::string(limits::keeper_message_bytes + 1, 'x')))).error().kind,
            ErrorKind::invalid);
}

TEST(DatagramSocket, RefusesToReceiveWhatIsTooLarge) {
  auto [a, b] = connect();
  DatagramSocket right(std::move(b));
  const std::string large(limits::keeper_message_bytes + 1, 'x');
  ASSERT_EQ(::send(a.get(), large.data(), large.size(), 0), static_cast<ssize_t>(large.size()));
  EXPECT_EQ(right.receive().error().kind, ErrorKind::invalid);
}

TEST(DatagramSocket, LeavesNothingOpenWhenTooManyDescriptorsCome) {
  auto [a, b] = connect();
  DatagramSocket right(std::move(b));
  constexpr std::size_t count = limits::keeper_message_fds + 8;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * count)] = {};
  char byte = 'x';
  iovec part{&byte, 1};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int) * count);
  std::fill_n(reinterpret_cast<int*>(CMSG_DATA(header)), count, 0);
  ASSERT_EQ(::sendmsg(a.get(), &message, 0), 1);
  const UniqueFd before(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  {
    auto datagram = right.receive();
    ASSERT_TRUE(datagram.has_value() && *datagram);
    EXPECT_TRUE((*datagram)->fds_lost);
  }
  const UniqueFd after(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(after.get(), before.get() + 1);
}

TEST(KeeperMessages, SurviveTheWay) {
  const FromAgent sent =
      Launch{7, WorkerId{9}, "/bin/x", {"x", "y"}, {"A=B"}, "/jail", Bytes(bytes_of("record"))};
  auto received = decode_from_agent(encode(sent));
  ASSERT_TRUE(received.has_value());
  const auto& launch = std::get<Launch>(*received);
  EXPECT_EQ(launch.worker, WorkerId{9});
  EXPECT_EQ(launch.arguments, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(launch.record, Bytes(bytes_of("record")));
}

TEST(KeeperMessages, RefuseGarbage) {
  EXPECT_FALSE(decode_from_agent({}).has_value());
  EXPECT_FALSE(decode_from_agent(bytes_of("\x01")).has_value());
  EXPECT_FALSE(decode_from_agent(bytes_of("\x7fxyz")).has_value());
  const Buffer good = encode(FromAgent(Launch{7, WorkerId{9}, "/bin/x", {"x"}, {}, "/jail", {}}));
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(decode_from_agent(good.view().first(size)).has_value()) << size;
}

TEST(KeeperClient, RefusesARecordThatTheKeeperWouldNotTake) {
  auto [a, b] = connect();
  KeeperClient client(std::move(a));
  const Bytes large(bytes_of(std::string(limits::keeper_record_bytes + 1, 'x')));
  EXPECT_EQ(client.send(Update{WorkerId{1}, large}).error().kind, ErrorKind::invalid);
}

TEST(KeeperClient, FailsOnGarbageFromTheKeeper) {
  auto [a, b] = connect();
  KeeperClient client(std::move(a));
  DatagramSocket keeper(std::move(b));
  ASSERT_TRUE(keeper.send(Buffer(bytes_of("garbage"))).has_value());
  EXPECT_EQ(client.receive().error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace circuit::keeper
