#include <algorithm>

#include <circuit/value/descriptor.hpp>

namespace circuit {

bool Descriptor::begin_struct(const void* key) {
  const auto found = std::find(enclosing_.rbegin(), enclosing_.rend(), key);
  if (found != enclosing_.rend()) {
    text_ += "^" + std::to_string(found - enclosing_.rbegin());
    return false;
  }
  enclosing_.push_back(key);
  text_ += "struct{";
  return true;
}

void Descriptor::begin_field(std::string_view name) {
  if (!text_.ends_with('{')) text_ += ',';
  if (!name.empty()) text_.append(name).append(":");
}

void Descriptor::end_struct() {
  enclosing_.pop_back();
  text_ += '}';
}

std::uint64_t signature_id(std::string_view canonical) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : canonical) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  hash ^= hash >> 33U;
  hash *= 0xff51afd7ed558ccdU;
  hash ^= hash >> 33U;
  hash *= 0xc4ceb9fe1a85ec53U;
  hash ^= hash >> 33U;
  // 0 stands for "none" wherever ids are written.
  return hash == 0 ? 1 : hash;
}

}  // namespace circuit
