#include "cli/doctor_command.h"

#include <CLI/CLI.hpp>

#include "app/doctor.h"
#include "base/strings.h"
#include "cli/session.h"
#include "cli/style.h"
#include "store/home.h"

namespace sluice::cli {
namespace {

Json to_json(const app::Finding& finding) {
  return JsonObject{{"name", finding.name},
                    {"present", finding.present},
                    {"required", finding.need == app::Need::Required},
                    {"detail", finding.detail},
                    {"needed_for", finding.needed_for},
                    {"hint", finding.hint}};
}

Result<int> doctor(OutputForm form, Context& context) {
  const os::Path home = TRY(store::find_home(context.world, TRY(working_directory(context))));
  const auto findings = app::examine_machine(context.world, home);
  const TerminalKind kind = context.terminal.out_kind();
  int status = 0;
  JsonArray json;
  std::vector<std::vector<std::string>> rows;
  for (const app::Finding& finding : findings) {
    const bool missing = !finding.present;
    if (missing && finding.need == app::Need::Required) status = 1;
    json.push_back(to_json(finding));
    rows.push_back({mark_of(kind, finding.present ? "succeeded"
                                  : status == 1   ? "failed"
                                                  : "waiting"),
                    finding.name, finding.detail,
                    missing ? cat("missing for ", finding.needed_for, ": ", finding.hint)
                            : finding.needed_for});
  }
  context.terminal.out(form == OutputForm::Json ? to_pretty_text(json) + "\n"
                                                : table(kind, {" ", "WHAT", "FOUND", "FOR"}, rows));
  return status;
}

Result<int> rebuild(Context& context) {
  const auto workbench = TRY(open_workbench(context));
  const std::size_t runs = TRY(workbench->read_model().rebuild(workbench->journal()));
  context.terminal.out(
      cat("the tables of ", plural(runs, "run"), " are made anew from the journal\n"));
  return 0;
}

}  // namespace

void add_doctor_command(CLI::App& root, Chosen& chosen) {
  CLI::App* command =
      root.add_subcommand("doctor", "What this machine offers, and what is missing for what");
  auto json = std::make_shared<bool>(false);  // shared by parser and action
  command->add_flag("--json", *json, "As JSON");
  auto anew = std::make_shared<bool>(false);  // likewise
  command->add_flag(
      "--rebuild", *anew,
      "Make the tables behind listings of runs anew from the journal, and nothing else");
  command->callback([json, anew, &chosen] {
    chosen.action = [json, anew](Context& context) {
      if (*anew) return rebuild(context);
      return doctor(*json ? OutputForm::Json : OutputForm::Text, context);
    };
  });
}

}  // namespace sluice::cli
