#pragma once

#include <barnabas/types.h>
