#pragma once

#include <barnabas/result.h>
