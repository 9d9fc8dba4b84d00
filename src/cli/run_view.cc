#include "cli/run_view.h"

#include <algorithm>

#include "base/strings.h"
#include "cli/annotation_view.h"
#include "cli/style.h"
#include "engine/concurrency.h"

namespace sluice::cli {
namespace {

constexpr std::size_t kNameWidth = 34;
constexpr std::size_t kTailLines = 15;
constexpr std::size_t kMostAnnotations = 20;
constexpr std::size_t kFlushed = 64 << 10;
constexpr Duration kRedraw = std::chrono::milliseconds(100);

std::string pad(std::string text, std::size_t width) {
  const std::size_t shown = display_width(text);
  if (shown < width) text.append(width - shown, ' ');
  return text;
}

std::string duration_of(const std::optional<Timestamp>& started,
                        const std::optional<Timestamp>& finished, Timestamp now) {
  if (!started) return "";
  return to_human(finished.value_or(now) - *started);
}

// Steps inside of a step stand below it.
std::string indent_of(const StepNode& step) {
  if (step.part.empty()) return "";
  return std::string(
      2 + 2 * static_cast<std::size_t>(std::count(step.part.begin(), step.part.end(), '.')), ' ');
}

bool counts_as_failure(std::string_view state) {
  return state == "failed" || state == "timed_out" || state == "errored";
}

std::size_t count_running(const LegNode& leg) {
  return static_cast<std::size_t>(std::count_if(
      leg.steps.begin(), leg.steps.end(),
      [](const StepNode& step) { return step.state == "running" && step.part.empty(); }));
}

std::string others_of(const LegNode& leg) {
  const std::size_t running = count_running(leg);
  return running > 1 ? cat(", ", running - 1, " more") : std::string();
}

bool is_forgiven(const LegNode& leg) {
  return marked_as(leg.state, leg.conclusion) == "forgiven";
}

std::string remark_of(const LegNode& leg) {
  if (!is_forgiven(leg)) return leg.message;
  return cat(ended_as(leg.state, leg.conclusion), leg.message.empty() ? "" : ": ", leg.message);
}

std::string leg_line(const LegNode& leg, Timestamp now, TerminalKind kind, int width) {
  std::string line = cat(mark_of(kind, marked_as(leg.state, leg.conclusion)), " ",
                         pad(shorten(leg.name, kNameWidth), kNameWidth), " ",
                         pad(duration_of(leg.started, leg.finished, now), 10));
  if (const StepNode* step = leg.running_step())
    line += cat(
        "  ", step->name,
        step->state == "paused"
            ? paint(kind, Colour::Red, " failed, waits")
            : paint(kind, Colour::Dim, cat(" ", to_human(now - step->started), others_of(leg))));
  else if (const std::string remark = remark_of(leg); !remark.empty())
    line += cat("  ", paint(kind, Colour::Dim, remark));
  return shorten(line, static_cast<std::size_t>(width));
}

std::string job_line(const JobNode& job, TerminalKind kind) {
  std::string line =
      cat(mark_of(kind, job.state), " ", pad(shorten(job.name, kNameWidth), kNameWidth));
  if (!job.reason.empty()) line += cat(" ", paint(kind, Colour::Dim, job.reason));
  return line;
}

// Everything that a reader wants to know when a run has ended, for both kinds of view.
class Ending {
 public:
  Ending(Terminal& terminal, const os::FileReader& files, const LogPathOf& log_path)
      : terminal_(terminal), files_(files), log_path_(log_path) {}

  void print(const RunTree& tree) {
    const TerminalKind kind = terminal_.out_kind();
    for (const JobNode& job : tree.jobs())
      for (const LegNode& leg : job.legs)
        for (const StepNode& step : leg.steps)
          if (step.part.empty()) print_failure(job, leg, step);
    print_annotations(tree);
    print_remarks(tree);
    print_deployments(tree);
    const std::string took =
        tree.finished() ? to_human(*tree.finished() - tree.started()) : std::string("?");
    terminal_.out(cat(mark_of(kind, tree.result()), " run ", tree.shown_number(), " of ",
                      with_title(tree.pipeline(), tree.title()), " ", tree.result(), " in ", took,
                      "  ", paint(kind, Colour::Dim, tree.run_id()), "\n"));
    if (tree.result() != "succeeded")
      terminal_.out(cat("  why: sluice explain ", tree.shown_number(),
                        "   again: sluice runs rerun ", tree.shown_number(), "\n"));
  }

