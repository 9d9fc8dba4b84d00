// evaluate, gate and model from end to end: files in, text, files and exit status out.
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "base/json.h"
#include "base/strings.h"
#include "cli/evaluate_command.h"
#include "cli/gate_command.h"
#include "cli/model_command.h"
#include "cli/testing/fake_terminal.h"
#include "ml/model/model_folder.h"
#include "ml/serve/testing/small_model.h"
#include "os/testing/test_world.h"

namespace sluice::cli {
namespace {

constexpr std::string_view kGate = R"(
model: demand
target: units
predicts: demand
checks:
  - {name: accurate, kind: value, metric: mae, max: 1.5}
  - {name: not_worse, kind: change, metric: mae, max_worse: 0, block: week, allow_first: true}
  - name: price
    kind: behaviour
    feature: price
    multiply: 1.1
    prediction: not_increases
)";

struct ModelCommands : ::testing::Test {
  ModelCommands() {
    root = test.directory.path();
    test.environment.set("SLUICE_HOME", (root / "home").string());
    test.environment.set("SLUICE_ACTOR", "ana");
    test.environment.set("SLUICE_RUN_ID", "01run");
    test.environment.set("TMPDIR", root.string());
    ml::NewModel model = ml::small_model();
    EXPECT_TRUE(ml::write_model_folder(files, root / "model", model).ok());
    // A cheap pack sells 10.75 by the model, a dear one -9.25; the truth is one off.
    std::string rows = "week,price,deal,units\n";
    for (int i = 0; i < 40; ++i) rows += cat(i / 3, i % 2 == 0 ? ",1,0,11.75\n" : ",3,0,-10.25\n");
    write("test.csv", rows);
    write("demand.yml", kGate);
  }

  void write(std::string_view name, std::string_view text) {
    ASSERT_TRUE(files.write(root / name, text).ok());
  }
  std::string path(std::string_view name) const { return (root / name).string(); }

  // Exit status, as main() would end; what was printed is in `printed`.
  int run(std::vector<std::string> arguments) {
    CLI::App app;
    Chosen chosen;
    add_evaluate_command(app, chosen);
    add_gate_command(app, chosen);
    add_model_command(app, chosen);
    std::reverse(arguments.begin(), arguments.end());
    app.parse(arguments);
    FakeTerminal terminal;
    NullLog log;
    Context context{test.world(), terminal, log, {}, {}, root / "sluice"};
    const auto status = chosen.action(context);
    printed = status.ok() ? terminal.text() : status.error().describe();
    return status.ok() ? status.value() : exit_status(status.error().code());
  }
  int gate() {
    return run({"gate", path("demand.yml"), "--model", path("model"), "--data", path("test.csv"),
                "--out", path("verdict.json"), "--report", path("report.md")});
  }
  bool says(std::string_view text) const { return printed.find(text) != std::string::npos; }

