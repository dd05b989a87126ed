#include "wire/fuzz_body.hpp"

#include <cstdlib>

#include "base/limits.hpp"
#include "wire/assembler.hpp"
#include "wire/messages.hpp"

namespace circuit::wire::testing {
namespace {

void require(bool held) {
  if (!held) std::abort();
}

void read_body(const Message& message) {
  switch (message.kind) {
    case FrameKind::hello:
    case FrameKind::welcome: {
      auto hello = decode_hello(message.body);
      if (hello.has_error()) return require(!hello.error().text.empty());
      return require(decode_hello(encode_hello(*hello)).has_value());
    }
    case FrameKind::call: {
      auto head = CallHead::read(message.body);
      if (head.has_error()) return require(!head.error().text.empty());
      std::byte again[CallHead::size];
      head->write(again);
      return require(std::memcmp(again, message.body.data(), sizeof again) == 0);
    }
    case FrameKind::refuse:
    case FrameKind::failure:
      return require(name_of(decode_failure(message.body).kind) != "unknown");
    case FrameKind::drop:
      return static_cast<void>(decode_drops(message.body));
    default:
      return;
  }
}

}  // namespace

void read_as_stream(ByteView input) {
  ByteView in = input;
  Assembler assembler;
  for (;;) {
    std::size_t before = in.size();
    auto frame = take_frame(in);
    if (frame.has_error()) return require(!frame.error().text.empty());
    if (!*frame) return require(in.size() == before);
    require(in.size() < before && (*frame)->body.size() <= limits::piece_bytes);
    auto message = assembler.add(**frame);
    require(assembler.unfinished_bytes() <= input.size());
    if (message.has_error()) return require(!message.error().text.empty());
    if (*message) read_body(**message);
  }
}

}  // namespace circuit::wire::testing
