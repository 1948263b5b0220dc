// Which logs show what happens on an element. A log shows the element that writes it; how much further it sees is a row
// of knowledge/data/detect/detections.textproto by its kind:
//
//   behind       components that it has flows to, and those that they have flows to: a filter sees requests for what
//                stands two steps behind it
//   neighbours   components with a flow to or from it: a database sees who reads it, a bastion what it is used for
//   runs_on      components that run on it, or in a zone that does
//   provider     components and infrastructure of the same provider with a region in common
//   delivery     repository of a component, pipelines that deliver to what it runs on, and registries; each other
//   system       everything
//
// Of a flow, credential, key, interface, zone or supplier the components that are part of it count, and of a flow into
// a component that only forwards what it forwards to; of the system every log.
#ifndef METAPOWERS_SERVICE_ANALYSIS_LOG_VIEW_H_
#define METAPOWERS_SERVICE_ANALYSIS_LOG_VIEW_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "metapowers/knowledge/v1/detections.pb.h"
#include "service/analysis/landscape.h"
#include "service/analysis/log_sources.h"

namespace metapowers::analysis {

// Subject and current id; ids alone are not unique across kinds of elements. Components outside of the system have the
// subject of components, secret stores that no component runs none.
using ElementRef = std::pair<knowledge::v1::ThreatSubject, std::string>;
ElementRef RefTo(const Element& element);

// Immutable; thread-safe. Refers to the landscape and the sources, which outlive it. Work for an element grows with its
// own neighbours, not with the model.
class LogView {
 public:
  LogView(const Landscape& landscape, const LogSources& sources);

  // The sources that show what happens on the element, sorted by key.
  std::vector<const LogSource*> SourcesOn(const Element& element) const;

  // What the element is made of, runs on, stands in and is delivered by, itself among them.
  std::set<ElementRef> PartsOf(const Element& element) const;

 private:
  struct Around;
  void AddParts(const Element& element, Around& around) const;
  void AddForwarded(int component, Around& around) const;
  void AddFlowsAround(int component, Around& around) const;
  void AddPlatforms(int component, Around& around) const;
  void AddProvider(model::v1::Provider provider, const std::set<std::string>& regions, Around& around) const;
  void AddDelivery(const model::v1::Component& component, Around& around) const;
  void AddChain(Around& around) const;

  const Landscape& landscape_;
  const LogSources& sources_;
  std::map<ElementRef, std::vector<const LogSource*>> by_element_;
  std::vector<const LogSource*> everywhere_;  // of kinds that see the whole system
};

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_LOG_VIEW_H_
