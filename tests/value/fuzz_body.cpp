#include "value/fuzz_body.hpp"

#include <cstdlib>

#include "value/json.hpp"
#include "value/rich.hpp"

namespace circuit::testing {
namespace {

void require(bool held) {
  if (!held) std::abort();
}

/// What was accepted is a value: written again it reads as the same bytes when written once more.
template <class T>
void read_as(ByteView input) {
  T value = detail::blank<T>();
  std::string error;
  if (!from_cbor(input, value, &error)) return require(!error.empty());
  const Buffer bytes = to_cbor(value);
  T again = detail::blank<T>();
  require(from_cbor(bytes, again));
  require(to_cbor(again).size() == bytes.size());
}

}  // namespace

void read_in_every_way(ByteView input) {
  read_as<Rich>(input);
  read_as<Post>(input);
  read_as<Tree>(input);
  read_as<Failure>(input);
  read_as<std::vector<std::map<std::string, std::variant<int, std::vector<float>, Bytes>>>>(input);
  read_as<std::tuple<std::chrono::duration<int, std::ratio<1, 60>>, std::chrono::hours>>(input);

  Decoder in(input);
  in.skip();
  require(in.position() <= input.size());

  require(show_json(input, 200).size() <= 200);
  if (const auto json = cbor_to_json(input)) require(in.ok());
  if (const auto shape = parse_shape(text_of(input))) require(!pretty(*shape).empty());
}

}  // namespace circuit::testing
