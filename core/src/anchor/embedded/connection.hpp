// One session of the embedded store, as a Coordinator.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "anchor/coordinator.hpp"
#include "anchor/embedded/store.hpp"

namespace circuit::anchor::embedded {

class Connection final : public Coordinator {
 public:
  /// `number` is how the store knows this connection.
  Connection(std::shared_ptr<Store> store, std::uint64_t number, SessionCredentials session)
      : store_(std::move(store)), number_(number), session_(std::move(session)) {}
  ~Connection() override;

  Outcome<Stat> create(const std::string& path, std::string_view data, Mode mode) override;
  Outcome<void> remove(const std::string& path, std::int32_t version) override;
  Outcome<Stat> set(const std::string& path, std::string_view data, std::int32_t version) override;
  Outcome<NodeContent> get(const std::string& path, Watch watch) override;
  Outcome<std::optional<Stat>> exists(const std::string& path, Watch watch) override;
  Outcome<NodeChildren> children(const std::string& path, Watch watch) override;
  Outcome<void> multi(std::span<const Operation> operations) override;
  SessionCredentials session() const override { return session_; }
  Outcome<void> close() override;

 private:
  const std::shared_ptr<Store> store_;
  const std::uint64_t number_;
  const SessionCredentials session_;
};

}  // namespace circuit::anchor::embedded