 private:
  void print_failure(const JobNode& job, const LegNode& leg, const StepNode& step) {
    const TerminalKind kind = terminal_.out_kind();
    const std::string message = step.message.empty() ? step.outcome : step.message;
    if (marked_as(step.outcome, step.state) == "forgiven")
      terminal_.out(cat(mark_of(kind, "forgiven"), " ", leg.name, " › ", step.name, ": ",
                        ended_as(step.outcome, step.state), ": ", message, "\n"));
    if (!counts_as_failure(step.state)) return;
    terminal_.out(
        cat("\n", mark_of(kind, "failed"), " ", leg.name, " › ", step.name, ": ", message, "\n"));
    if (kind == TerminalKind::Plain) return;  // its lines have just been printed
    for (const std::string& line :
         last_lines(files_, log_path_({job.id, leg.leg}, step.step), kTailLines))
      terminal_.out(cat("    ", line, "\n"));
  }

  void print_annotations(const RunTree& tree) {
    const TerminalKind kind = terminal_.out_kind();
    std::size_t printed = 0;
    std::size_t more = 0;
    for (const JobNode& job : tree.jobs())
      for (const LegNode& leg : job.legs)
        for (const StepNode& step : leg.steps) {
          more += static_cast<std::size_t>(step.annotations.more);
          for (const engine::Annotation& annotation : step.annotations.list) {
            if (++printed > kMostAnnotations)
              ++more;
            else
              terminal_.out(cat(leg.name, " › ", step.name, ": ",
                                annotation_text(kind, annotation, 4), "\n"));
          }
        }
    if (more > 0)
      terminal_.out(cat("and ", more, " more (sluice runs show ", tree.shown_number(), ")\n"));
  }

  void print_deployments(const RunTree& tree) {
    for (const JobNode& job : tree.jobs())
      for (const LegNode& leg : job.legs)
        if (!leg.environment_url.empty())
          terminal_.out(
              cat(leg.name, ": environment ", leg.environment, "  ", leg.environment_url, "\n"));
  }

  void print_remarks(const RunTree& tree) {
    for (const JobNode& job : tree.jobs())
      for (const LegNode& leg : job.legs)
        if (is_forgiven(leg))
          terminal_.out(cat(mark_of(terminal_.out_kind(), "forgiven"), " ", leg.name, ": ",
                            remark_of(leg), "\n"));
    for (const JobNode& job : tree.jobs())
      for (const LegNode& leg : job.legs)
        for (const std::string& name : leg.dropped_outputs)
          terminal_.out(cat("! ", leg.name, ": output '", name,
                            "' was dropped, because its value may hold a secret\n"));
  }

  Terminal& terminal_;
  const os::FileReader& files_;
  const LogPathOf& log_path_;
};

class LiveView final : public RunView {
 public:
  LiveView(Terminal& terminal, const os::Clock& clock, const os::FileReader& files,
           LogPathOf log_path)
      : terminal_(terminal), clock_(clock), files_(files), log_path_(std::move(log_path)) {}

  void on_events(const std::vector<store::StoredEvent>& events) override {
    const bool first = tree_.run_id().empty();
    for (const store::StoredEvent& event : events) tree_.apply(event);
    if (!first) on_tick();  // whoever starts a run says which before it is drawn
  }
  void remember(const std::vector<store::StoredEvent>& events) override {
    for (const store::StoredEvent& event : events) tree_.apply(event);
  }
  void on_output(const engine::LegKey&, int) override {}
  void on_tick() override {
    const SteadyTime now = clock_.steady();
    if (drawn_lines_ > 0 && now - drawn_ < kRedraw) return;
    drawn_ = now;
    draw();
  }
  const RunTree& tree() const override { return tree_; }
  void begin_anew() override {
    draw();
    drawn_lines_ = 0;
  }

  void finish() override {
    draw();
    Ending(terminal_, files_, log_path_).print(tree_);
  }

 private:
  void draw() {
    const std::string picture =
        draw_tree(tree_, clock_.now(), TerminalKind::Interactive, terminal_.width());
    terminal_.redraw(drawn_lines_, picture);
    drawn_lines_ = static_cast<std::size_t>(std::count(picture.begin(), picture.end(), '\n'));
  }

  Terminal& terminal_;
  const os::Clock& clock_;
  const os::FileReader& files_;
  LogPathOf log_path_;
  RunTree tree_;
  std::size_t drawn_lines_ = 0;
  SteadyTime drawn_{};
};

class PlainView final : public RunView {
 public:
  PlainView(Terminal& terminal, const os::FileReader& files, LogPathOf log_path)
      : terminal_(terminal), files_(files), log_path_(std::move(log_path)), follower_(files) {}

  void on_events(const std::vector<store::StoredEvent>& events) override {
    for (const store::StoredEvent& event : events) {
      tree_.apply(event);
      describe(event);
    }
    flush();
  }

  void remember(const std::vector<store::StoredEvent>& events) override {
    for (const store::StoredEvent& event : events) tree_.apply(event);
  }

  void on_output(const engine::LegKey& leg, int step) override {
    print_log(leg, step);
    flush();
  }
  void on_tick() override {}
  void begin_anew() override {}
  const RunTree& tree() const override { return tree_; }

  void finish() override { Ending(terminal_, files_, log_path_).print(tree_); }

