// Where people who sign in have their accounts. Pure; thread-safe.
//
// A component keeps accounts where people, or what only forwards them, come to it with the rights of each person, for
// other ends than operation, by a password, session or token, and no identity system takes part: neither the component
// nor what comes to it is one, or has a flow to or from one. Judged flow by flow: a system that one part of the model
// signs in with says nothing of another part.
//
// It keeps none where a caller of ours has let the person in before, where it only forwards itself, or where the flow
// names a sign-in that stands elsewhere (external, OAuth 2.0, certificate, signature). Several factors are no answer:
// many identity systems ask for them.
//
// Nor does it where it hands the credentials that people send it on to a component of ours that keeps that class, and
// keeps none of them itself: that component checks them, and has the accounts. A component keeps a class that it
// stores, or that one of its flows carries to or from a store of ours which has it.
#ifndef METAPOWERS_SERVICE_ANALYSIS_ACCOUNTS_H_
#define METAPOWERS_SERVICE_ANALYSIS_ACCOUNTS_H_

#include <optional>

#include "service/analysis/landscape.h"

namespace metapowers::analysis {

// Of the component at this position; nothing where the flow of people does not say how they sign in.
std::optional<bool> KeepsAccounts(const Landscape& landscape, int component);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_ACCOUNTS_H_
