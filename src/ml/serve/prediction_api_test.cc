// The shapes of requests and answers, one row each, and the server around them.

#include "ml/serve/prediction_api.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/strings.h"
#include "http/client.h"
#include "ml/serve/model_server.h"
#include "ml/serve/testing/small_model.h"
#include "os/testing/test_world.h"

namespace sluice::ml {
namespace {

// price < 2: 10, else -10, missing 10; deal < 0.5: 0.25, else 0.75, missing 0.75; and 0.5.
class PredictionApiTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(write_model_folder(world_.files, world_.directory / "m", small_model()).ok());
    scorer_ = Scorer::load(world_.files, world_.directory / "m").value();
    api_ = std::make_unique<PredictionApi>(*scorer_, "demand", "3", success(), world_.clock);
  }

  http::Response send(PredictionApi& api, const std::string& method, const std::string& target,
                      const std::string& type = "", const std::string& body = "") {
    struct Capture final : http::Responder::Exchange {
      void respond(http::Response&& response) override { answer = std::move(response); }
      http::Response answer;
    };
    const auto capture = std::make_shared<Capture>();
    http::Request request;
    request.method = method;
    request.target = target;
    request.body = body;
    if (!type.empty()) request.headers.add("Content-Type", type);
    api.handle(request, http::Responder(capture));
    return capture->answer;
  }

  os::TestWorld world_;
  std::unique_ptr<Scorer> scorer_;
  std::unique_ptr<PredictionApi> api_;
};

struct Exchange {
  const char* target;
  const char* type;
  const char* body;
  int status;
  const char* answer;  // the whole body of a 200, a part of others
};

constexpr const char* kJson = "application/json";
constexpr const char* kTail = R"(,"model":"demand","version":"3"})";

const Exchange kGood[] = {
    {"/predict", kJson, R"({"price": 1.5, "deal": 0})", 200, R"({"prediction":10.75)"},
    {"/predict", "", R"( {"deal":1,"price":3} )", 200, R"({"prediction":-8.75)"},
    {"/predict?x=1", "Application/JSON; charset=utf-8", R"({"price":null,"deal":null})", 200,
     R"({"prediction":11.25)"},
    {"/predict", kJson, R"({"pri\u0063e":1E0,"deal":-0.0})", 200, R"({"prediction":10.75)"},
    {"/predict", kJson, R"([{"price":1,"deal":0},{"price":3,"deal":1}])", 200,
     R"({"predictions":[10.75,-8.75])"},
    {"/predict", kJson, "[]", 200, R"({"predictions":[])"},
};

const Exchange kInvocations[] = {
    {"", kJson, R"({"dataframe_split":{"columns":["deal","price"],"data":[[0,1],[1,3]]}})", 200,
     "[10.75,-8.75]"},
    {"", kJson,
     R"({"dataframe_split":{"index":[7],"data":[[1,3]],"columns":["deal","price"]},"params":{}})",
     200, "[-8.75]"},
    {"", kJson, R"({"dataframe_split":{"data":[[3,1]]},"params":null})", 200, "[-8.75]"},
    {"", kJson, R"({"dataframe_records":[{"price":1,"deal":0},{"deal":null,"price":null}]})", 200,
     "[10.75,11.25]"},
    {"", kJson, R"({"instances":[{"price":1,"deal":0}]})", 200, "[10.75]"},
    {"", kJson, R"({"instances":[[1,0],[3,1]]})", 200, "[10.75,-8.75]"},
    {"", kJson, R"({"inputs":{"deal":[0,1],"price":[1,3]}})", 200, "[10.75,-8.75]"},
    {"", kJson, R"({"inputs":[[1,0]]})", 200, "[10.75]"},
    {"", "text/csv", "deal,price\n0,1\n1,3\n", 200, "[10.75,-8.75]"},
    {"", "text/csv; charset=utf-8", "\"price\",\"deal\"\r\n1,0\r\n,NA\r\n", 200, "[10.75,11.25]"},
    {"", "text/csv", "1,0\n3,1", 200, "[10.75,-8.75]"},
    {"", "text/csv", ",0\n", 200, "[10.75]"},
};

TEST_F(PredictionApiTest, AnswersEveryShapeOfAGoodRequest) {
  for (const Exchange& e : kGood) {
    const auto response = send(*api_, "POST", e.target, e.type, e.body);
    EXPECT_EQ(response.status, 200) << e.body << response.body;
    EXPECT_EQ(response.body, cat(e.answer, kTail, "\n")) << e.body;
    EXPECT_EQ(response.headers.find("content-type"), "application/json");
  }
  for (const Exchange& e : kInvocations) {
    const auto response = send(*api_, "POST", "/invocations", e.type, e.body);
    EXPECT_EQ(response.status, 200) << e.body << response.body;
    EXPECT_EQ(response.body, cat("{\"predictions\":", e.answer, "}\n")) << e.body;
  }
}

