#include <circuit/value/codec.hpp>

#include "wire/frames.hpp"

namespace circuit::wire {
namespace {

using ::testing::HasSubstr;
using testing::some_hello;

TEST(Messages, AHelloIsReadAsItWasWritten) {
  Hello sent = some_hello();
  sent.features = 0x8000000000000001;
  auto hello = decode_hello(encode_hello(sent));
  ASSERT_TRUE(hello.has_value()) << hello.error().text;
  EXPECT_EQ(hello->address, sent.address);
  EXPECT_EQ(hello->role, Role::worker);
  EXPECT_EQ(hello->features, sent.features);
  EXPECT_EQ(hello->body_limit, sent.body_limit);
  EXPECT_EQ(hello->call_limit, sent.call_limit);
}

TEST(Messages, NoBeginningOfAHelloIsAHello) {
  Buffer bytes = encode_hello(some_hello());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_TRUE(decode_hello(bytes.view().first(size)).has_error()) << size;
  bytes.append(bytes_of("x"));
  EXPECT_TRUE(decode_hello(bytes).has_error()) << "nothing may follow it";
}

TEST(Messages, AnotherMagicIsNoHello) {
  Buffer bytes = encode_hello(some_hello());
  bytes.data()[0] = std::byte{'K'};
  EXPECT_EQ(decode_hello(bytes).error().text, "the peer does not speak Circuit's protocol");
}

TEST(Messages, VersionsMeetWhereTheirRangesDo) {
  Hello hello = some_hello();
  hello.version_min = 0;
  hello.version_max = version_min;
  EXPECT_TRUE(decode_hello(encode_hello(hello)).has_value());
  hello.version_min = version_max;
  hello.version_max = 900;
  EXPECT_TRUE(decode_hello(encode_hello(hello)).has_value());
  hello.version_min = version_max + 1;
  auto refused = decode_hello(encode_hello(hello));
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().kind, ErrorKind::refused);
  EXPECT_EQ(refused.error().text, "the peer speaks versions 2 to 900 of the protocol, this side 1 to 1");
}

TEST(Messages, AHelloWithoutIdOrWithAnUnknownRoleIsRefused) {
  Hello hello = some_hello();
  hello.address.id = {};
  EXPECT_THAT(decode_hello(encode_hello(hello)).error().text, HasSubstr("names no worker id"));
  hello = some_hello();
  hello.role = static_cast<Role>(9);
  EXPECT_THAT(decode_hello(encode_hello(hello)).error().text, HasSubstr("unknown role 9"));
}

TEST(Messages, AHelloOfLaterVersionsMayHaveMoreFields) {
  Buffer bytes = encode_hello(some_hello());
  ASSERT_EQ(bytes.data()[16], std::byte{0x84}) << "an array of four";
  bytes.data()[16] = std::byte{0x85};
  bytes.append(to_cbor(std::string("something new")).view());
  auto hello = decode_hello(bytes);
  ASSERT_TRUE(hello.has_value()) << hello.error().text;
  EXPECT_EQ(hello->call_limit, 4096u);
}

TEST(Messages, ACallHeadIsReadAsItWasWritten) {
  CallHead sent{1, 2, 3, 4, 5, 6, true, false};
  Buffer bytes;
  sent.write(bytes.extend(CallHead::size));
  auto head = CallHead::read(bytes);
  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(head->object, 1u);
  EXPECT_EQ(head->method, 2u);
  EXPECT_EQ(head->chain, 3u);
  EXPECT_EQ(head->parent, 4u);
  EXPECT_EQ(head->remaining_ms, 5u);
  EXPECT_EQ(head->depth, 6u);
  EXPECT_TRUE(head->to_result);
  EXPECT_FALSE(head->keep_result);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_TRUE(CallHead::read(bytes.view().first(size)).has_error()) << size;
  bytes.data()[38] = std::byte{2};
  EXPECT_TRUE(CallHead::read(bytes)->keep_result);
  for (auto [at, flag] : {std::pair{38, 4}, {38, 128}, {39, 1}}) {
    bytes.data()[38] = bytes.data()[39] = std::byte{0};
    bytes.data()[at] = static_cast<std::byte>(flag);
    EXPECT_TRUE(CallHead::read(bytes).has_error()) << "unknown flags are refused";
  }
}

TEST(Messages, AFailureKeepsAllThatItSays) {
  Failure what = decode_failure(encode_failure({ErrorKind::dead, "it is dead", "some::type", true}));
  EXPECT_EQ(what.kind, ErrorKind::dead);
  EXPECT_EQ(what.text, "it is dead");
  EXPECT_EQ(what.type, "some::type");
  EXPECT_TRUE(what.may_have_run);
}

TEST(Messages, AFailureThatCannotBeReadIsAFailureAllTheSame) {
  Buffer bytes = encode_failure({ErrorKind::dead, "it is dead", "some::type", true});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    Failure what = decode_failure(bytes.view().first(size));
    EXPECT_EQ(what.kind, ErrorKind::failed);
    EXPECT_THAT(what.text, HasSubstr("cannot be read"));
    EXPECT_TRUE(what.may_have_run);
  }
  EXPECT_EQ(decode_failure(encode_failure({static_cast<ErrorKind>(200), "text", {}, false})).kind,
            ErrorKind::failed);
}

TEST(Messages, DropsAreReadAsTheyWereWritten) {
  auto drops = decode_drops(encode_drops({{1, 2}, {UINT64_MAX, 4}}));
  ASSERT_TRUE(drops.has_value());
  ASSERT_EQ(drops->size(), 2u);
  EXPECT_EQ((*drops)[1].object, UINT64_MAX);
  EXPECT_EQ((*drops)[1].count, 4u);
  Buffer bytes = encode_drops({{1, 2}, {UINT64_MAX, 4}});
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_TRUE(decode_drops(bytes.view().first(size)).has_error()) << size;
}

}  // namespace
}  // namespace circuit::wire
