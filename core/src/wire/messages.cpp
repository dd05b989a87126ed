#include "wire/messages.hpp"

#include <cstring>
#include <fmt/format.h>

#include <circuit/value/codec.hpp>

namespace circuit::wire {
namespace {

constexpr std::string_view magic = "CIRC";
constexpr std::size_t hello_head = 16;  // magic, two versions, features
constexpr int to_result_flag = 1;
constexpr int keep_result_flag = 2;

template <class T>
T load(ByteView in, std::size_t at) noexcept {
  T value;
  std::memcpy(&value, in.data() + at, sizeof value);
  return value;
}

template <class T>
void store(std::byte* out, T value) noexcept {
  std::memcpy(out, &value, sizeof value);
}

/// The part of a hello that may grow: a shorter or longer list of fields is read all the same.
struct HelloRest {
  Address address;
  Role role = Role::app;
  std::uint64_t body_limit = 0;
  std::uint64_t call_limit = 0;
};

}  // namespace

Buffer encode_hello(const Hello& hello) {
  Buffer body;
  std::byte* head = body.extend(hello_head);
  std::memcpy(head, magic.data(), magic.size());
  store(head + 4, hello.version_min);
  store(head + 6, hello.version_max);
  store(head + 8, hello.features);
  Encoder encoder(body);
  encode(encoder, HelloRest{hello.address, hello.role, hello.body_limit, hello.call_limit});
  return body;
}

Result<Hello> decode_hello(ByteView body) {
  if (body.size() < hello_head || std::memcmp(body.data(), magic.data(), magic.size()) != 0)
    return failure(ErrorKind::invalid, "the peer does not speak Circuit's protocol");
  Hello hello;
  hello.version_min = load<std::uint16_t>(body, 4);
  hello.version_max = load<std::uint16_t>(body, 6);
  hello.features = load<std::uint64_t>(body, 8);
  if (hello.version_min > version_max || hello.version_max < version_min)
    return failure(ErrorKind::refused,
                   fmt::format("the peer speaks versions {} to {} of the protocol, this side {} to {}",
                               hello.version_min, hello.version_max, version_min, version_max));
  HelloRest rest;
  std::string error;
  if (!from_cbor(body.subspan(hello_head), rest, &error))
    return failure(ErrorKind::invalid, "the peer's hello cannot be read: " + error);
  if (!rest.address.id) return failure(ErrorKind::invalid, "the peer's hello names no worker id");
  if (rest.role < Role::app || rest.role > Role::console)
    return failure(ErrorKind::invalid,
                   fmt::format("the peer claims the unknown role {}", static_cast<int>(rest.role)));
  hello.address = std::move(rest.address);
  hello.role = rest.role;
  hello.body_limit = rest.body_limit;
  hello.call_limit = rest.call_limit;
  return hello;
}

void CallHead::write(std::byte* out) const noexcept {
  store(out, object);
  store(out + 8, method);
  store(out + 16, chain);
  store(out + 24, parent);
  store(out + 32, remaining_ms);
  store(out + 36, depth);
  const int flags = (to_result ? to_result_flag : 0) | (keep_result ? keep_result_flag : 0);
  store(out + 38, static_cast<std::uint16_t>(flags));
}

Result<CallHead> CallHead::read(ByteView body) {
  if (body.size() < size)
    return failure(ErrorKind::invalid,
                   fmt::format("a call of {} bytes, where its head alone has {}", body.size(), size));
  CallHead head;
  head.object = load<std::uint64_t>(body, 0);
  head.method = load<std::uint64_t>(body, 8);
  head.chain = load<std::uint64_t>(body, 16);
  head.parent = load<std::uint64_t>(body, 24);
  head.remaining_ms = load<std::uint32_t>(body, 32);
  head.depth = load<std::uint16_t>(body, 36);
  const int flags = load<std::uint16_t>(body, 38);
  if ((flags & ~(to_result_flag | keep_result_flag)) != 0)
    return failure(ErrorKind::invalid, "a call with reserved bits set");
  head.to_result = (flags & to_result_flag) != 0;
  head.keep_result = (flags & keep_result_flag) != 0;
  return head;
}

Buffer encode_failure(const Failure& what) { return to_cbor(what); }

Failure decode_failure(ByteView body) {
  Failure what;
  std::string error;
  if (from_cbor(body, what, &error)) {
    // Nobody can react to a kind of which he knows nothing; the text still says what was wrong.
    if (name_of(what.kind) == "unknown") what.kind = ErrorKind::failed;
    return what;
  }
  return Failure{ErrorKind::failed, "the callee failed, and what it said cannot be read: " + error, {}, true};
}

Buffer encode_drops(const std::vector<Drop>& drops) { return to_cbor(drops); }

Result<std::vector<Drop>> decode_drops(ByteView body) {
  std::vector<Drop> drops;
  std::string error;
  if (!from_cbor(body, drops, &error)) return failure(ErrorKind::invalid, "a drop cannot be read: " + error);
  return drops;
}

}  // namespace circuit::wire
