#include <random>

#include <circuit/value/codec.hpp>

#include "wire/frames.hpp"
#include "wire/fuzz_body.hpp"

namespace circuit::wire::testing {
namespace {

/// One stream with every kind of frame, and with bodies in pieces.
Buffer stream() {
  Buffer out;
  append_frame(out, {.kind = FrameKind::hello}, encode_hello(some_hello()));
  append_frame(out, {.kind = FrameKind::welcome}, encode_hello(some_hello()));
  append_frame(out, {.kind = FrameKind::refuse}, encode_failure({ErrorKind::refused, "no", {}, false}));
  Buffer call;
  CallHead{1024, 5, 6, 7, 30'000, 3}.write(call.extend(CallHead::size));
  call.append(to_cbor(std::vector<std::string>{"one", "two"}));
  append_frame(out, {.kind = FrameKind::call, .more = true, .call = 1}, call.view().first(20));
  append_frame(out, {.kind = FrameKind::ping, .call = 99}, {});
  append_frame(out, {.kind = FrameKind::call, .references = true, .call = 1}, call.view().subspan(20));
  append_frame(out, {.kind = FrameKind::failure, .call = 4},
               encode_failure({ErrorKind::failed, "x", "y", true}));
  append_frame(out, {.kind = FrameKind::drop}, encode_drops({{1024, 1}, {1025, 7}}));
  append_frame(out, {.kind = FrameKind::settled, .call = 1}, {});
  append_frame(out, {.kind = FrameKind::signature, .call = 5}, to_cbor(std::string("f(i32)->void")));
  append_frame(out, {.kind = FrameKind::goodbye}, {});
  return out;
}

void mutate(std::vector<std::byte>& bytes, std::mt19937_64& random) {
  const auto below = [&](std::size_t n) { return n == 0 ? 0 : static_cast<std::size_t>(random() % n); };
  for (std::size_t changes = 1 + below(6); changes > 0 && !bytes.empty(); --changes) {
    const std::size_t at = below(bytes.size());
    const auto start = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    switch (below(4)) {
      case 0:
        bytes[at] = static_cast<std::byte>(random());
        break;
      case 1:
        bytes[at] ^= static_cast<std::byte>(1u << below(8));
        break;
      case 2:
        bytes.erase(start, start + static_cast<std::ptrdiff_t>(1 + below(bytes.size() - at)));
        break;
      default:
        bytes.insert(start, static_cast<std::byte>(random()));
        break;
    }
  }
}

TEST(HostileWire, NoBeginningOfAStreamBreaksAnything) {
  const Buffer bytes = stream();
  for (std::size_t size = 0; size <= bytes.size(); ++size) read_as_stream(bytes.view().first(size));
}

TEST(HostileWire, NothingBreaksOnMutatedInput) {
  std::mt19937_64 random(20240502);
  const Buffer seed = stream();
  for (int i = 0; i < 20'000; ++i) {
    std::vector<std::byte> bytes(seed.data(), seed.data() + seed.size());
    mutate(bytes, random);
    read_as_stream(bytes);
  }
}

}  // namespace
}  // namespace circuit::wire::testing
