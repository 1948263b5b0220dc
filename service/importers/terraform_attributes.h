// What attributes of resources say of components.
#ifndef METAPOWERS_SERVICE_IMPORTERS_TERRAFORM_ATTRIBUTES_H_
#define METAPOWERS_SERVICE_IMPORTERS_TERRAFORM_ATTRIBUTES_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "metapowers/model/v1/system_model.pb.h"

namespace metapowers::importers::terraform {

namespace pb = model::v1;

enum class Test {
  kTrue,
  kFalse,
  kIs,      // the text, without regard to case; of a list, any entry
  kSet,     // anything, known or not
  kOwnKey,  // anything but a key of the provider (`alias/aws/…`)
  kNumber,
};

enum class Effect {
  kEncryption,  // `encryption_at_rest`
  kInternet,    // `internet_facing`; once yes, always yes; what is closed by itself, no detail opens
  kListed,      // only listed peers may connect: `internet_facing` is not yes, and who is listed is not judged
  kRedundant,
  kMultiRegion,
  kBackupDays,  // the number; 0 is no backup
  kBackupMethod,
  kOffsite,  // `backup.offsite`
  kReplication,
  kReplicas,    // the number
  kTechnology,  // the text, before what the type says
  kVersion,     // the text
  kLanguage,    // the text
  kControl,     // state of `control`
};

struct AttributeRule {
  absl::string_view types;  // with `|` between them
  absl::string_view path;
  Test test;
  absl::string_view operand;
  Effect effect;
  int value = 0;
  absl::string_view control = "";
  absl::string_view also = "";     // a path that must be true, too
  absl::string_view also_is = "";  // where set, the text that `also` must have instead
};

// A later rule of a type stands over an earlier one.
absl::Span<const AttributeRule> AwsAttributeRules();
absl::Span<const AttributeRule> OtherAttributeRules();  // Google Cloud, Azure

// Details: resources that say something of the one that they refer to.
struct DetailType {
  absl::string_view type;
  absl::string_view path;  // of the reference
};
absl::Span<const DetailType> DetailTypes();

}  // namespace metapowers::importers::terraform

#endif  // METAPOWERS_SERVICE_IMPORTERS_TERRAFORM_ATTRIBUTES_H_
