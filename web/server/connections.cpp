#include "server/connections.hpp"

#include <utility>

#include "base/limits.hpp"

namespace circuit::web {

std::unique_ptr<Place> Connections::take_place() {
  if (taken_->fetch_add(1) >= limits::web_connections) {
    taken_->fetch_sub(1);
    return nullptr;
  }
  return std::make_unique<Place>(taken_);
}

void Connections::add(std::weak_ptr<Connection> connection) {
  std::erase_if(open_, [](const std::weak_ptr<Connection>& one) { return one.expired(); });
  open_.push_back(std::move(connection));
}

void Connections::close_all() {
  for (const std::weak_ptr<Connection>& one : std::exchange(open_, {}))
    if (auto connection = one.lock()) connection->close();
}

}  // namespace circuit::web