const Exchange kBad[] = {
    {"/predict", kJson, R"({"prise":1,"deal":0})", 400, "'prise', did you mean 'price'?"},
    {"/predict", kJson, R"({"price":1,"deal":0,"zzzzzz":0})", 400, "it has price, deal"},
    {"/predict", kJson, R"({"price":1})", 400, "feature 'deal' is not given"},
    {"/predict", kJson, "{}", 400, "features 'price', 'deal' are not given"},
    {"/predict", kJson, R"({"price":1,"price":1,"deal":0})", 400, "'price' is given twice"},
    {"/predict", kJson, R"({"price":"1","deal":0})", 400, "must be a number or null"},
    {"/predict", kJson, R"({"price":true,"deal":0})", 400, "must be a number or null"},
    {"/predict", kJson, R"({"price":NaN,"deal":0})", 400, "must be a number or null"},
    {"/predict", kJson, R"({"price":1e99,"deal":0})", 400, "too large for a float"},
    {"/predict", kJson, R"({"price":01,"deal":0})", 400, "leading zero"},
    {"/predict", kJson, R"({"price":1,"deal":0} x)", 400, "line 1, column 22: text after the end"},
    {"/predict", kJson, R"({"price":1,"deal":0)", 400, "the text ends"},
    {"/predict", kJson, R"({"price":1,"deal":0,})", 400, "expected a string"},
    {"/predict", kJson, R"([{"price":1,"deal":0},3])", 400, "expected an object"},
    {"/predict", kJson, "", 400, "the text ends"},
    {"/predict", kJson, "price=1", 400, "expected an object"},
    {"/predict", "application/x-www-form-urlencoded", "{}", 415, "send application/json"},
    {"/invocations", "", "{}", 415, "or text/csv"},
    {"/invocations", "application/x-npy", "x", 415, "'application/x-npy'"},
    {"/invocations", kJson, "{}", 400, "dataframe_split, dataframe_records, instances or inputs"},
    {"/invocations", kJson, "[1]", 400, "expected an object"},
    {"/invocations", kJson, R"({"data":[[1,0]]})", 400, "unknown key 'data'"},
    {"/invocations", kJson, R"({"instances":[[1,0]],"inputs":[[1,0]]})", 400, "exactly one"},
    {"/invocations", kJson, R"({"instances":[[1,0]],"params":{"a":1}})", 400, "takes no params"},
    {"/invocations", kJson, R"({"instances":[[1]]})", 400, "a row of 1 value for 2 features"},
    {"/invocations", kJson, R"({"instances":[1]})", 400, "expected an array"},
    {"/invocations", kJson, R"({"dataframe_split":{"columns":["price"],"data":[[1,0]]}})", 400,
     "column 'deal' is missing"},
    {"/invocations", kJson, R"({"dataframe_split":{"columns":["prise","deal"],"data":[]}})", 400,
     "did you mean 'price'?"},
    {"/invocations", kJson, R"({"dataframe_split":{"columns":["deal","deal"],"data":[]}})", 400,
     "given twice"},
    {"/invocations", kJson, R"({"dataframe_split":{"rows":[]}})", 400, "'columns', 'index'"},
    {"/invocations", kJson, R"({"inputs":{"price":[1,2],"deal":[1]}})", 400, "'deal' has 1 value"},
    {"/invocations", kJson, R"({"inputs":{"price":[1,2]}})", 400, "'deal' is not given"},
    {"/invocations", "text/csv", "", 400, "empty"},
    {"/invocations", "text/csv", "price,deel\n1,2\n", 400, "did you mean 'deal'?"},
    {"/invocations", "text/csv", "price\n1\n", 400, "column 'deal' is missing"},
    {"/invocations", "text/csv", "price,deal\n1,2\n1\n", 400, "row 2 (line 3"},
    {"/invocations", "text/csv", "price,deal\n1,cheap\n", 400, "'deal' is 'cheap'"},
    {"/invocations", "text/csv", "1,2\n1,cheap\n", 400, "row 2 (line 2, byte 5): 'deal'"},
    {"/invocations", "text/csv", "1,2\n1\n", 400, "row 2 (line 2, byte 5): "},
    {"/nothing", kJson, "{}", 404, "POST /predict"},
};

TEST_F(PredictionApiTest, RefusesABadRequestAndSaysWhatIsWrong) {
  for (const Exchange& e : kBad) {
    const auto response = send(*api_, "POST", e.target, e.type, e.body);
    EXPECT_EQ(response.status, e.status) << e.body;
    const auto document = parse_json(response.body);
    ASSERT_TRUE(document.ok()) << response.body;
    const std::string message(view(document->at("message").as_string()));
    EXPECT_NE(message.find(e.answer), std::string::npos) << e.body << ": " << message;
  }
  EXPECT_EQ(send(*api_, "GET", "/predict").status, 405);
  EXPECT_EQ(send(*api_, "POST", "/healthz").headers.find("allow"), "GET, HEAD");
  EXPECT_EQ(send(*api_, "HEAD", "/predict").status, 405);
  const auto after = send(*api_, "POST", "/predict", kJson, R"({"price":1.5,"deal":0})");
  EXPECT_EQ(after.status, 200) << "nothing of a bad request stays behind";
}

