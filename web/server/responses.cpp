#include "server/responses.hpp"

#include "server/rendering.hpp"

namespace circuit::web {
namespace {

constexpr std::string_view content_security_policy =
    "default-src 'self'; connect-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; object-src "
    "'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'";

http::status status_of(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::failed:
      return http::status::internal_server_error;
    case ErrorKind::unreachable:
      return http::status::bad_gateway;
    case ErrorKind::dead:
      return http::status::gone;
    case ErrorKind::deadline:
      return http::status::gateway_timeout;
    case ErrorKind::cancelled:
      return http::status::conflict;
    case ErrorKind::refused:
      return http::status::forbidden;
    case ErrorKind::overloaded:
      return http::status::service_unavailable;
    case ErrorKind::invalid:
      return http::status::bad_request;
  }
  return http::status::internal_server_error;
}

}  // namespace

Reply error_reply(http::status status, std::string_view kind, std::string_view text) {
  return {status, render_error(kind, text)};
}

Reply failure_reply(const Failure& failure) {
  return error_reply(status_of(failure.kind), name_of(failure.kind), failure.text);
}

void harden(http::fields& header) {
  header.set("Content-Security-Policy", content_security_policy);
  header.set("X-Content-Type-Options", "nosniff");
  header.set("X-Frame-Options", "DENY");
  header.set("Referrer-Policy", "no-referrer");
  header.set("Cross-Origin-Opener-Policy", "same-origin");
  header.set("Cross-Origin-Resource-Policy", "same-origin");
  header.set(http::field::cache_control, "no-store");
}

http::response<http::string_body> respond(Reply reply, unsigned version, bool head, bool close) {
  http::response<http::string_body> response{reply.status, version};
  harden(response);
  response.set(http::field::content_type, reply.content_type);
  if (!reply.allow.empty()) response.set(http::field::allow, reply.allow);
  if (reply.status == http::status::unauthorized) response.set(http::field::www_authenticate, "Bearer");
  response.keep_alive(!close);
  response.content_length(reply.body.size());
  if (!head) response.body() = std::move(reply.body);
  return response;
}

}  // namespace circuit::web
