// Types that hold everything that can be sent, nested in each other.
#pragma once

#include <array>
#include <boost/describe/class.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include <circuit/error.hpp>
#include <circuit/identity.hpp>
#include <circuit/value/codec.hpp>

namespace circuit::testing {

enum class Color : std::uint8_t { red = 1, green = 2 };
enum Plain { one, two };

struct Point {
  double x = 0;
  double y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

struct Post {
  std::uint64_t id = 0;
  std::string title;
  std::vector<std::string> tags;
  std::optional<Point> place;
  friend bool operator==(const Post&, const Post&) = default;
};
BOOST_DESCRIBE_STRUCT(Post, (), (id, title, tags, place))

struct Tree {
  std::string name;
  std::vector<Tree> children;
  friend bool operator==(const Tree&, const Tree&) = default;
};

struct Nothing {
  friend bool operator==(const Nothing&, const Nothing&) = default;
};

/// Of one kind of content each, in many containers.
struct Rich {
  bool flag = false;
  std::int8_t i8 = 0;
  std::uint64_t u64 = 0;
  float f32 = 0;
  double f64 = 0;
  char letter = 0;
  Color color = Color::red;
  Plain plain = one;
  std::string text;
  std::vector<std::byte> raw;
  std::vector<std::uint8_t> octets;
  Bytes shared;
  std::optional<std::optional<int>> maybe;
  std::variant<std::monostate, int, std::string, Post> choice;
  std::tuple<int, std::string, std::pair<bool, Point>> several;
  std::vector<bool> flags;
  std::vector<std::int32_t> numbers;
  std::deque<double> queue;
  std::list<Tree> trees;
  std::array<std::uint16_t, 3> fixed{};
  std::array<Post, 2> posts;
  std::set<std::string> names;
  std::unordered_set<int> ids;
  std::map<std::string, std::vector<Point>> places;
  std::unordered_map<std::uint32_t, std::map<Color, std::string>> table;
  std::chrono::milliseconds wait{};
  std::chrono::system_clock::time_point when;
  Address address;
  Nothing nothing;
  std::vector<std::vector<std::optional<std::string>>> deep;
  friend bool operator==(const Rich&, const Rich&) = default;
};

inline Rich rich() {
  Rich r;
  r.flag = true;
  r.i8 = -128;
  r.u64 = UINT64_MAX;
  r.f32 = 1.1F;
  r.f64 = -1.0e300;
  r.letter = 'c';
  r.color = Color::green;
  r.plain = two;
  r.text = "Hällo \n \"world\"";
  r.raw = {std::byte{0}, std::byte{255}};
  r.octets = {1, 2, 3};
  r.shared = Bytes(bytes_of("shared"));
  r.maybe = std::optional<int>();
  r.choice = Post{7, "title", {"a", "b"}, Point{1, 2}};
  r.several = {1, "two", {true, {3, 4}}};
  r.flags = {true, false, true};
  r.numbers = {-1, 0, INT32_MAX};
  r.queue = {0.5, -0.25};
  r.trees = {{"root", {{"leaf", {}}, {"branch", {{"twig", {}}}}}}};
  r.fixed = {1, 2, 65535};
  r.posts = {Post{1, "x", {}, {}}, Post{}};
  r.names = {"one", "two"};
  r.ids = {-5, 5};
  r.places = {{"home", {{1, 1}}}, {"away", {}}};
  r.table = {{9, {{Color::red, "rouge"}}}};
  r.wait = std::chrono::milliseconds(-1500);
  r.when = std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000));
  r.address = {WorkerId{5}, 6, "localhost", 4711, 8, "unix:/x"};
  r.deep = {{"a", {}}, {}};
  return r;
}

}  // namespace circuit::testing