  os::TestWorld test;
  os::Files& files = test.files;
  os::Path root;
  std::string printed;
};

TEST_F(ModelCommands, EvaluateWritesJsonAndReportBySlice) {
  EXPECT_EQ(run({"evaluate", "--model", path("model"), "--data", path("test.csv"), "--target",
                 "units", "--slice", "price", "--min-n", "5", "--out", path("evaluation.json"),
                 "--report", path("evaluation.md")}),
            0)
      << printed;
  const Json json = parse_json(files.read(root / "evaluation.json").value()).value();
  const JsonObject& metrics = *get_object(json.as_object(), "metrics").value();
  EXPECT_EQ(get_double(metrics, "mae").value(), 1.0);
  EXPECT_EQ(get_array(json.as_object(), "slices").value()->size(), 2u);
  const std::string report = files.read(root / "evaluation.md").value();
  EXPECT_NE(report.find("| mae | 1 | 1 … 1 |"), std::string::npos) << report;
  EXPECT_NE(report.find("### Worst slices"), std::string::npos) << report;
}

TEST_F(ModelCommands, EvaluateTakesAColumnOfPredictions) {
  write("predicted.csv", "units,guess\n1,2\n3,3\n");
  EXPECT_EQ(run({"evaluate", "--prediction-column", "guess", "--data", path("predicted.csv"),
                 "--target", "units", "--json"}),
            0);
  EXPECT_TRUE(says("\"mae\": 5E-1")) << printed;
}

TEST_F(ModelCommands, EvaluateJoinsAFileOfPredictions) {
  write("truth.csv", "store,week,units\n1,1,2\n1,2,3\n2,1,5\n");
  write("guesses.csv", "store,week,guess\n2,1,5\n1,2,3\n1,1,1\n");
  const std::vector<std::string> common{
      "evaluate",          "--data",       path("truth.csv"), "--truth", "units", "--predictions",
      path("guesses.csv"), "--prediction", "guess",           "--json"};
  EXPECT_EQ(run(common), 2);
  EXPECT_TRUE(says("in row 1 of the data store is '1', in the predictions '2'")) << printed;
  auto joined = common;
  joined.insert(joined.end(), {"--key", "store,week"});
  EXPECT_EQ(run(joined), 0) << printed;
  EXPECT_TRUE(says("\"bias\": -3.333333333333333E-1")) << printed;
  joined.insert(joined.end(), {"--metric", "accuracy"});
  EXPECT_EQ(run(joined), 2);
  EXPECT_TRUE(says("'accuracy' is a metric of classification")) << printed;
}

TEST_F(ModelCommands, EvaluateAsksAnyCommand) {
  const auto ask = [&](const std::string& command, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"evaluate",       "--command", command, "--data",
                                       path("test.csv"), "--target",  "units", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  };
  // The price is the second column; the truth must not be among them.
  EXPECT_EQ(ask("awk -F, 'NR > 1 { print $2 == 1 ? 11.75 : -10.25 }'"), 0) << printed;
  EXPECT_TRUE(says("\"mae\": 0E0")) << printed;
  EXPECT_EQ(ask("awk -F, 'NR == 1 { print \"units\" } NR > 1 { print NF }'"), 0) << printed;
  EXPECT_TRUE(says("\"mae\": 1.1E1")) << "3 columns: the truth is withheld" << printed;
  EXPECT_EQ(ask("echo 1"), 2);
  EXPECT_TRUE(says("answered 1 row where it was given 40")) << printed;
  EXPECT_EQ(ask("cat"), 2);
  EXPECT_TRUE(says("answered the columns")) << printed;
  EXPECT_TRUE(says("--prediction COLUMN")) << printed;
  EXPECT_EQ(ask("cat", {"--prediction", "guess"}), 2);
  EXPECT_TRUE(says("none is 'guess'")) << printed;
  EXPECT_EQ(ask("echo no such column >&2; exit 3"), 2);
  EXPECT_TRUE(says("failed with status 3")) << printed;
  EXPECT_TRUE(says("no such column")) << printed;
  EXPECT_EQ(ask("sleep 30", {"--timeout", "100ms"}), 2);
  EXPECT_TRUE(says("did not end within")) << printed;
  EXPECT_EQ(ask("sed s/.*/NaN/"), 2);
  EXPECT_TRUE(says("row 1")) << printed;
}

TEST_F(ModelCommands, AWaiverOpensTheGateUntilItExpiresAndIsKeptInTheHistory) {
  write("demand.yml", replace_all(std::string(kGate), "max: 1.5", "max: 0.5"));
  const auto waive = [&](std::string_view last_day) {
    write("waivers.yml", cat("waivers:\n  - {check: accurate, who: bo, why: new shops opened, "
                             "expires: ",
                             last_day, "}\n"));
  };
  waive("2000-01-01");
  EXPECT_EQ(gate(), 1);
  EXPECT_TRUE(says("The waiver of bo expired on 2000-01-01")) << printed;
  waive("2100-01-01");
  EXPECT_EQ(gate(), 1);
  EXPECT_TRUE(says("reaches more than a year ahead")) << printed;
  waive(to_rfc3339(test.clock.now() + std::chrono::hours(48)).substr(0, 10));
  EXPECT_EQ(gate(), 0) << printed;
  EXPECT_TRUE(says("2 of 3 checks passed, 1 waived")) << printed;
  ASSERT_EQ(run({"model", "register", path("model"), "--name", "demand", "--verdict",
                 path("verdict.json"), "--approve-if-passed"}),
            0);
  ASSERT_EQ(run({"model", "show", "demand/1"}), 0);
  EXPECT_TRUE(says("waived: accurate by bo (new shops opened)")) << printed;
  EXPECT_TRUE(says("  waived  accurate: ")) << printed;
}

// Models of another kind: units = slope * price + 22.75.
struct OtherModels : ModelCommands {
  OtherModels() {
    for (const auto& [name, slope] : {std::pair{"other", "-11"}, std::pair{"older", "-10"}}) {
      EXPECT_TRUE(files.make_directories(root / name).ok());
      write(cat(name, "/MLmodel"), "flavors:\n  sklearn: {pickled_model: slope}\n");
      write(cat(name, "/slope"), slope);
    }
  }
  int ask(std::vector<std::string> more = {}, std::string_view program = kProgram) {
    std::vector<std::string> arguments{
        "gate",  path("demand.yml"),   "--model",   path("other"),       "--data", path("test.csv"),
        "--out", path("verdict.json"), "--command", std::string(program)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }
  static constexpr std::string_view kProgram =
      "s=$(cat $SLUICE_MODEL/slope) && awk -F, -v s=$s 'NR > 1 { print s * $2 + 22.75 }'";
};

TEST_F(OtherModels, AreAskedByACommandAndTheVerdictNamesIt) {
  ASSERT_EQ(ask(), 0) << printed;
  const std::string verdict = files.read(root / "verdict.json").value();
  EXPECT_NE(verdict.find(cat("sha256:", ml::model_digest(files, root / "other")->hex())),
            std::string::npos);
  EXPECT_NE(verdict.find("SLUICE_MODEL/slope"), std::string::npos);
  EXPECT_EQ(run({"gate", path("demand.yml"), "--model", path("other"), "--data", path("test.csv")}),
            2);
  EXPECT_TRUE(says("--command")) << printed;
}

TEST_F(OtherModels, AreComparedWithTheChampionByTheSameCommand) {
  ASSERT_EQ(ask({"--champion", path("older")}), 0) << printed;
  EXPECT_TRUE(says("100 % better than that of the champion")) << printed;
  ASSERT_EQ(ask({"--champion", path("older")}, "awk -F, 'NR > 1 { print 22.75 - 11 * $2 }'"), 1);
  EXPECT_TRUE(says("it must ask the one whose folder is in $SLUICE_MODEL")) << printed;
  ASSERT_EQ(ask({"--champion", path("model")}), 1) << "the command cannot read that one";
  EXPECT_TRUE(says("The champion cannot be compared with")) << printed;
}

TEST_F(OtherModels, AModelThatSluiceCanAskIsNotAskedByACommand) {
  EXPECT_EQ(run({"gate", path("demand.yml"), "--model", path("model"), "--data", path("test.csv"),
                 "--command", "awk -F, 'NR > 1 { print ($2 < 2 ? 11.75 : -10.25) }'"}),
            2);
  EXPECT_TRUE(says("leave --command out")) << printed;
}

TEST_F(OtherModels, HaveNotShownABehaviourThatNothingMoves) {
  EXPECT_EQ(ask({}, "awk -F, 'NR > 1 { print (NR % 2 ? -10.25 : 11.75) }'"), 1);
  EXPECT_TRUE(says("moves no prediction at all")) << printed;
}

TEST_F(OtherModels, ThatChangeWhileTheyAreJudgedOrAnswerNonsenseGetNoVerdict) {
  EXPECT_EQ(ask({}, "echo -12 > $SLUICE_MODEL/slope; awk -F, 'NR > 1 { print 22.75 - 11 * $2 }'"),
            2);
  EXPECT_TRUE(says("was changed while it was judged")) << printed;
  EXPECT_FALSE(files.stat(root / "verdict.json").ok());
  EXPECT_EQ(ask({}, "exit 3"), 2);
  EXPECT_TRUE(says("failed with status 3")) << printed;
  EXPECT_EQ(ask({}, "awk -F, 'NR > 1 { print NR == 7 ? \"nan\" : 1 }'"), 2);
  EXPECT_TRUE(says("row 6")) << printed;
}

TEST_F(OtherModels, AreRegisteredWithAVerdictOfACommandOnly) {
  EXPECT_EQ(run({"model", "register", path("other"), "--name", "demand"}), 2);
  EXPECT_TRUE(says("`sluice gate --command` lets it in")) << printed;
  ASSERT_EQ(ask(), 0);
  EXPECT_EQ(run({"model", "register", path("other"), "--name", "demand", "--verdict",
                 path("verdict.json"), "--approve-if-passed", "--alias", "champion"}),
            0)
      << printed;
  EXPECT_EQ(run({"model", "card", "demand"}), 0) << printed;
  EXPECT_TRUE(says("Its files cannot be read.")) << printed;
  EXPECT_EQ(ask(), 0) << printed;
  EXPECT_TRUE(says("the same as that of the champion demand/1")) << printed;
}

TEST_F(ModelCommands, WaiversThatAreNamedMustBeThere) {
  EXPECT_EQ(run({"gate", path("demand.yml"), "--model", path("model"), "--data", path("test.csv"),
                 "--waivers", path("wavers.yml")}),
            2);
  EXPECT_TRUE(says("--waivers")) << printed;
}

TEST_F(ModelCommands, AGateThatCannotJudgeLeavesNoEarlierAnswer) {
  const std::vector<std::string> arguments = {
      "gate",      path("demand.yml"),   "--model",         path("model"),
      "--data",    path("test.csv"),     "--out",           path("verdict.json"),
      "--results", path("results.json"), "--approved-file", path("approved.txt")};
  ASSERT_EQ(run(arguments), 0) << printed;
  EXPECT_EQ(files.read(root / "approved.txt").value(), "true\n");
  write("test.csv", "week\n1\n");
  EXPECT_EQ(run(arguments), 2) << printed;
  EXPECT_EQ(files.read(root / "approved.txt").value(), "false\n");
  EXPECT_FALSE(files.stat(root / "verdict.json").ok());
  EXPECT_FALSE(files.stat(root / "results.json").ok());
}

TEST_F(ModelCommands, WhatAPersonRejectedNoGateApproves) {
  ASSERT_EQ(gate(), 0);
  const std::vector<std::string> arguments = {
      "model",  "register",  path("model"),        "--name",
      "demand", "--verdict", path("verdict.json"), "--approve-if-passed"};
  ASSERT_EQ(run({"model", "register", path("model"), "--name", "demand"}), 0);
  ASSERT_EQ(run({"model", "reject", "demand/1"}), 0);
  ASSERT_EQ(run(arguments), 0) << printed;
  EXPECT_TRUE(says("Rejected\nnot approved: it was rejected")) << printed;
  EXPECT_EQ(run({"model", "approve", "demand/1"}), 0) << printed;
}

TEST_F(ModelCommands, DataThatCannotBeJudgedIsExitTwoWithItsPlace) {
  const struct {
    std::string_view csv;
    std::string_view says;
  } cases[] = {
      {"price,deal,units\n1,0,NaN\n1,0,3\n", "row 1"},
      {"price,deal,units\n1,0,many\n", "'many' is not a number"},
      {"price,deal,units\n", "no rows"},
      {"", "empty"},
      {"price,deal,unit\n1,0,3\n", "did you mean 'unit'"},
      {"prise,deal,units\n1,0,3\n", "did you mean 'prise'"},
      {"price,deal,units\n1,0\n", "row 1"},
  };
  for (const auto& c : cases) {
    write("bad.csv", c.csv);
    EXPECT_EQ(
        run({"evaluate", "--model", path("model"), "--data", path("bad.csv"), "--target", "units"}),
        2)
        << c.csv;
    EXPECT_TRUE(says(c.says)) << printed;
    EXPECT_TRUE(says("bad.csv")) << printed;
  }
  EXPECT_EQ(run({"evaluate", "--data", path("test.csv"), "--target", "units"}), 2);
  EXPECT_EQ(run({"evaluate", "--model", path("model"), "--data", path("test.csv"), "--target",
                 "units", "--slice", "shop"}),
            2);
}

TEST_F(ModelCommands, AModelGoesFromGateToChampion) {
  ASSERT_EQ(gate(), 0) << printed;
  EXPECT_TRUE(says("is open: all 3 checks passed")) << printed;
  ASSERT_EQ(run({"model", "register", path("model"), "--name", "demand", "--verdict",
                 path("verdict.json"), "--approve-if-passed", "--alias", "champion"}),
            0)
      << printed;
  EXPECT_TRUE(says("demand/1 registered, Approved")) << printed;
  ASSERT_EQ(run({"model", "show", "demand"}), 0) << printed;
  EXPECT_TRUE(says("verdict: passed")) << printed;
  EXPECT_TRUE(says("approved       by ana: the gate let it pass")) << printed;
  EXPECT_TRUE(says("01run")) << printed;
  ASSERT_EQ(run({"model", "list"}), 0);
  EXPECT_TRUE(says("champion 1")) << printed;
  ASSERT_EQ(gate(), 0) << printed;
  EXPECT_TRUE(says("the same as that of the champion demand/1")) << printed;
  EXPECT_NE(files.read(root / "report.md").value().find("champion demand/1"), std::string::npos);
}

TEST_F(ModelCommands, TheCardTellsWhereAModelCameFromAndWhoLetItThrough) {
  ASSERT_EQ(run({"evaluate", "--model", path("model"), "--data", path("test.csv"), "--target",
                 "units", "--out", path("evaluation.json"), "--html", path("page.html"), "--plots",
                 path("plots"), "--metrics-file", path("metrics.json")}),
            0)
      << printed;
  EXPECT_TRUE(files.read(root / "plots/actual_vs_predicted.svg").value().starts_with("<svg"));
  EXPECT_TRUE(files.stat(root / "plots/residuals.svg").ok());
  const std::string page = files.read(root / "page.html").value();
  EXPECT_NE(page.find("<svg"), std::string::npos);
  EXPECT_EQ(page.find("http://"), page.find("http://www.w3.org")) << "nothing is loaded";
  EXPECT_TRUE(parse_json(files.read(root / "metrics.json").value())->as_object().contains("rmse"));
  ASSERT_EQ(run({"gate", path("demand.yml"), "--model", path("model"), "--data", path("test.csv"),
                 "--out", path("verdict.json"), "--results", path("evaluation_results.json"),
                 "--approved-file", path("model_approved.txt"), "--job-name", "train-7"}),
            0);
  EXPECT_EQ(files.read(root / "model_approved.txt").value(), "true\n");
  const Json results = parse_json(files.read(root / "evaluation_results.json").value()).value();
  for (const char* key : {"job_name", "metrics", "baseline", "approved", "model_uri"})
    EXPECT_TRUE(results.as_object().contains(key)) << key;
  ASSERT_EQ(run({"model", "register", path("model"), "--name", "demand", "--verdict",
                 path("verdict.json"), "--evaluation", path("evaluation.json"), "--commit",
                 "abc123", "--approve-if-passed"}),
            0)
      << printed;
  ASSERT_EQ(run({"model", "card", "demand/1", "--plot", path("history.svg"), "--metric", "mae"}), 0)
      << printed;
  for (const char* text :
       {"# Model card: demand/1", "approved by: ana", "commit: abc123", "run: 01run", "| mae | 1 |",
        "| accurate | passed |", "features: ", "data profile: not recorded"})
    EXPECT_TRUE(says(text)) << text << printed;
  EXPECT_TRUE(files.read(root / "history.svg").value().starts_with("<svg"));
  ASSERT_EQ(run({"model", "card", "demand/1", "--json"}), 0);
  EXPECT_TRUE(says("\"commit\": \"abc123\"")) << printed;
  EXPECT_EQ(run({"model", "card", "demand/9"}), 2);
}

TEST_F(ModelCommands, ABacktestThatCannotBeIsExitTwo) {
  write("train.yml",
        "name: demand\nalgorithm: xgboost\nchannels: {train: test.csv}\n"
        "hyperparameters: {target: units}\noutput: model\n");
  std::vector<std::string> arguments{
      "evaluate", "--backtest", path("train.yml"), "--data", path("test.csv"), "--target", "units"};
  EXPECT_EQ(run(arguments), 2);
  EXPECT_TRUE(says("--time COLUMN")) << printed;
  arguments.insert(arguments.end(), {"--time", "week", "--origins", "9", "--horizon", "4"});
  EXPECT_EQ(run(arguments), 2);
  EXPECT_TRUE(says("'week' has 14 periods; 9 origins with 4 periods each")) << printed;
}

TEST_F(ModelCommands, LeaksAreWarnedOf) {
  write("train.csv", "week,price,deal,units\n0,1,0,3\n50,1,0,3\n");
  ASSERT_EQ(
      run({"evaluate", "--model", path("model"), "--data", path("test.csv"), "--target", "units",
           "--train", path("train.csv"), "--train-key", "week,price", "--time", "week"}),
      0)
      << printed;
  EXPECT_TRUE(says("warning: Possible leak (keys): 2 of 40 rows were learnt from")) << printed;
  EXPECT_TRUE(says("Possible leak (time): 2 of 2 rows")) << printed;
  write("demand.yml",
        "model: demand\ntarget: units\nchecks:\n  - {name: clean, kind: leakage, "
        "train: " +
            path("train.csv") + ", key: [week, price]}\n");
  EXPECT_EQ(gate(), 1);
  EXPECT_TRUE(says("could know what it is judged on")) << printed;
}

TEST_F(ModelCommands, AClosedGateIsExitOneAndNoWayToApproval) {
  write("demand.yml", replace_all(std::string(kGate), "max: 1.5", "max: 0.5"));
  EXPECT_EQ(gate(), 1);
  EXPECT_TRUE(says("FAILED  accurate")) << printed;
  ASSERT_EQ(run({"model", "register", path("model"), "--name", "demand", "--verdict",
                 path("verdict.json"), "--approve-if-passed"}),
            0);
  EXPECT_TRUE(says("demand/1 registered, PendingManualApproval")) << printed;
  EXPECT_TRUE(says("not approved: the gate did not let demand/1 pass: accurate failed")) << printed;
  EXPECT_NE(run({"model", "approve", "demand/1"}), 0);
  EXPECT_EQ(run({"model", "approve", "demand/1", "--override", "Easter", "--by", "bo"}), 0);
  EXPECT_EQ(run({"model", "show", "demand/1"}), 0);
  EXPECT_TRUE(says("override: Easter")) << printed;
}

TEST_F(ModelCommands, AChampionWhoseFilesWereChangedClosesTheGate) {
  ASSERT_EQ(gate(), 0);
  ASSERT_EQ(run({"model", "register", path("model"), "--name", "demand", "--verdict",
                 path("verdict.json"), "--approve-if-passed", "--alias", "champion"}),
            0);
  write("home/models/demand/1/requirements.txt", "evil");
  EXPECT_EQ(gate(), 1);
  EXPECT_TRUE(says("The champion cannot be compared with")) << printed;
}

TEST_F(ModelCommands, DocumentsOfAnotherKindAreNotTakenForLineage) {
  ASSERT_EQ(gate(), 0);
  ASSERT_EQ(run({"evaluate", "--model", path("model"), "--data", path("test.csv"), "--target",
                 "units", "--out", path("evaluation.json")}),
            0);
  const auto refused = [&](const char* option, const char* file, std::string_view said) {
    EXPECT_EQ(run({"model", "register", path("model"), "--name", "demand", option, path(file)}), 2)
        << option << file;
    EXPECT_TRUE(says(said)) << printed;
  };
  refused("--evaluation", "verdict.json", "not what `sluice evaluate --out` writes");
  refused("--data-profile", "evaluation.json", "not what `sluice data profile --out` writes");
  refused("--data-profile", "verdict.json", "its 'format' is \"sluice verdict 1\"");
  refused("--verdict", "evaluation.json", "verdict");
  write("empty.json", "{}");
  refused("--evaluation", "empty.json", "its 'format' is missing");
  EXPECT_NE(run({"model", "show", "demand/1"}), 0) << "nothing is registered";
  EXPECT_EQ(run({"model", "register", path("model"), "--name", "demand", "--evaluation",
                 path("evaluation.json")}),
            0)
      << printed;
}

TEST_F(ModelCommands, ATruncatedModelIsNotRegistered) {
  const std::string whole = files.read(root / "model/model.xgb.json").value();
  write("model/model.xgb.json", whole.substr(0, whole.size() / 2));
  EXPECT_EQ(run({"model", "register", path("model"), "--name", "demand"}), 2);
  EXPECT_TRUE(says("model.xgb.json")) << printed;
  EXPECT_NE(run({"model", "show", "demand/1"}), 0);
}

TEST_F(ModelCommands, AVersionThatDoesNotGetItsAliasIsSaidToBeRegistered) {
  EXPECT_EQ(run({"model", "register", path("model"), "--name", "demand", "--alias", "champion"}),
            2);
  EXPECT_TRUE(says("demand/1 is registered (PendingManualApproval) but is not under the alias"))
      << printed;
  EXPECT_EQ(run({"model", "show", "demand/1"}), 0);
}

TEST_F(ModelCommands, AChampionThatIsNamedMustBeThere) {
  for (const char* named : {"deman", "demand", "demand@champion", "demand/7", "./nothing"}) {
    EXPECT_EQ(run({"gate", path("demand.yml"), "--model", path("model"), "--data", path("test.csv"),
                   "--champion", named}),
              2)
        << named << printed;
    EXPECT_TRUE(says("champion")) << printed;
  }
}

TEST_F(ModelCommands, WhereAChampionWasThereIsNoFirstModelAnyMore) {
  ASSERT_EQ(gate(), 0);
  ASSERT_EQ(run({"model", "register", path("model"), "--name", "demand", "--verdict",
                 path("verdict.json"), "--approve-if-passed", "--alias", "champion"}),
            0);
  ASSERT_EQ(run({"model", "alias", "demand", "champion", "--remove"}), 0);
  EXPECT_EQ(gate(), 1);
  EXPECT_TRUE(says("demand/1 was the last to have it")) << printed;
  ASSERT_EQ(run({"model", "alias", "demand/1", "champion"}), 0);
  EXPECT_EQ(gate(), 0) << printed;
}

TEST_F(ModelCommands, AFolderNamedLikeTheModelIsNotItsChampion) {
  EXPECT_TRUE(ml::write_model_folder(files, root / "demand", ml::small_model()).ok());
  write("demand.yml", replace_all(std::string(kGate), ", allow_first: true", ""));
  EXPECT_EQ(gate(), 1);
  EXPECT_TRUE(says("There is no champion to compare with")) << printed;
}

TEST_F(ModelCommands, DecisionsNeedAVersionAndTheChampionApproval) {
  ASSERT_EQ(run({"model", "register", path("model"), "--name", "demand"}), 0);
  EXPECT_EQ(run({"model", "approve", "demand"}), 2);
  EXPECT_TRUE(says("as in demand/3")) << printed;
  EXPECT_NE(run({"model", "alias", "demand/1", "champion"}), 0);
  EXPECT_TRUE(says("only an approved version")) << printed;
  EXPECT_EQ(run({"model", "alias", "demand/1", "canary"}), 0);
  EXPECT_EQ(run({"model", "alias", "demand", "canary", "--remove"}), 0);
  EXPECT_EQ(run({"model", "reject", "demand/1", "--comment", "too dear"}), 0);
  EXPECT_EQ(run({"model", "list", "demand", "--json"}), 0);
  EXPECT_TRUE(says("\"Rejected\"")) << printed;
}

}  // namespace
}  // namespace sluice::cli
