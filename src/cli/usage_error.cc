#include "cli/usage_error.h"

#include <CLI/CLI.hpp>

#include "base/strings.h"

namespace sluice::cli {
namespace {

// How far into the tree of commands the words lead, and the first that leads nowhere.
struct Way {
  const CLI::App* app;
  std::string name;  // "sluice runs"
  std::string lost;
};

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  std::vector<const CLI::App*> commands = app.get_subcommands([](const CLI::App*) { return true; });
  std::erase_if(commands, [](const CLI::App* command) { return command->get_group().empty(); });
  return commands;
}

std::vector<std::string> names_of(const std::vector<const CLI::App*>& commands) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands) names.push_back(command->get_name());
  return names;
}

Way follow(const CLI::App& root, const std::vector<std::string>& arguments) {
  Way way{&root, root.get_name(), {}};
  for (const std::string& argument : arguments) {
    const auto commands = commands_of(*way.app);
    if (argument.starts_with('-') || commands.empty()) break;
    const auto next = std::find_if(commands.begin(), commands.end(), [&](const CLI::App* command) {
      return command->get_name() == argument;
    });
    if (next == commands.end()) {
      way.lost = argument;
      break;
    }
    way.app = *next;
    way.name += cat(" ", argument);
  }
  return way;
}

std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back(cat("--", name));
  return names;
}

std::string unexpected(const Way& way, const std::string& word) {
  if (word.starts_with('-'))
    return cat("`", way.name, "` has no option ", word, did_you_mean(word, options_of(*way.app)));
  return cat("`", way.name, "` does not know what to do with '", word, "'");
}

}  // namespace

std::string usage_text(const CLI::App& root, const CLI::ParseError& error,
                       const std::vector<std::string>& arguments) {
  const Way way = follow(root, arguments);
  const std::vector<std::string> commands = names_of(commands_of(*way.app));
  const std::vector<std::string> left = root.remaining(true);
  std::string text = error.what();
  if (!way.lost.empty())
    text = cat("`", way.name, "` has no command '", way.lost, "'", did_you_mean(way.lost, commands),
               "; there is ", join(commands, ", "));
  else if (!commands.empty() && left.empty())
    text = cat("`", way.name, "` needs a command: ", join(commands, ", "));
  else if (!left.empty())
    text = unexpected(way, left.front());
  return cat("sluice: ", text, "\n(`", way.name, " --help` says more)\n");
}

}  // namespace sluice::cli
