// Compiled once so that the header stands on its own.
#include "tests/support/status_matchers.h"
