#pragma once

#include <barnabas/error_code.h>
