// What waits to be written on one link.
#pragma once

#include <cstdint>
#include <deque>
#include <map>

#include "wire/frame.hpp"

namespace circuit::link {

/// Small frames gather in one run of bytes. A large body waits beside it and gives up one piece per batch, in
/// turn with the other large ones, so that it delays neither calls nor heartbeats. Two things keep their
/// order all the same: frames that were given the same `order`, which is how calls of one object arrive in
/// the order in which they were made; and a drop, which stays behind the references that were sent before it.
/// Thread safety: none; the link guards it.
class Outbox {
 public:
  /// Appends a frame; the body is `head` followed by `rest`, and is copied. Frames of the same `order` leave
  /// one after the other; 0: in any order.
  void add(wire::FrameKind kind, std::uint64_t call, ByteView head, ByteView rest, bool references,
           std::uint64_t order = 0);
  bool empty() const noexcept { return small_.empty() && large_.empty(); }
  /// Bytes of bodies and headers not yet taken.
  std::size_t bytes() const noexcept { return small_.size() + large_bytes_; }
  /// Moves the next batch into `batch`, which is empty: all small frames, then a piece of each large body
  /// whose turn it is.
  void take(Buffer& batch);

 private:
  /// A large body, or a small one that has to wait for it.
  struct Large {
    wire::FrameKind kind;
    std::uint64_t call;
    bool references;
    std::uint64_t order;
    Buffer body;
    std::size_t taken = 0;
  };

  bool must_wait(wire::FrameKind kind, std::uint64_t order) const;
  void append_piece(Buffer& batch, Large& large);
  void forget(const Large& large);

  Buffer small_;
  std::deque<Large> large_;
  std::size_t large_bytes_ = 0;
  /// How many of `large_` have an order, and how many hold references.
  std::map<std::uint64_t, std::size_t> orders_;
  std::size_t with_references_ = 0;
};

}  // namespace circuit::link
