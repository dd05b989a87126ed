#include <fmt/format.h>

#include <circuit/store.hpp>

#include "lang/node.hpp"
#include "lang/references.hpp"
#include "value/evolution.hpp"

namespace circuit::lang {
namespace {

/// The first item of exported values.
constexpr std::string_view mark = "circuit.values";

class PermanentEncoder final : public ReferenceEncoder {
 public:
  void encode(Encoder& encoder, const TargetPointer& target) override {
    if (!target->permanent())
      throw Error(ErrorKind::invalid,
                  fmt::format("a counted reference to {} cannot be stored, because it ends with its holder: "
                              "store a PermRef",
                              target->interface()));
    encode_permanent(encoder, *target);
  }
};

class StoredReferences final : public ReferenceDecoder {
 public:
  explicit StoredReferences(Node& node) : node_(node) {}

  TargetPointer decode(Decoder& decoder, std::string_view interface) override {
    TargetPointer target = decode_permanent(node_, decoder);
    return decoder.ok() ? checked(std::move(target), decoder, interface) : nullptr;
  }

 private:
  Node& node_;
};

}  // namespace

ReferenceEncoder& permanent_references() {
  static PermanentEncoder encoder;  // has no state
  return encoder;
}

void begin_export(Encoder& encoder, std::string_view descriptor) {
  encoder.array(3);
  encoder.text(mark);
  encoder.text(descriptor);
}

StoredValues::StoredValues(Node& node, ByteView bytes, const std::string& descriptor)
    : references_(std::make_unique<StoredReferences>(node)), decoder_(bytes, references_.get()) {
  const std::uint64_t parts = decoder_.array();
  const std::string_view first = decoder_.text();
  const std::string_view written = decoder_.text();
  if (decoder_.ok() && (parts != 3 || first != mark)) decoder_.fail("they begin with something else");
  if (!decoder_.ok())
    throw Error(ErrorKind::invalid, "these bytes are no exported values: " + decoder_.error());
  value_or_throw(check_readable(written, descriptor));
}

StoredValues::~StoredValues() = default;

void StoredValues::check() const {
  if (!decoder_.ok()) throw Error(ErrorKind::invalid, "the exported values do not fit: " + decoder_.error());
}

}  // namespace circuit::lang
