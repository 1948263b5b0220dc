// Pages where people enter card numbers: components to which people send PAN over the internet, directly or through one
// filter or proxy, which is no page itself. What only shows card numbers is none. Pure.
#ifndef METAPOWERS_SERVICE_ANALYSIS_PAYMENT_PAGES_H_
#define METAPOWERS_SERVICE_ANALYSIS_PAYMENT_PAGES_H_

#include "service/analysis/landscape.h"

namespace metapowers::analysis {

bool IsPaymentPage(const Landscape& landscape, const ComponentView& component);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_PAYMENT_PAGES_H_
