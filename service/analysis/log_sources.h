// Every log that the system should have: the kinds of log of each element, who runs it, what it must record, and what
// the model says of its way to the log platform. Pure.
//
// An element has a log of every kind with an emitter row (knowledge/data/detect/log_kinds.textproto) whose conditions
// it meets; unknown values meet none. Elements are components in scope, monitoring and identity services outside,
// suppliers with data of ours, infrastructure, repositories, pipelines and registries; `secret_store_audit` also has
// the declared secret stores that no component runs and that have a declared `audit_log`. A machine that stands in the
// model twice, as component and as the infrastructure that runs it, has the log of that kind once: that of the
// infrastructure.
//
// State of collection, the first that says something:
//   1. a planned or absent control of the programme for a requirement that the kind alone meets, on the component
//   2. `logging` of the component, or its posture on `central_logging`
//   3. of a secret store its `audit_log`, of a component also through the store that it runs
//   4. a posture declared on the element for the control that the kind names
//   5. a control of the programme that covers the element and implements one of these: claimed, to be confirmed, since
//      it does not say which logs
// Else unknown, which is a question and never a gap. What is not collected centrally is a gap: its team, and a date by
// the criticality of its element (high term for critical and high ones and for PCI DSS or HIPAA scope, else medium).
//
// Volume: `event_rate_per_second` of a component belongs to its first kind in the order of the data, which the others
// of the same component are part of. Bytes per day = events per second x average event size x 86,400; unknown without
// both.
#ifndef METAPOWERS_SERVICE_ANALYSIS_LOG_SOURCES_H_
#define METAPOWERS_SERVICE_ANALYSIS_LOG_SOURCES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/log_sources.pb.h"
#include "service/analysis/landscape.h"

namespace metapowers::analysis {

enum class LogCollection {
  kImmutable,  // central, and nobody can change it
  kCentral,
  kClaimed,  // a control for the whole system says so
  kPlanned,
  kLocal,  // only where it arises
  kNone,
  kUnknown,
};

struct LogSource {
  std::string key;  // "<kind>@<element>", with the first id of the element (renamed_from)
  const knowledge::v1::LogKind* kind = nullptr;
  int position = 0;                                    // of the kind in the data
  const knowledge::v1::LogEmitter* emitter = nullptr;  // nullptr: a secret store that no component runs
  Element element;                                     // not set for such a store
  std::string element_id;                              // as the model calls it now
  std::string element_name;
  std::string team;  // id, never empty

  LogCollection collection = LogCollection::kUnknown;
  std::string reason;  // what the model says, e.g. "logging is central"; empty when unknown
  std::string due;     // of a gap

  bool takes_rate = false;                // the first kind of its component
  std::optional<int32_t> per_second;      // of those that take the rate
  std::optional<int64_t> bytes_per_day;   // of those with a rate, where the size of events is known
  const model::v1::Zone* zone = nullptr;  // effective zone of a component; nullptr: none of ours, or unknown
  PciScope pci = PciScope::kNotApplicable;
  bool hipaa = false;  // tagged so, or holds health information
  model::v1::Criticality criticality = model::v1::CRITICALITY_UNSPECIFIED;
  // `logging.time_source` stamps its events; else a clock of its provider: of managed services, and of what a supplier
  // operates.
  bool own_clock = false;

  // Log source in the sense of Sigma; empty parts are not set.
  std::string category;
  std::string product;
  std::string service;

  bool collected() const { return collection == LogCollection::kImmutable || collection == LogCollection::kCentral; }
  bool gap() const {
    return collection == LogCollection::kLocal || collection == LogCollection::kNone ||
           collection == LogCollection::kPlanned;
  }
};

// Immutable; thread-safe. Refers to the landscape, which outlives it.
class LogSources {
 public:
  static LogSources Of(const Landscape& landscape);

  // By kind in the order of the data, then by key.
  const std::vector<LogSource>& all() const { return all_; }
  bool AnyCollected() const;
  // Whether none is collected, and some stay where they arise.
  bool AllStay() const;
  // nullptr when there is none.
  const LogSource* Find(absl::string_view key) const;
  // Those of a kind, in the order of all(); of every element.
  std::vector<const LogSource*> OfKind(absl::string_view kind) const;
  // Those of an element, by its current id; elements of several lists of the model may share one.
  std::vector<const LogSource*> OfElement(absl::string_view element_id) const;
  // Those of a component in scope.
  std::vector<const LogSource*> OfComponent(absl::string_view component_id) const;

 private:
  std::vector<LogSource> all_;
};

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_LOG_SOURCES_H_
