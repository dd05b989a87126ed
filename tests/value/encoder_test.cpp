#include <bit>
#include <cmath>
#include <limits>

#include <circuit/value/codec.hpp>

#include "value/hex.hpp"

namespace circuit::testing {
namespace {

template <class Write>
std::string written(Write write) {
  Buffer bytes;
  Encoder out(bytes);
  write(out);
  return hex(bytes);
}

std::string of(std::uint64_t n) {
  return written([&](Encoder& e) { e.unsigned_integer(n); });
}
std::string of_signed(std::int64_t n) {
  return written([&](Encoder& e) { e.signed_integer(n); });
}
std::string of_real(double n) {
  return written([&](Encoder& e) { e.float64(n); });
}
std::string of_text(std::string_view text) {
  return written([&](Encoder& e) { e.text(text); });
}

// The known encodings below are those of RFC 8949, appendix A.

TEST(Encoder, WritesTheShortestFormOfAnInteger) {
  EXPECT_EQ(of(0), "00");
  EXPECT_EQ(of(1), "01");
  EXPECT_EQ(of(10), "0a");
  EXPECT_EQ(of(23), "17");
  EXPECT_EQ(of(24), "1818");
  EXPECT_EQ(of(25), "1819");
  EXPECT_EQ(of(100), "1864");
  EXPECT_EQ(of(1000), "1903e8");
  EXPECT_EQ(of(1000000), "1a000f4240");
  EXPECT_EQ(of(1000000000000), "1b000000e8d4a51000");
  EXPECT_EQ(of(UINT64_MAX), "1bffffffffffffffff");
  EXPECT_EQ(of_signed(-1), "20");
  EXPECT_EQ(of_signed(-10), "29");
  EXPECT_EQ(of_signed(-100), "3863");
  EXPECT_EQ(of_signed(-1000), "3903e7");
  EXPECT_EQ(of_signed(INT64_MIN), "3b7fffffffffffffff");
  EXPECT_EQ(of_signed(255), "18ff");
}

TEST(Encoder, WritesTheShortestFormOfAFloatingNumber) {
  EXPECT_EQ(of_real(0.0), "f90000");
  EXPECT_EQ(of_real(-0.0), "f98000");
  EXPECT_EQ(of_real(1.0), "f93c00");
  EXPECT_EQ(of_real(1.1), "fb3ff199999999999a");
  EXPECT_EQ(of_real(1.5), "f93e00");
  EXPECT_EQ(of_real(65504.0), "f97bff");
  EXPECT_EQ(of_real(100000.0), "fa47c35000");
  EXPECT_EQ(of_real(3.4028234663852886e+38), "fa7f7fffff");
  EXPECT_EQ(of_real(1.0e+300), "fb7e37e43c8800759c");
  EXPECT_EQ(of_real(5.960464477539063e-8), "f90001");
  EXPECT_EQ(of_real(0.00006103515625), "f90400");
  EXPECT_EQ(of_real(-4.0), "f9c400");
  EXPECT_EQ(of_real(-4.1), "fbc010666666666666");
  EXPECT_EQ(of_real(std::numeric_limits<double>::infinity()), "f97c00");
  EXPECT_EQ(of_real(-std::numeric_limits<double>::infinity()), "f9fc00");
  EXPECT_EQ(of_real(std::numeric_limits<double>::quiet_NaN()), "f97e00");
  EXPECT_EQ(written([](Encoder& e) { e.float32(1.1F); }), "fa3f8ccccd");
}

TEST(Encoder, WritesSimpleValuesTextAndBytes) {
  EXPECT_EQ(written([](Encoder& e) { e.boolean(false); }), "f4");
  EXPECT_EQ(written([](Encoder& e) { e.boolean(true); }), "f5");
  EXPECT_EQ(written([](Encoder& e) { e.null(); }), "f6");
  EXPECT_EQ(written([](Encoder& e) { e.bytes({}); }), "40");
  EXPECT_EQ(written([](Encoder& e) { e.bytes(unhex("01020304")); }), "4401020304");
  EXPECT_EQ(of_text(""), "60");
  EXPECT_EQ(of_text("a"), "6161");
  EXPECT_EQ(of_text("IETF"), "6449455446");
  EXPECT_EQ(of_text("\"\\"), "62225c");
  EXPECT_EQ(of_text("\xc3\xbc"), "62c3bc");
  EXPECT_EQ(of_text("\xe6\xb0\xb4"), "63e6b0b4");
  EXPECT_EQ(of_text("\xf0\x90\x85\x91"), "64f0908591");
}

TEST(Encoder, WritesTagsArraysAndMaps) {
  EXPECT_EQ(written([](Encoder& e) {
              e.tag(1);
              e.unsigned_integer(1363896240);
            }),
            "c11a514b67b0");
  EXPECT_EQ(written([](Encoder& e) {
              e.tag(32);
              e.text("http://www.example.com");
            }),
            "d82076687474703a2f2f7777772e6578616d706c652e636f6d");
  EXPECT_EQ(written([](Encoder& e) { e.array(0); }), "80");
  EXPECT_EQ(written([](Encoder& e) { e.array(25); }), "9819");
  EXPECT_EQ(written([](Encoder& e) { e.map(0); }), "a0");
  EXPECT_EQ(written([](Encoder& e) {
              e.map(1);
              e.text("a");
              e.unsigned_integer(1);
            }),
            "a1616101");
}

TEST(Encoder, WritesEveryNumberOfSixteenBitsInSixteenBits) {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    const std::string text =
        "f9" + hex(std::vector{static_cast<std::byte>(bits >> 8U), static_cast<std::byte>(bits)});
    const auto bytes = unhex(text);
    Decoder in(bytes);
    const double value = in.floating();
    ASSERT_TRUE(in.ok());
    ASSERT_EQ(of_real(value), std::isnan(value) ? "f97e00" : text);
  }
}

TEST(Encoder, WritesNoNumberInFewerBitsThanItNeeds) {
  for (const float value :
       {65505.0F, 65536.0F, 1.0009766F + 0.0001F, 2.9802322e-8F, 8.9406967e-8F, 1.0e-40F}) {
    Buffer bytes;
    Encoder out(bytes);
    out.float32(value);
    EXPECT_EQ(bytes.size(), 5U) << value;
    Decoder in(bytes);
    EXPECT_EQ(in.floating(), static_cast<double>(value));
  }
}

TEST(Encoder, WritesNumericVectorsAsTypedArrays) {
  EXPECT_EQ(hex(to_cbor(std::vector<std::int32_t>{1, -1})), "d84e4801000000ffffffff");
  EXPECT_EQ(hex(to_cbor(std::vector<std::uint16_t>{1})), "d845420100");
  EXPECT_EQ(hex(to_cbor(std::vector<std::uint32_t>{1})), "d8464401000000");
  EXPECT_EQ(hex(to_cbor(std::vector<std::uint64_t>{1})), "d847480100000000000000");
  EXPECT_EQ(hex(to_cbor(std::vector<std::int8_t>{1, 2})), "d848420102");
  EXPECT_EQ(hex(to_cbor(std::vector<std::int16_t>{1})), "d84d420100");
  EXPECT_EQ(hex(to_cbor(std::vector<std::int64_t>{1})), "d84f480100000000000000");
  EXPECT_EQ(hex(to_cbor(std::vector<float>{1.0F})), "d855440000803f");
  EXPECT_EQ(hex(to_cbor(std::vector<double>{1.0})), "d85648000000000000f03f");
  EXPECT_EQ(hex(to_cbor(std::array<std::uint8_t, 2>{1, 2})), "d840420102");
  EXPECT_EQ(hex(to_cbor(std::vector<std::uint8_t>{1, 2})), "420102");
  EXPECT_EQ(hex(to_cbor(std::vector<bool>{true, false})), "82f5f4");
}

}  // namespace
}  // namespace circuit::testing
