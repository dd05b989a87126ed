// The anchors' public face.
#include <fmt/format.h>

#include <circuit/anchors.hpp>

#include "base/anchor_path.hpp"
#include "runtime/anchor_source.hpp"
#include "runtime/subtree_watch.hpp"

namespace circuit {
namespace {

std::string checked(std::string_view path) { return value_or_throw(anchor::Path::parse(path)).string(); }

}  // namespace

std::string Directory::name() const { return path_.substr(path_.rfind('/') + 1); }

std::vector<std::string> Directory::dirs() const { return source_->open(path_).dirs; }

AnchorListing Directory::files() const { return source_->open(path_); }

AnchorListing Directory::change(std::uint64_t since) const {
  return source_->change(path_, since, std::nullopt);
}

AnchorListing Directory::change(std::uint64_t since, std::chrono::milliseconds timeout) const {
  return source_->change(path_, since, timeout);
}

Directory Directory::directory(std::string_view name) const {
  auto here = value_or_throw(anchor::Path::parse(path_));
  return Directory(source_, value_or_throw(here.child(name)).string());
}

AnchorFile Directory::file(WorkerId id) const {
  AnchorListing listing = files();
  auto found = listing.files.find(id);
  if (found != listing.files.end()) return std::move(found->second);
  throw Error(ErrorKind::invalid, fmt::format("no worker {} stands in {}", id.string(), path_));
}

Directory Anchors::open(std::string_view path) const { return Directory(source_, checked(path)); }

AnchorWatch Anchors::watch_subtree(std::string_view path, AnchorHandler handler) const {
  if (!handler) throw Error(ErrorKind::invalid, "a watch needs a handler");
  return AnchorWatch(source_->watch(checked(path), std::move(handler)));
}

void Anchors::add(std::string_view path) const { source_->add(checked(path)); }

void Anchors::remove(std::string_view path) const { source_->remove(checked(path)); }

AnchorWatch& AnchorWatch::operator=(AnchorWatch&& other) noexcept {
  if (this != &other) {
    end();
    watch_ = std::move(other.watch_);
  }
  return *this;
}

void AnchorWatch::end() noexcept {
  if (auto watch = std::exchange(watch_, nullptr)) watch->end();
}

}  // namespace circuit
