// Values to bytes that any program can keep, and back.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <tuple>

#include <circuit/bytes.hpp>
#include <circuit/detail/invoke.hpp>

namespace circuit {

namespace lang {

/// Writes permanent references, and refuses all others.
ReferenceEncoder& permanent_references();
/// What stands before the values.
void begin_export(Encoder& encoder, std::string_view descriptor);

/// Reads exported values. Lifetime: within that of the bytes and the node.
class StoredValues {
 public:
  /// Throws Error{invalid} when the bytes are no exported values, or ones that cannot be read as
  /// `descriptor`.
  StoredValues(Node& node, ByteView bytes, const std::string& descriptor);
  ~StoredValues();
  StoredValues(const StoredValues&) = delete;
  StoredValues& operator=(const StoredValues&) = delete;

  Decoder& decoder() noexcept { return decoder_; }
  /// Throws Error{invalid} for what the decoder has found wrong.
  void check() const;

 private:
  std::unique_ptr<ReferenceDecoder> references_;
  Decoder decoder_;
};

template <class... Values>
std::tuple<Values...> import_values(Node& node, ByteView bytes) {
  StoredValues stored(node, bytes, descriptor_of<std::tuple<Values...>>());
  std::tuple<Values...> values = decode_arguments<Values...>(stored.decoder());
  stored.check();
  return values;
}

}  // namespace lang

/// The values as bytes, to be kept anywhere and read by any program (Runtime::import_values): what they are
/// made of travels along. They may hold permanent references. Throws Error{invalid} for a counted reference,
/// which ends with its holder, and for what encode() refuses.
template <class... Values>
Bytes export_values(const Values&... values) {
  Buffer bytes;
  Encoder encoder(bytes, &lang::permanent_references());
  lang::begin_export(encoder, descriptor_of<std::tuple<lang::ValueOf<Values>...>>());
  lang::encode_arguments(encoder, values...);
  return Bytes(std::move(bytes));
}

}  // namespace circuit
