#include "wire/assembler.hpp"

#include <fmt/format.h>

#include "base/limits.hpp"

namespace circuit::wire {

Result<std::optional<Message>> Assembler::add(const Frame& frame) {
  const FrameHeader& header = frame.header;
  auto whole = [&] {
    return std::optional(Message{header.kind, header.call, header.references, frame.body, {}});
  };
  if (!header.more && bodies_.empty()) return whole();

  auto key = std::pair(header.kind, header.call);
  auto found = bodies_.find(key);
  if (found == bodies_.end()) {
    if (!header.more) return whole();
    if (bodies_.size() >= limits::unfinished_bodies)
      return failure(ErrorKind::invalid,
                     fmt::format("more than {} unfinished bodies", limits::unfinished_bodies));
    found = bodies_.emplace(key, Buffer()).first;
  }
  Buffer& body = found->second;
  if (body.size() + frame.body.size() > limits::body_bytes)
    return failure(ErrorKind::invalid, fmt::format("a body of more than {} bytes", limits::body_bytes));
  if (bytes_ + frame.body.size() > limits::unfinished_bytes)
    return failure(ErrorKind::invalid,
                   fmt::format("unfinished bodies of more than {} bytes", limits::unfinished_bytes));
  body.append(frame.body);
  bytes_ += frame.body.size();
  if (header.more) return std::nullopt;

  Message message{header.kind, header.call, header.references, {}, std::move(body)};
  message.body = message.owned.view();
  bytes_ -= message.body.size();
  bodies_.erase(found);
  return std::optional(std::move(message));
}

}  // namespace circuit::wire
