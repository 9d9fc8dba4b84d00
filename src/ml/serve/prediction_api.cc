#include "ml/serve/prediction_api.h"

#include <cmath>

#include "base/encoding.h"
#include "base/json.h"
#include "base/strings.h"
#include "ml/model/number_text.h"

namespace sluice::ml {
namespace {

std::string_view error_name(int status) {
  switch (status) {
    case 404:
      return "ENDPOINT_NOT_FOUND";
    case 405:
      return "METHOD_NOT_ALLOWED";
    case 415:
      return "UNSUPPORTED_MEDIA_TYPE";
    case 500:
      return "INTERNAL_ERROR";
    case 503:
      return "TEMPORARILY_UNAVAILABLE";
    default:
      return "BAD_REQUEST";
  }
}

http::Response error_response(int status, std::string_view message) {
  return http::json_response(
      status, to_text(JsonObject{{"error_code", error_name(status)}, {"message", message}}) + "\n");
}

Route route_of(std::string_view path) {
  for (std::size_t i = 0; i + 1 < kRouteCount; ++i)
    if (path == path_of(static_cast<Route>(i))) return static_cast<Route>(i);
  return Route::Other;
}

bool is_prediction(Route route) {
  return route == Route::Predict || route == Route::Invocations;
}

// "application/json" of "application/json; charset=utf-8"; empty when the header is absent.
std::string_view media_type(const http::Request& request) {
  const std::string_view value = request.headers.find("content-type").value_or("");
  return trim(value.substr(0, value.find(';')));
}

bool is_json(std::string_view type) {
  return equal_ignoring_case(type, "application/json");
}

std::string not_json(std::string_view type) {
  return cat("content type '", to_valid_utf8(type), "' is not understood; send application/json");
}

}  // namespace

PredictionApi::PredictionApi(const Scorer& scorer, std::string name, std::string version,
                             Result<void> readiness, const os::Clock& clock)
    : scorer_(scorer),
      clock_(clock),
      name_(std::move(name)),
      version_(std::move(version)),
      readiness_(std::move(readiness)),
      identity_(cat(",\"model\":", to_text(Json(name_)), ",\"version\":", to_text(Json(version_)),
                    "}\n")),
      rows_(scorer.feature_names()) {}

void PredictionApi::handle(http::Request& request, http::Responder responder) {
  const SteadyTime start = clock_.steady();
  const Route route = route_of(http::path_of(request.target));
  http::Response response = answer(route, request);
  counters_.record(route, response.status, clock_.steady() - start);
  std::move(responder).send(std::move(response));
}

http::Response PredictionApi::answer(Route route, const http::Request& request) {
  if (route == Route::Other)
    return error_response(404,
                          "there are POST /predict and /invocations, and GET /healthz, "
                          "/health, /ping, /metrics and /version");
  const std::string_view method = is_prediction(route) ? "POST" : "GET";
  const bool head = request.method == "HEAD" && method == "GET";
  if (request.method != method && !head) {
    http::Response response = error_response(405, cat(path_of(route), " takes ", method));
    response.headers.add("Allow", is_prediction(route) ? "POST" : "GET, HEAD");
    return response;
  }
  if (is_prediction(route) && !readiness_.ok()) return health();
  switch (route) {
    case Route::Predict:
      return predict(request);
    case Route::Invocations:
      return invoke(request);
    case Route::Health:
    case Route::Ready:
    case Route::Ping:
      return health();
    case Route::Metrics:
      return metrics();
    case Route::Version:
      return version();
    case Route::Other:
      break;
  }
  UNREACHABLE();
}

bool PredictionApi::append_predictions(std::string& body) {
  const std::size_t width = scorer_.feature_names().size();
  const std::span<const float> values(rows_.values());
  for (std::size_t row = 0; row < rows_.row_count(); ++row) {
    const float prediction = scorer_.model().predict(values.subspan(row * width, width));
    if (!std::isfinite(prediction)) return false;
    if (row > 0) body += ',';
    append_number(body, prediction);
  }
  counters_.count_predictions(rows_.row_count());
  return true;
}

http::Response PredictionApi::predict(const http::Request& request) {
  if (const std::string_view type = media_type(request); !type.empty() && !is_json(type))
    return error_response(415, not_json(type));
  const auto shape = rows_.read_records(request.body);
  if (!shape.ok()) return error_response(400, shape.error().describe());
  if (*shape == RequestShape::Many) return predictions(identity_);
  std::string body = "{\"prediction\":";
  if (!append_predictions(body)) return error_response(500, "the prediction is not finite");
  body += identity_;
  return http::json_response(200, std::move(body));
}

http::Response PredictionApi::invoke(const http::Request& request) {
  const std::string_view type = media_type(request);
  const bool csv = equal_ignoring_case(type, "text/csv");
  if (!csv && !is_json(type)) return error_response(415, cat(not_json(type), " or text/csv"));
  const auto read = csv ? rows_.read_csv(request.body) : rows_.read_invocation(request.body);
  if (!read.ok()) return error_response(400, read.error().describe());
  return predictions("}\n");
}

http::Response PredictionApi::predictions(std::string_view tail) {
  std::string body = "{\"predictions\":[";
  if (!append_predictions(body)) return error_response(500, "a prediction is not finite");
  body += ']';
  body += tail;
  return http::json_response(200, std::move(body));
}

http::Response PredictionApi::health() const {
  if (!readiness_.ok())
    return error_response(503,
                          cat("the model failed its self-check: ", readiness_.error().describe()));
  return http::json_response(200, cat("{\"status\":\"ok\"", identity_));
}

http::Response PredictionApi::metrics() const {
  const auto label = [](const std::string& text) {
    return replace_all(replace_all(replace_all(text, "\\", "\\\\"), "\"", "\\\""), "\n", "\\n");
  };
  http::Response response = http::text_response(
      200, cat(counters_.text(),
               "# HELP sluice_serve_model_info The model that is served.\n"
               "# TYPE sluice_serve_model_info gauge\n"
               "sluice_serve_model_info{name=\"",
               label(name_), "\",version=\"", label(version_), "\",digest=\"",
               scorer_.digest().to_string(), "\"} 1\n",
               "# HELP sluice_serve_model_ready Whether the self-check passed.\n"
               "# TYPE sluice_serve_model_ready gauge\nsluice_serve_model_ready ",
               readiness_.ok() ? 1 : 0, "\n"));
  response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  return response;
}

http::Response PredictionApi::version() const {
  return http::json_response(200,
                             to_text(JsonObject{{"model", name_},
                                                {"version", version_},
                                                {"digest", scorer_.digest().to_string()},
                                                {"objective", scorer_.model().objective()},
                                                {"trees", scorer_.model().tree_count()},
                                                {"features", scorer_.feature_names().size()}}) +
                                 "\n");
}

}  // namespace sluice::ml