 private:
  void describe(const store::StoredEvent& event) {
    const auto* body = event.event.body.if_object();
    if (body == nullptr) return;
    const std::string& name = event.event.kind;
    if (name == engine::event_kind::kGroupWaiting) {
      const LegNode* leg = tree_.find_leg(engine::claimant(*body));
      text_ +=
          cat(leg != nullptr ? cat(leg->name, " | ") : "", engine::describe_waiting(*body), "\n");
      return;
    }
    if (name == engine::event_kind::kJobSkipped || name == engine::event_kind::kJobFailed) {
      if (const JobNode* job = tree_.find_job(string_or(*body, "job", "")))
        text_ += job_line(*job, TerminalKind::Plain) + "\n";
      return;
    }
    const auto key = engine::leg_key(*body);
    const LegNode* leg = key.ok() ? tree_.find_leg(*key) : nullptr;
    if (leg == nullptr) return;
    if (name.starts_with("Step")) describe_step(event, *body, *key, *leg);
    if (name == engine::event_kind::kLegFinished) {
      text_ += cat(leg->name, " | ",
                   mark_of(TerminalKind::Plain, marked_as(leg->state, leg->conclusion)), " job ",
                   ended_as(leg->state, leg->conclusion));
      if (!leg->message.empty()) text_ += cat(": ", leg->message);
      text_ += "\n";
    }
  }

  void describe_step(const store::StoredEvent& event, const JsonObject& body,
                     const engine::LegKey& key, const LegNode& leg) {
    const Json* index = find(body, "step");
    if (index == nullptr || !index->is_int64()) return;
    const StepNode* step =
        leg.find_step(static_cast<int>(index->get_int64()), string_or(body, "part", ""));
    if (step == nullptr) return;
    const std::string prefix = cat(leg.name, " | ", indent_of(*step));
    if (event.event.kind == engine::event_kind::kStepStarted) {
      text_ += cat(prefix, "● ", step->name, "\n");
    } else if (event.event.kind == engine::event_kind::kStepSkipped) {
      text_ += cat(prefix, "– ", step->name, " skipped: ", step->message, "\n");
    } else if (event.event.kind == engine::event_kind::kStepReplayed) {
      text_ += cat(prefix, "↺ ", step->name, " (result of the attempt before)\n");
    } else if (event.event.kind == engine::event_kind::kStepPaused) {
      print_log(key, step->step);
      text_ += cat(prefix, "✗ ", step->name, " failed, waits for an answer\n");
    } else if (event.event.kind == engine::event_kind::kStepConcluded && step->finished) {
      print_log(key, step->step);
      const std::string_view mark = marked_as(step->outcome, step->state);
      text_ += cat(prefix, mark_of(TerminalKind::Plain, mark), " ", step->name, " ",
                   to_human(*step->finished - step->started));
      if (mark == "forgiven") text_ += cat(", ", ended_as(step->outcome, step->state));
      if (!step->message.empty()) text_ += cat(": ", step->message);
      text_ += "\n";
    }
  }

  void print_log(const engine::LegKey& key, int step) {
    const LegNode* leg = tree_.find_leg(key);
    if (leg == nullptr) return;
    const StepNode* node = leg->find_step(step, "");
    const std::string whose =
        node != nullptr && count_running(*leg) > 1 ? cat(node->name, ": ") : std::string();
    follower_.read_new(log_path_(key, step), [&](std::string_view line) {
      text_ += cat(leg->name, " |   ", whose, log_line(line, LineTimes::Hide), "\n");
      if (text_.size() >= kFlushed) flush();
    });
  }

  void flush() {
    if (!text_.empty()) terminal_.out(text_);
    text_.clear();
  }

  Terminal& terminal_;
  const os::FileReader& files_;
  LogPathOf log_path_;
  LogFollower follower_;
  RunTree tree_;
  std::string text_;
};

}  // namespace

std::string draw_tree(const RunTree& tree, Timestamp now, TerminalKind kind, int width) {
  std::string text;
  if (!tree.waiting().empty())
    text += shorten(cat(mark_of(kind, "waiting"), " ", tree.waiting()),
                    static_cast<std::size_t>(width)) +
            "\n";
  for (const JobNode& job : tree.jobs()) {
    if (job.legs.empty())
      text += shorten(job_line(job, kind), static_cast<std::size_t>(width)) + "\n";
    for (const LegNode& leg : job.legs) text += leg_line(leg, now, kind, width) + "\n";
  }
  return text;
}

std::unique_ptr<RunView> make_run_view(Terminal& terminal, const os::Clock& clock,
                                       const os::FileReader& files, LogPathOf log_path) {
  if (terminal.out_kind() == TerminalKind::Interactive)
    return std::make_unique<LiveView>(terminal, clock, files, std::move(log_path));
  return std::make_unique<PlainView>(terminal, files, std::move(log_path));
}

}  // namespace sluice::cli
