// Bytes: the growing buffer that values are encoded into, and the shared immutable run of bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace circuit {

using ByteView = std::span<const std::byte>;

/// The bytes of a text, and back.
inline ByteView bytes_of(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }
inline std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A growing run of bytes that keeps its memory when cleared, and does not zero what is about to be written.
/// Thread safety: none; one owner.
class Buffer {
 public:
  Buffer() = default;
  Buffer(Buffer&& other) noexcept
      : data_(std::move(other.data_)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
  }
  explicit Buffer(ByteView bytes) { append(bytes); }

  std::byte* data() noexcept { return data_.get(); }
  const std::byte* data() const noexcept { return data_.get(); }
  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  bool empty() const noexcept { return size_ == 0; }
  ByteView view() const noexcept { return {data_.get(), size_}; }
  operator ByteView() const noexcept { return view(); }

  void clear() noexcept { size_ = 0; }
  /// Cuts the buffer to `size`, which is at most size().
  void truncate(std::size_t size) noexcept { size_ = size; }
  void reserve(std::size_t capacity) {
    if (capacity > capacity_) grow(capacity);
  }
  /// Makes room for `n` more bytes and returns where they start; their content is undefined.
  std::byte* extend(std::size_t n) {
    if (n > capacity_ - size_) grow(size_ + n);
    std::byte* start = data_.get() + size_;
    size_ += n;
    return start;
  }
  void append(ByteView bytes) {
    if (!bytes.empty()) std::memcpy(extend(bytes.size()), bytes.data(), bytes.size());
  }

 private:
  void grow(std::size_t needed);

  std::unique_ptr<std::byte[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// A shared run of bytes that nobody changes any more: a copy costs a count, not the bytes. As a value it is
/// a byte buffer, as std::vector<std::byte> is. Thread safety: as std::shared_ptr.
class Bytes {
 public:
  Bytes() = default;
  explicit Bytes(ByteView bytes) : Bytes(Buffer(bytes)) {}
  explicit Bytes(Buffer buffer)
      : owner_(std::make_shared<const Buffer>(std::move(buffer))), view_(owner_->view()) {}

  const std::byte* data() const noexcept { return view_.data(); }
  std::size_t size() const noexcept { return view_.size(); }
  bool empty() const noexcept { return view_.empty(); }
  ByteView view() const noexcept { return view_; }
  operator ByteView() const noexcept { return view_; }
  friend bool operator==(const Bytes& a, const Bytes& b) noexcept {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
  }

 private:
  std::shared_ptr<const Buffer> owner_;
  ByteView view_;
};

}  // namespace circuit
