#include "anchor/embedded/connection.hpp"

namespace circuit::anchor::embedded {

Connection::~Connection() { store_->detach(number_); }

Outcome<Stat> Connection::create(const std::string& path, std::string_view data, Mode mode) {
  return store_->create(number_, path, data, mode);
}

Outcome<void> Connection::remove(const std::string& path, std::int32_t version) {
  return store_->remove(number_, path, version);
}

Outcome<Stat> Connection::set(const std::string& path, std::string_view data, std::int32_t version) {
  return store_->set(number_, path, data, version);
}

Outcome<NodeContent> Connection::get(const std::string& path, Watch watch) {
  return store_->get(number_, path, std::move(watch));
}

Outcome<std::optional<Stat>> Connection::exists(const std::string& path, Watch watch) {
  return store_->exists(number_, path, std::move(watch));
}

Outcome<NodeChildren> Connection::children(const std::string& path, Watch watch) {
  return store_->children(number_, path, std::move(watch));
}

Outcome<void> Connection::multi(std::span<const Operation> operations) {
  return store_->multi(number_, operations);
}

Outcome<void> Connection::close() { return store_->close(number_); }

}  // namespace circuit::anchor::embedded
