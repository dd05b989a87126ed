#include "keeper/keeper_client.hpp"

#include <fmt/format.h>

#include "base/limits.hpp"

namespace circuit::keeper {
namespace {

UniqueFd take(Datagram& datagram, std::size_t index) {
  return index < datagram.fds.size() ? std::move(datagram.fds[index]) : UniqueFd();
}

Result<void> check_record(const Bytes& record) {
  if (record.size() > limits::keeper_record_bytes)
    return failure(ErrorKind::invalid,
                   fmt::format("a record of {} bytes about a worker; the keeper takes at most {}",
                               record.size(), limits::keeper_record_bytes));
  return {};
}

}  // namespace

Result<void> KeeperClient::send(const FromAgent& message, std::span<const int> fds) {
  Result<void> fits;
  if (const auto* launch = std::get_if<Launch>(&message)) fits = check_record(launch->record);
  if (const auto* update = std::get_if<Update>(&message)) fits = check_record(update->record);
  if (!fits) return fits;
  return socket_.send(encode(message), fds);
}

Result<std::optional<KeeperEvent>> KeeperClient::receive() {
  auto received = socket_.receive();
  if (!received) return std::move(received).error();
  if (!*received) return std::optional<KeeperEvent>();
  Datagram datagram = std::move(**received);
  if (datagram.fds_lost)
    return failure(ErrorKind::overloaded,
                   "no descriptor is left for those that the keeper hands over; raise ulimit -n");
  auto message = decode_from_keeper(datagram.bytes);
  if (!message) return std::move(message).error();

  if (auto* started = std::get_if<Started>(&*message))
    return std::optional<KeeperEvent>(WorkerStarted{*started, take(datagram, 0)});
  if (auto* died = std::get_if<Died>(&*message))
    return std::optional<KeeperEvent>(WorkerDied{std::move(*died), take(datagram, 0)});
  if (auto* held = std::get_if<Inventory>(&*message))
    return std::optional<KeeperEvent>(WorkerHeld{std::move(*held), take(datagram, 0), take(datagram, 1)});
  if (auto* refused = std::get_if<Refused>(&*message)) return std::optional<KeeperEvent>(std::move(*refused));
  if (auto* end = std::get_if<InventoryEnd>(&*message)) return std::optional<KeeperEvent>(*end);
  return std::optional<KeeperEvent>(std::get<Stopping>(*message));
}

}  // namespace circuit::keeper
