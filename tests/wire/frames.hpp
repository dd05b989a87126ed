// Frames as bytes, as the tests of this folder need them.
#pragma once

#include <span>
#include <vector>

#include "wire/assembler.hpp"
#include "wire/messages.hpp"

namespace circuit::wire::testing {

inline Buffer filled(std::size_t size, int with = 'x') {
  Buffer bytes;
  if (size > 0) std::memset(bytes.extend(size), with, size);
  return bytes;
}

/// One frame with its header.
inline void append_frame(Buffer& out, FrameHeader header, ByteView body) {
  header.length = static_cast<std::uint32_t>(body.size());
  header.write(out.extend(FrameHeader::size));
  out.append(body);
}

inline Buffer frame_bytes(FrameHeader header, ByteView body = {}) {
  Buffer out;
  append_frame(out, header, body);
  return out;
}

inline Hello some_hello() {
  Hello hello;
  hello.address.id = WorkerId{0x6aca01d945c3b861};
  hello.address.incarnation = 77;
  hello.address.host = "localhost";
  hello.address.pid = 4711;
  hello.address.agent = 9;
  hello.address.endpoint = "unix:/tmp/somewhere";
  hello.role = Role::worker;
  hello.body_limit = 1 << 26;
  hello.call_limit = 4096;
  return hello;
}

}  // namespace circuit::wire::testing
