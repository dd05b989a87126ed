#include "keeper/keeper_messages.hpp"

#include "keeper/tagged.hpp"

namespace circuit::keeper {

Buffer encode(const FromAgent& message) {
  return encode_tagged(message);
}
Buffer encode(const FromKeeper& message) {
  return encode_tagged(message);
}
Result<FromAgent> decode_from_agent(ByteView datagram) {
  return decode_tagged<FromAgent>(datagram);
}
Result<FromKeeper> decode_from_keeper(ByteView datagram) {
  return decode_tagged<FromKeeper>(datagram);
}

}  // namespace circuit::keeper
