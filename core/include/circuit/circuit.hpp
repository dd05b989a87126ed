// Circuit: run any function of your program in a new process on any host. Start reading here.
//
//   std::string greet(std::string name) { return "Hello " + name; }
//   CIRCUIT_FUNCTION(greet);
//
//   int main(int argc, char** argv) {
//     circuit::Runtime runtime{argc, argv};        // in a worker process this line does not return
//     auto [reply, worker] = runtime.spawn("localhost", {"/hello"}, greet, "world");
//   }
//
// In the order of reading:
//   runtime.hpp     Runtime: spawn, kill, channels, references
//   function.hpp    CIRCUIT_FUNCTION: what can be spawned
//   interface.hpp   CIRCUIT_INTERFACE: what can be called from elsewhere
//   reference.hpp   Ref<T>: an object in some worker; PermRef<T>: one that can be stored
//   store.hpp       export_values: values to bytes that can be kept
//   x.hpp           X: an object of whatever class, called by name
//   death.hpp       Death: how a worker ended
//   channel.hpp     Channel<T>: a queue across processes
//   restart.hpp     SpawnOptions: workers that are started again
//   secret.hpp      Secret<T>: a value that is shown nowhere
//   async.hpp       the same calls with Asio's completion tokens; to be included beside this header
//   acid.hpp        Acid: what every runtime tells of itself
//   anchors.hpp     Anchors: directories in which workers are found
//   error.hpp       Error: what can go wrong, by what to do about it
//   value/codec.hpp which types can cross, and how to add one's own
#pragma once

#include <circuit/acid.hpp>
#include <circuit/anchors.hpp>
#include <circuit/channel.hpp>
#include <circuit/death.hpp>
#include <circuit/error.hpp>
#include <circuit/function.hpp>
#include <circuit/identity.hpp>
#include <circuit/interface.hpp>
#include <circuit/reference.hpp>
#include <circuit/restart.hpp>
#include <circuit/runtime.hpp>
#include <circuit/secret.hpp>
#include <circuit/store.hpp>
#include <circuit/x.hpp>
