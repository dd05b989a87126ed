// The objects that are called: one for each way in which a call can run. Each gives back what it is given,
// and makes others of its kind.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include <circuit/async.hpp>
#include <circuit/circuit.hpp>

namespace circuit::bench {

struct InlineEcho {
  Bytes echo(const Bytes& bytes) { return bytes; }
  Ref<InlineEcho> make() { return here().make<InlineEcho>(); }
};
struct PoolEcho {
  Bytes echo(const Bytes& bytes) { return bytes; }
  Ref<PoolEcho> make() { return here().make<PoolEcho>(); }
};
struct CoroutineEcho {
  boost::asio::awaitable<Bytes> echo(Bytes bytes) { co_return bytes; }
  Ref<CoroutineEcho> make() { return here().make<CoroutineEcho>(); }
};

/// The service under which a server has its echo.
inline constexpr const char* echo_service = "echo";

}  // namespace circuit::bench

CIRCUIT_INTERFACE(circuit::bench::InlineEcho, inline_calls, echo, make);
CIRCUIT_INTERFACE(circuit::bench::PoolEcho, echo, make);
CIRCUIT_INTERFACE(circuit::bench::CoroutineEcho, echo, make);
