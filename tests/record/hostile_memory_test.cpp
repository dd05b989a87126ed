#include <cstring>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <random>
#include <sys/mman.h>
#include <unistd.h>

#include "record/recording.hpp"

namespace circuit::record {
namespace {

using testing::facts;
using testing::Recording;

std::vector<unsigned char> content_of(int fd) {
  std::vector<unsigned char> bytes(static_cast<std::size_t>(::lseek(fd, 0, SEEK_END)));
  EXPECT_EQ(::pread(fd, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  return bytes;
}

UniqueFd memory_with(const std::vector<unsigned char>& bytes,
                     int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) {
  UniqueFd fd{::memfd_create("hostile", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  if (!bytes.empty()) {
    EXPECT_EQ(::write(fd.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  EXPECT_EQ(::fcntl(fd.get(), F_ADD_SEALS, seals), 0);
  return fd;
}

/// A small recorder with something in every part.
std::vector<unsigned char> sample() {
  Recording r(3);
  r.recorder->name(7, "method");
  CallFacts call = facts(Direction::incoming);
  call.arguments = bytes_of("arguments");
  EXPECT_TRUE(r.recorder->acquire(call));
  r.recorder->release(r.recorder->acquire(facts(Direction::outgoing)).value(), Outcome::answered, 1);
  EXPECT_TRUE(r.recorder->acquire(facts(Direction::outgoing)));
  return content_of(r.recorder->fd());
}

/// Reads all there is; what is read may be nonsense, but of the promised form.
void read_all(const Reader& reader) {
  const std::vector<RecordedCall> calls = reader.calls();
  EXPECT_LE(calls.size(), 6U);
  for (const RecordedCall& call : calls) {
    EXPECT_GE(static_cast<int>(call.state), 1);
    EXPECT_LE(static_cast<int>(call.state), 3);
    EXPECT_EQ(call.arguments.size(),
              std::min<std::size_t>(call.argument_bytes, limits::recorded_argument_bytes));
    EXPECT_LE(call.method_name.size(), 63U);
  }
  EXPECT_LE(reader.finished(100'000).size(), limits::recorded_finished_calls);
  reader.counters(Direction::incoming);
  reader.counters(Direction::outgoing);
}

TEST(HostileMemory, IsOpenedWhenItIsWhole) {
  const Reader reader = Reader::open(memory_with(sample())).value();
  EXPECT_EQ(reader.calls().size(), 2U);
}

TEST(HostileMemory, IsRefusedWhenItIsNoMemory) {
  EXPECT_EQ(Reader::open(UniqueFd()).error().kind, ErrorKind::invalid);
  EXPECT_EQ(Reader::open(UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC))).error().kind,
            ErrorKind::invalid);
  EXPECT_EQ(Recorder::attach(UniqueFd()).error().kind, ErrorKind::invalid);
}

TEST(HostileMemory, IsRefusedWhenItsSizeIsNotSealed) {
  for (const int seals : {0, F_SEAL_GROW | F_SEAL_SEAL, F_SEAL_SHRINK | F_SEAL_SEAL}) {
    const Result<Reader> reader = Reader::open(memory_with(sample(), seals));
    ASSERT_TRUE(reader.has_error());
    EXPECT_THAT(reader.error().text, ::testing::HasSubstr("not sealed"));
  }
}

TEST(HostileMemory, IsRefusedWhenItIsGarbage) {
  std::mt19937 random(1);
  for (const std::size_t size : {0U, 1U, 79U, 80U, 4096U, 300'000U}) {
    std::vector<unsigned char> bytes(size);
    for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(random());
    EXPECT_EQ(Reader::open(memory_with(bytes)).error().kind, ErrorKind::invalid);
    EXPECT_EQ(Recorder::attach(memory_with(bytes)).error().kind, ErrorKind::invalid);
  }
}

TEST(HostileMemory, IsRefusedWhenItIsTruncatedOrTooLong) {
  const std::vector<unsigned char> whole = sample();
  for (const std::size_t size : {std::size_t{8}, std::size_t{80}, std::size_t{384}, whole.size() / 2,
                                 whole.size() - 1, whole.size() + 1}) {
    std::vector<unsigned char> bytes = whole;
    bytes.resize(size);
    EXPECT_EQ(Reader::open(memory_with(bytes)).error().kind, ErrorKind::invalid) << size;
  }
}

TEST(HostileMemory, NamesBothVersionsWhenTheVersionIsAnother) {
  std::vector<unsigned char> bytes = sample();
  bytes[8] = 2;
  const Result<Reader> reader = Reader::open(memory_with(bytes));
  ASSERT_TRUE(reader.has_error());
  EXPECT_THAT(reader.error().text, ::testing::HasSubstr("version 2"));
  EXPECT_THAT(reader.error().text, ::testing::HasSubstr("reads 1"));
}

TEST(HostileMemory, IsRefusedOrReadSafelyWhicheverByteOfTheHeaderIsChanged) {
  const std::vector<unsigned char> whole = sample();
  for (std::size_t at = 0; at < sizeof(layout::Header); ++at) {
    for (const int flip : {0x01, 0x80, 0xff}) {
      std::vector<unsigned char> bytes = whole;
      bytes[at] = static_cast<unsigned char>(bytes[at] ^ flip);
      const Result<Reader> reader = Reader::open(memory_with(bytes));
      const Result<std::unique_ptr<Recorder>> recorder = Recorder::attach(memory_with(bytes));
      EXPECT_EQ(reader.has_value(), recorder.has_value());
      if (at < sizeof(layout::Shape)) {
        EXPECT_TRUE(reader.has_error()) << "byte " << at;
      } else {
        ASSERT_TRUE(reader.has_value()) << "byte " << at;
        read_all(*reader);
        EXPECT_TRUE((*recorder)->acquire(facts(Direction::outgoing)));
      }
    }
  }
}

TEST(HostileMemory, IsReadSafelyWhenAllBehindTheShapeIsRandom) {
  const std::vector<unsigned char> whole = sample();
  std::mt19937 random(2);
  for (int round = 0; round < 20; ++round) {
    std::vector<unsigned char> bytes = whole;
    for (std::size_t i = sizeof(layout::Shape); i < bytes.size(); ++i)
      bytes[i] = static_cast<unsigned char>(random());
    read_all(Reader::open(memory_with(bytes)).value());
    const auto recorder = Recorder::attach(memory_with(bytes)).value();
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(recorder->acquire(facts(Direction::incoming)));
    EXPECT_FALSE(recorder->acquire(facts(Direction::incoming)));
    recorder->name(1, "name");
  }
}

TEST(HostileMemory, HidesACallThatIsForEverBeingWritten) {
  Recording r(3);
  const Memory other = Memory::map(testing::duplicate(r.recorder->fd()), Memory::Access::write).value();
  ASSERT_TRUE(r.recorder->acquire(facts(Direction::outgoing)));
  ASSERT_TRUE(r.recorder->acquire(facts(Direction::incoming)));
  other.slot(0).sequence.fetch_add(1);
  ASSERT_EQ(r.reader.calls().size(), 1U);
  EXPECT_EQ(r.reader.calls()[0].direction, Direction::incoming);
  other.slot(0).sequence.fetch_add(1);
  EXPECT_EQ(r.reader.calls().size(), 2U);
}

TEST(HostileMemory, HidesAFinishedCallIntoWhichAnotherWasWritten) {
  Recording r(3);
  const Memory other = Memory::map(testing::duplicate(r.recorder->fd()), Memory::Access::write).value();
  for (std::uint64_t n = 0; n < 2; ++n) {
    r.recorder->release(r.recorder->acquire(facts(Direction::outgoing)).value(), Outcome::answered, n);
  }
  other.finished(1).words[layout::peer].store(99);
  ASSERT_EQ(r.reader.finished(10).size(), 1U);
  EXPECT_EQ(r.reader.finished(10)[0].finished_ns, 0U);
}

TEST(HostileMemory, CannotBeTurnedAgainstAReaderThatHasOpenedIt) {
  Recording r(3);
  const Memory other = Memory::map(testing::duplicate(r.recorder->fd()), Memory::Access::write).value();
  std::memset(static_cast<void*>(&other.header()), 0xff, sizeof(layout::Header) + 6 * sizeof(layout::Slot));
  read_all(r.reader);
}

}  // namespace
}  // namespace circuit::record
