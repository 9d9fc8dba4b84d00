// The HTTP face of one model: MLflow's and SageMaker's protocols and a plain one.
//
//   POST /predict      {"price": 2.1, …} → {"prediction": 13.5, "model": …, "version": …};
//                      [{…}, …] → {"predictions": […], "model": …, "version": …}
//   POST /invocations  dataframe_split | dataframe_records | instances | inputs, or text/csv
//                      → {"predictions": […]}
//   GET /healthz, /health, /ping   200, or 503 with the reason while the model must not be used
//   GET /metrics (Prometheus), /version; HEAD where GET is
//
// Everything is answered on the server's I/O thread; a single row needs a few microseconds.
// Errors: {"error_code", "message"} with 400, 404, 405, 415, 500 or 503.
#pragma once

#include <string>

#include "http/server.h"
#include "ml/serve/request_rows.h"
#include "ml/serve/scorer.h"
#include "ml/serve/serve_metrics.h"
#include "os/ports/clock.h"

namespace sluice::ml {

class PredictionApi final : public http::Handler {
 public:
  // `readiness`: the outcome of the model's self-check. The arguments outlive this.
  PredictionApi(const Scorer& scorer, std::string name, std::string version, Result<void> readiness,
                const os::Clock& clock);

  void handle(http::Request& request, http::Responder responder) override;

 private:
  http::Response answer(Route route, const http::Request& request);
  http::Response predict(const http::Request& request);
  http::Response invoke(const http::Request& request);
  http::Response health() const;
  http::Response metrics() const;
  http::Response version() const;
  http::Response predictions(std::string_view tail);
  // Appends the predictions of all rows; false when one is not finite.
  bool append_predictions(std::string& body);

  const Scorer& scorer_;
  const os::Clock& clock_;
  const std::string name_;
  const std::string version_;
  const Result<void> readiness_;
  const std::string identity_;  // `,"model":"demand","version":"3"}` and a newline
  RequestRows rows_;
  ServeMetrics counters_;
};

}  // namespace sluice::ml
