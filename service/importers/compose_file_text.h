// The short forms of compose files: values with variables, ports and mounts as text. Pure.
#ifndef METAPOWERS_SERVICE_IMPORTERS_COMPOSE_FILE_TEXT_H_
#define METAPOWERS_SERVICE_IMPORTERS_COMPOSE_FILE_TEXT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers::importers::compose_file {

// `text` with its variables replaced by what the file gives for them: `${A:-b}` is `b`, `$$` is `$`. A variable that
// only the environment of the command sets stays as it is written.
std::string Interpolate(absl::string_view text);

// The names of the variables `${A}` of `text` that only the environment of the command sets: without a default in the
// text. Those without braces are left out: they may be a part of a password whose `$` is not escaped.
std::vector<std::string> OpenVariables(absl::string_view text);

// A published port.
struct Port {
  std::string host_ip;   // empty: all addresses
  int published = 0;     // of a range the first; 0: one that the engine chooses, or `variable` sets
  int last = 0;          // of a range; 0: `published` is no range
  std::string variable;  // as written, where only the environment says which is published
  int target = 0;
  std::string open_target;  // as written, where the engine chooses `published` and only the environment says `target`
  bool is_udp = false;

  // Which are published, for people.
  std::string Published() const;

  // Whether only the host itself can reach it.
  bool is_loopback() const;
};

// `[[ip:]host:]container[/protocol]`; nothing when it is none.
std::optional<Port> ParsePort(absl::string_view text);
// What `published` of the long form says: sets `published`, `last` and `variable`. Whether it is a port.
bool SetPublished(absl::string_view text, Port& port);
// A port number or the first of a range; 0 when it is none.
int ParsePortNumber(absl::string_view text);

// A mount of a service.
struct Mount {
  std::string source;  // name of a volume or path on the host; empty for an anonymous volume
  std::string target;
  bool read_only = false;
  bool is_volume = false;  // whatever `source` is, it is no path on the host: the long form says so

  bool is_host_path() const;
  // What of the host it shows: `source`, and where that is a variable and nothing more, what is usually at `target`:
  // `/var/run/docker.sock`, and `/` for `/hostfs`. What `${PWD}` and `${HOME}` are is known: folders of the user.
  std::string host_path() const;
  // Of host_path(), as IsEngineSocket() has it.
  bool is_engine_socket() const;
  // Whether host_path() is a part of the host that the host's own safety rests on: `/`, `/etc`, `/proc`, …
  bool is_host_system() const;
};

// `[source:]target[:mode]`; paths of Windows too.
Mount ParseMount(absl::string_view text);

}  // namespace metapowers::importers::compose_file

#endif  // METAPOWERS_SERVICE_IMPORTERS_COMPOSE_FILE_TEXT_H_
