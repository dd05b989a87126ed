// The mapped memory of a flight recorder: made, checked, and reached only through bounds that were checked.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "record/layout.hpp"

namespace circuit::record {

/// Owns a mapping, and a writer's descriptor. The shape was checked once and is kept here, outside of the
/// shared memory, so that nothing which another process writes later can lead outside of the map. Thread
/// safety: any thread, once mapped.
class Memory {
 public:
  enum class Access { read, write };

  /// A new memfd, formatted and sealed against any change of size. Errors: `invalid` for a number of slots
  /// that is 0 or beyond limits::recorder_slots, `refused` where the system has no memory or descriptor to
  /// give.
  static Result<UniqueFd> make(std::uint64_t worker, std::uint32_t slots);
  /// Maps `memory`; to read, the mapping is enough, and the descriptor is closed. Errors: `invalid` where it
  /// is not a sealed recorder of this version in all its parts.
  static Result<Memory> map(UniqueFd memory, Access access);

  Memory(Memory&& other) noexcept;
  Memory& operator=(Memory&& other) noexcept;
  ~Memory();

  int fd() const noexcept { return fd_.get(); }
  std::uint32_t slots() const noexcept { return shape_.slots; }
  layout::Header& header() const noexcept { return *at<layout::Header>(0); }
  /// `index` below 2 * slots().
  layout::Slot& slot(std::size_t index) const noexcept { return at<layout::Slot>(shape_.slots_at)[index]; }
  /// `ticket` may be any number: the ring wraps.
  layout::Finished& finished(std::uint64_t ticket) const noexcept {
    return at<layout::Finished>(shape_.finished_at)[ticket & (limits::recorded_finished_calls - 1)];
  }
  /// `index` below limits::recorded_names.
  layout::Word& method(std::size_t index) const noexcept {
    return at<layout::Word>(shape_.methods_at)[index];
  }
  layout::Name& name(std::size_t index) const noexcept { return at<layout::Name>(shape_.names_at)[index]; }

 private:
  Memory(UniqueFd fd, std::byte* base, const layout::Shape& shape) noexcept
      : fd_(std::move(fd)), base_(base), shape_(shape) {}
  template <class T>
  T* at(std::uint64_t offset) const noexcept {
    return reinterpret_cast<T*>(base_ + offset);
  }

  UniqueFd fd_;
  std::byte* base_ = nullptr;
  layout::Shape shape_;
};

}  // namespace circuit::record