TEST_F(PredictionApiTest, LimitsTheRowsOfOneRequest) {
  std::string body = R"({"instances":[)";
  for (std::size_t i = 0; i <= RequestRows::kMaxRows; ++i) body += i == 0 ? "[1,0]" : ",[1,0]";
  const auto response = send(*api_, "POST", "/invocations", kJson, body + "]}");
  EXPECT_EQ(response.status, 400);
  EXPECT_NE(response.body.find("more than 50000 rows"), std::string::npos);
}

TEST_F(PredictionApiTest, IsReadyOnlyWhenTheSelfCheckPassed) {
  for (const char* path : {"/health", "/healthz", "/ping"})
    for (const char* method : {"GET", "HEAD"})
      EXPECT_EQ(send(*api_, method, path).status, 200) << method << path;
  PredictionApi broken(*scorer_, "demand", "3", failed_precondition("row 1 differs"), world_.clock);
  for (const char* path : {"/health", "/healthz", "/ping"}) {
    const auto response = send(broken, "GET", path);
    EXPECT_EQ(response.status, 503) << path;
    EXPECT_NE(response.body.find("row 1 differs"), std::string::npos);
  }
  EXPECT_EQ(send(broken, "POST", "/predict", kJson, R"({"price":1,"deal":0})").status, 503);
  EXPECT_NE(send(broken, "GET", "/metrics").body.find("sluice_serve_model_ready 0"),
            std::string::npos);
}

TEST_F(PredictionApiTest, CountsRequestsAndPredictions) {
  send(*api_, "POST", "/predict", kJson, R"({"price":1,"deal":0})");
  send(*api_, "POST", "/predict", kJson, "{}");
  send(*api_, "POST", "/invocations", kJson, R"({"instances":[[1,0],[3,1]]})");
  const std::string text = send(*api_, "GET", "/metrics").body;
  for (const std::string& line : std::initializer_list<std::string>{
           R"(sluice_serve_requests_total{route="/predict",code="200"} 1)",
           R"(sluice_serve_requests_total{route="/predict",code="400"} 1)",
           R"(sluice_serve_request_duration_seconds_bucket{route="/predict",le="5e-05"} 2)",
           R"(sluice_serve_request_duration_seconds_bucket{route="/predict",le="+Inf"} 2)",
           R"(sluice_serve_request_duration_seconds_count{route="/predict"} 2)",
           "sluice_serve_predictions_total 3",
           cat(R"(sluice_serve_model_info{name="demand",version="3",digest=")",
               scorer_->digest().to_string(), "\"} 1")})
    EXPECT_NE(text.find(line + "\n"), std::string::npos) << line << "\n" << text;
}

class RecordingLog final : public Log {
 public:
  void write(LogLevel, std::string_view, std::string_view message) override { text += message; }
  std::string text;
};

TEST_F(PredictionApiTest, TheServerSaysWhatItLoadedAndServesUntilItDrains) {
  RecordingLog log;
  const ModelLocation location{world_.directory / "m", "demand", "3", scorer_->digest()};
  auto server = ModelServer::start(world_.files, world_.clock, log, location, http::TcpAddress{});
  ASSERT_TRUE(server.ok()) << server.error().describe();
  EXPECT_NE(log.text.find(
                cat("Model loaded name=demand version=3 digest=", scorer_->digest().to_string())),
            std::string::npos);
  http::Client client((*server)->address());
  http::Request request;
  request.method = "POST";
  request.target = "/predict";
  request.body = R"({"price":1,"deal":0})";
  for (int i = 0; i < 3; ++i) {
    const auto response = client.send(request);
    ASSERT_TRUE(response.ok()) << response.error().describe();
    EXPECT_EQ(response->body, cat(R"({"prediction":10.75)", kTail, "\n"));
  }
  EXPECT_TRUE((*server)->drain(std::chrono::seconds(5)));
  EXPECT_FALSE(client.send(request).ok());
}

TEST_F(PredictionApiTest, AChangedModelIsNotServed) {
  RecordingLog log;
  os::Files& files = world_.files;
  ASSERT_TRUE(files.write(world_.directory / "m" / "requirements.txt", "evil").ok());
  const ModelLocation location{world_.directory / "m", "demand", "3", scorer_->digest()};
  const auto server = ModelServer::start(files, world_.clock, log, location, http::TcpAddress{});
  ASSERT_FALSE(server.ok());
  EXPECT_EQ(server.error().code(), ErrorCode::FailedPrecondition);
}

}  // namespace
}  // namespace sluice::ml
