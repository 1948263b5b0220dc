// Every shipped template of a configuration, wherever it stands in the data.
#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "metapowers/knowledge/v1/config_template.pb.h"
#include "service/knowledge/key_and_access.h"
#include "service/knowledge/reviews.h"
#include "service/knowledge/software_rules.h"

namespace metapowers::knowledge {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using v1::ConfigTemplate;

void ForEachTemplate(const Message& message, const std::function<void(const ConfigTemplate&)>& check) {
  if (message.GetDescriptor() == ConfigTemplate::descriptor()) {
    check(static_cast<const ConfigTemplate&>(message));
    return;
  }
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      ForEachTemplate(message.GetReflection()->GetMessage(message, field), check);
      continue;
    }
    for (int i = 0; i < message.GetReflection()->FieldSize(message, field); ++i) {
      ForEachTemplate(message.GetReflection()->GetRepeatedMessage(message, field, i), check);
    }
  }
}

// Outside of double quotes a placeholder must be all of a value, since a value may bring quotes of its own.
void ExpectWholeValues(const std::string& text) {
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '\n') {
      quoted = false;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == '{' && !quoted) {
      const size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", i + 1);
      if (end == i + 1 || end == std::string::npos || text[end] != '}') continue;
      const bool starts = i == 0 || std::string(" \n[(").find(text[i - 1]) != std::string::npos;
      const bool ends = end + 1 == text.size() || std::string("\n,])}").find(text[end + 1]) != std::string::npos;
      const bool items = text.compare(i, end + 1 - i, "{items}") == 0;
      EXPECT_TRUE((starts && ends) || items) << text.substr(i, end + 1 - i) << " in: " << text;
    }
  }
}

TEST(ConfigTemplates, KeepTheirStructureWhateverTheirValuesSay) {
  int found = 0;
  const auto check = [&found](const ConfigTemplate& row) {
    SCOPED_TRACE(row.title() + " " + row.file());
    ++found;
    EXPECT_NE(row.language(), v1::CONFIG_LANGUAGE_UNSPECIFIED);
    EXPECT_FALSE(row.body().empty());
    EXPECT_FALSE(row.title().empty() && row.file().empty()) << "where does it go?";
    EXPECT_EQ(row.item().empty(), row.body().find("{items}") == std::string::npos);
    if (row.language() == v1::CONFIG_LANGUAGE_NGINX || row.language() == v1::CONFIG_LANGUAGE_CONF) return;
    ExpectWholeValues(row.body());
    ExpectWholeValues(row.item());
  };
  for (const Message* rows : std::initializer_list<const Message*>{&KeyAndAccessRules(), &ApiReview(), &CodeReview(),
                                                                   &IacReview(), &DependencyRules()}) {
    ForEachTemplate(*rows, check);
  }
  EXPECT_GT(found, 40);
}

}  // namespace
}  // namespace metapowers::knowledge
