// Open Threat Model (OTM) 0.1 and 0.2, in YAML or JSON.
//
// What OTM says and the model has no field for is kept so that an export can say it again:
//   ids                   `imported_id`, beside the id that the name gives
//   type of a component   `technology`; words that say nothing (`empty-component`) and the exact spelling, where
//                         technology has another, in the tag `otm:type=empty-component`
//   type of a trust zone  the tag `otm:type=…`
//   parent component      the tag `otm:parent=ID` with the id in the file; `zone` is that of the outermost component
//   bidirectional         the tag `otm:bidirectional`; what it carries is in `sends` and in `receives`
//   risk of an asset      the level of ours that is nearest: 0, 25, 50, 75 and 100 are the five levels of
//                         confidentiality and of importance. A value between them also stands in the tag
//                         `otm:confidentiality=90` (`otm:integrity=`, `otm:availability=`)
//   trust rating          `trust`; one that is no whole number is rounded, and stands in the tag `otm:trust=12.5`
//   attributes            the tag `otm:attribute:KEY=VALUE` for single values that are no secrets
// Other tags are as OTM has them. Everything else that has no place (owner, representations, threats, mitigations) is
// kept in notes.
#ifndef METAPOWERS_SERVICE_IMPORTERS_OTM_H_
#define METAPOWERS_SERVICE_IMPORTERS_OTM_H_

#include "service/importers/importer.h"

namespace metapowers::importers {

extern const Format kOtm;

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_OTM_H_
