#include <algorithm>

#include <circuit/bytes.hpp>

namespace circuit {

void Buffer::grow(std::size_t needed) {
  // Doubling keeps appends linear; 256 covers an ordinary small message in one allocation.
  std::size_t capacity = std::max({needed, capacity_ * 2, std::size_t{256}});
  auto data = std::make_unique_for_overwrite<std::byte[]>(capacity);
  if (size_ > 0) std::memcpy(data.get(), data_.get(), size_);
  data_ = std::move(data);
  capacity_ = capacity;
}

}  // namespace circuit
