#include "pipeline/github/schema_walk.h"

#include <algorithm>

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::string_view kNoSuchKey = "there is no such key";

std::string below(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : cat(path, ".", name);
}

bool is_refused(KeyUse use) {
  return use >= KeyUse::Informs;
}

// What is part of something that is not honoured is not honoured.
KeyVisit visit_of(const KeyVisit& parent, std::string path, const KeyRule& rule) {
  KeyVisit visit{std::move(path), rule.use, std::string(rule.remark), rule.summary};
  const bool inherits = is_refused(parent.use) && rule.use < parent.use;
  if (!inherits) return visit;
  visit.use = parent.use;
  visit.remark = parent.remark;
  visit.inherited = true;
  return visit;
}

KeyRule event_rule_as_key(const EventRule& event) {
  static constexpr ValueRule kNothing{};
  return {event.name, &kNothing, "", event.use, event.remark};
}

class TreeWalk {
 public:
  explicit TreeWalk(const VisitKey& visit) : visit_(visit) {}

  void walk(const YamlNode& node, const ValueRule& rule, const KeyVisit& at) {
    if (node.is_sequence() && rule.item != nullptr) {
      KeyVisit item = at;
      item.path += "[*]";
      for (const YamlNode& one : node.items) walk(one, *rule.item, item);
    }
    if (rule.listed == Listed::Events) return walk_events(node, at);
    if (!node.is_mapping()) return;
    if (rule.other != nullptr && node.find(rule.other_key) != nullptr)
      return walk(node, *rule.other, at);
    for (const auto& [key, value] : node.members) walk_member(key, value, rule, at);
  }

 private:
  void walk_member(const YamlNode& key, const YamlNode& value, const ValueRule& rule,
                   const KeyVisit& at) {
    if (const KeyRule* known = find_key_rule(rule.keys, key.text))
      return found(key, value, *known, at);
    if (rule.member != nullptr) {
      KeyVisit member = at;
      member.path = below(at.path, cat("<", rule.free_key, ">"));
      return walk(value, *rule.member, member);
    }
    if (rule.keys.empty() || rule.unknown == UnknownKeys::Ignored) return;
    static constexpr ValueRule kNothing{};
    found(key, value, {key.text, &kNothing, "", KeyUse::Unsupported, kNoSuchKey}, at);
  }

  void found(const YamlNode& key, const YamlNode& value, const KeyRule& rule, const KeyVisit& at) {
    const KeyVisit visit = visit_of(at, below(at.path, rule.name), rule);
    visit_(visit, key, value);
    walk(value, *rule.value, visit);
  }

  void walk_events(const YamlNode& node, const KeyVisit& at) {
    if (node.is_mapping())
      for (const auto& [name, value] : node.members) walk_event(name, value, at);
    for (const YamlNode& item : node.items) walk_event(item, YamlNode(), at);
    if (node.is_string()) walk_event(node, YamlNode(), at);
  }

  void walk_event(const YamlNode& name, const YamlNode& value, const KeyVisit& at) {
    const EventRule* event = find_event_rule(name.text);
    if (event == nullptr) return;
    const KeyVisit visit = visit_of(at, below(at.path, event->name), event_rule_as_key(*event));
    visit_(visit, name, value);
    for (const auto& [key, filter] : value.members)
      if (!key.text.empty() && has_word(event->filters, key.text))
        found(key, filter, event_key(*event, key.text), visit);
    static const ValueRule kEntry{.keys = schedule_keys()};
    KeyVisit entry = visit;
    entry.path += "[*]";
    for (const YamlNode& item : value.items) walk(item, kEntry, entry);
  }

  const VisitKey& visit_;
};

class RuleWalk {
 public:
  std::vector<KeyVisit> walk(const ValueRule& rule) {
    descend(rule, {});
    return std::move(visits_);
  }

 private:
  void descend(const ValueRule& rule, const KeyVisit& at) {
    if (std::find(open_.begin(), open_.end(), &rule) != open_.end()) return;
    open_.push_back(&rule);
    if (rule.listed == Listed::Events) events(at);
    for (const KeyRule& key : rule.keys) add(key, at);
    if (rule.member != nullptr) {
      KeyVisit member = at;
      member.path = below(at.path, cat("<", rule.free_key, ">"));
      descend(*rule.member, member);
    }
    if (rule.item != nullptr) {
      KeyVisit item = at;
      item.path += "[*]";
      descend(*rule.item, item);
    }
    if (rule.other != nullptr) descend(*rule.other, at);
    open_.pop_back();
  }

  void add(const KeyRule& key, const KeyVisit& at) {
    KeyVisit visit = visit_of(at, below(at.path, key.name), key);
    const bool known = std::any_of(visits_.begin(), visits_.end(),
                                   [&](const KeyVisit& other) { return other.path == visit.path; });
    if (!known) visits_.push_back(visit);
    descend(*key.value, visit);
  }

  void events(const KeyVisit& at) {
    KeyVisit any = at;
    any.path = below(at.path, "<event>");
    for (const KeyRule& key : event_keys())
      if (!has_word("inputs secrets outputs", key.name)) add(key, any);
    for (const std::string_view name : {"workflow_dispatch", "workflow_call"}) {
      const EventRule& event = *find_event_rule(name);
      KeyVisit under = visit_of(at, below(at.path, name), event_rule_as_key(event));
      for (const std::string_view key : split(event.filters, ' '))
        add(event_key(event, key), under);
    }
    const EventRule& schedule = *find_event_rule("schedule");
    KeyVisit entry = visit_of(at, below(at.path, "schedule[*]"), event_rule_as_key(schedule));
    for (const KeyRule& key : schedule_keys()) add(key, entry);
  }

  std::vector<KeyVisit> visits_;
  std::vector<const ValueRule*> open_;
};

}  // namespace

std::vector<KeyVisit> all_keys(const ValueRule& rule) {
  return RuleWalk().walk(rule);
}

void visit_keys(const YamlNode& root, const ValueRule& rule, const VisitKey& visit) {
  TreeWalk(visit).walk(root, rule, {});
}

}  // namespace sluice::pipeline::github
