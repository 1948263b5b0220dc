#include "service/analysis/payment_pages.h"

#include "absl/algorithm/container.h"
#include "service/analysis/forwarding.h"

namespace metapowers::analysis {
namespace {

class Flows {
 public:
  explicit Flows(const Landscape& landscape) : landscape_(landscape) {}

  bool BringsPan(int flow) const {
    constexpr uint64_t kPan = uint64_t{1} << model::v1::DATA_CATEGORY_PAN;
    return (landscape_.flows()[flow].sent.categories & kPan) != 0;
  }

  const ComponentView& SourceOf(int flow) const { return landscape_.components()[landscape_.flows()[flow].source]; }

  // Whether people send PAN to it over the internet.
  bool PeoplePayAt(const ComponentView& component) const {
    return component.exposure == Exposure::kInternet && absl::c_any_of(component.inbound, [this](int flow) {
             return BringsPan(flow) && SourceOf(flow).facts->component->used_by_human();
           });
  }

 private:
  const Landscape& landscape_;
};

}  // namespace

bool IsPaymentPage(const Landscape& landscape, const ComponentView& component) {
  if (Forwards(component)) return false;
  const Flows flows(landscape);
  return flows.PeoplePayAt(component) || absl::c_any_of(component.inbound, [&flows](int flow) {
           const ComponentView& source = flows.SourceOf(flow);
           return flows.BringsPan(flow) && Forwards(source) && flows.PeoplePayAt(source);
         });
}

}  // namespace metapowers::analysis
