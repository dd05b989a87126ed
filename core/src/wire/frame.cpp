#include "wire/frame.hpp"

#include <bit>
#include <cstring>
#include <fmt/format.h>

#include "base/limits.hpp"

namespace circuit::wire {
namespace {

static_assert(std::endian::native == std::endian::little,
              "the wire is little endian, and so are all hosts so far");

constexpr std::uint8_t flag_more = 1;
constexpr std::uint8_t flag_references = 2;

template <class T>
T load(const std::byte* in) noexcept {
  T value;
  std::memcpy(&value, in, sizeof value);
  return value;
}

}  // namespace

bool is_known(FrameKind kind) noexcept {
  switch (kind) {
    case FrameKind::hello:
    case FrameKind::welcome:
    case FrameKind::refuse:
    case FrameKind::ping:
    case FrameKind::pong:
    case FrameKind::goodbye:
    case FrameKind::call:
    case FrameKind::reply:
    case FrameKind::failure:
    case FrameKind::cancel:
    case FrameKind::moved:
    case FrameKind::drop:
    case FrameKind::settled:
    case FrameKind::forget:
    case FrameKind::signature: return true;
  }
  return false;
}

void FrameHeader::write(std::byte* out) const noexcept {
  std::memset(out, 0, size);
  std::memcpy(out, &length, sizeof length);
  out[4] = static_cast<std::byte>(kind);
  out[5] = static_cast<std::byte>((more ? flag_more : 0) | (references ? flag_references : 0));
  std::memcpy(out + 8, &call, sizeof call);
}

Result<FrameHeader> FrameHeader::read(const std::byte* in) {
  FrameHeader header;
  header.length = load<std::uint32_t>(in);
  header.kind = static_cast<FrameKind>(in[4]);
  auto flags = static_cast<std::uint8_t>(in[5]);
  header.more = (flags & flag_more) != 0;
  header.references = (flags & flag_references) != 0;
  header.call = load<std::uint64_t>(in + 8);
  if (header.length > limits::piece_bytes)
    return failure(ErrorKind::invalid, fmt::format("a frame of {} bytes, where {} are allowed", header.length,
                                                   limits::piece_bytes));
  if (!is_known(header.kind))
    return failure(ErrorKind::invalid, fmt::format("a frame of unknown kind {}", static_cast<int>(in[4])));
  if ((flags & ~(flag_more | flag_references)) != 0 || load<std::uint16_t>(in + 6) != 0)
    return failure(ErrorKind::invalid, "a frame with reserved bits set");
  return header;
}

Result<std::optional<Frame>> take_frame(ByteView& in) {
  if (in.size() < FrameHeader::size) return std::nullopt;
  auto header = FrameHeader::read(in.data());
  if (header.has_error()) return header.error();
  if (in.size() - FrameHeader::size < header->length) return std::nullopt;
  Frame frame{*header, in.subspan(FrameHeader::size, header->length)};
  in = in.subspan(FrameHeader::size + header->length);
  return std::optional(frame);
}

}  // namespace circuit::wire
