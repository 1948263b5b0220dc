#include "service/workspace/repository_settings.h"

#include <array>
#include <string>

#include "absl/strings/str_cat.h"
#include "service/workspace/git.h"

namespace metapowers::workspace {
namespace {

struct Setting {
  const char* section;
  const char* name;
  const char* value;
  bool among_others = false;  // the setting is a list, which holds this
};

// Nothing a later Git or a user's defaults could change; housekeeping is ours alone. A push adds commits that `git fsck
// --strict` finds nothing in, and takes none away; references of ours are not for it.
constexpr std::array<Setting, 8> kSettings = {{{"gc", "auto", "0"},
                                               {"maintenance", "auto", "false"},
                                               {"receive", "autogc", "false"},
                                               {"receive", "denyNonFastForwards", "true"},
                                               {"receive", "denyDeletes", "true"},
                                               {"receive", "fsckObjects", "true"},
                                               {"transfer", "fsckObjects", "true"},
                                               {"receive", "hideRefs", "refs/metapowers", true}}};

int NoteFound(const git_config_entry* /*entry*/, void* found) {
  *static_cast<bool*>(found) = true;
  return 0;
}

bool IsSet(git_config* config, const std::string& name, const Setting& setting) {
  if (setting.among_others) {
    bool found = false;
    const std::string exactly = absl::StrCat("^", setting.value, "$");
    return git_config_get_multivar_foreach(config, name.c_str(), exactly.c_str(), NoteFound, &found) == 0 && found;
  }
  git_config_entry* entry = nullptr;
  const int rc = git_config_get_entry(&entry, config, name.c_str());
  const bool same = rc == 0 && entry->value != nullptr && std::string(setting.value) == entry->value;
  if (entry != nullptr) git_config_entry_free(entry);
  return same;
}

}  // namespace

std::string NewRepositoryConfig() {
  std::string text =
      "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n\tlogAllRefUpdates = false\n";
  for (const Setting& setting : kSettings) {
    absl::StrAppend(&text, "[", setting.section, "]\n\t", setting.name, " = ", setting.value, "\n");
  }
  return text;
}

absl::Status PinSettings(const std::string& path) {
  git_config* raw = nullptr;
  int rc = git_config_open_ondisk(&raw, (path + "/config").c_str());
  const ConfigHandle config(raw);
  if (rc != 0) return GitError(rc, "cannot read the settings of the repository");
  for (const Setting& setting : kSettings) {
    const std::string name = absl::StrCat(setting.section, ".", setting.name);
    if (IsSet(config.get(), name, setting)) continue;
    // All values of a list that equal ours, of which there are none; or all that there are.
    const std::string replaced = setting.among_others ? absl::StrCat("^", setting.value, "$") : ".*";
    rc = git_config_set_multivar(config.get(), name.c_str(), replaced.c_str(), setting.value);
    if (rc != 0) return GitError(rc, "cannot set the settings of the repository");
  }
  return absl::OkStatus();
}

}  // namespace metapowers::workspace
