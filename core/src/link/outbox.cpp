#include "link/outbox.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/limits.hpp"

namespace circuit::link {
namespace {

void append_frame(Buffer& out, wire::FrameHeader header, ByteView head, ByteView rest) {
  header.length = static_cast<std::uint32_t>(head.size() + rest.size());
  header.write(out.extend(wire::FrameHeader::size));
  out.append(head);
  out.append(rest);
}

}  // namespace

void Outbox::add(wire::FrameKind kind, std::uint64_t call, ByteView head, ByteView rest, bool references,
                 std::uint64_t order) {
  if (head.size() + rest.size() <= limits::piece_bytes && !must_wait(kind, order))
    return append_frame(small_, {.kind = kind, .references = references, .call = call}, head, rest);
  Large large{kind, call, references, order, Buffer(head)};
  large.body.append(rest);
  large_bytes_ += large.body.size();
  if (order != 0) ++orders_[order];
  if (references) ++with_references_;
  large_.push_back(std::move(large));
}

bool Outbox::must_wait(wire::FrameKind kind, std::uint64_t order) const {
  if (kind == wire::FrameKind::drop) return with_references_ > 0;
  return order != 0 && orders_.contains(order);
}

void Outbox::take(Buffer& batch) {
  std::swap(batch, small_);
  std::set<std::uint64_t> busy;  // orders of which an earlier frame is not out yet
  bool references_before = false;
  for (auto large = large_.begin(); large != large_.end();) {
    bool waits = large->kind == wire::FrameKind::drop ? references_before : busy.contains(large->order);
    if (!waits) append_piece(batch, *large);
    if (!waits && large->taken == large->body.size()) {
      forget(*large);
      large = large_.erase(large);
      continue;
    }
    if (large->order != 0) busy.insert(large->order);
    references_before = references_before || large->references;
    ++large;
  }
}

void Outbox::append_piece(Buffer& batch, Large& large) {
  ByteView rest = large.body.view().subspan(large.taken);
  ByteView piece = rest.first(std::min(rest.size(), limits::piece_bytes));
  bool more = piece.size() < rest.size();
  append_frame(batch, {.kind = large.kind, .more = more, .references = large.references, .call = large.call},
               piece, {});
  large.taken += piece.size();
  large_bytes_ -= piece.size();
}

void Outbox::forget(const Large& large) {
  if (large.references) --with_references_;
  auto order = orders_.find(large.order);
  if (order != orders_.end() && --order->second == 0) orders_.erase(order);
}

}  // namespace circuit::link
